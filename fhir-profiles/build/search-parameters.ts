import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle, ElementDefinition, SearchParameter } from '@medplum/fhirtypes';
import { RESOURCE_TYPES } from '../../lib/fhir/resource-types.ts';
import { DEFINITIONS_DIR, loadCore } from './definitions.ts';
import { elementsOf } from './element-table.ts';
import { OWN_PARAMETERS, type Row } from './search-own.ts';
import { Paths } from './search-paths.ts';

/** Parameters of R4 that look at no element, so that nothing can be compiled. A request that uses one is told so. */
const NOT_COMPILED: ReadonlyMap<string, string> = new Map([['_query', 'names an operation']]);

/** Full text has no expression in R4: what it looks at is written by hand in `lib/fhir/search/full-text.ts`. */
const FULL_TEXT: ReadonlyMap<string, string> = new Map([
  ['_text', 'narrativeOf'],
  ['_content', 'contentOf'],
]);

/**
 * Composites whose components R4 names in the wrong order beside their expressions: `relationship` pairs the definition of
 * relatesto (a reference) with `code`. The description, "combination of relation and relatesTo", agrees with the expressions.
 */
const SWAPPED_COMPONENTS: readonly string[] = ['http://hl7.org/fhir/SearchParameter/DocumentReference-relationship'];

/**
 * Compiles the search parameters of every type we serve into plain JavaScript (DESIGN "Pay at build time"): writes
 * `search-parameters.js` and its declarations.
 *
 * @param outDir `lib/fhir/generated`
 * @throws when an expression of R4 has a shape that is neither translated nor listed above
 */
export async function generateSearchParameters(outDir: string): Promise<void> {
  const { structures, valueSets } = loadCore();
  const paths = new Paths(structures, valueSets);
  const rows = [...rowsOfR4(), ...OWN_PARAMETERS];
  const types = Object.keys(RESOURCE_TYPES);
  const table = types.map((type) => {
    const own = rows.filter(
      ({ base }) => base.includes(type) || base.includes('Resource') || (base.includes('DomainResource') && type !== 'Binary'),
    );
    const lines = own
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((row) => `    ${key(row.name)}: ${compile(paths, type, row, rows)},`);
    return `  ${type}: () => ({\n${lines.join('\n')}\n  }),`;
  });
  const elements = types.map((type) => `  ${type}: ${JSON.stringify(elementsOf(snapshot(structures, type)))},`);
  mkdirSync(outDir, { recursive: true });
  write(
    join(outDir, 'search-parameters.js'),
    `${PRELUDE}\nconst PARAMETERS = {\n${table.join('\n')}\n};\n\nexport const ELEMENTS = {\n${elements.join('\n')}\n};\n${LOOK_UP}`,
  );
  write(join(outDir, 'search-parameters.d.ts'), DECLARATIONS);
}

/** Another process that reads the file sees the old text or the new one, never half of it. */
function write(file: string, text: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}

function rowsOfR4(): readonly Row[] {
  const bundle: Bundle<SearchParameter> = JSON.parse(readFileSync(join(DEFINITIONS_DIR, 'search-parameters.json'), 'utf8'));
  return (bundle.entry ?? []).flatMap(({ resource }): readonly Row[] => {
    if (!resource || NOT_COMPILED.has(resource.code)) return [];
    const { code, base, type, url, expression, target, component } = resource;
    if (
      expression === undefined &&
      !FULL_TEXT.has(code) &&
      base.some((name) => name in RESOURCE_TYPES || /^(Domain)?Resource$/.test(name))
    ) {
      throw new Error(`search parameter ${url} has no expression and is not listed as such`);
    }
    return [
      {
        name: code,
        base,
        type,
        definition: url,
        expression: expression ?? '',
        ...(target ? { targets: target } : {}),
        ...(component ? { components: component } : {}),
      },
    ];
  });
}

function compile(paths: Paths, type: string, row: Row, rows: readonly Row[]): string {
  const fullText = FULL_TEXT.get(row.name);
  const fields = [
    `name: ${JSON.stringify(row.name)}`,
    `type: ${JSON.stringify(row.type)}`,
    `definition: ${JSON.stringify(row.definition)}`,
    ...(row.targets ? [`targets: ${JSON.stringify(row.targets)}`] : []),
    ...(fullText ? ['fullText: true', `extract: ${fullText}`] : [`extract: ${paths.extractor(type, row.expression, row.type)}`]),
  ];
  if (row.components) {
    const definitions = row.components.map(({ definition }) => definition);
    if (SWAPPED_COMPONENTS.includes(row.definition)) definitions.reverse();
    const parts = row.components.map(({ expression }, index) => {
      const definition = definitions[index];
      const component = rows.find((candidate) => candidate.definition === definition);
      if (!component) throw new Error(`composite ${row.name} of ${type} names ${definition}, which is unknown`);
      const extract = paths.componentExtractor(type, row.expression, expression, component.type);
      return `{ name: ${JSON.stringify(component.name)}, type: ${JSON.stringify(component.type)}, extract: ${extract} }`;
    });
    fields.push(`components: [${parts.join(', ')}]`);
  }
  return `{ ${fields.join(', ')} }`;
}

function snapshot(structures: ReturnType<typeof loadCore>['structures'], type: string): readonly ElementDefinition[] {
  const elements = structures.get(`http://hl7.org/fhir/StructureDefinition/${type}`)?.snapshot?.element;
  if (!elements) throw new Error(`no snapshot of ${type}`);
  return elements;
}

function key(name: string): string {
  return /^[a-zA-Z_]+$/.test(name) ? name : JSON.stringify(name);
}

const PRELUDE = `// Generated by fhir-profiles/build/search-parameters.ts from the search parameters of R4, of the CI-SIS and ours.
import { contentOf, narrativeOf } from '../search/full-text.ts';

// A null stands in an array of primitives where an extension stands alone: that is no value.
const list = (value) => (Array.isArray(value) ? value : [value]).filter((one) => one !== undefined && one !== null);
const get = (nodes, name) => nodes.flatMap((node) => (typeof node === 'object' && node !== null ? list(node[name]) : []));
const as = (nodes, datatype, system) => nodes.map((value) => (system === undefined ? { datatype, value } : { datatype, value, system }));
// resolve() is T, without resolving: by the literal reference, else by Reference.type; a bare identifier may be anything.
const isTo = (type) => (node) => {
  if (typeof node !== 'object' || node === null) return false;
  if (typeof node.reference === 'string') return new RegExp('(^|/)' + type + '/[^/]+').test(node.reference) || node.type === type;
  return node.type === undefined || node.type === type;
};
`;

// A type's functions are compiled for the first search of that type, not in a cold start.
const LOOK_UP = `
const kept = new Map();
export function searchParametersOf(type) {
  let parameters = kept.get(type);
  if (parameters === undefined) kept.set(type, (parameters = PARAMETERS[type]()));
  return parameters;
}
`;

const DECLARATIONS = `// Generated by fhir-profiles/build/search-parameters.ts.
import type { SearchParameter, TypeElements } from '../search/parameter.ts';
import type { ResourceType } from '../types.ts';

export function searchParametersOf(type: ResourceType): { readonly [name: string]: SearchParameter };
export const ELEMENTS: Readonly<Record<ResourceType, TypeElements>>;
`;
