import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FunctionUnderTest, Operation } from './operations.ts';
import { type Recorded, startRecorder } from './recording.ts';

/**
 * The engine calls of one repetition, as a recorder between another copy of the functions and the engine heard them.
 * @param bundles paths of the production bundles
 * @param env of the functions; the engine's address apart
 */
export async function learn(
  { serves, before, event }: Operation,
  bundles: Readonly<Record<FunctionUnderTest, string>>,
  engine: string,
  env: NodeJS.ProcessEnv,
): Promise<readonly Recorded[]> {
  const recorder = await startRecorder(engine);
  const learner = new Worker(join(import.meta.dirname, 'record-worker.ts'), {
    workerData: bundles,
    env: { ...env, DYNAMODB_ENDPOINT: recorder.endpoint },
  });
  const told = async (one: ReturnType<Operation['event']>): Promise<void> => {
    const problem = await new Promise<unknown>((resolve) => {
      learner.once('message', (message: unknown) =>
        resolve(typeof message === 'object' && message !== null && 'problem' in message ? message.problem : message),
      );
      learner.postMessage({ id: 0, serves, event: one });
    });
    if (problem !== '') throw new Error(String(problem));
  };
  if (before) await told(before(0));
  recorder.take();
  await told(event(0));
  const taken = recorder.take();
  await learner.terminate();
  await recorder.stop();
  return taken;
}
