import assert from 'node:assert/strict';
import type { ResourceType } from '../fhir/types.ts';
import type { Blobs } from './blobs.ts';
import { bytesOf, type Item, type Stored, storedOf, unpack } from './codec.ts';
import { type Commit, type CommitOutcome, commit } from './commit.ts';
import { type Engine, patientReads } from './engine.ts';
import type { Hash } from './rows.ts';
import { KEY, type Key, type Locator, typeAndId } from './table.ts';

/** A search evaluates at most this much (DESIGN.md, "Bounds"); above it the caller answers `too-costly`. */
const SEARCH_BYTES_MAX = 16_000_000;

/** A document of ours with the version that the next write must name. */
export type StoredDocument = { readonly key: Key; readonly value: unknown; readonly version: number };

/** FHIR on DynamoDB: each method says how many round trips it costs. */
export type Store = {
  /** One round trip: any mix of documents and resources, strongly consistent. Keys that hold nothing are absent. */
  readonly load: (keys: readonly Key[]) => Promise<Loaded>;
  /**
   * One round trip per MB: the current resources of a patient, deleted ones left out. Of some types only their bodies are
   * opened (of one, nothing else is read); facts come too when no type is named.
   */
  readonly compartment: (
    patient: string,
    types?: readonly ResourceType[],
    options?: { readonly deletedToo?: boolean; readonly bytesMax?: number },
  ) => Promise<CompartmentAnswer>;
  /** One: a superseded or the present version. */
  readonly version: (target: Locator, version: number) => Promise<Stored | undefined>;
  /** Two: every version, newest first. */
  readonly history: (target: Locator) => Promise<readonly Stored[]>;
  /** One: the rows of an index partition. */
  readonly rows: (
    pk: string,
    options?: { readonly prefix?: string; readonly between?: readonly [string, string]; readonly limit?: number },
  ) => Promise<readonly IndexRow[]>;
  /** One: documents of a partition. */
  readonly documents: (
    pk: string,
    options?: { readonly prefix?: string; readonly between?: readonly [string, string]; readonly limit?: number },
  ) => Promise<readonly StoredDocument[]>;
  /** One transaction (blobs first). */
  readonly commit: (request: Commit) => Promise<CommitOutcome>;
  readonly blobs: Blobs;
};

export type Loaded = {
  readonly document: (key: Key) => StoredDocument | undefined;
  readonly resource: (target: Locator) => Stored | undefined;
  /** Target of a guard. */
  readonly row: (key: Key) => IndexRow | undefined;
};

export type CompartmentAnswer = {
  readonly stored: readonly Stored[];
  readonly facts: StoredDocument | undefined;
  /** What was opened, bodies in blobs counted. */
  readonly bytes: number;
  /** Not more than `bytesMax` (16 MB unless said). */
  readonly complete: boolean;
};

export type IndexRow = { readonly key: Key; readonly target: Locator };

export function makeStore(bare: Engine, table: string, blobs: Blobs, hash: Hash): Store {
  const engine = patientReads(bare);
  const readStored = async (item: Item): Promise<Stored> => storedOf(item, await bodyOf(item, blobs));
  return {
    blobs,
    load: async (keys) => {
      const items: Item[] = [];
      for (let from = 0; from < keys.length; from += 100) items.push(...(await engine.batchGet(table, keys.slice(from, from + 100))));
      const byKey = new Map(items.map((item) => [textOfKey(keyOf(item)), item]));
      const resources = new Map<string, Stored>();
      for (const [text, item] of byKey) if (item.au) resources.set(text, await readStored(item));
      return {
        document: (key) => {
          const item = byKey.get(textOfKey(key));
          return item ? documentOf(item) : undefined;
        },
        resource: (target) => resources.get(textOfKey(KEY.resource(target))),
        row: (key) => {
          const item = byKey.get(textOfKey(key));
          return item ? rowOf(item) : undefined;
        },
      };
    },
    compartment: async (patient, types, { deletedToo = false, bytesMax = SEARCH_BYTES_MAX } = {}) => {
      const [only, ...others] = types ?? [];
      const prefix = only === undefined ? undefined : `r#${others.length === 0 ? `${only}/` : ''}`;
      const { items, complete } = await engine.query(table, {
        pk: `P#${patient}`,
        ...(prefix ? { prefix } : {}),
        bytesMax,
      });
      const isOfTypes = ({ sk }: Item): boolean => types?.some((type) => sk?.S?.startsWith(`r#${type}/`)) ?? true;
      const opened = await Promise.all(
        items
          .filter((item) => item.au !== undefined && isOfTypes(item))
          .map(async (item) => {
            const body = await bodyOf(item, blobs);
            return { bytes: body.length, stored: storedOf(item, body) };
          }),
      );
      const bytes = opened.reduce((sum, one) => sum + one.bytes, 0);
      const stored = opened.flatMap((one) => (deletedToo || !one.stored.deleted ? [one.stored] : []));
      const facts = items.find(({ sk }) => sk?.S === 'facts');
      return { stored, facts: facts ? documentOf(facts) : undefined, bytes, complete: complete && bytes <= bytesMax };
    },
    version: async ({ type, id }, version) => {
      const item = await engine.get(table, KEY.version(type, id, version));
      return item ? readStored(item) : undefined;
    },
    history: async (target) => {
      const current = await engine.get(table, KEY.resource(target));
      if (!current) return [];
      const { items } = await engine.query(table, { pk: `V#${target.type}/${target.id}`, descending: true });
      return Promise.all([current, ...items].map(readStored));
    },
    rows: async (pk, options = {}) => (await engine.query(table, { pk, ...options })).items.flatMap((item) => rowOf(item) ?? []),
    documents: async (pk, options = {}) =>
      (await engine.query(table, { pk, ...options })).items.filter(({ b }) => b !== undefined).map(documentOf),
    commit: (request) => commit(engine, table, blobs, hash, request),
  };
}

async function bodyOf(item: Item, blobs: Blobs): Promise<Uint8Array> {
  const key = item.blob?.S;
  if (key === undefined) return bytesOf(item, 'b');
  const body = await blobs.get(key);
  assert(body, 'an item that names a blob has one: the blob is written first');
  return body;
}

function documentOf(item: Item): StoredDocument {
  return { key: keyOf(item), value: unpack(bytesOf(item, 'b')), version: Number(item.v?.N ?? 0) };
}

function rowOf(item: Item): IndexRow | undefined {
  const parsed = item.ref?.S ? typeAndId(item.ref.S) : undefined;
  if (!parsed) return undefined;
  return { key: keyOf(item), target: { ...parsed, ...(item.p?.S ? { patient: item.p.S } : {}) } };
}

function keyOf(item: Item): Key {
  return { pk: item.pk?.S ?? '', sk: item.sk?.S ?? '' };
}

function textOfKey({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}
