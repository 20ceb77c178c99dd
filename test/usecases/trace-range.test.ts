import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches } from '../../lib/fhir/search/match.ts';
import { parseSearch } from '../../lib/fhir/search/parse.ts';
import type { Search } from '../../lib/fhir/search/search.ts';
import { instantOf } from '../../lib/platform/instant.ts';
import { monthsIn, rangeWanted } from '../../lib/usecases/trace-range.ts';

const POSSIBLE = { from: '2020-01-01T00:00:00.000Z', until: '2026-12-31T23:59:59.999Z' };

function searching(query: string): Search {
  const parsed = parseSearch('AuditEvent', query, { handling: 'strict', baseUrl: 'https://relais.example/fhir' });
  if (!parsed.ok) throw new Error(parsed.refusals[0].diagnostics);
  return parsed.value;
}

const wanted = (query: string) => rangeWanted(searching(query), POSSIBLE);

describe('what is read of a long history', () => {
  it.each([
    ['', POSSIBLE.from, POSSIBLE.until],
    ['date=2026-03', '2026-02-28T23:00:00.000Z', '2026-03-31T22:00:00.000Z'],
    ['date=ge2026-03-01&date=lt2026-03-02', '2026-02-28T23:00:00.000Z', '2026-03-01T23:00:00.000Z'],
    ['date=gt2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000Z', POSSIBLE.until],
    ['date=le2026', POSSIBLE.from, '2026-12-31T23:00:00.000Z'],
    ['date=eb2026-03-01', POSSIBLE.from, '2026-02-28T23:00:00.000Z'],
    ['date=2026-03-01,2026-05-01', '2026-02-28T23:00:00.000Z', '2026-05-01T22:00:00.000Z'],
    ['date=ne2026-03-01', POSSIBLE.from, POSSIBLE.until],
    ['action=R', POSSIBLE.from, POSSIBLE.until],
  ])('of %j: from %s until %s', (query, from, until) => {
    expect(wanted(query)).toEqual({ from, until });
  });

  it('is whole months, newest first', () => {
    expect(monthsIn({ from: '2025-11-30T23:59:59.999Z', until: '2026-02-01T00:00:00.000Z' })).toEqual([
      '2026-02',
      '2026-01',
      '2025-12',
      '2025-11',
    ]);
    expect(monthsIn({ from: '2026-02-02T00:00:00.000Z', until: '2026-02-01T00:00:00.000Z' })).toEqual(['2026-02']);
    expect(monthsIn({ from: '2027-01-01T00:00:00.000Z', until: '2026-02-01T00:00:00.000Z' })).toEqual([]);
  });

  it('is never too little: every record that matches lies in a month and a range that are read', () => {
    const moment = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2026-06-30') }).map(instantOf);
    const precision = fc.constantFrom(4, 7, 10);
    const prefix = fc.constantFrom('', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap');
    const criterion = fc.tuple(prefix, moment, precision).map(([how, at, length]) => `date=${how}${at.slice(0, length)}`);
    fc.assert(
      fc.property(fc.array(criterion, { maxLength: 3 }), moment, (criteria, recorded) => {
        const search = searching(criteria.join('&'));
        const event = { resourceType: 'AuditEvent', id: 'a', type: {}, recorded, agent: [], source: { observer: {} } } as const;
        const { from, until } = rangeWanted(search, POSSIBLE);
        const isRead = from <= recorded && recorded <= until && monthsIn({ from, until }).includes(recorded.slice(0, 7));
        expect(isRead || !matches({ ...event, agent: [] }, search)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
