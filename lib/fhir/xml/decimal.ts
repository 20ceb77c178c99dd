/**
 * Decimals as they were written: R4 wants the precision kept ("1.10" is not "1.1", datatypes.html#decimal), a JSON number in
 * memory has none. The text is noted beside the number, in the object or array that holds it, under a symbol, which
 * JSON.stringify, Object.keys and `for in` pass over and the spread of an object carries along. The note counts only as long
 * as it still says the same number, so that a value changed later is never written as it was before. What clones by JSON,
 * or by structuredClone, drops the note: from there the number is written as JavaScript writes it (`json-text.ts` keeps it).
 */
const AS_WRITTEN = Symbol('decimals as written');

type Holder = object & { readonly [AS_WRITTEN]?: Readonly<Record<string, string>> };

/** @param key name of the element, or index in an array */
export function noteDecimal(holder: Holder, key: string, value: number, text: string): void {
  if (String(value) !== text) Object.assign(holder, { [AS_WRITTEN]: { ...holder[AS_WRITTEN], [key]: text } });
}

/** The text of a number: as it was written if that is known, else as JavaScript writes it. */
export function decimalText(holder: Holder, key: string, value: number): string {
  return notedText(holder, key, value) ?? String(value);
}

/** The text of a number where it is not what JavaScript writes. */
export function notedText(holder: Holder, key: string, value: number): string | undefined {
  const text = holder[AS_WRITTEN]?.[key];
  return text !== undefined && Object.is(Number(text), value) ? text : undefined;
}

export function hasNotes(holder: Holder): boolean {
  return holder[AS_WRITTEN] !== undefined;
}
