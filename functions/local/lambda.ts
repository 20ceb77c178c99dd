import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { SHARE_ENV, Worker } from 'node:worker_threads';

/** One invocation on its way to the worker, and back. */
export type Call = { readonly id: string; readonly event: unknown; readonly functionName: string; readonly deadlineMs: number };
export type Reply =
  | { readonly id: string; readonly ok: true; readonly result: unknown }
  | { readonly id: string; readonly ok: false; readonly errorName: string };

export type Invocation =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly reason: 'failed' | 'timeout'; readonly errorName: string };

/** A function that can be invoked, as Lambda's Invoke would. */
export type LocalLambda = {
  readonly invoke: (event: unknown, timeoutMs?: number) => Promise<Invocation>;
  readonly stop: () => Promise<void>;
};

/** Longest wait of an HTTP API for its integration. */
const INVOKE_TIMEOUT_MS = 30_000;

type Pending = (invocation: Invocation) => void;

/**
 * Runs one bundle in a worker thread with a heap of its own; the environment is shared, so that a moved clock is seen at
 * once. A worker that dies fails what it was doing and is started anew by the next invocation.
 * @param onLog told what would go to CloudWatch
 */
export function startLambda(functionName: string, bundle: string, onLog: (text: string) => void): LocalLambda {
  let worker: Worker | undefined;
  const pending = new Map<string, Pending>();

  const fail = (errorName: string): void => {
    worker = undefined;
    for (const settle of pending.values()) settle({ ok: false, reason: 'failed', errorName });
    pending.clear();
  };
  const running = (): Worker => {
    if (worker) return worker;
    const started = new Worker(join(import.meta.dirname, 'worker.ts'), { workerData: bundle, env: SHARE_ENV, stdout: true });
    started.stdout.setEncoding('utf8').on('data', onLog);
    started.on('message', (reply: Reply) => {
      pending.get(reply.id)?.(reply.ok ? reply : { ...reply, reason: 'failed' });
      pending.delete(reply.id);
    });
    started.on('error', (error) => {
      console.error(error);
      if (worker === started) fail(error instanceof Error ? error.name : 'Error');
    });
    started.on('exit', () => {
      if (worker === started) fail('WorkerExit');
    });
    worker = started;
    return started;
  };

  return {
    invoke: (event, timeoutMs = INVOKE_TIMEOUT_MS) =>
      new Promise((resolve) => {
        const id = randomUUID();
        const timer = setTimeout(() => {
          pending.delete(id);
          resolve({ ok: false, reason: 'timeout', errorName: 'TimeoutError' });
        }, timeoutMs);
        pending.set(id, (invocation) => {
          clearTimeout(timer);
          resolve(invocation);
        });
        running().postMessage({ id, event, functionName, deadlineMs: Date.now() + timeoutMs } satisfies Call);
      }),
    stop: async () => {
      const stopping = worker;
      fail('Stopped');
      await stopping?.terminate();
    },
  };
}
