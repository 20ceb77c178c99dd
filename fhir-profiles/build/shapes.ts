import type { ElementDefinitionConstraint, ElementDefinitionType } from '@medplum/fhirtypes';
import { compileConstraint, NARRATIVE } from './constraint-source.ts';
import type { Definitions } from './definitions.ts';
import { type Node, requiredValueOf, signatureOf, type Tree, treeOf, typeCodeOf } from './element-tree.ts';
import { type ElementRow, Pool, type RuleRow, type Shape, ShapeTable } from './shape-rows.ts';
import { discriminatorsOf } from './slice-rows.ts';
import { expand, isSubset } from './value-sets.ts';

const CORE = 'http://hl7.org/fhir/StructureDefinition/';

const PRIMITIVES: ReadonlySet<string> = new Set(
  (
    'string markdown uri url canonical code id oid uuid boolean integer unsignedInt positiveInt decimal date dateTime instant ' +
    'time base64Binary xhtml'
  ).split(' '),
);

type Made = { readonly number: number; readonly known: readonly ElementDefinitionConstraint[] };

/**
 * Turns the snapshots of structures into shapes: what `lib/fhir/validation/shape.ts` reads. Two elements that accept the same
 * values share a shape; a profile, a data type or a part of a resource says only what it changes of the one it is made from.
 */
export class ShapeWriter {
  readonly shapes = new ShapeTable();
  readonly codeSets = new Pool();
  readonly typeSets = new Pool();
  readonly constraints = new Pool();
  readonly #definitions: Definitions;
  readonly #own: ReadonlySet<string>;
  readonly #choices: ReadonlySet<string>;
  readonly #trees = new Map<string, Tree>();

  /** @param own canonicals of the structures that our FSH defines: nothing that they say may be dropped in silence */
  constructor(definitions: Definitions, own: ReadonlySet<string>) {
    this.#definitions = definitions;
    this.#own = own;
    const paths = [...definitions.structures.values()].flatMap(({ snapshot }) => (snapshot?.element ?? []).map(({ path }) => path));
    this.#choices = new Set(paths.filter((path) => path.endsWith('[x]')).map((path) => path.slice(path.lastIndexOf('.') + 1, -3)));
  }

  /** Number of the shape of a structure. @throws for anything in its snapshot that cannot be checked */
  structure(canonical: string): number {
    return this.#node(this.#tree(canonical).root);
  }

