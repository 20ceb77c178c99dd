import type { Encounter, Patient, Task } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { finds } from './searching.ts';

const q = encodeURIComponent;

/** What is asked for, and the time that it covers: Europe/Paris where no offset is said. */
const ASKED = [
  { precision: 'year', text: '2024', from: '2023-12-31T23:00:00.000Z', until: '2024-12-31T23:00:00.000Z' },
  { precision: 'month in winter', text: '2026-01', from: '2025-12-31T23:00:00.000Z', until: '2026-01-31T23:00:00.000Z' },
  { precision: 'month in summer', text: '2026-07', from: '2026-06-30T22:00:00.000Z', until: '2026-07-31T22:00:00.000Z' },
  { precision: 'month with the change of clocks', text: '2026-03', from: '2026-02-28T23:00:00.000Z', until: '2026-03-31T22:00:00.000Z' },
  { precision: 'day', text: '2026-05-10', from: '2026-05-09T22:00:00.000Z', until: '2026-05-10T22:00:00.000Z' },
  { precision: 'day of 23 hours', text: '2026-03-29', from: '2026-03-28T23:00:00.000Z', until: '2026-03-29T22:00:00.000Z' },
  { precision: 'day of 25 hours', text: '2026-10-25', from: '2026-10-24T22:00:00.000Z', until: '2026-10-25T23:00:00.000Z' },
  { precision: 'leap day', text: '2024-02-29', from: '2024-02-28T23:00:00.000Z', until: '2024-02-29T23:00:00.000Z' },
  { precision: 'minute', text: '2026-05-10T14:30', from: '2026-05-10T12:30:00.000Z', until: '2026-05-10T12:31:00.000Z' },
  {
    precision: 'minute with an offset',
    text: '2026-05-10T14:30-04:00',
    from: '2026-05-10T18:30:00.000Z',
    until: '2026-05-10T18:31:00.000Z',
  },
  { precision: 'second', text: '2026-05-10T14:30:15', from: '2026-05-10T12:30:15.000Z', until: '2026-05-10T12:30:16.000Z' },
  { precision: 'second in UTC', text: '2026-05-10T14:30:15Z', from: '2026-05-10T14:30:15.000Z', until: '2026-05-10T14:30:16.000Z' },
  { precision: 'millisecond', text: '2026-05-10T14:30:15.250Z', from: '2026-05-10T14:30:15.250Z', until: '2026-05-10T14:30:15.251Z' },
] as const;

/** Which moments each prefix finds (R4 search.html 3.1.1.4.7): just before, first, last and just after what is asked for. */
const FINDS = {
  '': { before: false, first: true, last: true, after: false },
  eq: { before: false, first: true, last: true, after: false },
  ne: { before: true, first: false, last: false, after: true },
  gt: { before: false, first: false, last: false, after: true },
  ge: { before: false, first: true, last: true, after: true },
  lt: { before: true, first: false, last: false, after: false },
  le: { before: true, first: true, last: true, after: false },
  sa: { before: false, first: false, last: false, after: true },
  eb: { before: true, first: false, last: false, after: false },
  ap: { before: true, first: true, last: true, after: true },
} as const;

const task = (authoredOn: string): Task => ({ resourceType: 'Task', status: 'requested', intent: 'order', authoredOn });
const moved = (instant: string, ms: number): string => new Date(Date.parse(instant) + ms).toISOString();

describe('T58: every prefix on every precision, at every border', () => {
  const cases = ASKED.flatMap((asked) => Object.entries(FINDS).map(([prefix, want]) => ({ ...asked, prefix, want })));
  it.each(cases)('$prefix on a $precision ($text)', ({ prefix, text, from, until, want }) => {
    const found = (authoredOn: string): boolean => finds(task(authoredOn), `authored-on=${prefix}${q(text)}`);
    expect({ before: found(moved(from, -1)), first: found(from), last: found(moved(until, -1)), after: found(until) }).toEqual(want);
  });

  it.each(ASKED)('a value of the same precision ($precision) is that value', ({ text }) => {
    const found = Object.keys(FINDS).filter((prefix) => finds(task(text), `authored-on=${prefix}${q(text)}`));
    expect(found).toEqual(['', 'eq', 'ge', 'le', 'ap']);
  });
});

describe('T57: dates are read in Europe/Paris', () => {
  it.each([
    ['2024', '2024-01-01T00:00:00+01:00', true], // still 2023 in UTC
    ['2024', '2023-12-31T23:00:00Z', true],
    ['2024', '2024-12-31T23:00:00Z', false],
    ['2026-05-10', '2026-05-10T00:00:00+02:00', true],
    ['2026-05-10', '2026-05-09T23:59:59+02:00', false],
    ['2026-05-10', '2026-05-10T23:59:59+02:00', true],
    ['2026-05-10', '2026-05-10T22:00:00Z', false], // midnight of the next day in Paris
    ['2026-05-10T14:30', '2026-05-10T12:30:30Z', true],
  ])('authored-on=%s finds %s: %s', (asked, authoredOn, want) => {
    expect(finds(task(authoredOn), `authored-on=${asked}`)).toBe(want);
  });

  it('a date without time is the same day everywhere: a birthday does not move', () => {
    const born: Patient = { resourceType: 'Patient', birthDate: '1951-07-01' };
    expect(['1951-07-01', '1951-07', '1951', 'ge1951-07-01', 'le1951-07-01'].map((asked) => finds(born, `birthdate=${asked}`))).toEqual(
      Array.from({ length: 5 }, () => true),
    );
    expect(['lt1951-07-01', 'gt1951-07-01', '1951-06-30', '1951-07-02'].some((asked) => finds(born, `birthdate=${asked}`))).toBe(false);
  });
});

describe('every prefix on a number, at the borders of the digits that are written', () => {
  const stay = (value: number): Encounter => ({ resourceType: 'Encounter', status: 'finished', class: {}, length: { value } });
  // 5.4 stands for [5.35, 5.45[; a stored 5.35 is on the border, which floating point misses.
  const values = [5.3499, 5.35, 5.4, 5.4499, 5.45] as const;
  it.each([
    ['', [5.35, 5.4, 5.4499]],
    ['eq', [5.35, 5.4, 5.4499]],
    ['ne', [5.3499, 5.45]],
    ['gt', [5.4499, 5.45]],
    ['ge', [5.4, 5.4499, 5.45]],
    ['lt', [5.3499, 5.35]],
    ['le', [5.3499, 5.35, 5.4]],
    ['sa', [5.4499, 5.45]],
    ['eb', [5.3499, 5.35]],
    ['ap', [5.3499, 5.35, 5.4, 5.4499, 5.45]],
  ] as const)('length=%s5.4 finds %j', (prefix, want) => {
    expect(values.filter((value) => finds(stay(value), `length=${prefix}5.4`))).toEqual(want);
  });

  it.each([
    ['100', [99.5, 100, 100.49]],
    ['100.00', [100]],
    ['1e2', [50, 99.5, 100, 100.49, 149]],
    ['-100', []],
    ['0.1', [0.05, 0.1]],
  ])('length=%s stands for what its digits say: %j', (asked, want) => {
    expect([0.05, 0.1, 0.15, 50, 99.5, 100, 100.49, 149, 150].filter((value) => finds(stay(value), `length=${asked}`))).toEqual(want);
  });
});
