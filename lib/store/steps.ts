import { createHash } from 'node:crypto';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { Ref } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import { authorText, INLINE_BODY_MAX_BYTES, type Item, pack, type Stored } from './codec.ts';
import type { Commit, DocumentWrite, FailedCondition, Write } from './commit.ts';
import { keyItem } from './engine.ts';
import { type DerivedRow, type Hash, isHint, rowsOf } from './rows.ts';
import { KEY, type Key, type Locator } from './table.ts';

/** DynamoDB's limit; look-ups, versions and conditions count. */
export const TRANSACTION_ITEMS_MAX = 100;

/** Look-up rows that one commit may put ahead of its transaction. */
const HINTS_MAX = 500;

/** One item of a transaction, and what its failed condition means. */
export type Step = {
  readonly item: TransactWriteItem;
  readonly onFailure: FailedCondition | undefined;
  /** A row that may stand before its resource does. */
  readonly hint?: boolean;
  /** The bytes that the item names, to be put before it. */
  readonly blob?: { readonly key: string; readonly body: Uint8Array };
};

/** How steps are written: some rows ahead, all else at once. `items`, the weight, counts what is written at once. */
export type Arrangement = { readonly items: number; readonly ahead: readonly Step[]; readonly atOnce: readonly Step[] };

/**
 * The weight of steps, and what makes it fit. New look-up rows of a patient's resources go ahead when all together are too
 * many: a row without its resource shows nothing, since each hit is read again, decided and matched. Whatever excludes
 * somebody else (versions, guards, claims, facts) stays in the one transaction.
 * @param beside what else would like to be in the transaction
 */
export function arranged(steps: readonly Step[], beside = 0): Arrangement {
  if (steps.length + beside <= TRANSACTION_ITEMS_MAX) return { items: steps.length, ahead: [], atOnce: steps };
  const ahead = steps.filter(({ hint }) => hint === true).slice(0, HINTS_MAX);
  const gone = new Set(ahead);
  const atOnce = steps.filter((step) => !gone.has(step));
  return { items: atOnce.length, ahead, atOnce };
}

/** Every item that a commit writes or checks. Pure: nothing is put, blobs included. */
export function stepsOf(request: Commit, stored: readonly Stored[], table: string, hash: Hash): readonly Step[] {
  return [
    ...request.writes.flatMap((write, index) => {
      const next = stored[index];
      return next ? writeSteps(write, next, table, hash, request) : [];
    }),
    ...request.documents.map((document) => documentStep(document, table)),
    ...rowSteps([], request.rows ?? [], table),
    ...(request.mustExist ?? []).map((target) => existenceStep(target, table)),
  ];
}

/** What a write makes of a resource, with its version and time in `meta`. */
export function nextVersion({ resource, previous, author, deletes = false }: Write, at: Instant): Stored {
  const version = (previous?.version ?? 0) + 1;
  const meta = { ...resource.meta, versionId: String(version), lastUpdated: at };
  return { resource: { ...resource, meta }, version, at, author: previous?.author ?? author, deleted: deletes };
}

function writeSteps(write: Write, next: Stored, table: string, hash: Hash, request: Commit): readonly Step[] {
  const { resource } = next;
  const target: Locator = { type: resource.resourceType, id: resource.id ?? '', ...(write.patient ? { patient: write.patient } : {}) };
  const ref = `${target.type}/${target.id}`;
  const { item, blob } = resourceItem(next, KEY.resource(target), request.network, ref);
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
      ...(blob ? { blob } : {}),
    },
  ];
  if (write.previous) {
    const old = resourceItem(write.previous, KEY.version(target.type, target.id, write.previous.version), request.network, ref);
    steps.push({ item: { Put: { TableName: table, Item: old.item } }, onFailure: undefined, ...(old.blob ? { blob: old.blob } : {}) });
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
    ...added.map((row): Step => {
      const { key, guard, target } = row;
      return {
        item: {
          Put: {
            TableName: table,
            Item: { ...keyItem(key), ref: { S: `${target.type}/${target.id}` }, ...(target.patient ? { p: { S: target.patient } } : {}) },
            ...(guard ? { ConditionExpression: 'attribute_not_exists(pk)' } : {}),
          },
        },
        onFailure: guard ? { kind: 'guard', claimed: target } : undefined,
        hint: isHint(row),
      };
    }),
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

/**
 * The blob is put before the item that names it: a reader never finds a name without its bytes. Its key tells its content
 * too, since two who write the same version at the same time put both their bodies, and one of them wins.
 */
function resourceItem(
  { resource, version, at, author, deleted }: Stored,
  key: Key,
  network: string,
  ref: Ref,
): { readonly item: Item; readonly blob?: { readonly key: string; readonly body: Uint8Array } } {
  const body = pack(resource);
  const isLarge = body.length > INLINE_BODY_MAX_BYTES;
  const blobKey = isLarge ? `bodies/${ref}/${version}/${createHash('sha256').update(body).digest('hex').slice(0, 32)}` : '';
  const item: Item = {
    ...keyItem(key),
    v: { N: String(version) },
    t: { S: at },
    au: { S: authorText(author) },
    net: { S: network },
    ...(deleted ? { del: { BOOL: true } } : {}),
    ...(isLarge ? { blob: { S: blobKey } } : { b: { B: body } }),
  };
  return isLarge ? { item, blob: { key: blobKey, body } } : { item };
}
