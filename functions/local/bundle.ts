import { join } from 'node:path';
import { build } from 'esbuild';
import { PROJECT_DIR } from './settings.ts';

/** The functions that run locally, each from the bundle that would be deployed. */
export const FUNCTION_NAMES = ['api', 'intake', 'trace', 'stream', 'schedule'] as const;

export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** Bundles every handler with the settings of production, each into one file of `outDir`. */
export async function bundleFunctions(outDir = join(PROJECT_DIR, '.build')): Promise<Readonly<Record<FunctionName, string>>> {
  await build({
    entryPoints: FUNCTION_NAMES.map((name) => ({ in: join(PROJECT_DIR, 'functions', name, 'handler.ts'), out: name })),
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // CommonJS packages inside an ESM bundle call require.
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
    logLevel: 'warning',
  });
  return bundlesIn(outDir);
}

/** The bundles that were made into a folder. */
export function bundlesIn(outDir: string): Readonly<Record<FunctionName, string>> {
  const pathOf = (name: FunctionName): string => join(outDir, `${name}.mjs`);
  return { api: pathOf('api'), intake: pathOf('intake'), trace: pathOf('trace'), stream: pathOf('stream'), schedule: pathOf('schedule') };
}
