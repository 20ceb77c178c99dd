import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Goal } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { LOCAL_REGION } from '../../functions/local/environment.ts';
import { createTables, deleteTables } from '../../functions/local/tables.ts';
import { folderBlobs } from '../../lib/store/blobs.ts';
import { dynamoEngine } from '../../lib/store/engine.ts';
import { makeStore, makeTraceWriter, readTrace, type Store } from '../../lib/store/store.ts';
import { KEY } from '../../lib/store/table.ts';
import { faultyEngine } from '../support/faulty-engine.ts';

describe('the store, while the engine throttles, conflicts and loses answers', () => {
  const name = `relais-test-${randomBytes(6).toString('hex')}`;
  const tables = { main: name, trace: `${name}-trace` };
  const endpoint = inject('engineEndpoint');
  const at = '2026-03-01T08:00:00.000Z';
  let folder = '';
  beforeAll(async () => {
    vi.stubEnv('AWS_REGION', LOCAL_REGION).stubEnv('AWS_ACCESS_KEY_ID', 'local').stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    folder = await mkdtemp(join(tmpdir(), 'relais-test-'));
    await createTables(endpoint, tables);
  });
  afterAll(async () => {
    await deleteTables(endpoint, tables);
    await rm(folder, { recursive: true, force: true });
    vi.unstubAllEnvs();
  });

  const FAULTS = { throttled: 0.1, conflicts: 0.3, answersLost: 0.1 };
  const faulty = (seed: number) => faultyEngine(dynamoEngine(endpoint), FAULTS, seed);
  const storeWith = (seed: number): Store => makeStore(faulty(seed), tables.main, folderBlobs(folder), (...parts) => parts.join('|'));
  const goal = (id: string, patient: string): Goal => ({
    resourceType: 'Goal',
    id,
    lifecycleStatus: 'active',
    description: { text: 'Marcher' },
    subject: { reference: `Patient/${patient}` },
  });
  const author = { reference: 'PractitionerRole/x' };
  const writing = (store: Store, patient: string, ids: readonly string[], guard?: string) =>
    store.commit({
      network: 'cpts',
      at,
      writes: ids.map((id) => ({ resource: goal(id, patient), patient, author })),
      documents: guard === undefined ? [] : [{ key: KEY.guard(guard), value: {}, onlyNew: true }],
      timerOf: () => undefined,
    });

  it('12 writers of one resource all end, none is lost, and its version counts them', async () => {
    const store = storeWith(1);
    const target = { type: 'Goal', id: 'hot', patient: '00000000000000a1' } as const;
    await writing(store, target.patient, [target.id]);
    const write = async (): Promise<void> => {
      for (;;) {
        const previous = (await store.load([KEY.resource(target)])).resource(target);
        if (!previous) throw new Error('the resource was written before');
        const resource = goal(target.id, target.patient);
        const writes = [{ resource, patient: target.patient, previous, author }];
        if ((await store.commit({ network: 'cpts', at, writes, documents: [], timerOf: () => undefined })).ok) return;
      }
    };
    await Promise.all(Array.from({ length: 12 }, write));
    const versions = (await store.history(target)).map(({ version }) => version);
    expect(versions).toEqual(Array.from({ length: 13 }, (_, index) => 13 - index));
  }, 90_000);

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
    const trace = makeTraceWriter(engine, tables.trace);
    const record = (id: string) => ({ patient: 'a3', at, id, event: { id } });
    for (let index = 10; index < 40; index += 1) await trace.append([record(`one-${index}`)]);
    await trace.append([record('two-1'), record('two-2')]);
    expect(await readTrace(engine, tables.trace, 'a3', ['2026-03'], 100)).toHaveLength(32);
  });
});
