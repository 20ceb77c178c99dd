import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { bundleFunctions } from '../../functions/local/bundle.ts';
import { seedDemo } from '../../functions/local/demo/seed.ts';
import { tokenOf } from '../../functions/local/demo/tokens.ts';
import { freePort, startEngine } from '../../functions/local/engine.ts';
import { environmentOf } from '../../functions/local/environment.ts';
import { loadIssuer } from '../../functions/local/issuer.ts';
import { PROJECT_DIR } from '../../functions/local/settings.ts';
import { createTables } from '../../functions/local/tables.ts';
import { runtime } from '../../functions/runtime.ts';
import { now } from '../../lib/platform/clock.ts';
import { bareBundle, coldImports } from './cold-start.ts';
import { type Figures, figuresOf } from './figures.ts';
import { loadHandler, succeed } from './handlers.ts';
import { type Operation, operations } from './operations.ts';
import { writePatients } from './patients.ts';
import { startRecorder } from './recording.ts';
import { replay, wavesOf } from './replay.ts';

// `npm run bench`: each exchange at the handler against the same engine calls through the bare SDK, rounds interleaved;
// then the cold import of each bundle against the libraries alone. A table, and bench.json.

const PATIENTS = 50;
const WARM_UP_ROUNDS = 5;

const work = await mkdtemp(join(tmpdir(), 'relais-bench-'));
const engine = await startEngine({ notesDir: join(work, 'engine') });
const bundles = await bundleFunctions(join(work, 'bundles'));
const issuer = await loadIssuer();
const tables = { main: 'bench', trace: 'bench-trace' };
Object.assign(process.env, environmentOf({ port: await freePort(), dataDir: work }, engine.endpoint, tables, issuer.jwks), {
  LOG_LEVEL: 'error',
});
await createTables(engine.endpoint, tables);
const { ports } = await runtime();
await seedDemo(ports, now());
const people = await writePatients(ports, PATIENTS, now());
const tokens = {
  gp: await tokenOf(issuer, 'gp'),
  coordinator: await tokenOf(issuer, 'coordinator'),
  hospital: await tokenOf(issuer, 'hospital'),
};

const recorder = await startRecorder(engine.endpoint);
const learner = new Worker(join(import.meta.dirname, 'record-worker.ts'), {
  workerData: { api: bundles.api, intake: bundles.intake },
  env: { ...process.env, DYNAMODB_ENDPOINT: recorder.endpoint },
});
const invoke = { api: await loadHandler(bundles.api), intake: await loadHandler(bundles.intake) };
const client = new DynamoDBClient({ endpoint: engine.endpoint, region: 'eu-west-3' });

type Row = {
  readonly name: string;
  readonly calls: readonly string[];
  readonly ours: Figures;
  readonly bare: Figures;
  readonly ratio: number;
};
const rows: Row[] = [];
const taught = operations(people, tokens, 'learn');
for (const [index, operation] of operations(people, tokens, 'run').entries())
  rows.push(await measure(operation, taught[index] ?? operation));
await learner.terminate();
await recorder.stop();

const bare = await bareBundle(work);
const cold = await coldImports({ bare, ...bundles });
const bareMs = figuresOf(cold['bare'] ?? []).medianMs;
const starts = await Promise.all(
  Object.entries({ bare, ...bundles }).map(async ([name, path]) => {
    const figures = figuresOf(cold[name] ?? []);
    return { name, kilobytes: Math.round((await stat(path)).size / 1024), ...figures, ratio: round(figures.medianMs / bareMs) };
  }),
);
await engine.stop();
await rm(work, { recursive: true, force: true });

const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, DynamoDB Local in memory`;
await writeFile(join(PROJECT_DIR, 'bench.json'), `${JSON.stringify({ machine, rows, starts }, null, 2)}\n`);
console.log(`${machine}\n`);
console.log(
  `${'exchange, at the handler'.padEnd(44)} engine calls                                   ours median / p95 ms   bare SDK median / p95 ms   ratio`,
);
for (const { name, calls, ours, bare: sdk, ratio } of rows)
  console.log(
    `${name.padEnd(44)} ${summed(calls).padEnd(46)} ${pair(ours).padStart(20)} ${pair(sdk).padStart(26)} ${ratio.toFixed(2).padStart(7)}`,
  );
console.log(`\n${'cold import of a bundle'.padEnd(24)}    KB   median / p95 ms   to SDK + hono + zod`);
for (const { name, kilobytes, ratio, ...figures } of starts)
  console.log(`${name.padEnd(24)} ${String(kilobytes).padStart(5)} ${pair(figures).padStart(17)} ${ratio.toFixed(2).padStart(21)}`);
process.exit(0);

/** Learns the calls of one round, then measures ours and the bare ones in turn. */
async function measure(operation: Operation, lesson: Operation): Promise<Row> {
  if (lesson.before) await learn(lesson, lesson.before(0));
  recorder.take();
  await learn(lesson, lesson.event(0));
  const calls = recorder.take();
  const waves = wavesOf(client, calls);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let index = 0; index < WARM_UP_ROUNDS + operation.rounds; index += 1) {
    if (operation.before) await succeed(invoke[operation.serves], operation.before(index));
    const event = operation.event(index);
    const work: readonly [number[], () => Promise<void>][] = [
      [ours, () => succeed(invoke[operation.serves], event)],
      [theirs, () => replay(waves)],
    ];
    for (const [times, run] of index % 2 === 0 ? work : [...work].reverse()) {
      const from = performance.now();
      await run();
      if (index >= WARM_UP_ROUNDS) times.push(performance.now() - from);
    }
  }
  const [our, bare] = [figuresOf(ours), figuresOf(theirs)];
  return { name: operation.name, calls: calls.map((call) => call.operation), ours: our, bare, ratio: round(our.medianMs / bare.medianMs) };
}

async function learn({ serves }: Operation, event: ReturnType<Operation['event']>): Promise<void> {
  const problem = await new Promise<unknown>((resolve) => {
    learner.once('message', (message: unknown) =>
      resolve(typeof message === 'object' && message !== null && 'problem' in message ? message.problem : message),
    );
    learner.postMessage({ id: 0, serves, event });
  });
  if (problem !== '') throw new Error(String(problem));
}

function summed(calls: readonly string[]): string {
  return [...new Set(calls)].map((name) => `${calls.filter((one) => one === name).length} ${name}`).join(', ');
}

function pair({ medianMs, p95Ms }: Pick<Figures, 'medianMs' | 'p95Ms'>): string {
  return `${medianMs.toFixed(1)} / ${p95Ms.toFixed(1)}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
