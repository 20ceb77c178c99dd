import { child, compare, descendants, textOf } from './fhirpath.ts';
import { isObject, type JsonObject, type State } from './issue.ts';
import { narrativeFault } from './narrative.ts';

/** Constraints of R4 that are written by hand: why, is said in the table of the generator that names them. */

/** ext-1: an extension has a value or extensions, not both. */
export function hasEitherExtensionOrValue(extension: JsonObject): boolean {
  let hasValue = false;
  for (const key in extension) if (/^_?value[A-Z]/.test(key)) hasValue = true;
  return hasValue !== (extension.extension !== undefined);
}

/** per-1: a period does not end before it starts. */
export function isPeriodInOrder(period: JsonObject): boolean {
  const { start, end } = period;
  return start === undefined || end === undefined || (compare([start], [end]) ?? 0) <= 0;
}

/** ref-1: a reference `#id` names a resource that the root contains; `#` alone is the root itself. */
export function isContainedReferenceKnown(reference: JsonObject, state: State): boolean {
  const { reference: target } = reference;
  if (typeof target !== 'string' || !target.startsWith('#') || target === '#') return true;
  return containedOf(state.rootResource).some((resource) => resource.id === target.slice(1));
}

/** dom-3: what is contained is referred to from the resource, or refers to it. */
export function isEveryContainedUsed(resource: JsonObject): boolean {
  const contained = containedOf(resource);
  if (contained.length === 0) return true;
  const said = new Set(descendants([resource]).filter((item) => typeof item === 'string' && item.startsWith('#')));
  return contained.every((item) => said.has(`#${textOf(item.id)}`) || child(descendants([item]), 'reference').includes('#'));
}

/** txt-1, txt-2: passive XHTML with some content. */
export function isNarrativeSafe(narrative: JsonObject): boolean {
  const { div } = narrative;
  return typeof div !== 'string' || narrativeFault(div) === undefined;
}

function containedOf(resource: JsonObject): readonly JsonObject[] {
  const { contained } = resource;
  return Array.isArray(contained) ? contained.filter(isObject) : [];
}
