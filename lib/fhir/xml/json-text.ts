import { hasNotes, noteDecimal, notedText } from './decimal.ts';

/** Of the proposal "JSON.parse source text access", which Node has had since 21; the library of TypeScript does not know it. */
declare global {
  interface JSON {
    /** What `stringify` writes as it is. */
    rawJSON?(text: string): unknown;
  }
}

/** A number that JavaScript might write otherwise: a last zero, an exponent, many digits. Texts in quotes may look like one. */
const UNUSUAL_NUMBER = /[:[,]\s*-(?:0[,}\]\s])|[:[,]\s*-?\d+(?:\.\d*0[,}\]\s]|(?:\.\d+)?[eE]|[\d.]{15})/;

/**
 * As JSON.parse, and decimals as they were written are noted where JavaScript would write them otherwise (`1.10`). Nearly as
 * fast where there is none.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  if (!UNUSUAL_NUMBER.test(text)) return JSON.parse(text);
  try {
    return JSON.parse(text, noted);
  } catch (error) {
    // Nested so deep that a function cannot follow: the validators will say so.
    if (error instanceof RangeError) return JSON.parse(text);
    throw error;
  }
}

function noted(this: object, key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value === 'number' && context?.source !== undefined) noteDecimal(this, key, value, context.source);
  return value;
}

/** As JSON.stringify, decimals as they were written. @param indent spaces a level; 0 = one line */
export function jsonText(value: object, indent = 0): string {
  return isNoted(value) ? JSON.stringify(value, written, indent) : JSON.stringify(value, undefined, indent);
}

function written(this: object, key: string, value: unknown): unknown {
  const text = typeof value === 'number' ? notedText(this, key, value) : undefined;
  return text === undefined ? value : (JSON.rawJSON?.(text) ?? value);
}

function isNoted(value: object): boolean {
  if (hasNotes(value)) return true;
  return Object.values(value).some((child: unknown) => typeof child === 'object' && child !== null && isNoted(child));
}
