import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { Call, Reply } from './lambda.ts';

// Entry of a worker thread: one function's bundle, called as Lambda would call it.

type Handler = (event: unknown, context: unknown) => unknown;

const bundle: unknown = workerData;
const module: unknown = await import(pathToFileURL(String(bundle)).href);
const handler = handlerOf(module);

parentPort?.on('message', (call: Call) => void answer(call));

async function answer({ id, event, functionName, deadlineMs }: Call): Promise<void> {
  const context = {
    awsRequestId: id,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:eu-west-3:000000000000:function:${functionName}`,
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
  try {
    reply({ id, ok: true, result: await handler(event, context) });
  } catch (error) {
    // What Lambda's own log would show; this machine holds fictitious people only.
    console.error(error);
    reply({ id, ok: false, errorName: error instanceof Error ? error.name : 'Error' });
  }
}

function reply(message: Reply): void {
  parentPort?.postMessage(message);
}

function handlerOf(loaded: unknown): Handler {
  const exported = typeof loaded === 'object' && loaded !== null && 'handler' in loaded ? loaded.handler : undefined;
  if (!isHandler(exported)) throw new TypeError(`${String(bundle)} exports no handler`);
  return exported;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}
