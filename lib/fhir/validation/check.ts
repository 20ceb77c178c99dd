import { badCode, badPrimitive, cardinality, choiceTwice, prohibited, unknownElement, wrongChoice } from './checks.ts';
import { extensions } from './extensions.ts';
import { isObject, type JsonObject, report, type State } from './issue.ts';
import { checkRule } from './rules.ts';
import type { Element, Shape } from './shape.ts';
import { sliceOf, slicesOccur } from './slices.ts';
import { index, shape } from './tables.ts';

const DEPTH_MAX = 100;

/** Every broken rule of an object against its shape: its properties in the order in which they stand, then what it lacks as a whole. */
function check(value: JsonObject, path: string, state: State, expected: Shape): void {
  const { elements, rules } = expected;
  let choice: Element | undefined;
  for (const key in value) {
    const item = value[key];
    if (item === undefined) continue;
    const element = elements.get(key);
    if (element === undefined) {
      if (key !== 'resourceType' || !expected.types.includes('Resource')) unknownElement(state, path, key);
      continue;
    }
    if (element.choice !== '') {
      if (choice === undefined) choice = element;
      else if (isSecond(value, element, key, elements)) choiceTwice(state, path, element.choice);
    }
    checkElement(value, item, path, state, element, expected);
  }
  for (let at = 0; at < rules.length; at++) {
    const rule = rules[at];
    if (rule !== undefined) checkRule(rule, value, path, state, expected);
  }
}

/** One choice has one type: whether a property of another type stands before this one. */
function isSecond(value: JsonObject, { choice, key: property }: Element, own: string, elements: Shape['elements']): boolean {
  for (const key in value) {
    if (key === own) return false;
    const before = elements.get(key);
    if (before !== undefined && before.choice === choice && before.key !== property && value[key] !== undefined) return true;
  }
  return false;
}

function checkElement(holder: JsonObject, item: unknown, path: string, state: State, element: Element, parent: Shape): void {
  const { name } = element;
  switch (element.kind) {
    case 'primitive':
      if (!element.test(item)) badPrimitive(state, path, name, element.type, item);
      else if (element.codes !== undefined && !element.codes.has(item)) badCode(state, path, name);
      break;
    case 'one':
      object(state, item, `${path}.${name}`, element.shape, false);
      break;
    case 'many':
      many(state, item, `${path}.${name}`, element);
      break;
    case 'extensions':
    case 'modifiers':
      extensionList(state, item, path, element, parent);
      break;
    case 'primitives':
      primitives(state, item, holder[`_${element.key}`], path, element);
      break;
    case 'companion':
      object(state, item, `${path}.${name}`, element.shape, holder[element.key] !== undefined);
      break;
    case 'companions':
      companions(state, item, holder[element.key], `${path}.${name}`, element);
      break;
    case 'resource':
      inner(state, item, `${path}.${name}`, element.shape, false);
      break;
    case 'contained':
      if (isList(state, item, `${path}.${name}`, 0)) {
        for (let at = 0; at < item.length; at++) inner(state, item[at], `${path}.${name}[${at}]`, -1, true);
      }
      break;
    case 'otherType':
      wrongChoice(state, path, name, element.allowed);
      break;
    case 'prohibited':
      prohibited(state, path, name);
  }
}

/** @param isSaid a value stands beside it, so that an id alone says something */
function object(state: State, value: unknown, path: string, expected: number, isSaid: boolean): void {
  if (isSound(state, value, path, isSaid)) {
    state.depth++;
    check(value, path, state, shape(expected));
    state.depth--;
  }
}

function isSound(state: State, value: unknown, path: string, isSaid: boolean): value is JsonObject {
  if (!isObject(value)) report(state, 'json-type', path, 'an object is expected here');
  else if (isEmpty(value, isSaid)) report(state, 'empty', path, 'an object without value or children (ele-1)');
  else if (state.depth >= DEPTH_MAX) report(state, 'too-deep', path, `nested deeper than ${DEPTH_MAX} elements`);
  else return true;
  return false;
}

/** ele-1: an element has a value or children, and its id is none. */
function isEmpty(value: JsonObject, isSaid: boolean): boolean {
  for (const key in value) if ((key !== 'id' && key !== '_id') || isSaid) return false;
  return true;
}

