import type { ElementDefinition } from '@medplum/fhirtypes';
import { type Node, requiredValueOf, typeCodeOf } from './element-tree.ts';

/** How an item is known to belong to a slice; `lib/fhir/validation/slices.ts` says what each letter means. */
export type DiscriminatorRow = readonly [string, readonly string[], ...(readonly unknown[])];

/** What a slice asks of the writer of shapes. */
type Lookups = {
  /** Number of the codes of a binding. */
  readonly codes: (node: Node) => number | undefined;
  /** Number of the shape of a profile. */
  readonly profile: (canonical: string) => number;
  /** Type that a profile is of. */
  readonly typeOf: (canonical: string) => string;
};

type Discriminator = NonNullable<NonNullable<ElementDefinition['slicing']>['discriminator']>[number];

/**
 * The tests that tell the items of a slice (R4 profiling.html#discriminator): `value` and `pattern` by a value that it fixes or
 * a value set that it requires, `exists` by its cardinality, `type` and `profile` by its type.
 * @throws when the slice says nothing that its discriminator could look at
 */
export function discriminatorsOf(sliced: Node, slice: Node, lookups: Lookups): readonly DiscriminatorRow[] {
  const discriminators = sliced.element.slicing?.discriminator ?? [];
  if (discriminators.length === 0) throw new Error(`${slice.id}: sliced without discriminator`);
  return discriminators.map((discriminator) => rowOf(discriminator, slice, lookups));
}

function rowOf({ type, path }: Discriminator, slice: Node, { codes, profile, typeOf }: Lookups): DiscriminatorRow {
  const names = path === '$this' ? [] : path.split('.');
  if (names.some((name) => name.includes('('))) throw new Error(`${slice.id}: discriminator ${path} is not supported`);
  const node = descend(slice, names);
  if (type === 'value' || type === 'pattern') return valueRow(slice, names, codes);
  if (!node) throw new Error(`${slice.id}: nothing is said of ${path}`);
  const profiles = (node.element.type ?? []).flatMap(({ profile: canonicals = [] }) => canonicals);
  switch (type) {
    case 'exists':
      return ['e', names, node.element.max !== '0'];
    case 'type':
      return ['t', names, [...(node.element.type ?? []).map(typeCodeOf), ...profiles.map(typeOf)]];
    case 'profile':
      return ['p', names, profiles.map(profile)];
    default:
      throw new Error(`${slice.id}: a discriminator on ${path} is of a kind that R4 does not know`);
  }
}

/** The value may be fixed above the place that the discriminator names: a pattern for a concept tells the system of its coding. */
function valueRow(slice: Node, names: readonly string[], codes: Lookups['codes']): DiscriminatorRow {
  for (let length = names.length; length >= 0; length--) {
    const part = names.slice(0, length);
    const node = descend(slice, part);
    const wanted = node && requiredValueOf(node.element);
    if (wanted) return ['v', part, wanted.value, wanted.exact];
    const set = node && codes(node);
    if (set !== undefined) return ['b', part, set];
  }
  throw new Error(`${slice.id}: no value tells this slice by ${names.join('.')}`);
}

function descend(from: Node, names: readonly string[]): Node | undefined {
  return names.reduce<Node | undefined>((node, name) => node?.children.find((child) => child.name.replace('[x]', '') === name), from);
}
