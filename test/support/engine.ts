import { join } from 'node:path';
import type { FunctionName } from '../../functions/local/bundle.ts';
import { type LocalEngine, startEngine } from '../../functions/local/engine.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Endpoint of the in-memory DynamoDB Local of this run; each test file makes tables of its own names in it. */
    readonly engineEndpoint: string;
    /** The production bundle of each function, made once for the run. */
    readonly functionBundles: Readonly<Record<FunctionName, string>>;
    /** Folder of this run, which the test files share. */
    readonly runFolder: string;
  }
}

/** One genuine in-memory engine for a whole test run. What an earlier run left behind after a SIGKILL is ended first. */
export function startTestEngine(): Promise<LocalEngine> {
  return startEngine({ notesDir: join(import.meta.dirname, '../../.cache/test-engines') });
}