function many(state: State, value: unknown, place: string, element: Element): void {
  if (!isList(state, value, place, element.countMax)) return;
  if (element.slices.length === 0) {
    for (let at = 0; at < value.length; at++) object(state, value[at], `${place}[${at}]`, element.shape, false);
    return;
  }
  const counts = element.slices.map(() => 0);
  for (let at = 0; at < value.length; at++) {
    const item: unknown = value[at];
    const found = isObject(item) ? sliceOf(item, element.slices, matchesProfile) : -1;
    counts[found] = (counts[found] ?? 0) + 1;
    const slice = element.slices[found];
    if (slice === undefined && element.isClosed) report(state, 'slice', `${place}[${at}]`, 'the profile has no such slice');
    object(state, item, `${place}[${at}]`, slice === undefined || slice.isProhibited ? element.shape : slice.shape, false);
  }
  slicesOccur(state, place, element.slices, counts);
}

/** Whether a resource is valid against a profile: what a discriminator by profile asks. */
function matchesProfile(value: JsonObject, profile: number): boolean {
  const trial: State = { issues: [], depth: 0, resource: value, rootResource: value, place: '', withWarnings: false };
  check(value, '', trial, shape(profile));
  return trial.issues.length === 0;
}

function extensionList(state: State, value: unknown, path: string, element: Element, parent: Shape): void {
  const place = `${path}.${element.name}`;
  if (!isList(state, value, place, 0)) return;
  for (let at = 0; at < value.length; at++) {
    const item: unknown = value[at];
    if (!isSound(state, item, `${place}[${at}]`, false)) continue;
    state.depth++;
    check(item, `${place}[${at}]`, state, shape(extensions(state, item, `${place}[${at}]`, element, path, parent)));
    state.depth--;
  }
}

/** The `_name` objects of a repeating primitive: null where the value stands alone. */
function companions(state: State, value: unknown, values: unknown, place: string, { shape: expected }: Element): void {
  if (!isList(state, value, place, 0)) return;
  for (let at = 0; at < value.length; at++) {
    const said: unknown = Array.isArray(values) ? values[at] : undefined;
    const hasValue = said !== undefined && said !== null;
    if (value[at] !== null) object(state, value[at], `${place}[${at}]`, expected, hasValue);
    else if (said === undefined) report(state, 'empty', `${place}[${at}]`, 'neither value nor extension');
  }
}

/** The values of a repeating primitive; null only where `_name` has an object at the same index. */
function primitives(state: State, value: unknown, beside: unknown, path: string, element: Element): void {
  const { name, type, test, codes, countMax } = element;
  if (!isList(state, value, `${path}.${name}`, countMax)) return;
  for (let at = 0; at < value.length; at++) {
    const item: unknown = value[at];
    if (item === null && Array.isArray(beside) && isObject(beside[at])) continue;
    if (!test(item)) badPrimitive(state, path, `${name}[${at}]`, type, item);
    else if (codes !== undefined && !codes.has(item)) badCode(state, path, `${name}[${at}]`);
  }
}

function isList(state: State, value: unknown, place: string, countMax: number): value is readonly unknown[] {
  if (!Array.isArray(value)) {
    report(state, 'json-type', place, 'an array is expected here');
    return false;
  }
  if (value.length === 0) report(state, 'empty', place, 'an empty array');
  if (countMax > 0 && value.length > countMax) cardinality(state, place, `at most ${countMax} allowed`);
  return true;
}

/** A resource inside another: contained, or the entry of a Bundle, which is a root of its own for `%rootResource`. */
function inner(state: State, value: unknown, path: string, expected: number, isContained: boolean): void {
  if (!isObject(value)) report(state, 'json-type', path, 'an object is expected here');
  else if (state.depth >= DEPTH_MAX) report(state, 'too-deep', path, `nested deeper than ${DEPTH_MAX} elements`);
  else innerResource(state, value, path, expected, isContained);
}

function innerResource(state: State, value: JsonObject, path: string, expected: number, isContained: boolean): void {
  const { base } = index();
  const type = typeof value.resourceType === 'string' ? value.resourceType : '';
  const plain = Object.hasOwn(base, type) ? base[type] : undefined;
  if (plain === undefined) {
    report(state, 'resource-type', path, 'not a FHIR resource of a type that this server knows');
    return;
  }
  const wanted = expected < 0 ? shape(plain) : shape(expected);
  if (!wanted.types.includes(type)) {
    report(state, 'resource-type', path, `a ${wanted.types[0]} is expected here`);
    return;
  }
  const { resource, rootResource, place } = state;
  state.resource = value;
  state.place = path;
  if (!isContained) state.rootResource = value;
  state.depth++;
  check(value, path, state, wanted);
  state.depth--;
  state.resource = resource;
  state.rootResource = rootResource;
  state.place = place;
}

/** The same for the resource as a whole. @param number shape of its type or of a profile */
export function checkResource(value: JsonObject, type: string, state: State, number: number): void {
  check(value, type, state, shape(number));
}
