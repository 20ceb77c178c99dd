import { isObject, type JsonObject } from './issue.ts';

/**
 * The functions of FHIRPath (http://hl7.org/fhirpath/N1) that constraints are translated to at build time. A collection
 * is an array; a truth is `true`, `false` or `undefined` (FHIRPath's empty), and a constraint is broken by `false` alone.
 */
export type Collection = readonly unknown[];
export type Truth = boolean | undefined;

/** Children of a name. A primitive that has extensions only is told by its `_name` object. */
export function child(items: Collection, name: string): Collection {
  const found: unknown[] = [];
  for (const item of items) {
    if (!isObject(item)) continue;
    push(found, item[name] ?? item[`_${name}`]);
  }
  return found;
}

/** Children of a choice element (`value`: `value`, `valueString`, `valueQuantity`…). */
export function choiceChild(items: Collection, name: string): Collection {
  const found: unknown[] = [];
  for (const item of items) {
    if (!isObject(item)) continue;
    if (item[name] !== undefined) {
      push(found, item[name]);
      continue;
    }
    for (const key in item) {
      const from = key.charCodeAt(0) === UNDERSCORE ? 1 : 0;
      if (!key.startsWith(name, from) || !isTypeOrEnd(key.charCodeAt(from + name.length))) continue;
      if (from === 0 || item[key.slice(1)] === undefined) push(found, item[key]);
    }
  }
  return found;
}

const UNDERSCORE = 0x5f;

/** What may follow the name of a choice: a capital, or nothing. */
function isTypeOrEnd(charCode: number): boolean {
  return Number.isNaN(charCode) || (charCode >= 0x41 && charCode <= 0x5a);
}

function push(found: unknown[], value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) if (item !== null && item !== undefined) found.push(item);
  } else if (value !== undefined && value !== null) found.push(value);
}

/** Deeper than this is refused as such; here it is only not followed. */
const DEPTH_MAX = 200;

/** All elements below. */
export function descendants(items: Collection): Collection {
  const found: unknown[] = [];
  for (const item of items) collect(item, found, 0);
  return found;
}

function collect(item: unknown, found: unknown[], depth: number): void {
  if (!isObject(item) || depth > DEPTH_MAX) return;
  for (const key in item) {
    const before = found.length;
    push(found, item[key]);
    const { length } = found;
    for (let index = before; index < length; index++) collect(found[index], found, depth + 1);
  }
}

/** Singleton evaluation of booleans: a lone value that is no boolean counts as true. */
export function truth(items: Collection): Truth {
  if (items.length === 0) return undefined;
  return items[0] !== false;
}

export function not(value: Truth): Truth {
  return value === undefined ? undefined : !value;
}

export function or(left: Truth, right: Truth): Truth {
  if (left === true || right === true) return true;
  return left === undefined || right === undefined ? undefined : false;
}

export function and(left: Truth, right: Truth): Truth {
  if (left === false || right === false) return false;
  return left === undefined || right === undefined ? undefined : true;
}

export function xor(left: Truth, right: Truth): Truth {
  return left === undefined || right === undefined ? undefined : left !== right;
}

/** `left implies right`. */
export function implies(left: Truth, right: Truth): Truth {
  if (left === false || right === true) return true;
  return left === undefined ? undefined : right;
}

export function equals(left: Collection, right: Collection): Truth {
  if (left.length === 0 || right.length === 0) return undefined;
  return left.length === right.length && left.every((item, index) => same(item, right[index]));
}

/** True when both hold the same value; objects by content, whatever the order of their keys. */
function same(left: unknown, right: unknown, depth = 0): boolean {
  if (left === right) return true;
  if (depth > DEPTH_MAX) return false;
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((item, index) => same(item, right[index], depth + 1));
  }
  return isObject(left) && isObject(right) && sameObject(left, right, depth + 1);
}

function sameObject(left: JsonObject, right: JsonObject, depth: number): boolean {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => same(left[key], right[key], depth));
}

export function union(left: Collection, right: Collection): Collection {
  return distinct([...left, ...right]);
}

export function intersect(left: Collection, right: Collection): Collection {
  return distinct(left.filter((item) => contains(right, item)));
}

export function isDistinct(items: Collection): boolean {
  return distinct(items).length === items.length;
}

export function isIn(left: Collection, right: Collection): Truth {
  return left.length === 0 ? undefined : contains(right, left[0]);
}

function distinct(items: Collection): Collection {
  const seen = new Set<unknown>();
  const found: unknown[] = [];
  for (const item of items) {
    if (isObject(item) ? contains(found, item) : seen.has(item)) continue;
    seen.add(item);
    found.push(item);
  }
  return found;
}

function contains(items: Collection, wanted: unknown): boolean {
  return items.some((item) => same(item, wanted));
}

/** Text of both sides in one; empty counts as ''. */
export function concat(left: Collection, right: Collection): Collection {
  return [textOf(left[0]) + textOf(right[0])];
}

/** Sum of two numbers; empty when one is missing. */
export function plus([left]: Collection, [right]: Collection): Collection {
  return typeof left === 'number' && typeof right === 'number' ? [left + right] : [];
}

/** A truth told by a text test on the only item; empty when there is no text. */
export function text(items: Collection, test: (text: string) => boolean): Truth {
  const [first] = items;
  return typeof first === 'string' || typeof first === 'number' ? test(String(first)) : undefined;
}

export function hasValue(items: Collection): boolean {
  return items.length === 1 && typeof items[0] !== 'object';
}

/**
 * Order of two single values: negative, zero, positive; undefined when it cannot be told (nothing to compare, different
 * kinds, units that differ, or times whose precision leaves both orders possible).
 */
export function compare(left: Collection, right: Collection): number | undefined {
  const [a] = left;
  const [b] = right;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareTimes(a, b);
  if (!isObject(a) || !isObject(b)) return undefined;
  const sameUnit = a.code === b.code && a.system === b.system && a.unit === b.unit;
  return sameUnit ? compare([a.value], [b.value]) : undefined;
}

function compareTimes(left: string, right: string): number | undefined {
  const [a, b] = [left.indexOf('T') > 0, right.indexOf('T') > 0];
  if (a && b) {
    const difference = Date.parse(left) - Date.parse(right);
    return Number.isNaN(difference) ? undefined : difference;
  }
  // A day is a day somewhere on earth: only what differs by more than the offset of the other side is certain.
  const length = Math.min(left.length, right.length, 10);
  const [l, r] = [left.slice(0, length), right.slice(0, length)];
  if (a !== b && length === 10 && Math.abs(Date.parse(l) - Date.parse(r)) <= 86_400_000) return undefined;
  if (l !== r) return l < r ? -1 : 1;
  return left.length === right.length ? 0 : undefined;
}

/** The order of two values as a truth: `<=` is `ordered(compare(a, b), (sign) => sign <= 0)`. */
export function ordered(order: number | undefined, test: (sign: number) => boolean): Truth {
  return order === undefined ? undefined : test(order);
}

/** Text of a primitive, '' of all else: an object of the client may bring a `toString` that throws. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
