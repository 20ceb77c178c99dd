import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addMonths, afterDays, afterWorkingDays, easter, isHoliday, isWorkingDay } from '../../lib/coordination/calendar.ts';
import { addDays, epochMsOf, instantOf, parisDay } from '../../lib/platform/instant.ts';

const FRANCE = { alsaceMoselle: false };

describe('French public holidays', () => {
  it.each([
    { year: 2024, sunday: '2024-03-31' },
    { year: 2025, sunday: '2025-04-20' },
    { year: 2026, sunday: '2026-04-05' },
    { year: 2038, sunday: '2038-04-25' },
    { year: 2285, sunday: '2285-03-22' },
  ])('Easter of $year is $sunday', ({ year, sunday }) => {
    expect(easter(year)).toBe(sunday);
  });

  it.each([
    '2026-01-01',
    '2026-04-06',
    '2026-05-01',
    '2026-05-08',
    '2026-05-14',
    '2026-05-25',
    '2026-07-14',
    '2026-08-15',
    '2026-11-01',
    '2026-11-11',
    '2026-12-25',
  ])('%s is one', (day) => {
    expect(isHoliday(day)).toBe(true);
  });

  it.each(['2026-04-03', '2026-12-26'])('%s is one in Alsace-Moselle only', (day) => {
    expect([isHoliday(day), isHoliday(day, true)]).toEqual([false, true]);
  });

  it('there are eleven a year, thirteen in Alsace-Moselle, unless two fall together', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1950, max: 2150 }), (year) => {
        const days = Array.from({ length: 366 }, (_, index) => addDays(`${year}-01-01`, index)).filter((day) => day.startsWith(`${year}`));
        const count = days.filter((day) => isHoliday(day)).length;
        expect(count === 11 || count === 10).toBe(true);
        expect(days.filter((day) => isHoliday(day, true)).length).toBe(count + 2);
      }),
      { numRuns: 40 },
    );
  });
});

describe('delays', () => {
  it.each([
    { story: 'over a weekend', from: '2026-03-06T09:00:00.000Z', days: 1, due: '2026-03-09T22:59:59.000Z' },
    { story: 'over Easter Monday', from: '2026-04-03T09:00:00.000Z', days: 1, due: '2026-04-07T21:59:59.000Z' },
    { story: 'from late on Friday in Paris, already Saturday', from: '2026-03-06T23:30:00.000Z', days: 1, due: '2026-03-09T22:59:59.000Z' },
    { story: 'five days', from: '2026-03-02T09:00:00.000Z', days: 5, due: '2026-03-09T22:59:59.000Z' },
  ])('$story: $days working days end with the last second in Paris', ({ from, days, due }) => {
    expect(afterWorkingDays(from, days, FRANCE)).toBe(due);
  });

  it('Good Friday is worked through, but not in Alsace-Moselle', () => {
    const from = '2026-04-02T09:00:00.000Z';
    expect([afterWorkingDays(from, 1, FRANCE), afterWorkingDays(from, 1, { alsaceMoselle: true })]).toEqual([
      '2026-04-03T21:59:59.000Z',
      '2026-04-07T21:59:59.000Z',
    ]);
  });

  it('calendar days count every day', () => {
    expect(afterDays('2026-03-06T09:00:00.000Z', 30)).toBe('2026-04-05T21:59:59.000Z');
  });

  it('a working-day delay always ends on a working day, with as many working days in it as asked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: epochMsOf('2024-01-01T00:00:00Z'), max: epochMsOf('2030-01-01T00:00:00Z') }),
        fc.integer({ min: 1, max: 15 }),
        (ms, days) => {
          const from = instantOf(ms);
          const end = parisDay(afterWorkingDays(from, days, FRANCE));
          let counted = 0;
          for (let day = addDays(parisDay(from), 1); day <= end; day = addDays(day, 1)) if (isWorkingDay(day)) counted += 1;
          expect([isWorkingDay(end), counted]).toEqual([true, days]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    { day: '2026-08-31', months: 6, end: '2027-02-28' },
    { day: '2026-03-15', months: 12, end: '2027-03-15' },
    { day: '2023-10-31', months: 4, end: '2024-02-29' },
  ])('$months months after $day is $end', ({ day, months, end }) => {
    expect(addMonths(day, months)).toBe(end);
  });
});
