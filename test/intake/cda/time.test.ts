import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTime } from '../../../lib/intake/cda/time.ts';

describe('a CDA timestamp', () => {
  it.each<{ story: string; value: string; dateTime: string; earliest: string; latest?: string }>([
    { story: 'with its offset', value: '20260306164000+0100', dateTime: '2026-03-06T16:40:00+01:00', earliest: '2026-03-06T15:40:00.000Z' },
    {
      story: 'with the winter offset on a summer day, as written',
      value: '20260715120000+0100',
      dateTime: '2026-07-15T12:00:00+01:00',
      earliest: '2026-07-15T11:00:00.000Z',
    },
    {
      story: 'with milliseconds',
      value: '20210409094914.827+0100',
      dateTime: '2021-04-09T09:49:14.827+01:00',
      earliest: '2021-04-09T08:49:14.827Z',
    },
    {
      story: 'with finer fractions, cut to milliseconds',
      value: '20210409094914.123456+0000',
      dateTime: '2021-04-09T09:49:14.123+00:00',
      earliest: '2021-04-09T09:49:14.123Z',
    },
    { story: 'from overseas', value: '20260306080000-0400', dateTime: '2026-03-06T08:00:00-04:00', earliest: '2026-03-06T12:00:00.000Z' },
    {
      story: 'without offset, on the clock of Paris in winter',
      value: '20260306164000',
      dateTime: '2026-03-06T16:40:00+01:00',
      earliest: '2026-03-06T15:40:00.000Z',
    },
    {
      story: 'without offset, on the clock of Paris in summer',
      value: '20260715164000',
      dateTime: '2026-07-15T16:40:00+02:00',
      earliest: '2026-07-15T14:40:00.000Z',
    },
    { story: 'to the minute', value: '202101040735+0100', dateTime: '2021-01-04T07:35:00+01:00', earliest: '2021-01-04T06:35:00.000Z' },
    { story: 'to the hour', value: '2021010407', dateTime: '2021-01-04T07:00:00+01:00', earliest: '2021-01-04T06:00:00.000Z' },
    {
      story: 'to the day',
      value: '20260306',
      dateTime: '2026-03-06',
      earliest: '2026-03-05T23:00:00.000Z',
      latest: '2026-03-06T22:59:59.000Z',
    },
    {
      story: 'to the month',
      value: '202402',
      dateTime: '2024-02',
      earliest: '2024-01-31T23:00:00.000Z',
      latest: '2024-02-29T22:59:59.000Z',
    },
    {
      story: 'to the month of December',
      value: '202412',
      dateTime: '2024-12',
      earliest: '2024-11-30T23:00:00.000Z',
      latest: '2024-12-31T22:59:59.000Z',
    },
    { story: 'to the year', value: '2024', dateTime: '2024', earliest: '2023-12-31T23:00:00.000Z', latest: '2024-12-31T22:59:59.000Z' },
  ])('$story', ({ value, dateTime, earliest, latest = earliest }) => {
    expect(readTime(value)).toEqual({ dateTime, earliest, latest });
  });

  it.each([
    '',
    '26',
    '202613',
    '20260230',
    '20260332',
    '2026030625',
    '202603061260',
    '20260306120061',
    '20260306T12',
    'hier',
    '20260306120000+9999',
    '00000101',
  ])('%j is none', (value) => expect(readTime(value)).toBeUndefined());

  it('whatever the digits, the moment it means lies between its bounds and its date is one of FHIR', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(19|20)\d{2}([01]\d([0-3]\d([0-2]\d([0-5]\d([0-5]\d)?)?)?)?)?$/), (value) => {
        const time = readTime(value);
        if (time === undefined) return;
        expect(time.earliest <= time.latest).toBe(true);
        expect(Date.parse(time.dateTime)).not.toBeNaN();
      }),
    );
  });
});
