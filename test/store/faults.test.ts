import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../lib/store/store.ts';
import { KEY } from '../../lib/store/table.ts';
import { makeTraceWriter, readTrace } from '../../lib/store/trace.ts';
import { faultyEngine } from '../support/faulty-engine.ts';
import { commitOf, goalWrite, startTestTables, type TestTables } from '../support/store.ts';

describe('the store, while the engine throttles, conflicts and loses answers', () => {
  let around: TestTables;
  beforeAll(async () => {
    around = await startTestTables();
  });
  afterAll(() => around.stop());

  const FAULTS = { throttled: 0.1, conflicts: 0.3, answersLost: 0.1 };
  const faulty = (seed: number) => faultyEngine(around.engine, FAULTS, seed);
  const storeWith = (seed: number): Store => around.storeOn(faulty(seed));
  const writing = (store: Store, patient: string, ids: readonly string[], guard?: string) =>
    store.commit(
      commitOf(
        ids.map((id) => goalWrite(patient, id)),
        guard === undefined ? {} : { documents: [{ key: KEY.guard(guard), value: {}, onlyNew: true }] },
      ),
    );

  it('60 creates in one compartment are each there, once', async () => {
    const patient = '00000000000000a2';
    const store = storeWith(2);
    const ids = Array.from({ length: 60 }, (_, index) => `g${String(index).padStart(2, '0')}`);
    const outcomes = await Promise.all(ids.map((id) => writing(store, patient, [id])));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    const { stored } = await store.compartment(patient);
    expect(stored.map(({ resource, version }) => [resource.id, version])).toEqual(ids.map((id) => [id, 1]));
  });

  it('a transaction is all or nothing', async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 12 }), fc.boolean(), async (seed, length, isGuarded) => {
        round += 1;
        const patient = `b${String(round).padStart(15, '0')}`;
        const store = storeWith(seed);
        const ids = Array.from({ length }, (_, index) => `n${round}-${String(index).padStart(2, '0')}`);
        // The guard is taken from the second round on: such a transaction must leave nothing.
        const outcome = await writing(store, patient, ids, isGuarded ? 'taken' : undefined);
        const { stored } = await store.compartment(patient);
        expect(stored.map(({ resource }) => resource.id)).toEqual(outcome.ok ? ids : []);
      }),
      { numRuns: 25, seed: 5 },
    );
  }, 60_000);

  it('a record of the trace is put once', async () => {
    const engine = faulty(3);
    const trace = makeTraceWriter(engine, around.tables.trace, (...parts) => parts.join('|'));
    const record = (id: string) => ({ patient: 'a3', at: '2026-03-01T08:00:00.000Z', id, event: { id } });
    for (let index = 10; index < 40; index += 1) await trace.append([record(`one-${index}`)]);
    await trace.append([record('two-1'), record('two-2')]);
    const march = { from: '2026-03-01T00:00:00.000Z', until: '2026-03-31T23:59:59.999Z' };
    const { events, complete } = await readTrace(engine, around.tables.trace, 'a3', ['2026-03'], march, 100);
    expect([events.length, complete]).toEqual([32, true]);
  });
});