  #tree(canonical: string): Tree {
    const [url = ''] = canonical.split('|');
    const known = this.#trees.get(url);
    if (known) return known;
    const structure = this.#definitions.structures.get(url);
    if (!structure) throw new Error(`no definition of ${url}`);
    const tree = treeOf(structure);
    this.#trees.set(url, tree);
    return tree;
  }

  /** Shape of an element whose children are spelled out. */
  #node(node: Node): number {
    return this.shapes.declare(`node ${isRoot(node) ? node.structure.url : ''} ${signatureOf(node)}`, () => {
      for (const child of node.children) this.#refuseUnsupported(child);
      const elements = new Map<string, ElementRow>();
      const rules: RuleRow[] = [];
      const parent = this.#parent(node);
      for (const child of node.children) {
        elements.set(child.name, this.#elementRow(child));
        rules.push(...this.#occurrence(child));
      }
      const [type] = node.element.type ?? [];
      rules.push(...this.#inherited(node), ...this.#typeRules(node, type));
      return { parent, elements, rules, type: isRoot(node) ? node.structure.type : node.element.path };
    });
  }

  /** What a spelled out element is made from: the same part of the structure that this one is derived from, or its type. */
  #parent(node: Node): number {
    const { structure, element } = node;
    if (isRoot(node)) return structure.baseDefinition === undefined ? -1 : this.structure(structure.baseDefinition);
    if (structure.derivation === 'constraint') {
      const before = this.#tree(structure.baseDefinition ?? '').byId.get(element.path);
      if (before && before.children.length > 0) return this.#node(before);
    }
    const [type] = element.type ?? [];
    return type === undefined ? -1 : this.structure(CORE + typeCodeOf(type));
  }

  /** Shape of an element of a type, with what the element adds to the type. */
  #typed(node: Node, type: ElementDefinitionType): number {
    if (node.children.length > 0 && !node.element.contentReference) return this.#node(node);
    const { number: parent, known } = this.#type(node, type);
    const rules = [
      ...this.#typeRules(node, type),
      ...this.#constraints(
        (node.element.constraint ?? []).filter(({ key }) => !known.some((constraint) => constraint.key === key)),
        node.id,
      ),
    ];
    if (rules.length === 0) return parent;
    return this.shapes.declare(`on ${parent} ${JSON.stringify(rules)}`, (): Shape => ({ parent, elements: new Map(), rules }));
  }

  /** Shape of the type of an element, and the constraints that it looks at already. */
  #type(node: Node, type: ElementDefinitionType): Made {
    const { contentReference } = node.element;
    if (contentReference) {
      const target = this.#tree(node.structure.url).byId.get(contentReference.replace(/^[^#]*#/, ''));
      if (!target) throw new Error(`${node.id}: no ${contentReference}`);
      return { number: this.#node(target), known: target.element.constraint ?? [] };
    }
    const [profile = CORE + typeCodeOf(type), ...others] = type.profile ?? [];
    if (others.length > 0) throw new Error(`${node.id}: one profile a type is supported`);
    return { number: this.structure(profile), known: this.#tree(profile).root.element.constraint ?? [] };
  }

  #elementRow(child: Node): ElementRow {
    const { element, name } = child;
    if (!name.endsWith('[x]')) return this.#row(child, element.type?.[0] ?? { code: 'BackboneElement' });
    if (element.max === '0') return Object.fromEntries((element.type ?? []).map((type) => [suffixOf(typeCodeOf(type)), 0]));
    const byType = (code: string): Node => child.slices.find((slice) => slice.element.type?.some((type) => type.code === code)) ?? child;
    const rows = (element.type ?? []).map((type): [string, ElementRow] => {
      const node = byType(type.code);
      return [suffixOf(typeCodeOf(type)), this.#row(node, node.element.type?.find(({ code }) => code === type.code) ?? type)];
    });
    return Object.fromEntries([...rows, ...this.#dropped(child).map((code): [string, null] => [suffixOf(code), null])]);
  }

  /** Types of a choice that a profile of ours takes away. */
  #dropped({ element, structure }: Node): readonly string[] {
    if (!this.#own.has(structure.url)) return [];
    const allowed = (element.type ?? []).map(typeCodeOf);
    const before = this.#tree(structure.baseDefinition ?? '').byId.get(element.path)?.element.type ?? [];
    return before.map(typeCodeOf).filter((code) => !allowed.includes(code));
  }

  #row(child: Node, type: ElementDefinitionType): ElementRow {
    const { element, name } = child;
    if (element.max === '0') return 0;
    const code = typeCodeOf(type);
    // What a profile narrows to one keeps the array that base R4 gives it.
    const repeats = (element.base?.max ?? element.max) !== '1';
    const countMax = element.max === '*' ? 0 : Number(element.max);
    if (PRIMITIVES.has(code)) return this.#primitiveRow(child, code, repeats ? countMax : undefined);
    if (code === 'Extension' || code === 'Resource') this.#refuseConstraints(child, code);
    if (code === 'Extension') return this.#extensionRow(child);
    if (code === 'Resource') return name === 'contained' ? '@#' : '@';
    const isResource = this.#definitions.structures.get(CORE + code)?.kind === 'resource';
    if (isResource) return `@${this.#typed(child, type)}`;
    const shape = this.#typed(child, type);
    if (!repeats) return shape;
    const slices = child.slices.map((slice) => this.#sliceRow(child, slice));
    if (slices.length === 0) return countMax === 0 ? [shape] : [shape, countMax];
    return [shape, countMax, slices, child.element.slicing?.rules === 'closed'];
  }

  #primitiveRow(child: Node, code: string, countMax: number | undefined): ElementRow {
    const added = this.#constraints(child.element.constraint ?? [], child.id);
    if (added.length > 0) throw new Error(`${child.id}: constraint on a primitive is not supported`);
    const isId = child.id === `${child.structure.type}.id` && child.structure.kind === 'resource';
    const word = (isId ? 'id' : code) + (countMax === undefined ? '' : '*');
    const codes = this.#codes(child, false);
    if (codes === undefined && !countMax) return word;
    return [word, codes ?? -1, countMax ?? 0];
  }

  /** What stands in these is checked by its own definition, in the same way wherever it stands. */
  #refuseConstraints({ id, element }: Node, code: string): void {
    const known = this.#tree(CORE + code).root.element.constraint ?? [];
    const added = (element.constraint ?? []).filter(({ key }) => !known.some((constraint) => constraint.key === key));
    if (this.#constraints(added, id).length > 0) throw new Error(`${id}: write the constraint on what holds it`);
  }

  /** Sub-extensions of a complex extension are told apart by a short url of their own, and have no definition elsewhere. */
  #extensionRow(child: Node): ElementRow {
    if (child.name === 'modifierExtension') return 'M';
    const local = child.slices.filter(({ element }) => element.type?.[0]?.profile === undefined && element.max !== '0');
    if (local.length === 0) return 'E';
    return ['E', Object.fromEntries(local.map((slice) => [localUrlOf(slice), this.#node(slice)]))];
  }

  #sliceRow(sliced: Node, slice: Node): readonly unknown[] {
    const { sliceName = '', min = 0, max = '*', type = [] } = slice.element;
    const tests = discriminatorsOf(sliced, slice, {
      codes: (node) => this.#codes(node, !PRIMITIVES.has(typeCodeOf(node.element.type?.[0] ?? { code: '' }))),
      profile: (canonical) => this.structure(canonical),
      typeOf: (canonical) => this.#tree(canonical).root.structure.type,
    });
    const [first] = type;
    if (!first) throw new Error(`${slice.id}: a slice without type`);
    return [sliceName, min, max === '*' ? 0 : Number(max), max === '0' ? 0 : this.#typed(slice, first), tests, max === '0'];
  }

  /** Must occur, must have a value; how often an extension occurs. A minimum that slices add up to is told by them. */
  #occurrence(child: Node): readonly RuleRow[] {
    const { element } = child;
    const name = child.name.replace('[x]', '');
    const wanted = requiredValueOf(element);
    if (wanted && child.name.endsWith('[x]')) throw new Error(`${child.id}: fixed values of choices are not supported`);
    const isRequired = (element.min ?? 0) > 0 || (child.name.endsWith('[x]') && child.slices.some((slice) => (slice.element.min ?? 0) > 0));
    const countMin = element.min ?? 0;
    return [
      ...(isRequired ? [['r', name] as const] : []),
      ...(countMin > 1 && child.slices.length === 0 ? [['m', name, countMin] as const] : []),
      ...(wanted ? [['f', name, wanted.exact ? 1 : 0, wanted.value] as const] : []),
      ...(name === 'extension' ? child.slices.flatMap(extensionCountOf) : []),
    ];
  }

  /** Number of the codes of a required binding: `code`, or `system|code` for a Coding. */
  #codes({ element }: Node, withSystem: boolean): number | undefined {
    const { binding } = element;
    if (binding?.strength !== 'required' || !binding.valueSet) return undefined;
    const codes = expand(binding.valueSet, this.#definitions);
    if (codes === undefined) return undefined;
    return this.codeSets.add(JSON.stringify([...new Set(codes.map(({ system, code }) => (withSystem ? `${system}|${code}` : code)))]));
  }

  /** Rules of an element that its type gives a meaning to: bindings, reference targets, our code systems, narrative. */
  #typeRules(node: Node, type: ElementDefinitionType | undefined): readonly RuleRow[] {
    switch (type === undefined ? node.structure.type : typeCodeOf(type)) {
      case 'Coding':
        return [...(isRoot(node) ? [['o'] as const] : []), ...this.#bound(node, 'b')];
      case 'CodeableConcept':
        return this.#bound(node, 'B');
      case 'Reference':
        return type === undefined ? [] : this.#targets(node, type.targetProfile ?? []);
      case 'Narrative':
        return isRoot(node) ? this.#constraints([NARRATIVE], node.id) : [];
      default:
        return [];
    }
  }

  #bound(node: Node, rule: 'b' | 'B'): readonly RuleRow[] {
    const codes = this.#codes(node, true);
    if (codes === undefined) return [];
    return [isSubset(node.element.binding?.valueSet ?? '', this.#definitions) ? [rule, codes, 1] : [rule, codes]];
  }

  #targets({ structure }: Node, profiles: readonly string[]): readonly RuleRow[] {
    const types = profiles.map((url) => this.#definitions.structures.get(url)?.type ?? url.slice(url.lastIndexOf('/') + 1));
    const isAnything = profiles.length === 0 || types.includes('Resource');
    if (!structure.url) throw new Error('a structure without url');
    return [['t', this.typeSets.add(isAnything ? '*' : [...new Set(types)].join(' '))]];
  }

  /** Constraints of an element whose children are spelled out: its own and those of its type. */
  #inherited(node: Node): readonly RuleRow[] {
    const [type] = node.element.type ?? [];
    const ofType = type === undefined ? [] : (this.#tree(CORE + typeCodeOf(type)).root.element.constraint ?? []);
    const own = node.element.constraint ?? [];
    const keys = new Set(own.map(({ key }) => key));
    return this.#constraints([...own, ...ofType.filter(({ key }) => !keys.has(key))], node.id);
  }

  #constraints(constraints: readonly ElementDefinitionConstraint[], place: string): readonly RuleRow[] {
    return constraints
      .filter(({ severity }) => severity === 'error')
      .flatMap((constraint): readonly RuleRow[] => {
        const compiled = compileConstraint(constraint, place, this.#choices);
        return compiled === undefined ? [] : [['c', this.constraints.add(JSON.stringify(compiled))]];
      });
  }

  /** What our profiles could say and nothing here would check: the build fails rather than drop it. */
  #refuseUnsupported({ id, element, structure, children, slices, name }: Node): void {
    if (!this.#own.has(structure.url)) return;
    const limit = Object.keys(element).find((key) => /^(?:maxLength|minValue|maxValue)/.test(key));
    if (limit !== undefined) throw new Error(`${id}: ${limit} is not supported, write an invariant`);
    if ((element.type ?? []).some(({ aggregation }) => aggregation !== undefined)) throw new Error(`${id}: aggregation is not supported`);
    if (children.length > 0 && (element.type ?? []).length > 1) throw new Error(`${id}: children of a choice of types are not supported`);
    const isPrimitive = PRIMITIVES.has(typeCodeOf(element.type?.[0] ?? { code: '' }));
    if (slices.length > 0 && isPrimitive && !name.endsWith('[x]')) throw new Error(`${id}: slices of a primitive are not supported`);
  }
}

function isRoot({ id }: Node): boolean {
  return !id.includes('.');
}

function localUrlOf(slice: Node): string {
  const url = slice.children.find(({ name }) => name === 'url');
  const value = url === undefined ? undefined : requiredValueOf(url.element)?.value;
  if (typeof value !== 'string') throw new Error(`${slice.id}: a sub-extension without url`);
  return value;
}

function extensionCountOf(slice: Node): readonly RuleRow[] {
  const { min = 0, max = '*', type } = slice.element;
  if (min === 0 && max === '*') return [];
  return [['x', type?.[0]?.profile?.[0] ?? localUrlOf(slice), min, max === '*' ? -1 : Number(max)]];
}

/** `dateTime` gives the `DateTime` of `valueDateTime`. */
function suffixOf(code: string): string {
  return code.slice(0, 1).toUpperCase() + code.slice(1);
}
