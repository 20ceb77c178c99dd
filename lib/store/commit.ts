import { createHash } from 'node:crypto';
import { TransactionCanceledException, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { Ref, RelaisResource } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import { log } from '../platform/log.ts';
import type { Blobs } from './blobs.ts';
import { type Author, authorText, INLINE_BODY_MAX_BYTES, type Item, pack, type Stored } from './codec.ts';
import { type Engine, keyItem, pause } from './engine.ts';
import { type DerivedRow, type Hash, rowsOf } from './rows.ts';
import { KEY, type Key, type Locator } from './table.ts';

/** DynamoDB's limit; look-ups, versions and conditions count. */
export const TRANSACTION_ITEMS_MAX = 100;

export type Write = {
  /** With id; `meta.versionId` and `meta.lastUpdated` are set here. */
  readonly resource: RelaisResource;
  readonly patient?: string;
  /** The version that it supersedes, as it was read; absent for a create. */
  readonly previous?: Stored;
  /** Who writes; the first one stays the author for ever. */
  readonly author: Author;
  /**
   * A logical deletion: the version says no more than that it is gone. It keeps the last content, on which it is decided
   * who may know of it, and carries no row; a later write of the same id continues its version numbers.
   */
  readonly deletes?: boolean;
};

/** A document of ours that is not a resource: facts, member, network, outbox entry, contribution… */
export type DocumentWrite =
  | {
      readonly key: Key;
      readonly value: unknown;
      readonly version?: { readonly from: number; readonly to: number };
      readonly onlyNew?: boolean;
      readonly ttlSeconds?: number;
    }
  /** `mustExist`: whoever removes it first has it, a claim. */
  | { readonly key: Key; readonly remove: true; readonly mustExist?: boolean };

export type Commit = {
  readonly network: string;
  readonly at: Instant;
  readonly writes: readonly Write[];
  readonly documents: readonly DocumentWrite[];
  /** When somebody must look at a resource again. */
  readonly timerOf: (resource: RelaisResource) => Instant | undefined;
  /** Rows beside those that follow from the resources: pointers of client-chosen ids. */
  readonly rows?: readonly DerivedRow[];
  /** References outside the bundle that must exist, checked once each (Patients excepted: never hard-deleted). */
  readonly mustExist?: readonly Locator[];
};

export type CommitOutcome =
  | { readonly ok: true; readonly stored: readonly Stored[] }
  | { readonly ok: false; readonly reason: 'too-many-items'; readonly items: number }
  | { readonly ok: false; readonly reason: 'condition-failed'; readonly failed: readonly FailedCondition[] };

export type FailedCondition =
  | { readonly kind: 'version'; readonly ref: Ref }
  | { readonly kind: 'guard'; readonly claimed: Locator }
  | { readonly kind: 'document'; readonly key: Key }
  | { readonly kind: 'reference'; readonly ref: Ref };

type Step = { readonly item: TransactWriteItem; readonly onFailure: FailedCondition | undefined };

/** Writes everything in one transaction, or nothing. Throttling and transaction conflicts are retried here, with jitter. */
export async function commit(engine: Engine, table: string, blobs: Blobs, hash: Hash, request: Commit): Promise<CommitOutcome> {
  const stored: Stored[] = [];
  const steps: Step[] = [];
  for (const write of request.writes) {
    const next = nextVersion(write, request.at);
    stored.push(next);
    steps.push(...(await stepsOf(write, next, table, blobs, hash, request)));
  }
  for (const document of request.documents) steps.push(documentStep(document, table));
  steps.push(...rowSteps([], request.rows ?? [], table));
  for (const target of request.mustExist ?? []) steps.push(existenceStep(target, table));

  if (steps.length > TRANSACTION_ITEMS_MAX) return { ok: false, reason: 'too-many-items', items: steps.length };
  if (steps.length === 0) return { ok: true, stored };
  const token = createHash('sha256').update(`${request.at}${Math.random()}`).digest('hex').slice(0, 36);
  const items = steps.map(({ item }) => item);
  try {
    await patiently(() => engine.transact(items, token));
    return { ok: true, stored };
  } catch (error) {
    const failed = failedConditions(error).flatMap((index) => steps[index]?.onFailure ?? []);
    if (failed.length === 0) throw error;
    return { ok: false, reason: 'condition-failed', failed };
  }
}

/** Which items of a transaction did not meet their condition. */
function failedConditions(error: unknown): readonly number[] {
  const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
  return reasons.flatMap(({ Code }, index) => (Code === 'ConditionalCheckFailed' ? [index] : []));
}

/**
 * Waits out conflicts, throttling and lost answers, with jitter. What is asked must be safe to ask twice: a transaction with
 * its token is (ClientRequestToken, ten minutes), a put of a fresh key too.
 */
export async function patiently(ask: () => Promise<void>): Promise<void> {
  const seen = { busy: 0, silent: 0 };
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const kind = faultOf(error);
      if (kind === undefined || seen[kind] >= ASKED_AGAIN_MAX[kind]) throw error;
      seen[kind] += 1;
      log('info', 'RLS-0004', { attempt });
      await pause(attempt);
    }
  }
}

/** `silent`: the engine is away, or it has done what was asked and its answer was lost. */
const ASKED_AGAIN_MAX = { busy: 12, silent: 3 } as const;

