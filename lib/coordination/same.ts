import type { RelaisResource } from '../fhir/types.ts';
import { refOf } from './refs.ts';
import type { Compartment } from './types.ts';

/** What two bodies are compared without: set by the server at every write, or generated from the rest. */
const BOOKKEEPING: readonly string[] = ['meta', 'text'];

/** JSON with sorted keys: the same text for the same content. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

/** Whether two versions say the same, apart from `without` (elements) and extensions of `withoutExtensions`. */
export function sameContent(
  one: RelaisResource,
  other: RelaisResource,
  without: readonly string[] = [],
  withoutExtensions: readonly string[] = [],
): boolean {
  return canonical(reduced(one, without, withoutExtensions)) === canonical(reduced(other, without, withoutExtensions));
}

function reduced(resource: RelaisResource, without: readonly string[], withoutExtensions: readonly string[]): object {
  const kept = Object.entries(resource).filter(([name]) => !without.includes(name) && !BOOKKEEPING.includes(name) && name !== 'extension');
  const extensions = 'extension' in resource ? (resource.extension ?? []).filter(({ url }) => !withoutExtensions.includes(url)) : [];
  return Object.fromEntries([...kept, ...(extensions.length > 0 ? [['extension', extensions]] : [])]);
}

/** The writes that change something: a replay writes nothing. */
export function changedOnly(writes: readonly RelaisResource[], compartment: Compartment): readonly RelaisResource[] {
  const stored = new Map(compartment.map((resource) => [refOf(resource), canonical(resource)]));
  return writes.filter((resource) => stored.get(refOf(resource)) !== canonical(resource));
}
