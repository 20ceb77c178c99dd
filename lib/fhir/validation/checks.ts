import { textOf } from './fhirpath.ts';
import { isObject, type JsonObject, report, type State } from './issue.ts';
import { JSON_TYPE } from './primitives.ts';

export { reportConstraint } from './issue.ts';

/** What the generated validators call. Each takes the path of the parent and the name of the element: a path is written only when it is needed. */

/** Validates one object at a path. */
export type Check = (value: JsonObject, path: string, state: State) => void;

const DEPTH_MAX = 100;

/** An element that occurs once. */
export function one(state: State, value: unknown, path: string, name: string, check: Check): void {
  object(state, value, `${path}.${name}`, check);
}

/** An element that repeats, at most `countMax` times (0: no limit). */
export function many(state: State, value: unknown, path: string, name: string, check: Check, countMax: number): void {
  const place = `${path}.${name}`;
  if (!isList(state, value, place, countMax)) return;
  for (let index = 0; index < value.length; index++) object(state, value[index], `${place}[${index}]`, check);
}

function object(state: State, value: unknown, path: string, check: Check): void {
  if (!isObject(value)) report(state, 'json-type', path, 'an object is expected here');
  else if (isEmpty(value)) report(state, 'empty', path, 'an empty object');
  else if (state.depth >= DEPTH_MAX) report(state, 'too-deep', path, `nested deeper than ${DEPTH_MAX} elements`);
  else {
    state.depth++;
    check(value, path, state);
    state.depth--;
  }
}

function isEmpty(value: JsonObject): boolean {
  for (const _ in value) return false;
  return true;
}

/** The `_name` objects of a repeating primitive: null where the value stands alone. */
export function companions(state: State, value: unknown, values: unknown, path: string, name: string, check: Check): void {
  const place = `${path}.${name}`;
  if (!isList(state, value, place, 0)) return;
  for (let index = 0; index < value.length; index++) {
    if (value[index] !== null) object(state, value[index], `${place}[${index}]`, check);
    else if (!Array.isArray(values) || values[index] === undefined)
      report(state, 'empty', `${place}[${index}]`, 'neither value nor extension');
  }
}

/** The values of a repeating primitive; null only where `_name` has an object at the same index. */
export function primitives(
  state: State,
  value: unknown,
  beside: unknown,
  path: string,
  name: string,
  type: string,
  test: (value: unknown) => boolean,
  countMax: number,
  codes?: ReadonlySet<unknown>,
): void {
  if (!isList(state, value, `${path}.${name}`, countMax)) return;
  for (let index = 0; index < value.length; index++) {
    const item: unknown = value[index];
    if (item === null && Array.isArray(beside) && isObject(beside[index])) continue;
    if (!test(item)) badPrimitive(state, path, `${name}[${index}]`, type, item);
    else if (codes !== undefined && !codes.has(item)) badCode(state, path, `${name}[${index}]`);
  }
}

function isList(state: State, value: unknown, place: string, countMax: number): value is readonly unknown[] {
  if (!Array.isArray(value)) {
    report(state, 'json-type', place, 'an array is expected here');
    return false;
  }
  if (value.length === 0) report(state, 'empty', place, 'an empty array');
  if (countMax > 0 && value.length > countMax) report(state, 'cardinality', place, `at most ${countMax} allowed`);
  return true;
}

/** A primitive that its type refuses: wrong JSON type, empty, or a wrong format. */
export function badPrimitive(state: State, path: string, name: string, type: string, value: unknown): void {
  const place = `${path}.${name}`;
  const jsonType = JSON_TYPE.get(type) ?? 'string';
  if (value === '') report(state, 'empty', place, 'an empty string');
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

/** Remembers which type of a choice was used; a second one is reported. @returns the first one used. */
export function choice(state: State, path: string, name: string, before: string, now: string): string {
  if (before !== '' && before !== now) report(state, 'choice-type', `${path}.${name}`, `${name} occurs with two types`);
  return before === '' ? now : before;
}

/** A type of a choice that R4 knows and the profile does not allow. */
export function wrongChoice(state: State, path: string, name: string, types: string): void {
  report(state, 'choice-type', `${path}.${name}`, `${name} must be one of: ${types}`);
}

/** A Coding bound to a value set; `codes` holds `system|code`. */
export function codingIn(state: State, value: JsonObject, path: string, codes: ReadonlySet<unknown>): void {
  if (codes.has(keyOf(value))) return;
  const last = state.issues.at(-1);
  // A code that its own system does not have was told just before.
  if (last?.rule === 'code-unknown' && last.expression === path) return;
  report(state, 'binding', path, 'the coding is not in the required value set');
}

/** A CodeableConcept bound to a value set: one of its codings at least is in it. */
export function conceptIn(state: State, value: JsonObject, path: string, codes: ReadonlySet<unknown>): void {
  const { coding } = value;
  const found = Array.isArray(coding) && coding.some((item) => isObject(item) && codes.has(keyOf(item)));
  if (!found) report(state, 'binding', path, 'no coding of the concept is in the required value set');
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

function holds(value: unknown, wanted: unknown, exact: boolean): boolean {
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
  if (count > countMax) report(state, 'cardinality', `${path}.extension`, `the extension ${url} occurs more than ${countMax} times`);
}

const LITERAL = /^(?:https?:\/\/\S+\/)?([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

const CORE_TYPE = 'http://hl7.org/fhir/StructureDefinition/';

/** A reference names a resource of one of the types, in its text and in its `type`. What cannot be read from the text is not judged. */
export function referenceTo(state: State, value: JsonObject, path: string, types: ReadonlySet<string>): void {
  const { reference, type: said } = value;
  if (typeof said === 'string' && !types.has(said.replace(CORE_TYPE, '')))
    report(state, 'reference-target', `${path}.type`, `must be one of: ${[...types].join(', ')}`);
  if (typeof reference !== 'string' || types.has(reference.slice(0, reference.indexOf('/')))) return;
  const type = LITERAL.exec(reference)?.[1];
  if (type !== undefined && !types.has(type))
    report(state, 'reference-target', `${path}.reference`, `must be one of: ${[...types].join(', ')}`);
}

/** An extension: ours by its own definition (an address of ours that nothing defines is refused), any other by base R4. */
export function extension(
  value: JsonObject,
  path: string,
  state: State,
  ours: ReadonlyMap<unknown, Check>,
  base: string,
  any: Check,
): void {
  const { url } = value;
  const check = ours.get(url) ?? any;
  if (check === any && typeof url === 'string' && url.startsWith(base)) {
    report(state, 'extension-unknown', path, 'Relais defines no extension of this url');
  }
  check(value, path, state);
}

/** A resource inside another: contained, or the entry of a Bundle, which is a root of its own for `%rootResource`. */
export function resource(value: JsonObject, path: string, state: State, types: ReadonlyMap<unknown, Check>, isContained: boolean): void {
  const check = types.get(value.resourceType);
  if (check === undefined) {
    report(state, 'resource-type', path, 'not a FHIR resource of a type that this server knows');
    return;
  }
  const { resource: resourceBefore, rootResource: rootBefore } = state;
  state.resource = value;
  if (!isContained) state.rootResource = value;
  check(value, path, state);
  state.resource = resourceBefore;
  state.rootResource = rootBefore;
}
