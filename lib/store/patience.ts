import { log } from '../platform/log.ts';
import { type EngineFault, engineFaultOf } from './engine-fault.ts';

/** What waiting needs of the machine; tests bring a clock that costs no time. */
export type Machine = {
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** 0 to 1, 1 excluded. */
  readonly random: () => number;
};

const THIS_MACHINE: Machine = {
  nowMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
};

const [PAUSE_MIN_MS, PAUSE_MAX_MS] = [20, 1_000];

/** How long somebody is worth waiting for: less than a request may last (infra/functions.ts). */
const RACE_MS = 18_000;
const BUSY_MS = 8_000;
/** An engine that says nothing was asked by the SDK several times already. */
const UNHEARD_MAX = 3;

/**
 * Decorrelated jitter: the next pause is drawn between the least and three times the last one, so that those who met once
 * do not meet again, and nobody waits longer than a second.
 */
export function nextPauseMs(lastMs: number, random: () => number): number {
  return Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS + random() * (3 * Math.max(lastMs, PAUSE_MIN_MS) - PAUSE_MIN_MS));
}

/** Asks again while the answer is that somebody else was faster, until the time is up: then that answer. */
export async function whileLosing<T>(ask: () => Promise<T>, lost: (answer: T) => boolean, machine: Machine = THIS_MACHINE): Promise<T> {
  const untilMs = machine.nowMs() + RACE_MS;
  for (let pauseMs = 0; ; ) {
    const answer = await ask();
    if (!lost(answer) || machine.nowMs() >= untilMs) return answer;
    pauseMs = nextPauseMs(pauseMs, machine.random);
    await machine.sleep(pauseMs);
  }
}

/**
 * Asks again while the engine is busy, until the time is up, and a few times when nothing is heard of it. What is asked must
 * be safe to ask twice: a read is, a transaction with its token, a put of a fresh key.
 * @param onFault told of each fault before the next attempt
 * @throws what the last attempt threw
 */
export async function patiently<T>(
  ask: () => Promise<T>,
  onFault: (fault: EngineFault) => void = () => undefined,
  machine: Machine = THIS_MACHINE,
): Promise<T> {
  const untilMs = machine.nowMs() + BUSY_MS;
  let pauseMs = 0;
  let unheard = 0;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const fault = engineFaultOf(error);
      if (fault) onFault(fault);
      if (fault === undefined || machine.nowMs() >= untilMs) throw error;
      if (fault !== 'busy') unheard += 1;
      if (unheard > UNHEARD_MAX) throw error;
      log('info', 'RLS-0004', { attempt });
      pauseMs = nextPauseMs(pauseMs, machine.random);
      await machine.sleep(pauseMs);
    }
  }
}

const turns = new Map<string, Promise<unknown>>();

/**
 * One after the other in this process, by key, in the order in which they came. It replaces no condition, as other processes
 * write too; it spares those of this one the races that they would lose, and the memory of a thousand records read at once.
 * Who has a turn may wait for one of another kind of key, never for one of the same kind.
 */
export async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = turns.get(key) ?? Promise.resolve();
  const mine = before.then(work, work);
  const ended = mine.then(
    () => undefined,
    () => undefined,
  );
  turns.set(key, ended);
  try {
    return await mine;
  } finally {
    if (turns.get(key) === ended) turns.delete(key);
  }
}
