import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  endOfParisDay,
  instantOf,
  parisDay,
  parisOffsetMinutes,
  parisWallToEpochMs,
  startOfParisDay,
} from '../../lib/platform/instant.ts';

describe('Europe/Paris', () => {
  it.each([
    ['winter', '2026-01-15T12:00:00.000Z', 60],
    ['summer', '2026-07-15T12:00:00.000Z', 120],
    ['one second before the clocks go forward', '2026-03-29T00:59:59.000Z', 60],
    ['when the clocks have gone forward', '2026-03-29T01:00:00.000Z', 120],
    ['one second before the clocks go back', '2026-10-25T00:59:59.000Z', 120],
    ['when the clocks have gone back', '2026-10-25T01:00:00.000Z', 60],
  ])('is at +%s: %s', (_, instant, offset) => {
    expect(parisOffsetMinutes(Date.parse(instant))).toBe(offset);
  });

  it.each([
    ['a winter wall clock', '2026-01-15T08:30:00', '2026-01-15T07:30:00.000Z'],
    ['a summer wall clock', '2026-07-15T08:30:00', '2026-07-15T06:30:00.000Z'],
    ['the hour that does not exist, read with the offset before the change', '2026-03-29T02:30:00', '2026-03-29T01:30:00.000Z'],
    ['the doubled hour, its first occurrence', '2026-10-25T02:30:00', '2026-10-25T00:30:00.000Z'],
    ['the hour after the doubled one', '2026-10-25T03:30:00', '2026-10-25T02:30:00.000Z'],
  ])('reads %s', (_, wall, instant) => {
    expect(instantOf(parisWallToEpochMs(Date.parse(`${wall}Z`)))).toBe(instant);
  });

  it('ends a day at 23:59:59 of its own clock, summer and winter', () => {
    expect(endOfParisDay('2026-07-15')).toBe('2026-07-15T21:59:59.000Z');
    expect(endOfParisDay('2026-12-15')).toBe('2026-12-15T22:59:59.000Z');
    expect(startOfParisDay('2026-07-15')).toBe('2026-07-14T22:00:00.000Z');
  });

  it('says the local day, not the UTC one, around midnight', () => {
    expect(parisDay('2026-07-14T22:00:00.000Z')).toBe('2026-07-15');
    expect(parisDay('2026-07-14T21:59:59.999Z')).toBe('2026-07-14');
  });

  it('finds every moment again from its wall clock, the doubled hour apart', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1980, 0, 1), max: Date.UTC(2060, 0, 1) }), (epochMs) => {
        const second = Math.floor(epochMs / 1000) * 1000;
        const wall = second + parisOffsetMinutes(second) * 60_000;
        const again = parisWallToEpochMs(wall);
        expect(again === second || second - again === 3_600_000).toBe(true);
      }),
    );
  });

  it('moves days over months and leap years', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
  });
});
