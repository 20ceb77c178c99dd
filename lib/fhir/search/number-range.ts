import type { NumberWanted } from './search.ts';

/** Closed on both sides; infinite where a Range is open. */
export type NumberRange = { readonly low: number; readonly high: number };

const NUMBER = /^([+-]?)(\d{1,30})(?:\.(\d{1,30}))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * A number, and half a unit of its last digit to both sides: `100` is [99.5, 100.5[, `5.4` is [5.35, 5.45[, `1e2` is
 * [50, 150[ (R4 search.html 3.1.1.4.8). Reckoned in decimals, so that a stored 5.35 stands exactly on the border.
 *
 * @returns `undefined` for a text that is no decimal
 */
export function numberOf(text: string): Omit<NumberWanted, 'prefix'> | undefined {
  const match = NUMBER.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', decimals = '', exponent = '0'] = match;
  const tenths = BigInt(`${sign}${whole}${decimals}`.replace('+', '')) * 10n;
  const at = (units: bigint): number => Number(`${units}e${Number(exponent) - decimals.length - 1}`);
  return { value: Number(text), from: at(tenths - 5n), until: at(tenths + 5n) };
}

/** R4 search.html 3.1.1.4.8: only `eq` and `ne` use the implied precision; `ap` is ten per cent. */
export function compareNumber({ prefix, value, from, until }: NumberWanted, { low, high }: NumberRange): boolean {
  const isInside = low >= from && high < until;
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
