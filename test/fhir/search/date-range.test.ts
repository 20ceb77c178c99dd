import type { Encounter, Patient, ServiceRequest, Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRange, rangeOf } from '../../../lib/fhir/search/date-range.ts';
import { finds } from './searching.ts';

const iso = (text: string): readonly [string, string] | undefined => {
  const range = rangeOf(text);
  return range && [new Date(range.fromMs).toISOString(), new Date(range.untilMs).toISOString()];
};

describe('the time that a date covers, read in Europe/Paris without offset (T57)', () => {
  it.each([
    ['2026', '2025-12-31T23:00:00.000Z', '2026-12-31T23:00:00.000Z'],
    ['2026-07', '2026-06-30T22:00:00.000Z', '2026-07-31T22:00:00.000Z'],
    ['2026-12', '2026-11-30T23:00:00.000Z', '2026-12-31T23:00:00.000Z'],
    ['2026-01-31', '2026-01-30T23:00:00.000Z', '2026-01-31T23:00:00.000Z'],
    ['2026-03-29', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'], // 23 hours
    ['2026-10-25', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'], // 25 hours
    ['2026-05-01T10:30', '2026-05-01T08:30:00.000Z', '2026-05-01T08:31:00.000Z'],
    ['2026-05-01T10:30:15', '2026-05-01T08:30:15.000Z', '2026-05-01T08:30:16.000Z'],
    ['2026-05-01T10:30:15Z', '2026-05-01T10:30:15.000Z', '2026-05-01T10:30:16.000Z'],
    ['2026-05-01T10:30:15-05:00', '2026-05-01T15:30:15.000Z', '2026-05-01T15:30:16.000Z'],
    ['2026-05-01T10:30:15.25Z', '2026-05-01T10:30:15.250Z', '2026-05-01T10:30:15.260Z'],
    ['2026-05-01T10:30:15.123456Z', '2026-05-01T10:30:15.123Z', '2026-05-01T10:30:15.124Z'],
    ['2024-02-29', '2024-02-28T23:00:00.000Z', '2024-02-29T23:00:00.000Z'],
  ])('%s', (text, from, until) => {
    expect(iso(text)).toEqual([from, until]);
  });

  it.each([
    '',
    '26',
    '2026-13',
    '2026-00',
    '2026-02-30',
    '2025-02-29',
    '2026-1-1',
    '2026-05-01T10',
    '2026-05-01T24:00',
    '2026-05-01T10:61',
    '2026-05-01T10:00:61Z',
    '2026-05-01 10:00',
    'hier',
  ])('%j is no date', (text) => {
    expect(rangeOf(text)).toBeUndefined();
  });
});

// Sought: the day 2026-05-10 of Paris, [09T22:00Z, 10T22:00Z[.
describe('prefixes on a day, against values at and around its borders (T58)', () => {
  const values = {
    'day before': '2026-05-09',
    'last second before': '2026-05-09T23:59:59+02:00',
    'first second': '2026-05-10T00:00:00+02:00',
    noon: '2026-05-10T12:00:00+02:00',
    'the day': '2026-05-10',
    'last second': '2026-05-10T23:59:59+02:00',
    'next midnight': '2026-05-11T00:00:00+02:00',
    'local midnight told in UTC': '2026-05-09T22:00:00Z',
    'day after': '2026-05-11',
    'the month': '2026-05',
    'the year': '2026',
  };
  const inside = ['first second', 'noon', 'the day', 'last second', 'local midnight told in UTC'];
  const wider = ['the month', 'the year'];
  const before = ['day before', 'last second before'];
  const after = ['next midnight', 'day after'];
  it.each<[string, readonly string[]]>([
    ['', inside],
    ['eq', inside],
    ['ne', [...before, ...after, ...wider]],
    ['gt', [...after, ...wider]],
    ['ge', [...inside, ...after, ...wider]],
    ['lt', [...before, ...wider]],
    ['le', [...inside, ...before, ...wider]],
    ['sa', after],
    ['eb', before],
    ['ap', Object.keys(values)],
  ])('date %j finds %j', (prefix, want) => {
    const found = Object.entries(values).flatMap(([name, authoredOn]) => {
      const task: Task = { resourceType: 'Task', status: 'requested', intent: 'order', authoredOn };
      return finds(task, `authored-on=${prefix}2026-05-10`) ? [name] : [];
    });
    expect(found.toSorted()).toEqual([...want].toSorted());
  });

  it.each([
    ['2026', '2026-01-01T00:00:00+01:00', true], // local midnight of New Year, still 2025 in UTC (T57)
    ['2026', '2025-12-31T23:59:59+01:00', false],
    ['2026-05', '2026-05-31T23:59:59+02:00', true],
    ['2026-05', '2026-06-01', false],
    ['2026-05-10T12:00', '2026-05-10T12:00:59+02:00', true],
    ['2026-05-10T12:00', '2026-05-10T12:01:00+02:00', false],
    ['2026-05-10T12:00:00', '2026-05-10T10:00:00.999Z', true],
    ['2026-05-10T10:00:00Z', '2026-05-10T12:00:00+02:00', true],
    ['2026-05-10T12:00:00+02:00', '2026-05-10T10:00:00Z', true], // an unescaped + arrives as a space
    ['ap2026-05-10', '2026-05-08', false],
    ['ap2026-05-10', '2026-05-12', false],
  ])('authored-on=%s against %s: %s', (query, authoredOn, want) => {
    expect(finds({ resourceType: 'Task', status: 'requested', intent: 'order', authoredOn }, `authored-on=${query}`)).toBe(want);
  });
});

describe('periods and timings are intervals, open where they say nothing', () => {
  const stay = (period: Encounter['period']): Encounter => ({
    resourceType: 'Encounter',
    status: 'finished',
    class: {},
    ...(period ? { period } : {}),
  });
  it.each<[string, Encounter['period'], boolean]>([
    ['date=2026-05', { start: '2026-05-02', end: '2026-05-09' }, true],
    ['date=2026-05', { start: '2026-05-02' }, false],
    ['date=gt2030', { start: '2026-05-02' }, true],
    ['date=lt2020', { end: '2026-05-02' }, true],
    ['date=ge2026-05-08', { start: '2026-05-02', end: '2026-05-09' }, true],
    ['date=ge2026-05-09', { start: '2026-05-02', end: '2026-05-09' }, false], // to the letter of R4: neither beyond the day nor within it
    ['date=sa2026-05-01', { start: '2026-05-02', end: '2026-05-09' }, true],
    ['date=eb2026-05-10', { start: '2026-05-02', end: '2026-05-09' }, true],
    ['date=eb2026-05-09', { start: '2026-05-02', end: '2026-05-09' }, false],
    ['date=eq2026', {}, false],
    ['date:missing=true', undefined, true],
  ])('%s against %j: %s', (query, period, want) => {
    expect(finds(stay(period), query)).toBe(want);
  });

  it('reads a Timing as its outer limits', () => {
    const request: ServiceRequest = {
      resourceType: 'ServiceRequest',
      status: 'active',
      intent: 'order',
      subject: { reference: 'Patient/p' },
      occurrenceTiming: { event: ['2026-05-04', '2026-05-20'], repeat: { boundsPeriod: { start: '2026-05-01', end: '2026-05-10' } } },
    };
    expect(finds(request, 'occurrence=2026-05')).toBe(true);
    expect(finds(request, 'occurrence=sa2026-05-01')).toBe(false);
    expect(finds(request, 'occurrence=gt2026-05-19')).toBe(true);
  });

  it('keeps the precision of a birth date', () => {
    const born: Patient = { resourceType: 'Patient', birthDate: '1950' };
    expect(finds(born, 'birthdate=1950')).toBe(true);
    expect(finds(born, 'birthdate=1950-06-01')).toBe(false);
    expect(finds(born, 'birthdate=ge1950-06-01')).toBe(true);
  });
});

describe('laws of the prefixes', () => {
  const interval = fc
    .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 20 }))
    .map(([fromMs, width]) => ({ fromMs, untilMs: fromMs + width }));

  it('eq and ne share out every value; ge is gt or eq; le is lt or eq; sa implies gt; eb implies lt', () => {
    fc.assert(
      fc.property(interval, interval, (asked, found) => {
        const is = (prefix: Parameters<typeof compareRange>[0]): boolean => compareRange(prefix, asked, found);
        expect(is('ne')).toBe(!is('eq'));
        expect(is('ge')).toBe(is('gt') || is('eq'));
        expect(is('le')).toBe(is('lt') || is('eq'));
        expect(is('gt') || is('lt') || is('eq')).toBe(true);
        expect(!is('sa') || (is('gt') && !is('eb'))).toBe(true);
        expect(!is('eb') || is('lt')).toBe(true);
        expect(!is('eq') || is('ap')).toBe(true);
      }),
    );
  });
});