function faultOf(error: unknown): keyof typeof ASKED_AGAIN_MAX | undefined {
  if (error instanceof TransactionCanceledException) return failedConditions(error).length > 0 ? undefined : 'busy';
  const name = error instanceof Error ? error.name : '';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (THROTTLED.has(name)) return 'busy';
  return name === 'TimeoutError' || ANSWER_LOST.has(code) ? 'silent' : undefined;
}

const THROTTLED: ReadonlySet<string> = new Set([
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'TransactionInProgressException',
  'InternalServerError',
]);
const ANSWER_LOST: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

function nextVersion({ resource, previous, author, deletes = false }: Write, at: Instant): Stored {
  const version = (previous?.version ?? 0) + 1;
  const meta = { ...resource.meta, versionId: String(version), lastUpdated: at };
  return { resource: { ...resource, meta }, version, at, author: previous?.author ?? author, deleted: deletes };
}

async function stepsOf(write: Write, next: Stored, table: string, blobs: Blobs, hash: Hash, request: Commit): Promise<readonly Step[]> {
  const { resource } = next;
  const target: Locator = { type: resource.resourceType, id: resource.id ?? '', ...(write.patient ? { patient: write.patient } : {}) };
  const ref = `${target.type}/${target.id}`;
  const item = await resourceItem(next, KEY.resource(target), request.network, blobs, ref);
  const steps: Step[] = [
    {
      item: {
        Put: {
          TableName: table,
          Item: item,
          ...(write.previous
            ? { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': { N: String(write.previous.version) } } }
            : { ConditionExpression: 'attribute_not_exists(pk)' }),
        },
      },
      onFailure: { kind: 'version', ref },
    },
  ];
  if (write.previous) {
    const old = await resourceItem(
      write.previous,
      KEY.version(target.type, target.id, write.previous.version),
      request.network,
      blobs,
      ref,
    );
    steps.push({ item: { Put: { TableName: table, Item: old } }, onFailure: undefined });
  }
  const rowsAt = (version: Stored | undefined): readonly DerivedRow[] =>
    version && !version.deleted ? rowsOf(version.resource, target, request.network, hash, request.timerOf(version.resource)) : [];
  steps.push(...rowSteps(rowsAt(write.previous), rowsAt(next), table));
  return steps;
}

/** Only what changed between two versions is written. */
function rowSteps(before: readonly DerivedRow[], after: readonly DerivedRow[], table: string): readonly Step[] {
  const textOfKey = ({ key }: DerivedRow): string => `${key.pk}\n${key.sk}`;
  const old = new Set(before.map(textOfKey));
  const kept = new Set(after.map(textOfKey));
  const added = [...new Map(after.filter((row) => !old.has(textOfKey(row))).map((row) => [textOfKey(row), row])).values()];
  return [
    ...added.map(
      ({ key, guard, target }): Step => ({
        item: {
          Put: {
            TableName: table,
            Item: { ...keyItem(key), ref: { S: `${target.type}/${target.id}` }, ...(target.patient ? { p: { S: target.patient } } : {}) },
            ...(guard ? { ConditionExpression: 'attribute_not_exists(pk)' } : {}),
          },
        },
        onFailure: guard ? { kind: 'guard', claimed: target } : undefined,
      }),
    ),
    ...before
      .filter((row) => !kept.has(textOfKey(row)))
      .map(({ key }): Step => ({ item: { Delete: { TableName: table, Key: keyItem(key) } }, onFailure: undefined })),
  ];
}

function documentStep(document: DocumentWrite, table: string): Step {
  const { key } = document;
  if ('remove' in document) {
    const condition = document.mustExist ? { ConditionExpression: 'attribute_exists(pk)' } : {};
    return { item: { Delete: { TableName: table, Key: keyItem(key), ...condition } }, onFailure: { kind: 'document', key } };
  }
  const { value, version, onlyNew, ttlSeconds } = document;
  const condition =
    version && version.from > 0
      ? { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': { N: String(version.from) } } }
      : version || onlyNew
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {};
  return {
    item: { Put: { TableName: table, Item: documentItem(key, value, version?.to, ttlSeconds), ...condition } },
    onFailure: { kind: 'document', key },
  };
}

function documentItem(key: Key, value: unknown, version?: number, ttlSeconds?: number): Item {
  return {
    ...keyItem(key),
    b: { B: pack(value) },
    ...(version === undefined ? {} : { v: { N: String(version) } }),
    ...(ttlSeconds === undefined ? {} : { ttl: { N: String(ttlSeconds) } }),
  };
}

function existenceStep(target: Locator, table: string): Step {
  return {
    item: {
      ConditionCheck: {
        TableName: table,
        Key: keyItem(KEY.resource(target)),
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(del)',
      },
    },
    onFailure: { kind: 'reference', ref: `${target.type}/${target.id}` },
  };
}

/** The blob is written before the item that names it: a reader never finds a name without its bytes. */
async function resourceItem(
  { resource, version, at, author, deleted }: Stored,
  key: Key,
  network: string,
  blobs: Blobs,
  ref: Ref,
): Promise<Item> {
  const body = pack(resource);
  const blobKey = `bodies/${ref}/${version}`;
  if (body.length > INLINE_BODY_MAX_BYTES) await blobs.put(blobKey, body);
  return {
    ...keyItem(key),
    v: { N: String(version) },
    t: { S: at },
    au: { S: authorText(author) },
    net: { S: network },
    ...(deleted ? { del: { BOOL: true } } : {}),
    ...(body.length > INLINE_BODY_MAX_BYTES ? { blob: { S: blobKey } } : { b: { B: body } }),
  };
}
