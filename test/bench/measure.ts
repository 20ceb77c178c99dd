import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { seedDemo } from '../../functions/local/demo/seed.ts';
import { tokenOf } from '../../functions/local/demo/tokens.ts';
import { freePort, startEngine } from '../../functions/local/engine.ts';
import { environmentOf } from '../../functions/local/environment.ts';
import { loadIssuer } from '../../functions/local/issuer.ts';
import { createTables } from '../../functions/local/tables.ts';
import { runtime } from '../../functions/runtime.ts';
import { now } from '../../lib/platform/clock.ts';
import { type Figures, figuresOf, medianOf } from './figures.ts';
import { loadHandler, succeed } from './handlers.ts';
import { learn } from './learn.ts';
import { isOperationName, OPERATIONS, type Operation } from './operations.ts';
import { writePatients } from './patients.ts';
import { replay, wavesOf } from './replay.ts';

// One operation in a process and on an engine of its own (a long run of transactions slows the engine down):
// `node measure.ts <operation> <api bundle> <intake bundle>` prints its row as JSON.

/** What one operation cost, at the handler, beside the same engine calls through the bare SDK. */
type Row = {
  readonly name: string;
  readonly calls: readonly string[];
  /** One exchange, from the medians of the rounds. */
  readonly ours: Figures;
  readonly bare: Figures;
  /** Median of the rounds' ratios. */
  readonly ratio: number;
};

const PATIENTS = 50;
/** Repetitions before the first round: the just-in-time compiler has seen both sides. */
const WARM_UP_ROUNDS = 8;
const ROUNDS = 9;

const [operationName = '', api = '', intake = ''] = process.argv.slice(2);
if (!isOperationName(operationName)) throw new Error(`no operation ${operationName}`);
const bundles = { api, intake };

const work = await mkdtemp(join(tmpdir(), 'relais-bench-'));
const engine = await startEngine({ notesDir: join(work, 'engine') });
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
const invoke = { api: await loadHandler(bundles.api), intake: await loadHandler(bundles.intake) };
const operation: Operation = OPERATIONS[operationName](people, tokens, 'run');
for (const event of operation.setUp ?? []) await succeed(invoke[operation.serves], event);
const calls = await learn(OPERATIONS[operationName](people, tokens, 'learn'), bundles, engine.endpoint, process.env);
const waves = wavesOf(new DynamoDBClient({ endpoint: engine.endpoint, region: 'eu-west-3' }), calls);
process.stdout.write(JSON.stringify(await measure()));
await engine.stop();
await rm(work, { recursive: true, force: true });
process.exit(0);

/** Rounds of ours and rounds of the bare calls in turn, each side first every other time. */
async function measure(): Promise<Row> {
  const { name, serves, repetitions, before, event } = operation;
  const ours: number[] = [];
  const bare: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    const events: ReturnType<Operation['event']>[] = [];
    for (let index = round * repetitions; index < (round + 1) * repetitions; index += 1) {
      if (before) await succeed(invoke[serves], before(index));
      events.push(event(index));
    }
    const sides = {
      ours: async () => {
        for (const one of events) await succeed(invoke[serves], one);
      },
      bare: async () => {
        for (const _ of events) await replay(waves);
      },
    };
    const taken = { ours: 0, bare: 0 };
    for (const side of round % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const)) {
      const from = performance.now();
      await sides[side]();
      taken[side] = performance.now() - from;
    }
    if (round < WARM_UP_ROUNDS) continue;
    ours.push(taken.ours / repetitions);
    bare.push(taken.bare / repetitions);
    ratios.push(taken.ours / taken.bare);
  }
  return { name, calls: calls.map((call) => call.operation), ours: figuresOf(ours), bare: figuresOf(bare), ratio: medianOf(ratios) };
}
