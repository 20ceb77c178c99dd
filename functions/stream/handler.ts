import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { sha256Hex } from '../../lib/platform/digest.ts';
import { log } from '../../lib/platform/log.ts';
import { typeAndId } from '../../lib/store/table.ts';
import { deliverTo } from '../../lib/usecases/outbox.ts';
import { react, type Written } from '../../lib/usecases/react.ts';
import { isAltered, sealTrace, type Told } from '../../lib/usecases/seal.ts';
import { deliverer, onParked } from '../delivery.ts';
import { type Runtime, runtime } from '../runtime.ts';

/** Lambda entry of both tables' streams: what was written becomes events, sent at once; the trace is sealed. */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  try {
    const run = await runtime();
    await announce(
      run,
      Records.filter((record) => !isTrace(record)),
    );
    await seal(run, Records.filter(isTrace));
    return { batchItemFailures: [] };
  } catch (error) {
    // The whole batch comes again: every effect above is idempotent.
    log('error', 'RLS-0002', { errorName: error instanceof Error ? error.name : 'unknown' });
    const first = Records[0]?.dynamodb?.SequenceNumber;
    return { batchItemFailures: first ? [{ itemIdentifier: first }] : [] };
  }
}

async function announce(run: Runtime, records: readonly DynamoDBRecord[]): Promise<void> {
  const written = records.flatMap((record) => writtenIn(record) ?? []);
  if (written.length === 0) return;
  const destinations = await react(run.ports, written);
  await Promise.all([...destinations].map((destination) => deliverTo(run.ports, destination, deliverer(run), Math.random, onParked(run))));
}

async function seal({ ports, seal: chain }: Runtime, records: readonly DynamoDBRecord[]): Promise<void> {
  const told = records.map(toldOfTrace);
  for (const one of told) {
    // The alarm on this code is the answer to whoever found a way to touch the trace.
    if (isAltered(one, ports)) log('error', 'RLS-0011', { outcome: one.event, eventId: one.mark.key.sk.split('#')[1] ?? '' });
  }
  if (chain && told.length > 0) await sealTrace(ports, chain, told);
}

function isTrace({ eventSourceARN = '' }: DynamoDBRecord): boolean {
  return eventSourceARN.split('/')[1] === process.env.TRACE_TABLE;
}

/** What happened to a record, and how it stood after it (before it, when it is gone). */
function toldOfTrace({ eventID, eventName = 'MODIFY', dynamodb }: DynamoDBRecord): Told {
  const { pk, sk, b, m } = dynamodb?.NewImage ?? dynamodb?.OldImage ?? {};
  const { SequenceNumber = '' } = dynamodb ?? {};
  // Bytes come as base64 in an event of Lambda.
  const hash = sha256Hex(Buffer.from(b?.B ?? '', 'base64'));
  const mark = { key: { pk: pk?.S ?? '', sk: sk?.S ?? '' }, hash, signature: m?.S ?? '' };
  return { eventId: eventID ?? SequenceNumber, event: eventName, mark };
}

/** A current version of a resource; all other items (rows, documents, superseded versions) tell nothing. */
function writtenIn({ eventName, dynamodb }: DynamoDBRecord): Written | undefined {
  const image = dynamodb?.NewImage;
  const pk = image?.pk?.S ?? '';
  const sk = image?.sk?.S ?? '';
  if (eventName === 'REMOVE' || !image || !sk.startsWith('r#') || image.net?.S === undefined) return undefined;
  const parsed = typeAndId(sk);
  if (!parsed) return undefined;
  return {
    network: image.net.S,
    version: Number(image.v?.N ?? 0),
    about: { ...parsed, ...(pk.startsWith('P#') ? { patient: pk.slice(2) } : {}) },
  };
}
