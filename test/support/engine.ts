import { join } from 'node:path';
import type { FunctionName } from '../../functions/local/bundle.ts';
import { type LocalEngine, startEngine } from '../../functions/local/engine.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Endpoint of the in-memory DynamoDB Local of this run, for test files that ask little of it, in tables of their own names. */
    readonly engineEndpoint: string;
    /** The production bundle of each function, made once for the run. */
    readonly functionBundles: Readonly<Record<FunctionName, string>>;
    /** Folder of this run, which the test files share. */
    readonly runFolder: string;
  }
}

/**
 * A genuine in-memory engine. The longer one runs with streams and transactions the slower it gets (ten times after some
 * minutes): what sends it a story starts its own. What an earlier run left behind after a SIGKILL is ended first.
 */
export function startTestEngine(): Promise<LocalEngine> {
  return startEngine({ notesDir: join(import.meta.dirname, '../../.cache/test-engines') });
}
