import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { pathOf, ROOT } from './root.ts';

/**
 * Bundles one handler as it is deployed: `index.mjs`, and a file beside it for each part that is loaded when it is first
 * needed (XML, terminology, S3, secrets), so that a cold start reads nothing of them.
 * @param entry  from the project's root
 * @param outDir made when it is not there
 * @returns the path of `index.mjs`
 * @throws when the code does not bundle
 */
export function bundleHandler(entry: string, outDir: string): string {
  buildSync({
    entryPoints: [{ in: pathOf(entry), out: 'index' }],
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    absWorkingDir: ROOT,
    nodePaths: [pathOf('node_modules')],
    // An ES module that holds CommonJS packages has no `require` of its own.
    banner: { js: "import{createRequire as __makeRequire}from'node:module';const require=__makeRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  return join(outDir, 'index.mjs');
}
