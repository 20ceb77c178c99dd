import { noteDecimal } from './decimal.ts';
import type { XmlElement, XmlType } from './types.ts';

export type Json = Record<string, unknown>;
type Primitive = string | number | boolean;

/** An element whose end has not come yet. */
export type Frame = {
  /** What its parent has it as; none for a resource, which stands in an element that is none of its own. */
  readonly element: XmlElement | undefined;
  /** What it may hold; none where a resource stands. */
  readonly type: XmlType | undefined;
  /** JSON being made: of a primitive, what goes beside its value; where a resource stands, that resource. */
  json: Json;
  /** Of a primitive; `true` where a resource stands once it has come. */
  value: Primitive | undefined;
  /** Text of the value, when it is a decimal. */
  written: string | undefined;
  /** Place of the last child, and its name. */
  order: number;
  last: string;
  /** Repeating primitives of which one has an id or an extension. */
  gaps: string[] | undefined;
};

export function frameOf(element: XmlElement | undefined, type: XmlType | undefined, json: Json = {}): Frame {
  return { element, type, json, value: undefined, written: undefined, order: -1, last: '', gaps: undefined };
}

/** FHIRPath of the innermost element; the root by its type. */
export function pathOf(frames: readonly Frame[]): string {
  let path = '';
  for (const [index, { element, json }] of frames.entries()) {
    if (index === 0) path = String(json.resourceType);
    if (element === undefined) continue;
    const place = element.many ? `[${listIn(frames[index - 1]?.json ?? {}, element.name).length}]` : '';
    path += `.${element.name}${place}`;
  }
  return path;
}

/** Adds a complex element, a resource or a narrative to its parent. */
export function addValue(parent: Frame, { name, many }: XmlElement, value: unknown): void {
  if (many) listIn(parent.json, name).push(value);
  else parent.json[name] = value;
}

/** Adds a primitive: its value, what goes beside it, or both (R4 json.html#primitive: null where one of them is missing). */
export function addPrimitive(parent: Frame, { name, many }: XmlElement, { value, written, json: beside }: Frame): void {
  const { json } = parent;
  const hasBeside = !isEmpty(beside);
  if (!many) {
    if (value !== undefined) json[name] = value;
    if (hasBeside) json[`_${name}`] = beside;
    if (typeof value === 'number' && written !== undefined) noteDecimal(json, name, value, written);
    return;
  }
  const values = listIn(json, name);
  if (typeof value === 'number' && written !== undefined) noteDecimal(values, String(values.length), value, written);
  if (hasBeside) {
    const companions = listIn(json, `_${name}`);
    while (companions.length < values.length) companions.push(null);
    companions.push(beside);
    parent.gaps ??= [];
    if (!parent.gaps.includes(name)) parent.gaps.push(name);
  }
  values.push(value ?? null);
}

/** Once its end has come: both arrays of a repeating primitive get the same length; one without any value goes. */
export function fillGaps({ json, gaps = [] }: Frame): void {
  for (const name of gaps) {
    const values = listIn(json, name);
    const companions = listIn(json, `_${name}`);
    while (companions.length < values.length) companions.push(null);
    if (values.every((value) => value === null)) delete json[name];
  }
}

export function isEmpty(json: Json): boolean {
  for (const _ in json) return false;
  return true;
}

function listIn(json: Json, name: string): unknown[] {
  const found = json[name];
  if (Array.isArray(found)) return found;
  const made: unknown[] = [];
  json[name] = made;
  return made;
}
