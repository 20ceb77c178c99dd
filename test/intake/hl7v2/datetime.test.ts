import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTimeStamp, timeStampOf } from '../../../lib/intake/hl7v2/datetime.ts';
import { parisOffsetMinutes } from '../../../lib/platform/instant.ts';

describe('HL7 time stamps', () => {
  it.each([
    ['a year', '1955', { date: '1955', dateTime: '1955' }],
    ['a month', '195506', { date: '1955-06', dateTime: '1955-06' }],
    ['a day begins at midnight in Paris', '20250306', { date: '2025-03-06', dateTime: '2025-03-06', instant: '2025-03-05T23:00:00.000Z' }],
    ['an hour', '2025030616', { date: '2025-03-06', dateTime: '2025-03-06T16:00:00+01:00', instant: '2025-03-06T15:00:00.000Z' }],
    [
      'minutes in summer',
      '202507061605',
      { date: '2025-07-06', dateTime: '2025-07-06T16:05:00+02:00', instant: '2025-07-06T14:05:00.000Z' },
    ],
    [
      'four decimals, kept as said',
      '20250306160000.1239',
      { date: '2025-03-06', dateTime: '2025-03-06T16:00:00.1239+01:00', instant: '2025-03-06T15:00:00.123Z' },
    ],
    [
      'an offset, kept as said',
      '20250706160000-0400',
      { date: '2025-07-06', dateTime: '2025-07-06T16:00:00-04:00', instant: '2025-07-06T20:00:00.000Z' },
    ],
    [
      'the hour that March skips',
      '20250330023000',
      { date: '2025-03-30', dateTime: '2025-03-30T02:30:00+01:00', instant: '2025-03-30T01:30:00.000Z' },
    ],
    [
      'the 29th of February of a leap year',
      '20240229',
      { date: '2024-02-29', dateTime: '2024-02-29', instant: '2024-02-28T23:00:00.000Z' },
    ],
  ])('%s', (_story, raw, want) => expect(parseTimeStamp(raw)).toEqual(want));

  it.each([
    '',
    '20250229',
    '20251301',
    '20250100',
    '2025030624',
    '202503061660',
    '06/03/2025',
    '2025-03-06',
    '00000101',
    '20250306160000+9900',
    '35^9^1955',
  ])('%s is no date', (raw) => expect(parseTimeStamp(raw)).toBeUndefined());

  it('what is written is read back to the second, offset included', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000_000_000 }), (seconds) => {
        const epochMs = seconds * 1000;
        expect(parseTimeStamp(timeStampOf(epochMs, parisOffsetMinutes(epochMs)))?.instant).toBe(new Date(epochMs).toISOString());
      }),
    );
  });
});
