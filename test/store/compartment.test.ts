import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../lib/store/store.ts';
import { KEY } from '../../lib/store/table.ts';
import { startTestTables, type TestTables } from '../support/store.ts';

describe('a record', () => {
  const patient = '00000000000000b1';
  let around: TestTables;
  let store: Store;
  beforeAll(async () => {
    around = await startTestTables();
    store = around.storeOn(around.engine);
    await store.commit({
      network: 'cpts',
      at: '2026-03-01T08:00:00.000Z',
      // The third is so large, and so dense, that its body stands in a blob.
      writes: ['a', 'b', randomBytes(400_000).toString('base64')].map((text, index) => ({
        resource: {
          resourceType: 'Goal',
          id: `g${index}`,
          lifecycleStatus: 'active',
          description: { text },
          subject: { reference: 'Patient/p' },
        },
        patient,
        author: { reference: 'PractitionerRole/x' },
      })),
      documents: [],
      timerOf: () => undefined,
    });
  });
  afterAll(() => around.stop());

  it('counts the bodies that it opened, those in blobs too', async () => {
    const { stored, bytes, complete } = await store.compartment(patient, ['Goal']);
    expect([stored.length, complete]).toEqual([3, true]);
    expect(bytes).toBeGreaterThan(400_000);
  });

  it.each([
    [1_000_000, true],
    [300_000, false],
    [10, false],
  ])('of %i bytes at most: complete %s', async (bytesMax, want) => {
    expect((await store.compartment(patient, ['Goal'], { bytesMax })).complete).toBe(want);
  });

  it('T2: versions are numbers: the 10th and the 100th come after the 9th and the 99th', async () => {
    const target = { type: 'Goal', id: 'often', patient } as const;
    for (let version = 1; version <= 101; version += 1) {
      const previous = (await store.load([KEY.resource(target)])).resource(target);
      const resource = {
        resourceType: 'Goal' as const,
        id: target.id,
        lifecycleStatus: 'active' as const,
        description: { text: `écrit ${version} fois` },
        subject: { reference: 'Patient/p' },
      };
      const write = { resource, patient, author: { reference: 'PractitionerRole/x' }, ...(previous ? { previous } : {}) };
      await store.commit({ network: 'cpts', at: '2026-03-01T08:00:00.000Z', writes: [write], documents: [], timerOf: () => undefined });
    }
    expect((await store.load([KEY.resource(target)])).resource(target)?.version).toBe(101);
    expect((await store.history(target)).map(({ version }) => version)).toEqual(Array.from({ length: 101 }, (_, n) => 101 - n));
    for (const version of [9, 10, 99, 100]) {
      expect((await store.version(target, version))?.resource).toMatchObject({ description: { text: `écrit ${version} fois` } });
    }
  });
});
