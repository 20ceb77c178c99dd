import { holds } from './checks.ts';
import { type Collection, child, choiceChild, textOf } from './fhirpath.ts';
import { isObject, type JsonObject, report, type State } from './issue.ts';
import type { Discriminator, Slice } from './shape.ts';
import { codeSet } from './tables.ts';

type MatchesProfile = (value: JsonObject, profile: number) => boolean;

/** Index of the slice that an item belongs to, -1 for none (R4 profiling.html#slicing). The first one wins, as they stand in the profile. */
export function sliceOf(item: JsonObject, slices: readonly Slice[], matchesProfile: MatchesProfile): number {
  return slices.findIndex(({ discriminators }) => discriminators.every((discriminator) => matches(item, discriminator, matchesProfile)));
}

function matches(item: JsonObject, [letter, names, first, exact]: Discriminator, matchesProfile: MatchesProfile): boolean {
  const found = names.reduce<Collection>((items, name) => childOf(items, name), [item]);
  switch (letter) {
    case 'v':
      return found.some((one) => holds(one, first, exact === true));
    case 'b':
      return found.some((one) => isCoded(one, codeSet(Number(first))));
    case 'e':
      return found.length > 0 === first;
    case 't':
      return found.some((one) => isObject(one) && Array.isArray(first) && first.includes(one.resourceType));
    default:
      return found.some((one) => isObject(one) && Array.isArray(first) && first.some((profile) => matchesProfile(one, Number(profile))));
  }
}

function childOf(items: Collection, name: string): Collection {
  const plain = child(items, name);
  return plain.length > 0 ? plain : choiceChild(items, name);
}

/** A code, a Coding, or one Coding of a CodeableConcept. */
function isCoded(value: unknown, codes: ReadonlySet<unknown>): boolean {
  if (!isObject(value)) return codes.has(value);
  if (Array.isArray(value.coding)) return value.coding.some((coding: unknown) => isCoded(coding, codes));
  return codes.has(`${textOf(value.system)}|${textOf(value.code)}`);
}

/** Each slice occurs as often as the profile says. */
export function slicesOccur(state: State, place: string, slices: readonly Slice[], counts: readonly number[]): void {
  slices.forEach(({ name, countMin, countMax, isProhibited }, at) => {
    const count = counts[at] ?? 0;
    if (count < countMin) report(state, 'required', place, `the slice ${name} must occur ${countMin} time(s)`);
    if (isProhibited && count > 0) report(state, 'cardinality', place, `the slice ${name} is not allowed`);
    else if (countMax > 0 && count > countMax) report(state, 'cardinality', place, `the slice ${name} may occur ${countMax} time(s)`);
  });
}
