import { textOf } from './fhirpath.ts';
import { isObject, type JsonObject, report, type State, warn } from './issue.ts';
import { isBlank, JSON_TYPE } from './primitives.ts';

/** What is said of each broken rule. Each takes the path of the parent and the name of the element: a path is written only when it is needed. */

/** A primitive that its type refuses: wrong JSON type, empty, or a wrong format. */
export function badPrimitive(state: State, path: string, name: string, type: string, value: unknown): void {
  const place = `${path}.${name}`;
  const jsonType = JSON_TYPE.get(type) ?? 'string';
  if (typeof value === 'string' && isBlank(value)) report(state, 'empty', place, 'an empty or blank string');
  else if (typeof value !== jsonType) report(state, 'json-type', place, `a JSON ${jsonType} is expected here (${type})`);
  else report(state, 'format', place, `not a valid ${type}`);
}

/** A code outside the value set that its element is bound to. */
export function badCode(state: State, path: string, name: string): void {
  report(state, 'binding', `${path}.${name}`, 'the code is not in the required value set');
}

/** A property that R4 does not define here. */
export function unknownElement(state: State, path: string, key: string): void {
  // A key of the client is shown only when it is a plain word: anything else could carry data.
  const word = /^_?[A-Za-z][A-Za-z0-9]{0,63}$/.test(key) ? key : undefined;
  const place = word === undefined ? path : `${path}.${word}`;
  report(state, 'unknown-element', place, word === undefined ? 'a property with no valid name' : `no element of this name: ${word}`);
}

/** An element without which its parent is not valid. */
export function missing(state: State, path: string, name: string): void {
  report(state, 'required', `${path}.${name}`, `${name} is required`);
}

/** An element that the profile does not let occur. */
export function prohibited(state: State, path: string, name: string): void {
  report(state, 'cardinality', `${path}.${name}`, `${name} is not allowed by the profile`);
}

/** A choice has one type. */
export function choiceTwice(state: State, path: string, name: string): void {
  report(state, 'choice-type', `${path}.${name}`, `${name} occurs with two types`);
}

/** An element occurs too often. */
export function cardinality(state: State, place: string, diagnostics: string): void {
  report(state, 'cardinality', place, diagnostics);
}

/** An element that the profile wants several times. */
export function tooFew(state: State, value: unknown, path: string, name: string, countMin: number): void {
  if (Array.isArray(value) && value.length > 0 && value.length < countMin)
    report(state, 'cardinality', `${path}.${name}`, `at least ${countMin} expected`);
}

/** A type of a choice that R4 knows and the profile does not allow. */
export function wrongChoice(state: State, path: string, name: string, types: string): void {
  report(state, 'choice-type', `${path}.${name}`, `${name} must be one of: ${types}`);
}

/**
 * A Coding bound to a value set; `codes` holds `system|code`.
 * @param isSubset this server carries a part of the value set: another code of somebody else may be right
 */
export function codingIn(state: State, value: JsonObject, path: string, codes: ReadonlySet<unknown>, isSubset: boolean): void {
  if (codes.has(keyOf(value))) return;
  const last = state.issues.at(-1);
  // A code that its own system does not have was told just before.
  if (last?.rule === 'code-unknown' && last.expression === path) return;
  if (isSubset) warn(state, 'code-not-carried', path, 'the coding is not among the codes of its value set that this server carries');
  else report(state, 'binding', path, 'the coding is not in the required value set');
}

/** A CodeableConcept bound to a value set: one of its codings at least is in it. */
export function conceptIn(state: State, value: JsonObject, path: string, codes: ReadonlySet<unknown>, isSubset: boolean): void {
  const { coding } = value;
  const found = Array.isArray(coding) && coding.some((item) => isObject(item) && codes.has(keyOf(item)));
  if (found) return;
  if (isSubset && coding !== undefined)
    warn(state, 'code-not-carried', path, 'no coding is among those of its value set that this server carries');
  else report(state, 'binding', path, 'no coding of the concept is in the required value set');
}

function keyOf({ system, code }: JsonObject): string {
  return `${textOf(system)}|${textOf(code)}`;
}

/** A code of a system of ours must be one that we define. */
export function ownCode(state: State, value: JsonObject, path: string, systems: ReadonlyMap<unknown, ReadonlySet<unknown>>): void {
  const codes = systems.get(value.system);
  if (codes !== undefined && !codes.has(value.code)) report(state, 'code-unknown', path, 'the code system of Relais has no such code');
}

/** An element, and each of them when it repeats, must equal (fixed) or hold (pattern) a value. */
export function fixed(state: State, value: unknown, path: string, name: string, wanted: unknown, exact: boolean): void {
  const values = Array.isArray(value) && !Array.isArray(wanted) ? value : [value];
  if (!values.every((one) => holds(one, wanted, exact)))
    report(state, 'fixed-value', `${path}.${name}`, `${name} must be ${JSON.stringify(wanted)}`);
}

/** Whether a value equals another (`exact`) or holds it, as a pattern of R4 does (elementdefinition.html#pattern). */
export function holds(value: unknown, wanted: unknown, exact: boolean): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(value) || (exact && value.length !== wanted.length)) return false;
    return wanted.every((item) => value.some((candidate) => holds(candidate, item, exact)));
  }
  if (!isObject(wanted)) return value === wanted;
  if (!isObject(value) || (exact && Object.keys(value).length !== Object.keys(wanted).length)) return false;
  return Object.entries(wanted).every(([key, item]) => holds(value[key], item, exact));
}

/** How often an extension of a profile occurs. */
export function extensionCount(state: State, value: unknown, path: string, url: string, countMin: number, countMax: number): void {
  const count = Array.isArray(value) ? value.filter((item) => isObject(item) && item.url === url).length : 0;
  if (count < countMin) report(state, 'required', `${path}.extension`, `the extension ${url} is required`);
  if (countMax >= 0 && count > countMax)
    report(state, 'cardinality', `${path}.extension`, `the extension ${url} occurs more than ${countMax} times`);
}

const LITERAL = /^(?:https?:\/\/\S+\/)?([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

const CORE_TYPE = 'http://hl7.org/fhir/StructureDefinition/';

/** A reference names a resource of one of the types, in its text and in its `type`. What cannot be read from the text is not judged. */
export function referenceTo(state: State, value: JsonObject, path: string, types: ReadonlySet<unknown>): void {
  const { reference, type: said } = value;
  if (typeof said === 'string' && !types.has(said.replace(CORE_TYPE, '')))
    report(state, 'reference-target', `${path}.type`, `must be one of: ${[...types].join(', ')}`);
  if (typeof reference !== 'string' || types.has(reference.slice(0, reference.indexOf('/')))) return;
  const type = reference.startsWith('#') ? typeOfContained(reference, state) : LITERAL.exec(reference)?.[1];
  if (type !== undefined && !types.has(type))
    report(state, 'reference-target', `${path}.reference`, `must be one of: ${[...types].join(', ')}`);
}

function typeOfContained(reference: string, { rootResource }: State): string | undefined {
  const { contained } = rootResource;
  if (!Array.isArray(contained)) return undefined;
  const found: unknown = contained.find((one) => isObject(one) && one.id === reference.slice(1));
  return isObject(found) && typeof found.resourceType === 'string' ? found.resourceType : undefined;
}
