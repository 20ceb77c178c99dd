import type { Indicator } from '../contribution.ts';
import { i01 } from './i01.ts';
import { i04 } from './i04.ts';

/** One row an indicator: contributions, reports, Measures and the page iterate it. */
export const INDICATORS: readonly Indicator[] = [i01, i04];

export function indicatorOf(id: string): Indicator | undefined {
  return INDICATORS.find((indicator) => indicator.id === id);
}
