import type { Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrange, isPosition, type Position } from '../../../lib/fhir/search/page.ts';
import type { Search } from '../../../lib/fhir/search/search.ts';
import type { RelaisResource } from '../../../lib/fhir/types.ts';
import { searchOf } from './searching.ts';

type Row = { readonly id: string; readonly priority?: Task['priority']; readonly authoredOn?: string };

const task = ({ id, priority, authoredOn }: Row): Task => ({
  resourceType: 'Task',
  id,
  status: 'requested',
  intent: 'order',
  ...(priority ? { priority } : {}),
  ...(authoredOn ? { authoredOn } : {}),
});

const idsOf = (resources: readonly RelaisResource[]): readonly string[] => resources.map(({ id }) => id ?? '');

describe('order', () => {
  const tasks = [
    task({ id: 'c', authoredOn: '2026-05-02', priority: 'urgent' }),
    task({ id: 'a', authoredOn: '2026-05-01', priority: 'routine' }),
    task({ id: 'd', priority: 'routine' }),
    task({ id: 'b', authoredOn: '2026-05-02', priority: 'asap' }),
  ];
  it.each([
    ['', ['a', 'b', 'c', 'd']],
    ['_sort=authored-on', ['a', 'b', 'c', 'd']],
    ['_sort=-authored-on', ['b', 'c', 'a', 'd']], // without value: last both ways; ties by id
    ['_sort=priority', ['b', 'a', 'd', 'c']],
    ['_sort=-authored-on,-priority', ['c', 'b', 'a', 'd']],
    ['_sort=-_id', ['d', 'c', 'b', 'a']],
  ])('%s', (query, want) => {
    expect(idsOf(arrange(tasks, searchOf('Task', query)).page)).toEqual(want);
  });

  it('compares names without case and accents, of several the smallest ascending and the largest descending', () => {
    const people: readonly RelaisResource[] = [
      { resourceType: 'Patient', id: '1', name: [{ family: 'Zola' }] },
      { resourceType: 'Patient', id: '2', name: [{ family: 'émile' }] },
      { resourceType: 'Patient', id: '3', name: [{ family: 'Dupré' }, { family: 'Zweig' }] },
    ];
    expect(idsOf(arrange(people, searchOf('Patient', '_sort=family')).page)).toEqual(['3', '2', '1']);
    expect(idsOf(arrange(people, searchOf('Patient', '_sort=-family')).page)).toEqual(['3', '1', '2']);
  });

  it('orders periods by their start, whatever the offset', () => {
    const stay = (id: string, start: string): RelaisResource => ({
      resourceType: 'Encounter',
      id,
      status: 'finished',
      class: {},
      period: { start },
    });
    const stays = [stay('1', '2026-05-01T01:00:00+02:00'), stay('2', '2026-04-30T22:30:00Z')];
    expect(idsOf(arrange(stays, searchOf('Encounter', '_sort=date')).page)).toEqual(['2', '1']);
  });

  it('counts everything and gives nothing for _summary=count', () => {
    expect(arrange(tasks, searchOf('Task', '_summary=count'))).toEqual({ page: [], total: 4 });
  });

  it('has no next page when the page is exactly full', () => {
    expect(arrange(tasks, searchOf('Task', '_count=4'))).not.toHaveProperty('next');
    expect(arrange(tasks, searchOf('Task', '_count=3')).next?.id).toBe('c');
  });
});

/** Follows next links; `meanwhile` changes what is stored after each page. */
function walk(search: Search, stored: RelaisResource[], meanwhile: (turn: number) => void): readonly string[] {
  const seen: string[] = [];
  let after: Position | undefined;
  for (let turn = 0; turn < 100; turn += 1) {
    const { page, next } = arrange(stored, search, after);
    seen.push(...idsOf(page));
    if (!next) return seen;
    // As the token carries it: sealed JSON.
    const carried: unknown = JSON.parse(JSON.stringify(next));
    if (!isPosition(carried, search)) throw new Error('a position does not survive JSON');
    after = carried;
    meanwhile(turn);
  }
  throw new Error('pages never end');
}

describe('paging (T29)', () => {
  const rows = fc.uniqueArray(
    fc.record({
      id: fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), minLength: 1, maxLength: 4 }),
      priority: fc.constantFrom<Task['priority']>('routine', 'urgent', undefined),
      authoredOn: fc.constantFrom('2026-05-01', '2026-05-02', '2026-05', undefined),
    }),
    { selector: ({ id }) => id, maxLength: 25 },
  );
  const queries = fc.constantFrom('', '_sort=priority', '_sort=-priority,authored-on', '_sort=authored-on', '_sort=-authored-on');
  const toTask = (row: { id: string; priority: Task['priority']; authoredOn: string | undefined }): Task =>
    task({ id: row.id, ...(row.priority ? { priority: row.priority } : {}), ...(row.authoredOn ? { authoredOn: row.authoredOn } : {}) });

  it('the union of the pages is the set, each once, in the order of one page', () => {
    fc.assert(
      fc.property(rows, queries, fc.integer({ min: 1, max: 6 }), (some, query, count) => {
        const tasks = some.map(toTask);
        const walked = walk(searchOf('Task', `${query}&_count=${count}`), tasks, () => undefined);
        expect(walked).toEqual(idsOf(arrange(tasks, searchOf('Task', `${query}&_count=500`)).page));
      }),
    );
  });

  it('what stands still appears exactly once, whatever is written and deleted between the pages', () => {
    fc.assert(
      fc.property(rows, rows, queries, fc.integer({ min: 1, max: 4 }), (still, moving, query, count) => {
        const kept = still.map((row) => toTask({ ...row, id: `s${row.id}` }));
        const others = moving.map((row) => toTask({ ...row, id: `m${row.id}` }));
        const stored: RelaisResource[] = [...kept, ...others.slice(0, others.length / 2)];
        const walked = walk(searchOf('Task', `${query}&_count=${count}`), stored, (turn) => {
          const other = others[turn];
          const at = stored.findIndex(({ id }) => id === other?.id);
          if (at >= 0) stored.splice(at, 1);
          else if (other) stored.push(other);
        });
        expect(walked.filter((id) => id.startsWith('s')).toSorted()).toEqual(idsOf(kept).toSorted());
      }),
    );
  });

  it.each([
    [{ values: ['urgent'], id: 'a' }, true],
    [{ values: [null], id: 'a' }, true],
    [{ values: [], id: 'a' }, false],
    [{ values: ['urgent', 1], id: 'a' }, false],
    [{ values: [{}], id: 'a' }, false],
    [{ values: ['urgent'] }, false],
    [null, false],
    ['a', false],
  ])('%j as a position of an order by one key: %s', (value, want) => {
    expect(isPosition(value, searchOf('Task', '_sort=priority'))).toBe(want);
  });
});
