import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { bundleFunctions } from '../../functions/local/bundle.ts';
import { PROJECT_DIR } from '../../functions/local/settings.ts';
import { bareBundle, coldImports } from './cold-start.ts';
import { type Figures, figuresOf, medianOf } from './figures.ts';
import { isOperationName, OPERATIONS } from './operations.ts';
import { measureValidation } from './validation.ts';

// `npm run bench [-- <operation> …]`: each exchange at the handler against the same engine calls through the bare SDK, nine rounds
// interleaved, a fresh engine per operation; then the cold import of each bundle against the libraries alone. A table, and bench.json.

const run = promisify(execFile);
const figures = z.object({ medianMs: z.number(), p95Ms: z.number(), count: z.number() });
const row = z.object({ name: z.string(), calls: z.array(z.string()), ours: figures, bare: figures, ratio: z.number() });

const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, DynamoDB Local in memory`;
const asked = process.argv.slice(2).filter(isOperationName);
const names = asked.length > 0 ? asked : Object.keys(OPERATIONS);
const work = await mkdtemp(join(tmpdir(), 'relais-bench-'));
const bundles = bundleFunctions(join(work, 'bundles'));

console.log(`${machine}\n`);
console.log(
  `${'exchange, at the handler'.padEnd(44)} engine calls                                   ours median / p95 ms   bare SDK median / p95 ms   ratio`,
);
const rows: z.infer<typeof row>[] = [];
for (const name of names) {
  const script = join(import.meta.dirname, 'measure.ts');
  const { stdout } = await run(process.execPath, [script, name, bundles.api, bundles.intake], { cwd: PROJECT_DIR });
  const measured = row.parse(JSON.parse(stdout));
  rows.push(measured);
  const { calls, ours, bare, ratio } = measured;
  console.log(
    `${measured.name.padEnd(44)} ${summed(calls).padEnd(46)} ${pair(ours).padStart(20)} ${pair(bare).padStart(26)} ${ratio.toFixed(2).padStart(7)}`,
  );
}

const bare = await bareBundle(work);
const cold = await coldImports({ bare, ...bundles });
const starts = await Promise.all(
  Object.entries({ bare, ...bundles }).map(async ([name, path]) => {
    const times = cold[name] ?? [];
    // Each process beside the bare one of its round.
    const ratio = medianOf(times.map((ms, index) => ms / (cold['bare']?.[index] ?? Number.NaN)));
    return { name, kilobytes: await kilobytesOf(path), ...figuresOf(times), ratio };
  }),
);
await rm(work, { recursive: true, force: true });
console.log(`\n${'cold import of a bundle'.padEnd(24)}    KB   median / p95 ms   to SDK + hono + zod`);
for (const { name, kilobytes, ratio, ...times } of starts)
  console.log(`${name.padEnd(24)} ${String(kilobytes).padStart(5)} ${pair(times).padStart(17)} ${ratio.toFixed(2).padStart(21)}`);
const validations = measureValidation();
console.log(`\n${'validation'.padEnd(28)} bytes   median µs   target µs`);
for (const { name, bytes, medianUs, targetUs } of validations)
  console.log(`${name.padEnd(28)} ${String(bytes).padStart(5)} ${medianUs.toFixed(1).padStart(11)} ${String(targetUs).padStart(11)}`);
await writeFile(join(PROJECT_DIR, 'bench.json'), `${JSON.stringify({ machine, rows, starts, validations }, null, 2)}\n`);

function summed(calls: readonly string[]): string {
  return [...new Set(calls)].map((name) => `${calls.filter((one) => one === name).length} ${name}`).join(', ');
}

function pair({ medianMs, p95Ms }: Pick<Figures, 'medianMs' | 'p95Ms'>): string {
  return `${medianMs.toFixed(1)} / ${p95Ms.toFixed(1)}`;
}

/** Of a bundle with all that it loads later. */
async function kilobytesOf(path: string): Promise<number> {
  const files = basename(path) === 'index.mjs' ? (await readdir(dirname(path))).map((file) => join(dirname(path), file)) : [path];
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}
