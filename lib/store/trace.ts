import { ConditionalCheckFailedException, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { sha256Hex } from '../platform/digest.ts';
import type { Instant } from '../platform/instant.ts';
import { bytesOf, type Item, pack, unpack } from './codec.ts';
import { transactPatiently } from './commit.ts';
import { type Engine, keyItem, patientReads } from './engine.ts';
import { patiently } from './patience.ts';
import { TRANSACTION_ITEMS_MAX } from './steps.ts';
import type { Key } from './table.ts';

/** One record of the trace: put once, never changed. */
export type TraceRecord = { readonly patient: string; readonly at: Instant; readonly id: string; readonly event: unknown };

export type TraceWriter = {
  readonly append: (records: readonly TraceRecord[]) => Promise<void>;
  /** The same records as items of a transaction that writes what they tell of. */
  readonly items: (records: readonly TraceRecord[]) => readonly TransactWriteItem[];
};

/** Keyed signature of some texts (`Keys.sign`). */
export type Sign = (...parts: readonly string[]) => string;

/** A record as it stands in the table: where, the hash of all that it says, and who vouches for both. */
export type TraceMark = { readonly key: Key; readonly hash: string; readonly signature: string };

/** The API's side of the trace table: it can add, and do nothing else. */
export function makeTraceWriter(engine: Engine, table: string, sign: Sign): TraceWriter {
  const items = (records: readonly TraceRecord[]): readonly TransactWriteItem[] =>
    records.map((record) => ({
      Put: { TableName: table, Item: traceItem(record, sign), ConditionExpression: 'attribute_not_exists(pk)' },
    }));
  return {
    items,
    append: async (records) => {
      const first = records[0];
      if (records.length === 1 && first) return putOnce(engine, table, traceItem(first, sign));
      for (let from = 0; from < records.length; from += TRANSACTION_ITEMS_MAX)
        await transactPatiently(engine, items(records.slice(from, from + TRANSACTION_ITEMS_MAX)));
    },
  };
}

/** The key of a record is fresh: it is taken only when it was put before (by the SDK's retry, or ours) and the answer was lost. */
async function putOnce(engine: Engine, table: string, item: Item): Promise<void> {
  await patiently(async () => {
    try {
      await engine.put(table, item, 'attribute_not_exists(pk)');
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  });
}

function traceItem({ patient, at, id, event }: TraceRecord, sign: Sign): Item {
  const key = { pk: `A#${patient}#${at.slice(0, 7)}`, sk: `${at}#${id}` };
  const body = pack(event);
  return { ...keyItem(key), b: { B: body }, m: { S: signatureOf(key, sha256Hex(body), sign) } };
}

/** The mark of an item of the trace table, whatever somebody made of it. */
export function traceMark(item: Item): TraceMark {
  return {
    key: { pk: item.pk?.S ?? '', sk: item.sk?.S ?? '' },
    hash: sha256Hex(item.b?.B ?? ''),
    signature: item.m?.S ?? '',
  };
}

/** Whether one of our functions wrote it, there and as it stands. */
export function isSigned({ key, hash, signature }: TraceMark, sign: Sign): boolean {
  return signature === signatureOf(key, hash, sign);
}

function signatureOf({ pk, sk }: Key, hash: string, sign: Sign): string {
  return sign('record', pk, sk, hash);
}

const MONTHS_AT_ONCE = 6;

/**
 * The trace of a patient within a range of moments, newest first; one Query a month. For `functions/trace` alone.
 * @param months those that the range touches, newest first
 * @returns not `complete` when there is more than `max`
 */
export async function readTrace(
  engine: Engine,
  table: string,
  patient: string,
  months: readonly string[],
  { from, until }: { readonly from: Instant; readonly until: Instant },
  max: number,
): Promise<{ readonly events: readonly unknown[]; readonly complete: boolean }> {
  const events: unknown[] = [];
  for (let at = 0; at < months.length && events.length <= max; at += MONTHS_AT_ONCE) {
    const answers = await Promise.all(
      months.slice(at, at + MONTHS_AT_ONCE).map((month) =>
        patientReads(engine).query(table, {
          pk: `A#${patient}#${month}`,
          // Of one moment there may be several records: their ids follow.
          between: [from, `${until}$`],
          descending: true,
          limit: max + 1,
        }),
      ),
    );
    events.push(...answers.flatMap(({ items }) => items.map((item) => unpack(bytesOf(item, 'b')))));
  }
  return { events: events.slice(0, max), complete: events.length <= max };
}
