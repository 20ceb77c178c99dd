import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { Ref, RelaisResource } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import type { Blobs } from './blobs.ts';
import type { Author, Item, Stored } from './codec.ts';
import type { Engine } from './engine.ts';
import { failedConditions, OutcomeUnknownError } from './engine-fault.ts';
import { patiently } from './patience.ts';
import type { DerivedRow, Hash } from './rows.ts';
import { arranged, nextVersion, type Step, stepsOf, TRANSACTION_ITEMS_MAX } from './steps.ts';
import { KEY, type Key, type Locator } from './table.ts';

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
  /** Items of another table (the trace) that are written in the same transaction when there is room for them. */
  readonly beside?: readonly TransactWriteItem[];
};

export type CommitOutcome =
  /** `besideToo`: what was to be written beside is. */
  | { readonly ok: true; readonly stored: readonly Stored[]; readonly besideToo: boolean }
  | { readonly ok: false; readonly reason: 'too-many-items'; readonly items: number }
  | { readonly ok: false; readonly reason: 'condition-failed'; readonly failed: readonly FailedCondition[] };

export type FailedCondition =
  | { readonly kind: 'version'; readonly ref: Ref }
  | { readonly kind: 'guard'; readonly claimed: Locator }
  | { readonly kind: 'document'; readonly key: Key }
  | { readonly kind: 'reference'; readonly ref: Ref };

/**
 * Writes everything in one transaction, or nothing; what is too heavy is refused before anything is put, blobs included.
 * Throttling and transaction conflicts are waited out here. A broken connection leaves no doubt behind: what was asked is
 * read back, and only when that fails too is the outcome unknown.
 * @throws OutcomeUnknownError when nobody can say whether it was written; the engine's own error when nothing was
 */
export async function commit(engine: Engine, table: string, blobs: Blobs, hash: Hash, request: Commit): Promise<CommitOutcome> {
  const stored = request.writes.map((write) => nextVersion(write, request.at));
  const steps = stepsOf(request, stored, table, hash);
  const beside = request.beside ?? [];
  const { items, ahead, atOnce } = arranged(steps, beside.length);
  if (items > TRANSACTION_ITEMS_MAX) return { ok: false, reason: 'too-many-items', items };
  if (steps.length === 0) return { ok: true, stored, besideToo: beside.length === 0 };
  for (const { blob } of steps) if (blob) await blobs.put(blob.key, blob.body);
  for (let from = 0; from < ahead.length; from += TRANSACTION_ITEMS_MAX)
    await transactPatiently(engine, itemsOf(ahead.slice(from, from + TRANSACTION_ITEMS_MAX)));

  const besideToo = items + beside.length <= TRANSACTION_ITEMS_MAX;
  const doubt = { isLeft: false };
  try {
    await transactPatiently(engine, [...itemsOf(atOnce), ...(besideToo ? beside : [])], () => {
      doubt.isLeft = true;
    });
    return { ok: true, stored, besideToo };
  } catch (error) {
    if (doubt.isLeft && (await isWritten(engine, table, request, atOnce))) return { ok: true, stored, besideToo };
    const failed = failedConditions(error).flatMap((index) => atOnce[index]?.onFailure ?? []);
    if (failed.length === 0) throw error;
    return { ok: false, reason: 'condition-failed', failed };
  }
}

/** Asked again under one token, by which the engine does it once (ClientRequestToken, ten minutes). */
export async function transactPatiently(engine: Engine, items: readonly TransactWriteItem[], onSilence?: () => void): Promise<void> {
  const token = randomUUID();
  await patiently(
    () => engine.transact(items, token),
    (fault) => {
      if (fault === 'silent') onSilence?.();
    },
  );
}

function itemsOf(steps: readonly Step[]): readonly TransactWriteItem[] {
  return steps.map(({ item }) => item);
}

/**
 * Whether a transaction that was asked for, and never answered, was made: all of it stands if one of its items does. A
 * resource's item may have been superseded since; then its version says the same.
 */
async function isWritten(engine: Engine, table: string, { writes }: Commit, steps: readonly Step[]): Promise<boolean> {
  const puts = steps.flatMap(({ item: { Put } }) => (Put?.Item ? [Put.Item] : []));
  const changes = steps.some(({ item: { ConditionCheck } }) => ConditionCheck === undefined);
  const [witness] = puts;
  if (!witness) {
    if (changes) throw new OutcomeUnknownError('only removals were asked for');
    return false;
  }
  const [write] = writes;
  const version = Number(witness.v?.N ?? 0);
  const superseded = write ? [KEY.version(write.resource.resourceType, write.resource.id ?? '', version)] : [];
  try {
    const found = await patiently(() => engine.batchGet(table, [keyOf(witness), ...superseded]));
    return found.some((item) => isDeepStrictEqual(facetOf(item), facetOf(witness)));
  } catch (error) {
    throw new OutcomeUnknownError('the engine went away while it was asked to write', { cause: error });
  }
}

/** What tells one write from another, wherever its item stands: version, moment, author, bytes; of a row, its target. */
function facetOf({ v, t, au, b, blob, ref }: Item): readonly unknown[] {
  return [v?.N, t?.S, au?.S, blob?.S, ref?.S, b?.B && Buffer.from(b.B).toString('base64')];
}

function keyOf(item: Item): Key {
  return { pk: item.pk?.S ?? '', sk: item.sk?.S ?? '' };
}
