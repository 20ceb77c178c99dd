import type { Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matcher } from '../../../lib/fhir/search/match.ts';
import { arrange, type Position } from '../../../lib/fhir/search/page.ts';
import { searchOf } from './searching.ts';

const DAYS = ['2026-05-01', '2026-05-02', '2026-05-03'] as const;
const WORDS = ['Écrire', 'ecrire la lettre', 'appeler', 'APPELER le médecin'] as const;
const OWNERS = ['PractitionerRole/a', 'PractitionerRole/b', 'Organization/a'] as const;
const STATUSES = ['requested', 'draft', 'completed'] as const;
const PRIORITIES = ['routine', 'urgent'] as const;

const tasks = fc.uniqueArray(
  fc.record(
    {
      resourceType: fc.constant('Task' as const),
      id: fc.integer({ min: 0, max: 40 }).map((n) => `t${n}`),
      status: fc.constantFrom(...STATUSES),
      intent: fc.constant('order' as const),
      priority: fc.constantFrom(...PRIORITIES),
      authoredOn: fc.constantFrom(...DAYS),
      owner: fc.constantFrom(...OWNERS).map((reference) => ({ reference })),
      code: fc.constantFrom(...WORDS).map((text) => ({ text, coding: [{ system: 'urn:c', code: text.slice(0, 2) }] })),
    },
    { requiredKeys: ['resourceType', 'id', 'status', 'intent'] },
  ),
  { selector: ({ id }) => id, maxLength: 25 },
);

/** A criterion as a client writes it, and the same said of one task in plain code. */
type Asked = { readonly query: string; readonly isMet: (task: Task) => boolean };

const not = ({ query, isMet }: Asked, name: string): Asked => ({
  query: query.replace(name, `${name}:not`),
  isMet: (task) => !isMet(task),
});
const status = fc
  .subarray([...STATUSES], { minLength: 1 })
  .map((some): Asked => ({ query: `status=${some.join(',')}`, isMet: (task) => some.some((one) => one === task.status) }));
const priority = fc.constantFrom(...PRIORITIES).map((one): Asked => ({ query: `priority=${one}`, isMet: (task) => task.priority === one }));
const owner = fc.constantFrom(...OWNERS).map((one): Asked => ({ query: `owner=${one}`, isMet: (task) => task.owner?.reference === one }));
const ownerId = fc
  .constantFrom('a', 'b')
  .map((id): Asked => ({ query: `owner=${id}`, isMet: (task) => task.owner?.reference?.split('/')[1] === id }));
const day = fc
  .constantFrom(...DAYS)
  .chain((one) =>
    fc.constantFrom<Asked>(
      { query: `authored-on=${one}`, isMet: ({ authoredOn }) => authoredOn === one },
      { query: `authored-on=gt${one}`, isMet: ({ authoredOn = '' }) => authoredOn > one },
      { query: `authored-on=ge${one}`, isMet: ({ authoredOn = '' }) => authoredOn >= one },
      { query: `authored-on=lt${one}`, isMet: ({ authoredOn }) => authoredOn !== undefined && authoredOn < one },
      { query: `authored-on=ne${one}`, isMet: ({ authoredOn }) => authoredOn !== undefined && authoredOn !== one },
    ),
  );
const missing = fc
  .constantFrom(['owner', 'owner'], ['priority', 'priority'], ['authored-on', 'authoredOn'], ['code', 'code'])
  .chain(([name = '', element = '']) =>
    fc
      .boolean()
      .map(
        (wanted): Asked => ({ query: `${name}:missing=${wanted}`, isMet: (task) => (Reflect.get(task, element) === undefined) === wanted }),
      ),
  );
const text = fc.constantFrom<Asked>(
  { query: 'code:text=ecrire', isMet: ({ code }) => code?.text === 'Écrire' || code?.text === 'ecrire la lettre' },
  { query: 'code:text=Appeler', isMet: ({ code }) => /^appeler/i.test(code?.text ?? '') },
  { query: 'code=urn:c|ap', isMet: ({ code }) => /^appeler/i.test(code?.text ?? '') },
  { query: '_content=medecin', isMet: ({ code }) => code?.text?.includes('médecin') ?? false },
);
const criteria = fc.array(
  fc.oneof(
    status,
    status.map((one) => not(one, 'status')),
    priority,
    priority.map((one) => not(one, 'priority')),
    owner,
    ownerId,
    day,
    missing,
    text,
  ),
  { maxLength: 4 },
);

/** A sort key, and the value that plain code compares; `undefined` stands last, whatever the direction. */
const KEYS = {
  _id: ({ id }: Task) => id,
  status: (task: Task) => task.status,
  priority: (task: Task) => task.priority,
  'authored-on': ({ authoredOn }: Task) => authoredOn,
  owner: (task: Task) => task.owner?.reference,
} as const;
const sort = fc.uniqueArray(
  fc.record({ key: fc.constantFrom('_id', 'status', 'priority', 'authored-on', 'owner' as const), descending: fc.boolean() }),
  {
    selector: ({ key }) => key,
    maxLength: 3,
  },
);

function inOrder(
  found: readonly Task[],
  keys: readonly { readonly key: keyof typeof KEYS; readonly descending: boolean }[],
): readonly Task[] {
  return found.toSorted((a, b) => {
    for (const { key, descending } of keys) {
      const [left, right] = [KEYS[key](a), KEYS[key](b)];
      if (left === right) continue;
      if (left === undefined) return 1;
      if (right === undefined) return -1;
      return left < right !== descending ? -1 : 1;
    }
    return (a.id ?? '') < (b.id ?? '') ? -1 : 1;
  });
}

it('any combination of criteria, order and page size equals a naive filter, sort and cut over all resources', () => {
  fc.assert(
    fc.property(tasks, criteria, sort, fc.integer({ min: 1, max: 5 }), (all, asked, keys, count) => {
      const query = [
        ...asked.map((one) => one.query),
        ...(keys.length > 0 ? [`_sort=${keys.map(({ key, descending }) => `${descending ? '-' : ''}${key}`).join(',')}`] : []),
        `_count=${count}`,
      ].join('&');
      const search = searchOf('Task', query);
      const wanted = inOrder(
        all.filter((task) => asked.every(({ isMet }) => isMet(task))),
        keys,
      ).map(({ id }) => id);
      const pages: (readonly (string | undefined)[])[] = [];
      let after: Position | undefined;
      do {
        const { page, total, next } = arrange(all.filter(matcher(search)), search, after);
        expect(total).toBe(wanted.length);
        pages.push(page.map(({ id }) => id));
        after = next;
      } while (after);
      expect([query, pages.flat()]).toEqual([query, wanted]);
      // Every page but the last is full: a page is cut after filtering (T30).
      expect(pages.slice(0, -1).every((page) => page.length === count)).toBe(true);
    }),
    { numRuns: 100 },
  );
});
