import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { PROJECT_DIR } from '../../functions/local/settings.ts';

const run = promisify(execFile);
const PROCESSES = 15;

/** A bundle of the three libraries that every function needs, and nothing of ours: what no function can be faster than. */
export async function bareBundle(folder: string): Promise<string> {
  const source = join(folder, 'bare.ts');
  await writeFile(
    source,
    `import { BatchGetItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import * as z from 'zod';
export const used = [new DynamoDBClient({ region: 'eu-west-3' }), BatchGetItemCommand, GetItemCommand, PutItemCommand, QueryCommand, TransactWriteItemsCommand, z.object({ a: z.string() })];
export const handler = handle(new Hono());
`,
  );
  const outfile = join(folder, 'bare.mjs');
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    nodePaths: [join(PROJECT_DIR, 'node_modules')],
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
    logLevel: 'warning',
  });
  return outfile;
}

/** Milliseconds that a fresh process needs to import each bundle; bundles take turns. */
export async function coldImports(bundles: Readonly<Record<string, string>>): Promise<Readonly<Record<string, readonly number[]>>> {
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(bundles).map((name) => [name, []]));
  for (let round = 0; round < PROCESSES; round += 1) {
    for (const [name, path] of Object.entries(bundles)) {
      const script = `const from = performance.now(); await import(${JSON.stringify(path)}); process.stdout.write(String(performance.now() - from)); process.exit(0)`;
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
      times[name]?.push(Number(stdout));
    }
  }
  return times;
}
