import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle, SearchParameter } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { DEFINITIONS_DIR } from '../../../fhir-profiles/build/definitions.ts';
import { OWN_PARAMETERS } from '../../../fhir-profiles/build/search-own.ts';
import { isResourceType, RESOURCE_TYPES } from '../../../lib/fhir/resource-types.ts';
import { parameterOf } from '../../../lib/fhir/search/table.ts';
import type { RelaisResource, ResourceType } from '../../../lib/fhir/types.ts';
import { placed, placeOf } from './placing.ts';
import { finds } from './searching.ts';

type Defined = {
  readonly name: string;
  readonly base: readonly string[];
  readonly type: string;
  readonly expression: string;
  readonly targets: readonly string[];
  readonly components: readonly string[];
};

const bundle: Bundle<SearchParameter> = JSON.parse(readFileSync(join(DEFINITIONS_DIR, 'search-parameters.json'), 'utf8'));
const DEFINED: readonly Defined[] = [
  ...(bundle.entry ?? []).flatMap(({ resource }) => {
    if (!resource) return [];
    const { code: name, base, type, expression = '', target: targets = [], component = [] } = resource;
    return [{ name, base, type, expression, targets, components: component.map((part) => part.expression) }];
  }),
  ...OWN_PARAMETERS.map((row) => ({ ...row, targets: row.targets ?? [], components: [] })),
];

/** Names an operation, looks at no element: refused by name (parse.test.ts). */
const REFUSED: readonly string[] = ['_query'];
/** No path: it looks everywhere (modifiers.test.ts). */
const FULL_TEXT: readonly string[] = ['_text', '_content'];

const types = Object.keys(RESOURCE_TYPES).filter(isResourceType);
const rows = types.flatMap((type) =>
  DEFINED.filter(({ base }) => base.includes(type) || base.includes('Resource') || (base.includes('DomainResource') && type !== 'Binary'))
    .filter(({ name }) => !REFUSED.includes(name))
    .map((defined) => ({ of: type, ...defined })),
);

/** Datatypes whose values a parameter compares (R4 search.html 3.1.1.4.7 to 3.1.1.4.14), and what finds the value placed there. */
const ASKED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  string: { string: 'abc', markdown: 'abc', uri: 'urn:x:abc', HumanName: 'ABC', Address: 'Abc', CodeableConcept: 'abc' },
  token: {
    boolean: 'true',
    code: 'abc',
    id: 'abc',
    string: 'abc',
    uri: 'urn:x:abc',
    Coding: 'urn:s|abc',
    CodeableConcept: 'urn:s|abc',
    Identifier: 'urn:s|abc',
    ContactPoint: 'abc',
  },
  reference: { Reference: 'abc', canonical: 'urn:x:abc', uri: 'urn:x:abc' },
  uri: { uri: 'urn:x:abc', url: 'urn:x:abc', canonical: 'urn:x:abc' },
  date: { date: '2026-05-01', dateTime: '2026-05-01', instant: '2026-05-01', Period: '2026-05-01', Timing: '2026-05-01' },
  quantity: { Quantity: '5', Age: '5', Duration: '5', Range: '5' },
};

const branches = (type: ResourceType, expression: string): readonly string[] =>
  expression
    .split('|')
    .map((branch) => branch.trim())
    .filter((branch) => branch.replace(/^\(/, '').startsWith(`${type}.`) || /^(Domain)?Resource\./.test(branch));

/** Resources with a value where the parameter looks, each with the query that finds it. */
function examples({
  of: type,
  ...defined
}: (typeof rows)[number]): readonly { readonly resource: RelaisResource; readonly query: string }[] {
  const target = defined.targets[0] ?? 'Patient';
  const asked = ASKED[defined.type] ?? {};
  return branches(type, defined.expression).flatMap((branch) =>
    placed(type, branch, target).flatMap(({ datatype, around }) => {
      const value = asked[datatype];
      const resource: unknown = { resourceType: type, ...around };
      return value !== undefined && isResource(resource) ? [{ resource, query: `${defined.name}=${encodeURIComponent(value)}` }] : [];
    }),
  );
}

function isResource(value: unknown): value is RelaisResource {
  return typeof value === 'object' && value !== null && 'resourceType' in value;
}

describe('every search parameter of R4 and of the CI-SIS for our types (interop.md 3, 4, 6)', () => {
  it.each(rows)('$of has $name ($type)', ({ of, name, type }) => {
    expect(parameterOf(of, name)).toMatchObject({ name, type });
  });

  it.each(rows.filter(({ name, components }) => components.length === 0 && !FULL_TEXT.includes(name)))(
    '$of?$name= finds a value wherever the parameter looks, and misses without it',
    (row) => {
      const some = examples(row);
      expect(some.length).toBeGreaterThan(0);
      for (const { resource, query } of some) expect([query, resource, finds(resource, query)]).toEqual([query, resource, true]);
      const empty: unknown = { resourceType: row.of };
      const isFound = some.some(({ query }) => isResource(empty) && finds(empty, query));
      expect(isFound).toBe(false);
    },
  );

  it.each(rows.filter(({ components }) => components.length > 0))(
    '$of?$name= finds both of its parts in one element, and not in two',
    (row) => {
      const [branch = ''] = branches(row.of, row.expression);
      const [one, two] = row.components.map((expression, index) => {
        const kind = parameterOf(row.of, row.name)?.components?.[index]?.type ?? '';
        const found = expression.split('|').flatMap((part) => placed(row.of, part, row.of, placeOf(row.of, branch)));
        const match = found.find(({ datatype }) => ASKED[kind]?.[datatype] !== undefined);
        return { around: match?.around ?? {}, asked: ASKED[kind]?.[match?.datatype ?? ''] ?? '' };
      });
      const element = branch.split('.').at(-1) ?? '';
      const withParts = (parts: readonly object[]): boolean => {
        const resource: unknown = { resourceType: row.of, [element]: parts };
        return isResource(resource) && finds(resource, `${row.name}=${encodeURIComponent(`${one?.asked}$${two?.asked}`)}`);
      };
      expect(withParts([{ ...one?.around, ...two?.around }])).toBe(true);
      expect(withParts([{ ...one?.around }, { ...two?.around }])).toBe(false);
    },
  );
});
