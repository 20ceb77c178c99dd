import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { suppress, suppressRate } from '../../lib/observatory/suppress.ts';

const cells = (...counts: readonly number[]) => counts.map((count, index) => ({ key: String(index), count }));

describe('small cells (domain.md 5)', () => {
  it.each<{ story: string; counts: readonly number[]; want: readonly (number | undefined)[]; total: number | undefined }>([
    { story: 'large counts are shown', counts: [12, 30], want: [12, 30], total: 42 },
    { story: '0 is shown', counts: [0, 12], want: [0, 12], total: 12 },
    {
      story: 'a lone small cell takes the next smallest with it, else the total gives it away',
      counts: [3, 40, 12],
      want: [undefined, 40, undefined],
      total: 55,
    },
    { story: 'two small cells whose sum is large enough hide each other', counts: [4, 3, 40], want: [undefined, undefined, 40], total: 47 },
    { story: 'two small cells with a small sum need a third', counts: [1, 1, 40], want: [undefined, undefined, undefined], total: 42 },
    { story: 'a small cell alone hides the total too', counts: [3], want: [undefined], total: undefined },
    { story: 'nothing is nothing', counts: [], want: [], total: 0 },
  ])('$story', ({ counts, want, total }) => {
    const shown = suppress(cells(...counts), 5);
    expect(shown.cells.map(({ count }) => count)).toEqual(want);
    expect(shown.total).toBe(total);
  });

  it('no small cell can be had from the total and the cells that are shown', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 30 }), { maxLength: 8 }), (counts) => {
        const shown = suppress(cells(...counts), 5);
        for (const { count } of shown.cells) expect(count === undefined || count === 0 || count >= 5).toBe(true);
        const hidden = shown.cells.filter(({ count }) => count === undefined).length;
        if (shown.total === undefined || hidden === 0) return;
        const rest = shown.total - shown.cells.reduce((sum, { count }) => sum + (count ?? 0), 0);
        expect(hidden).toBeGreaterThan(1);
        expect(rest).toBeGreaterThanOrEqual(5);
      }),
    );
  });

  it.each([
    [8, 20, { numerator: 8, denominator: 20 }],
    [2, 20, { numerator: undefined, denominator: 20 }],
    [18, 20, { numerator: undefined, denominator: 20 }],
    [1, 3, { numerator: undefined, denominator: undefined }],
    [0, 20, { numerator: 0, denominator: 20 }],
    [20, 20, { numerator: 20, denominator: 20 }],
  ])('a rate of %i over %i is shown only when neither it nor its complement is small', (numerator, denominator, want) => {
    expect(suppressRate(numerator, denominator, 5)).toEqual(want);
  });
});
