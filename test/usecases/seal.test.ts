import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeKeys } from '../../lib/platform/ids.ts';
import { folderBlobs } from '../../lib/store/blobs.ts';
import { KEY } from '../../lib/store/table.ts';
import type { TraceMark } from '../../lib/store/trace.ts';
import { type SealPorts, sealTrace, type Told } from '../../lib/usecases/seal.ts';
import { isWhole, linkIn, type SealLink } from '../../lib/usecases/seal-chain.ts';
import { forged, LATER, nameOf, namesFound, record, SEALED_AT } from '../support/sealed.ts';
import { startTestTables, type TestTables } from '../support/store.ts';

describe('the sealer of the trace', () => {
  let around: TestTables;
  beforeAll(async () => {
    around = await startTestTables();
  });
  afterAll(() => around.stop());

  const inserted = (mark: TraceMark): Told => ({ eventId: `insert ${nameOf(mark)}`, event: 'INSERT', mark });

  /** A chain of one test's own: its head stands in a table that others use, under a name of its own. */
  const chain = (name: string) => {
    const store = around.storeOn(around.engine);
    const own = <T extends { readonly key: unknown }>(one: T) => (one.key === KEY.sealHead ? { ...one, key: { pk: 'S', sk: name } } : one);
    const ports: SealPorts = {
      keys: makeKeys(Buffer.alloc(32, 5)),
      now: () => SEALED_AT,
      store: {
        load: async () => {
          const loaded = await store.load([{ pk: 'S', sk: name }]);
          return { ...loaded, document: () => loaded.document({ pk: 'S', sk: name }) };
        },
        commit: (request) => store.commit({ ...request, documents: request.documents.map(own) }),
      },
    };
    const folder = join(around.folder, name);
    const files = async () => {
      const names = await readdir(folder).catch(() => []);
      return Promise.all(names.map(async (file) => ({ name: file, text: await readFile(join(folder, file), 'utf8') })));
    };
    return {
      seal: (told: readonly Told[]) => sealTrace(ports, folderBlobs(folder), told),
      files,
      links: async (): Promise<readonly SealLink[]> =>
        (await files()).flatMap(({ text }) => linkIn(text) ?? []).toSorted((a, b) => a.number - b.number),
      found: async (records: readonly TraceMark[]) =>
        namesFound(
          { records, links: [], head: (await store.load([{ pk: 'S', sk: name }])).document({ pk: 'S', sk: name })?.value },
          await files(),
          LATER,
        ),
    };
  };

  it('writes one link a batch, each on the one before', async () => {
    const { seal, links, found } = chain('batches');
    const records = ['a', 'b', 'c'].map((id) => record(id));
    for (const one of records) await seal([inserted(one)]);
    const made = await links();
    expect(made.map(({ number, entries }) => [number, entries.length])).toEqual([1, 2, 3].map((number) => [number, 1]));
    expect(made.map(({ previous }) => previous)).toEqual(['0'.repeat(64), made[0]?.hash, made[1]?.hash]);
    expect(made.every(isWhole)).toBe(true);
    expect(await found(records)).toEqual([]);
  });

  it('is idempotent: a batch told again, in part or with others, seals what is new and nothing else', async () => {
    const { seal, links, found } = chain('again');
    const [a, b, c] = [record('a'), record('b'), record('c')];
    await seal([inserted(a), inserted(b)]);
    await seal([inserted(a), inserted(b)]);
    await seal([inserted(b)]);
    expect(await links()).toHaveLength(1);
    await seal([inserted(b), inserted(c), inserted(c)]);
    expect((await links()).map(({ entries }) => entries.map(({ key }) => key.sk))).toEqual([[a.key.sk, b.key.sk], [c.key.sk]]);
    expect(await found([a, b, c])).toEqual([]);
  });

  it('makes one chain of what two sealers write at once', async () => {
    const { seal, found } = chain('at-once');
    const groups = Array.from({ length: 6 }, (_, group) => [0, 1, 2].map((place) => record(`g${group}-${place}`)));
    await Promise.all(groups.map((group) => seal(group.map(inserted))));
    expect(await found(groups.flat())).toEqual([]);
    expect(await found(groups.flat().slice(1))).toEqual([`removed record ${nameOf(groups[0]?.[0] ?? record('none'))}`]);
  });

  it('seals the same whatever the order in which records come, and how often', async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.nat(9), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 }), async (told) => {
        round += 1;
        const { seal, found, links } = chain(`orders-${round}`);
        for (const batch of told) await seal(batch.map((id) => inserted(record(`r${id}`))));
        const once = [...new Set(told.flat())].map((id) => record(`r${id}`));
        expect(await found(once)).toEqual([]);
        expect((await links()).flatMap(({ entries }) => entries)).toHaveLength(once.length);
      }),
      { numRuns: 10 },
    );
  });

  it('keeps what nobody may do to a record, and who put what is none of ours', async () => {
    const { seal, found } = chain('altered');
    const [kept, touched, alien] = [record('kept'), record('touched'), forged('alien')];
    await seal([inserted(kept), inserted(touched)]);
    await seal([
      { eventId: 'modify', event: 'MODIFY', mark: { ...touched, hash: 'other' } },
      { eventId: 'remove', event: 'REMOVE', mark: kept },
      inserted(alien),
    ]);
    const expected = [`changed record ${nameOf(touched)}`, `removed record ${nameOf(kept)}`, `inserted record ${nameOf(alien)}`];
    expect((await found([touched, alien])).toSorted()).toEqual(expected.toSorted());
    await seal([{ eventId: 'remove', event: 'REMOVE', mark: kept }]);
    expect((await found([touched, alien])).toSorted()).toEqual(expected.toSorted());
  });
});
