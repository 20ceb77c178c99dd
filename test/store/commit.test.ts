import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Write } from '../../lib/store/commit.ts';
import type { Engine } from '../../lib/store/engine.ts';
import type { Store } from '../../lib/store/store.ts';
import { KEY } from '../../lib/store/table.ts';
import { commitOf, goalWrite, startTestTables, type TestTables } from '../support/store.ts';

let around: TestTables;
let store: Store;
beforeAll(async () => {
  around = await startTestTables();
  store = around.storeOn(around.engine);
});
afterAll(() => around.stop());

const goals = (patient: string, count: number, identifiers = 0) =>
  Array.from({ length: count }, (_, at) =>
    goalWrite(patient, `${patient}-${String(at).padStart(3, '0')}`, {
      identifier: Array.from({ length: identifiers }, (__, index) => ({ system: `urn:s${index}`, value: `${patient}-${at}` })),
    }),
  );
const idsIn = async (patient: string) => (await store.compartment(patient)).stored.map(({ resource }) => resource.id);
const lookUp = (patient: string, at: number) => `L#cpts|Goal|urn:s0|${patient}-${at}`;

describe('the weight of a transaction', () => {
  it.each([0, 1, 3])(
    'T21: with %i unguarded identifiers each, 100 creates are made and 101 refused before anything is written',
    async (many) => {
      const patient = `w${many}`;
      expect(await store.commit(commitOf(goals(patient, 101, many)))).toEqual({ ok: false, reason: 'too-many-items', items: 101 });
      expect(await idsIn(patient)).toEqual([]);
      expect(await store.rows(lookUp(patient, 0))).toEqual([]);
      expect((await store.commit(commitOf(goals(patient, 100, many)))).ok).toBe(true);
      expect(await idsIn(patient)).toHaveLength(100);
      expect((await store.rows(lookUp(patient, 99))).map(({ target }) => target.id)).toEqual(many > 0 ? [`${patient}-099`] : []);
    },
  );

  it('T21: a guarded identifier weighs one more: 50 documents are made, 51 refused', async () => {
    const documents = (count: number): Write[] =>
      Array.from({ length: count }, (_, at) => ({
        resource: {
          resourceType: 'DocumentReference',
          id: `d${at}`,
          status: 'current',
          content: [{ attachment: { url: 'Binary/b' } }],
          masterIdentifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:1.${at}` },
        },
        patient: 'wd',
        author: { reference: 'Device/x' },
      }));
    expect(await store.commit(commitOf(documents(51)))).toEqual({ ok: false, reason: 'too-many-items', items: 102 });
    expect((await store.commit(commitOf(documents(50)))).ok).toBe(true);
  });

  it('is known before a large body is put', async () => {
    const large = goalWrite('wb', 'large', { description: { text: randomBytes(400_000).toString('base64') } });
    const before = await around.blobs();
    expect((await store.commit(commitOf([large, ...goals('wb', 100)]))).ok).toBe(false);
    expect(await around.blobs()).toBe(before);
  });

  it('what is written beside it (the trace) goes with it when there is room, and is left to its writer when not', async () => {
    const beside = [{ Put: { TableName: around.tables.trace, Item: { pk: { S: 'A#x' }, sk: { S: '1' } } } }];
    expect(await store.commit(commitOf(goals('wt', 99), { beside }))).toMatchObject({ ok: true, besideToo: true });
    expect(await around.engine.get(around.tables.trace, { pk: 'A#x', sk: '1' })).toBeDefined();
    expect(await store.commit(commitOf(goals('wu', 100), { beside }))).toMatchObject({ ok: true, besideToo: false });
  });
});

describe('index rows', () => {
  it('are items of the same transaction: there with the resource, moved and removed with it', async () => {
    const write = goalWrite('ri', 'row', { identifier: [{ system: 'urn:s0', value: 'ri-0' }] });
    await store.commit(commitOf([write]));
    const target = { type: 'Goal', id: 'row', patient: 'ri' } as const;
    expect(await store.rows(lookUp('ri', 0))).toMatchObject([{ target }]);
    const previous = (await store.load([KEY.resource(target)])).resource(target);
    await store.commit(
      commitOf([{ ...goalWrite('ri', 'row', { identifier: [{ system: 'urn:s0', value: 'ri-1' }] }), ...(previous ? { previous } : {}) }]),
    );
    expect(await store.rows(lookUp('ri', 0))).toEqual([]);
    expect(await store.rows(lookUp('ri', 1))).toMatchObject([{ target }]);
  });

  it('that went ahead of a transaction which was refused point at nothing, and hold no content', async () => {
    await store.commit(commitOf([], { documents: [{ key: KEY.guard('taken'), value: {}, onlyNew: true }] }));
    const refused = await store.commit(
      commitOf(goals('rs', 60, 1), { documents: [{ key: KEY.guard('taken'), value: {}, onlyNew: true }] }),
    );
    expect(refused.ok).toBe(false);
    const [stray] = await store.rows(lookUp('rs', 0));
    expect(stray?.target).toEqual({ type: 'Goal', id: 'rs-000', patient: 'rs' });
    expect(
      (await store.load([KEY.resource({ type: 'Goal', id: 'rs-000', patient: 'rs' })])).resource({
        type: 'Goal',
        id: 'rs-000',
        patient: 'rs',
      }),
    ).toBeUndefined();
    expect(await idsIn('rs')).toEqual([]);
    expect((await store.commit(commitOf(goals('rs', 60, 1)))).ok).toBe(true);
  });
});

describe('two who write the same version at once', () => {
  it('T6: one of them does, and the version of the key is the one in meta, in the record and in the history', async () => {
    const target = { type: 'Goal', id: 'twice', patient: 'tw' } as const;
    await store.commit(commitOf([goalWrite('tw', 'twice')]));
    const previous = (await store.load([KEY.resource(target)])).resource(target);
    const texts = ['Marcher', 'Courir', 'Nager', 'Lire'];
    const outcomes = await Promise.all(
      texts.map((text) =>
        store.commit(commitOf([{ ...goalWrite('tw', 'twice', { description: { text } }), ...(previous ? { previous } : {}) }])),
      ),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    const history = await store.history(target);
    expect(history.map(({ version, resource }) => [version, resource.meta?.versionId])).toEqual([
      [2, '2'],
      [1, '1'],
    ]);
    expect((await store.version(target, 1))?.resource.meta?.versionId).toBe('1');
  });

  it('and whose bodies are both large: what is read is what the winner wrote', async () => {
    const target = { type: 'Goal', id: 'large', patient: 'tl' } as const;
    const bodies = Array.from({ length: 4 }, () => randomBytes(400_000).toString('base64'));
    const outcomes = await Promise.all(bodies.map((text) => store.commit(commitOf([goalWrite('tl', 'large', { description: { text } })]))));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    const read = (await store.load([KEY.resource(target)])).resource(target)?.resource;
    expect(read).toMatchObject({ description: { text: bodies[outcomes.findIndex(({ ok }) => ok)] } });
  });
});

describe('a transaction that is never answered', () => {
  const lost = (): Promise<never> => Promise.reject(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
  /** Every answer to a transaction is lost. @param made whether it was made all the same @param reads whether it can be read back */
  const silent = (made: boolean, reads: boolean): Engine => ({
    ...around.engine,
    transact: async (items, token) => {
      if (made) await around.engine.transact(items, token);
      return lost();
    },
    ...(reads ? {} : { batchGet: lost }),
  });

  it.each([
    ['made: it is read back, and its writer hears so', true, true, 'made'],
    ['not made: its writer hears that nothing was written', false, true, 'socket hang up'],
    ['and cannot be read back: nobody claims to know', true, false, 'the engine went away while it was asked to write'],
  ])('%s', async (_, made, reads, heard) => {
    const id = `${made}-${reads}`;
    const answer = await around
      .storeOn(silent(made, reads))
      .commit(commitOf([goalWrite('si', id)]))
      .then(
        ({ ok }) => (ok ? 'made' : 'refused'),
        (error: unknown) => (error instanceof Error ? error.message : ''),
      );
    expect(answer).toBe(heard);
    expect((await idsIn('si')).includes(id)).toBe(made);
  });
});
