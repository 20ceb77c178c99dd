import fc from 'fast-check';
import { expect, it } from 'vitest';
import { included } from '../../../lib/fhir/search/include.ts';
import { lookupIn } from '../../../lib/fhir/search/lookup.ts';
import { matcher, matches } from '../../../lib/fhir/search/match.ts';
import { arrange } from '../../../lib/fhir/search/page.ts';
import type { RelaisResource, ResourceType } from '../../../lib/fhir/types.ts';
import { baseUrl, searchOf } from './searching.ts';

const IDS = ['0', '1', '2', '3'];
const ids = fc.constantFrom(...IDS);
const to = (type: ResourceType) => ids.map((id) => ({ reference: `${type}/${id}` }));
const some = (type: ResourceType) => fc.array(to(type), { minLength: 1, maxLength: 2 });
const subject = { reference: 'Patient/0' };

/** A small record in which references point at what is there, at what is hidden, and at themselves. */
const resource: fc.Arbitrary<RelaisResource> = fc.oneof(
  fc.record({
    resourceType: fc.constant('Goal' as const),
    id: ids,
    lifecycleStatus: fc.constantFrom('active', 'planned'),
    description: fc.constant({ text: 'x' }),
    subject: fc.constant(subject),
  }),
  fc.record({
    resourceType: fc.constant('CarePlan' as const),
    id: ids,
    status: fc.constantFrom('active', 'draft'),
    intent: fc.constant('plan' as const),
    subject: fc.constant(subject),
    goal: some('Goal'),
    replaces: some('CarePlan'),
  }),
  fc.record({
    resourceType: fc.constant('Task' as const),
    id: ids,
    status: fc.constantFrom('requested', 'draft'),
    intent: fc.constant('order' as const),
    for: fc.constant(subject),
    focus: fc.oneof(to('CarePlan'), to('Goal')),
    basedOn: some('CarePlan'),
    partOf: some('Task'),
  }),
  fc.record({ resourceType: fc.constant('Patient' as const), id: fc.constant('0'), gender: fc.constantFrom('male', 'female') }),
);

const record = fc.uniqueArray(resource, { selector: refOf, maxLength: 14 });

/** References by the element that holds them, read without the search engine. */
const LINKS = [
  { source: 'CarePlan', name: 'goal', element: 'goal', targets: ['Goal'] },
  { source: 'CarePlan', name: 'replaces', element: 'replaces', targets: ['CarePlan'] },
  { source: 'CarePlan', name: 'patient', element: 'subject', targets: ['Patient'] },
  { source: 'Goal', name: 'patient', element: 'subject', targets: ['Patient'] },
  { source: 'Task', name: 'patient', element: 'for', targets: ['Patient'] },
  { source: 'Task', name: 'focus', element: 'focus', targets: ['CarePlan', 'Goal'] },
  { source: 'Task', name: 'based-on', element: 'basedOn', targets: ['CarePlan'] },
  { source: 'Task', name: 'part-of', element: 'partOf', targets: ['Task'] },
] as const satisfies readonly { source: ResourceType; name: string; element: string; targets: readonly ResourceType[] }[];

const PLAIN: Readonly<Record<(typeof LINKS)[number]['source'] | 'Patient', readonly string[]>> = {
  CarePlan: ['status=active', 'status:not=active', '_id=1,2', 'goal=0'],
  Goal: ['lifecycle-status=planned', '_id=0,3', 'target-date:missing=true'],
  Task: ['status=draft', 'status:not=draft', 'part-of=1', 'owner:missing=false'],
  Patient: ['gender=male', '_id=0'],
};
type Here = keyof typeof PLAIN;

/** A criterion as the client writes it, with the same thing said naively. */
type Asked = { readonly query: string; readonly isMet: (resource: RelaisResource, all: readonly RelaisResource[]) => boolean };

function refOf({ resourceType, id }: RelaisResource): string {
  return `${resourceType}/${id}`;
}

function pointsAt(from: RelaisResource, element: string, target: RelaisResource): boolean {
  const value: unknown = Reflect.get(from, element);
  return JSON.stringify(value ?? null).includes(`"${refOf(target)}"`);
}

