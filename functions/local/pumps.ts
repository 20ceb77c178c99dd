import { randomUUID } from 'node:crypto';
import { now } from '../../lib/platform/clock.ts';
import { isObject } from './json-file.ts';
import type { Invocation, LocalLambda } from './lambda.ts';
import { makeMutex } from './mutex.ts';
import type { StreamBatch, StreamReader } from './stream-reader.ts';

export type PumpSettings = {
  /** Streams of the tables; those that somebody waits for come first. */
  readonly readers: readonly StreamReader[];
  readonly stream: LocalLambda;
  readonly schedule: LocalLambda;
  /** Told of every failure; the pump tries again. */
  readonly onFailure: (what: 'stream' | 'schedule', error: unknown) => void;
};

/** What EventBridge and the event-source mapping do on AWS. */
export type Pumps = {
  /**
   * Runs schedule and stream until neither moves anything any more.
   * @throws Error when something still fails or moves after QUIESCE_TIMEOUT_MS
   */
  readonly quiesce: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const STREAM_PERIOD_MS = 100;
const SCHEDULE_PERIOD_MS = 1_000;
const RETRY_PAUSE_MS = 1_000;
const QUIESCE_TIMEOUT_MS = 120_000;
/** Longest time from a write to its record (engine.md 2: 7 ms), with a margin for a busy machine. */
const RECORD_DELAY_MS = 60;
const FUNCTION_TIMEOUT_MS = 60_000;

/** Starts both pumps: records of the tables every 100 ms, the schedule every second. */
export function startPumps(settings: PumpSettings): Pumps {
  // One turn for both: what the stream function is sending, the schedule would try to claim in vain.
  const turn = makeMutex();
  let stopping = false;

  const pumpOnce = (): Promise<number> => turn(() => pumpStream(settings));
  const tick = (): Promise<boolean> => turn(() => runSchedule(settings));
  const repeat = async (what: 'stream' | 'schedule', work: () => Promise<unknown>, periodMs: number): Promise<void> => {
    while (!stopping) {
      const pauseMs = await work().then(
        (moved) => (what === 'stream' && moved !== 0 ? 0 : periodMs),
        (error: unknown) => {
          if (!stopping) settings.onFailure(what, error);
          return RETRY_PAUSE_MS;
        },
      );
      await pause(pauseMs);
    }
  };
  const loops = [repeat('stream', pumpOnce, STREAM_PERIOD_MS), repeat('schedule', tick, SCHEDULE_PERIOD_MS)];

  return {
    quiesce: async () => {
      const deadlineMs = Date.now() + QUIESCE_TIMEOUT_MS;
      for (let moved = true; moved; ) {
        if (Date.now() > deadlineMs) throw new Error(`still moving after ${QUIESCE_TIMEOUT_MS} ms`);
        moved = await tick();
        if (await drain(pumpOnce, deadlineMs)) moved = true;
      }
    },
    stop: async () => {
      stopping = true;
      await Promise.all(loops);
    },
  };
}

/** Pumps until the stream gives nothing more, later records of what the last batch wrote included; whether it gave anything. */
async function drain(pumpOnce: () => Promise<number>, deadlineMs: number): Promise<boolean> {
  let gaveAnything = false;
  for (let isWaiting = false; ; ) {
    if (Date.now() > deadlineMs) throw new Error(`the stream still moves after ${QUIESCE_TIMEOUT_MS} ms`);
    const records = await pumpOnce();
    if (records === 0 && isWaiting) return gaveAnything;
    if (records === 0) await pause(RECORD_DELAY_MS);
    else gaveAnything = true;
    isWaiting = records === 0;
  }
}

/** One batch through the stream function; how many records it confirmed. */
async function pumpStream({ readers, stream }: PumpSettings): Promise<number> {
  const batch = await firstBatch(readers);
  if (!batch) return 0;
  const { records } = batch;
  const result = resultOf(await stream.invoke({ Records: records }, FUNCTION_TIMEOUT_MS), 'stream');
  const failed = failedSequenceNumbers(result);
  // Lambda's rule for streams: everything before the first failure counts, it and the rest come again.
  const firstFailed = records.findIndex(({ dynamodb }) => isObject(dynamodb) && failed.has(String(dynamodb.SequenceNumber)));
  const done = firstFailed < 0 ? records.length : firstFailed;
  await batch.confirm(done);
  if (firstFailed >= 0) throw new Error('the stream function failed on a record; it comes again');
  return done;
}

async function firstBatch(readers: readonly StreamReader[]): Promise<StreamBatch | undefined> {
  for (const reader of readers) {
    const batch = await reader.next();
    if (batch) return batch;
  }
  return undefined;
}

/** `batchItemFailures` of a partial batch response. */
function failedSequenceNumbers(result: unknown): ReadonlySet<string> {
  const failures = isObject(result) && Array.isArray(result.batchItemFailures) ? result.batchItemFailures : [];
  return new Set(failures.map((failure: unknown) => (isObject(failure) ? String(failure.itemIdentifier) : '')));
}

/** One EventBridge scheduled event; whether a deadline passed or something was sent. */
async function runSchedule({ schedule }: PumpSettings): Promise<boolean> {
  const event = {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: now(),
    region: 'eu-west-3',
    resources: ['arn:aws:events:eu-west-3:000000000000:rule/local-schedule'],
    detail: {},
  };
  const result = resultOf(await schedule.invoke(event, FUNCTION_TIMEOUT_MS), 'schedule');
  return isObject(result) && (isPositive(result.passed) || isPositive(result.delivered));
}

function isPositive(count: unknown): boolean {
  return typeof count === 'number' && count > 0;
}

function resultOf(invocation: Invocation, what: string): unknown {
  if (invocation.ok) return invocation.result;
  throw new Error(`the ${what} function ${invocation.reason === 'timeout' ? 'timed out' : `failed: ${invocation.errorName}`}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
