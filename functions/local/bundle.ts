import { join } from 'node:path';
import { bundleHandler } from '../../infra/bundle.ts';
import { PROJECT_DIR } from './settings.ts';

/** The functions that run locally, each from the bundle that would be deployed. */
export const FUNCTION_NAMES = ['api', 'intake', 'trace', 'stream', 'schedule'] as const;

export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** Bundles every handler as it is deployed, each into a folder of its own in `outDir`. */
export function bundleFunctions(outDir = join(PROJECT_DIR, '.build')): Readonly<Record<FunctionName, string>> {
  for (const name of FUNCTION_NAMES) bundleHandler(`functions/${name}/handler.ts`, join(outDir, name));
  return bundlesIn(outDir);
}

/** The bundles that were made into a folder. */
export function bundlesIn(outDir: string): Readonly<Record<FunctionName, string>> {
  const pathOf = (name: FunctionName): string => join(outDir, name, 'index.mjs');
  return { api: pathOf('api'), intake: pathOf('intake'), trace: pathOf('trace'), stream: pathOf('stream'), schedule: pathOf('schedule') };
}
