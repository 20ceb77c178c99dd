import { accepted, type Result, refused } from '../../platform/refusal.ts';
import type { RelaisResource } from '../types.ts';
import { jsonText, parseJson } from '../xml/json-text.ts';
import type { PatchOperation, PatchValue } from './operations.ts';
import type { Step } from './path.ts';
import { inapplicable } from './refusals.ts';
import { elementsNamed, isJson, type Json, type Place, type Selected, select, title } from './select.ts';

/**
 * FHIRPath Patch: operations one after the other on a copy, all of them or none. The result is what the operations
 * say, not yet valid: it is for the caller to check.
 *
 * A deletion that finds nothing is done already; every other operation needs exactly one place (422).
 * @see https://hl7.org/fhir/R4/fhirpatch.html
 */
export function applyFhirPathPatch(resource: RelaisResource, operations: readonly PatchOperation[]): Result<unknown> {
  // Not structuredClone, which would lose the decimals as they were written.
  const copy = parseJson(jsonText(resource));
  if (!isJson(copy)) return refused(inapplicable(0, 'there is no resource'));
  for (const [index, operation] of operations.entries()) {
    const problem =
      operation.path.type === resource.resourceType ? apply(copy, operation) : `the path is not of a ${resource.resourceType}`;
    if (problem !== undefined) return refused(inapplicable(index, problem));
  }
  return accepted(copy);
}

/** @returns why it does not apply */
function apply(resource: Json, operation: PatchOperation): string | undefined {
  const { type, steps } = operation.path;
  if (operation.type === 'insert' || operation.type === 'move') return inList(resource, operation);
  const selected = select(resource, type, steps);
  if (!selected) return 'the path names an element that R4 does not define there';
  const [only, second] = selected;
  if (second) return 'the path leads to several elements';
  if (operation.type === 'delete') {
    if (only?.place) remove(resource, only.place);
    return only && !only.place ? 'a resource is not deleted by a patch' : undefined;
  }
  if (!only) return 'the path leads to nothing';
  return operation.type === 'add' ? add(only, operation.name, operation.value) : replace(only, operation.value);
}

/** Appended to a list, or the value of an element that was absent. */
function add({ value: parent, type }: Selected, name: string, value: PatchValue): string | undefined {
  if (!isJson(parent)) return 'a primitive has no elements';
  const elements = elementsNamed(type, name);
  const element =
    elements.length === 1 && elements[0]?.name === name ? elements[0] : elements.find((one) => one.name === propertyOf(name, value));
  if (!element) return `R4 defines no element ${name} of that type there`;
  const json = jsonOf(value, element.type);
  if (json === undefined) return 'the value has parts that R4 does not define there';
  if (element.many) {
    const list = listAt(parent, element.name);
    list.push(json);
    besideOf(parent, element.name)?.push(null);
    return undefined;
  }
  if (elements.some((one) => Object.hasOwn(parent, one.name))) return `${name} is there already`;
  parent[element.name] = json;
  return undefined;
}

function replace({ place }: Selected, value: PatchValue): string | undefined {
  if (!place) return 'a resource is not replaced by a patch';
  const { parent, property, index, choice, type } = place;
  const becomes = choice === undefined ? property : propertyOf(choice, value);
  const json = jsonOf(value, type);
  if (json === undefined || becomes === undefined) return 'the value has parts that R4 does not define there';
  if (index === undefined) {
    Reflect.deleteProperty(parent, property);
    Reflect.deleteProperty(parent, `_${property}`);
    parent[becomes] = json;
  } else {
    listAt(parent, property)[index] = json;
    const beside = besideOf(parent, property);
    if (beside) beside[index] = null;
  }
  return undefined;
}

/** `insert` and `move`: the path leads to a list as a whole. */
function inList(resource: Json, operation: Extract<PatchOperation, { type: 'insert' | 'move' }>): string | undefined {
  const { type, steps } = operation.path;
  const last: Step | undefined = steps.at(-1);
  if (last?.kind !== 'child') return 'the path does not end with the name of a list';
  const parents = select(resource, type, steps.slice(0, -1));
  const [parent, second] = parents ?? [];
  if (!parent || second || !isJson(parent.value)) return 'the path does not lead to one list';
  const element = elementsNamed(parent.type, last.name).find(({ name, many }) => many && name === last.name);
  if (!element) return `R4 defines no list ${last.name} there`;
  const known = parent.value[element.name];
  const length = Array.isArray(known) ? known.length : 0;
  if (operation.type === 'insert') {
    if (operation.index > length) return `the list has ${length} elements`;
    const json = jsonOf(operation.value, element.type);
    if (json === undefined) return 'the value has parts that R4 does not define there';
    listAt(parent.value, element.name).splice(operation.index, 0, json);
    besideOf(parent.value, element.name)?.splice(operation.index, 0, null);
    return undefined;
  }
  const { source, destination } = operation;
  if (source >= length || destination >= length) return `the list has ${length} elements`;
  for (const list of [listAt(parent.value, element.name), besideOf(parent.value, element.name)]) {
    if (list) list.splice(destination, 0, ...list.splice(source, 1));
  }
  return undefined;
}

/** With what is left empty: FHIR has no empty lists and no empty objects. */
function remove(resource: Json, { parent, property, index }: Place): void {
  if (index === undefined) {
    Reflect.deleteProperty(parent, property);
    Reflect.deleteProperty(parent, `_${property}`);
  } else {
    listAt(parent, property).splice(index, 1);
    besideOf(parent, property)?.splice(index, 1);
  }
  prune(resource);
}

function prune(value: unknown): boolean {
  if (Array.isArray(value)) {
    const left = value.filter((item: unknown) => item === null || !prune(item));
    value.splice(0, value.length, ...left);
    return value.every((item) => item === null);
  }
  if (!isJson(value)) return false;
  for (const [name, child] of Object.entries(value)) if (prune(child)) Reflect.deleteProperty(value, name);
  return Object.keys(value).length === 0;
}

/** The list under a property, made when there is none. */
function listAt(parent: Json, property: string): unknown[] {
  const known = parent[property];
  if (Array.isArray(known)) return known;
  const made: unknown[] = [];
  parent[property] = made;
  return made;
}

/** `_given` beside `given`: ids and extensions of primitives, kept in step. */
function besideOf(parent: Json, property: string): unknown[] | undefined {
  const beside = parent[`_${property}`];
  return Array.isArray(beside) ? beside : undefined;
}

/** Property of a choice for a value: `deceased` and a boolean → `deceasedBoolean`. */
function propertyOf(choice: string, value: PatchValue): string | undefined {
  return value.kind === 'typed' ? `${choice}${title(value.type)}` : undefined;
}

function jsonOf(value: PatchValue, type: string): unknown {
  if (value.kind === 'typed') return structuredClone(value.value);
  const made: Json = {};
  for (const part of value.parts) {
    const isRefused = add({ value: made, type }, part.name, part.value) !== undefined;
    if (isRefused) return undefined;
  }
  return made;
}
