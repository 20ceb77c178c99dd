import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleSender, draftPlan, goal, numbered, numberedQuery, posted, refsIn, type SentEntry, statusesIn } from '../support/rest.ts';
import { startTestService, type TestService } from '../support/service.ts';

let service: TestService;
let given = '';
let send: ReturnType<typeof bundleSender>;
beforeAll(async () => {
  service = await startTestService();
  given = service.demo.patients.given.reference;
  send = bundleSender(service, 'transaction');
});
afterAll(() => service.stop());

/** Entries that are right, of few identifiers so that they meet. */
const right = fc.oneof(
  fc.constant(() => posted(goal(given))),
  fc.constant(() => posted(draftPlan(service, given, []))),
  fc.constant(() => ({ request: { method: 'GET', url: given } })),
  fc.constantFrom('a', 'b', 'c').map((value) => () => posted(numbered(given, value), { ifNoneExist: numberedQuery(given, value) })),
);

/** Entries that cannot be done, each refused at another stage: parsing, placing, deciding, its machine, the commit. */
const WRONG: Readonly<Record<string, () => SentEntry>> = {
  'wrong code': () => posted({ ...goal(given), lifecycleStatus: 'faux' } as const),
  'no such address': () => ({ request: { method: 'DELETE', url: 'Goal/a/b/c' } }),
  'somebody else': () => posted(goal(service.demo.patients['dac-informed'].reference)),
  'a stale version': () => ({
    resource: { ...goal(given), id: 'rien' },
    request: { method: 'PUT', url: 'Goal/rien', ifMatch: 'W/"7"' },
  }),
  'a reference to nothing': () => posted({ ...goal(given), addresses: [{ reference: `Condition/${'a'.repeat(26)}` }] }),
  'a state that events reach': () => posted({ ...draftPlan(service, given, []), status: 'completed' }),
  'a read of nothing': () => ({ request: { method: 'GET', url: `Goal/${'a'.repeat(26)}` } }),
};

it('all or nothing: a transaction with one wrong entry, at any place, writes nothing', { timeout: 60_000 }, async () => {
  const before = await service.items();
  await fc.assert(
    fc.asyncProperty(fc.array(right, { maxLength: 6 }), fc.constantFrom(...Object.keys(WRONG)), fc.nat(), async (some, name, place) => {
      const entries: SentEntry[] = some.map((make) => make());
      const wrong = WRONG[name];
      if (wrong) entries.splice(place % (entries.length + 1), 0, wrong());
      const answer = await send(entries);
      expect([name, answer.status]).toEqual([name, expect.toSatisfy((status: number) => status >= 400 && status < 500)]);
      expect(await service.items()).toEqual(before);
    }),
    { numRuns: 20, seed: 5 },
  );
});

it('T23: a bundle of conditional entries, posted again, is a fixed point', { timeout: 60_000 }, async () => {
  const names = fc.uniqueArray(fc.constantFrom('p', 'q', 'r', 's', 't'), { minLength: 1, maxLength: 5 });
  const links = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 });
  const urn = (name: string) => `urn:uuid:0b9c1d7e-0000-4000-8000-00000000000${'pqrst'.indexOf(name)}`;
  await fc.assert(
    fc.asyncProperty(names, links, fc.boolean(), fc.nat(), async (some, pairs, byCondition, run) => {
      const nameIn = (name: string) => `T23-${run}-${name}`;
      const create = (name: string) =>
        posted(numbered(given, nameIn(name)), { fullUrl: urn(name), ifNoneExist: numberedQuery(given, nameIn(name)) });
      const reference = (name: string) => (byCondition ? `Goal?${numberedQuery(given, nameIn(name))}` : urn(name));
      const plans = pairs.map(([one, other], index) => {
        const goals = [...new Set([one, other].map((at) => reference(some[at % some.length] ?? 'p')))];
        const identifier = [{ system: 'https://essai.example/plan', value: `${run}-${index}` }];
        return posted(draftPlan(service, given, goals, { identifier }), {
          ifNoneExist: `patient=${given}&identifier=https://essai.example/plan|${run}-${index}`,
        });
      });
      const entries = [...plans, ...some.map(create)];
      const first = await send(entries);
      expect([first.text, first.status]).toEqual([first.text, 200]);
      const after = await service.items();
      const second = await send(entries);
      expect([statusesIn(second), refsIn(second)]).toEqual([entries.map(() => '200'), refsIn(first)]);
      expect(await service.items()).toEqual(after);
    }),
    { numRuns: 6, seed: 23 },
  );
});
