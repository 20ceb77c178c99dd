import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { loadHandler, succeed } from './handlers.ts';

// A thread whose engine is the recorder: runs events it is told, so that their calls are learnt.

const bundles = z.record(z.string(), z.string()).parse(workerData);

parentPort?.on('message', ({ id, serves, event }) => {
  void (async () => {
    try {
      await succeed(await loadHandler(bundles[serves] ?? ''), event);
      parentPort?.postMessage({ id, problem: '' });
    } catch (error) {
      parentPort?.postMessage({ id, problem: String(error) });
    }
  })();
});
