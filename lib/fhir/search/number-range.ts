import type { NumberWanted } from './search.ts';

/** Closed on both sides; infinite where a Range is open. */
export type NumberRange = { readonly low: number; readonly high: number };

const NUMBER = /^[+-]?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * A number and the half unit of its last digit: `100` → 0.5, `100.00` → 0.005, `1e2` → 50 (R4 search.html 3.1.1.4.8).
 *
 * @returns `undefined` for a text that is no decimal
 */
export function numberOf(text: string): { readonly value: number; readonly half: number } | undefined {
  const match = NUMBER.exec(text);
  if (!match) return undefined;
  const [, , decimals = '', exponent = '0'] = match;
  return { value: Number(text), half: 0.5 * 10 ** (Number(exponent) - decimals.length) };
}

/** R4 search.html 3.1.1.4.8: only `eq` and `ne` use the implied precision; `ap` is ten per cent. */
export function compareNumber({ prefix, value, half }: NumberWanted, { low, high }: NumberRange): boolean {
  const isInside = low >= value - half && high < value + half;
  switch (prefix) {
    case 'eq':
      return isInside;
    case 'ne':
      return !isInside;
    case 'gt':
      return high > value;
    case 'lt':
      return low < value;
    case 'ge':
      return high >= value;
    case 'le':
      return low <= value;
    case 'sa':
      return low > value;
    case 'eb':
      return high < value;
    case 'ap': {
      const slack = Math.abs(value) * 0.1;
      return low <= value + slack && high >= value - slack;
    }
  }
}