function asked(type: Here, depth: number): fc.Arbitrary<Asked> {
  const plain = fc.constantFrom(...PLAIN[type]).map((query): Asked => ({ query, isMet: (one) => matches(one, searchOf(type, query)) }));
  if (depth === 0) return plain;
  const chains = LINKS.filter(({ source }) => source === type).flatMap(({ name, element, targets }) =>
    targets.map((target) =>
      asked(target, depth - 1).map(
        ({ query, isMet }): Asked => ({
          query: `${name}:${target}.${query}`,
          isMet: (one, all) => all.some((other) => other.resourceType === target && pointsAt(one, element, other) && isMet(other, all)),
        }),
      ),
    ),
  );
  const reversed = LINKS.filter(({ targets }) => targets.some((target) => target === type)).map(({ source, name, element }) =>
    asked(source, depth - 1).map(
      ({ query, isMet }): Asked => ({
        query: `_has:${source}:${name}:${query}`,
        isMet: (one, all) => all.some((other) => other.resourceType === source && pointsAt(other, element, one) && isMet(other, all)),
      }),
    ),
  );
  return fc.oneof(plain, ...chains, ...reversed);
}

const searches = fc
  .constantFrom<Here>('CarePlan', 'Goal', 'Task', 'Patient')
  .chain((type) => fc.record({ type: fc.constant(type), criteria: fc.array(asked(type, 3), { minLength: 1, maxLength: 3 }) }));

it('a search equals a naive filter over all visible resources', () => {
  fc.assert(
    fc.property(record, searches, (views, { type, criteria }) => {
      const search = searchOf(type, criteria.map(({ query }) => query).join('&'));
      const expected = views.filter((one) => one.resourceType === type && criteria.every(({ isMet }) => isMet(one, views)));
      expect(views.filter(matcher(search, lookupIn(views, baseUrl))).map(refOf)).toEqual(expected.map(refOf));
    }),
    { numRuns: 500 },
  );
});

it('T18: only what is seen is told, each once, in whatever order the record is read', () => {
  const hidden = fc.uniqueArray(resource, { selector: refOf, maxLength: 6 });
  fc.assert(
    fc.property(record, hidden, searches, fc.boolean(), (views, others, { type, criteria }, descending) => {
      const search = searchOf(
        type,
        [
          ...criteria.map(({ query }) => query),
          '_include:iterate=*',
          '_revinclude=*',
          '_count=2',
          `_sort=${descending ? '-' : ''}_id`,
        ].join('&'),
      );
      const seen = views.filter((one) => !others.some((other) => refOf(other) === refOf(one)));
      const told = (order: readonly RelaisResource[]) => {
        const lookup = lookupIn(order, baseUrl);
        const { page, total, next } = arrange(order.filter(matcher(search, lookup)), search);
        return { page: page.map(refOf), total, next, included: included(page, search.includes, lookup).map(refOf).toSorted() };
      };
      const answer = told(seen);
      // The order in which a record happens to be read says nothing either.
      expect(told(seen.toReversed())).toEqual(answer);
      const shown = new Set(seen.map(refOf));
      expect([...answer.page, ...answer.included].filter((ref) => !shown.has(ref))).toEqual([]);
      expect(new Set([...answer.page, ...answer.included]).size).toBe(answer.page.length + answer.included.length);
    }),
    { numRuns: 300 },
  );
});

it('an iterated include brings all that references lead to, and nothing else', () => {
  fc.assert(
    fc.property(record, (views) => {
      const search = searchOf('Task', '_include:iterate=*&_count=500');
      const page = views.filter(({ resourceType }) => resourceType === 'Task');
      const reachedFrom = new Set(page.map(refOf));
      // Naively: as often as there are resources, add what any of those reached points at.
      for (const _ of views) {
        for (const from of views.filter((one) => reachedFrom.has(refOf(one)))) {
          for (const other of views) {
            if (LINKS.some(({ source, element }) => source === from.resourceType && pointsAt(from, element, other)))
              reachedFrom.add(refOf(other));
          }
        }
      }
      const found = included(page, search.includes, lookupIn(views, baseUrl)).map(refOf);
      expect([...page.map(refOf), ...found].toSorted()).toEqual([...reachedFrom].toSorted());
    }),
  );
});
