import { ThrottlingException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { Engine } from '../../lib/store/engine.ts';

/** How often a call fails, each as a share of all calls. */
export type Faults = {
  /** Refused by the engine before it did anything. */
  readonly throttled: number;
  /** Of transactions: cancelled since another one holds an item, which DynamoDB Local never shows. */
  readonly conflicts: number;
  /** Of all: done, and the connection broke before the answer came. */
  readonly answersLost: number;
};

/** A genuine engine that fails as AWS does, the same way for the same seed. */
export function faultyEngine(engine: Engine, faults: Faults, seed: number): Engine {
  const chance = random(seed);
  const throttle = (): void => {
    if (chance() < faults.throttled) throw new ThrottlingException({ message: 'injected', $metadata: {} });
  };
  const loseAnswer = (): void => {
    if (chance() < faults.answersLost) throw Object.assign(new Error('injected'), { code: 'ECONNRESET' });
  };
  const reading = async <T>(ask: () => Promise<T>): Promise<T> => {
    throttle();
    const answer = await ask();
    loseAnswer();
    return answer;
  };
  return {
    batchGet: (...call) => reading(() => engine.batchGet(...call)),
    get: (...call) => reading(() => engine.get(...call)),
    query: (...call) => reading(() => engine.query(...call)),
    put: async (...call) => {
      throttle();
      await engine.put(...call);
      loseAnswer();
    },
    transact: async (items, token) => {
      throttle();
      if (chance() < faults.conflicts) throw conflict(items.length);
      await engine.transact(items, token);
      loseAnswer();
    },
  };
}

function conflict(length: number): TransactionCanceledException {
  const CancellationReasons = Array.from({ length }, (_, index) => ({ Code: index === 0 ? 'TransactionConflict' : 'None' }));
  return new TransactionCanceledException({ message: 'injected', $metadata: {}, CancellationReasons });
}

/** Mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
