import { cp, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type AttributeValue, BatchWriteItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { bundleFunctions } from '../../functions/local/bundle.ts';
import { seedDemo } from '../../functions/local/demo/seed.ts';
import { tokenOf } from '../../functions/local/demo/tokens.ts';
import { freePort, startEngine } from '../../functions/local/engine.ts';
import { environmentOf } from '../../functions/local/environment.ts';
import { loadIssuer } from '../../functions/local/issuer.ts';
import { createTables } from '../../functions/local/tables.ts';
import { runtime } from '../../functions/runtime.ts';
import { now } from '../../lib/platform/clock.ts';
import { makeStore } from '../../lib/store/store.ts';
import { makeTraceWriter } from '../../lib/store/trace.ts';
import { medianOf } from './figures.ts';
import { loadHandler, succeed } from './handlers.ts';
import { learn } from './learn.ts';
import { OPERATIONS, type Operation, type OperationName } from './operations.ts';
import { type BenchPatient, writePatients } from './patients.ts';

// `node test/bench/scale.ts [patients]`: the same exchanges of the same people, with 100 and with 100 000 patients in the table:
// engine calls, consumed units, time (nine rounds, the two tables in turn).

const [SMALL, LARGE = 100_000] = [100, ...process.argv.slice(2).map(Number)];
const MEASURED: readonly OperationName[] = ['read', 'search', 'everything', 'create', 'update', 'pull'];
const PATIENTS = 20;
const WARM_UP_ROUNDS = 3;
const ROUNDS = 9;

const work = await mkdtemp(join(tmpdir(), 'relais-scale-'));
const engine = await startEngine({ notesDir: join(work, 'engine') });
const bundles = bundleFunctions(join(work, 'bundles'));
const issuer = await loadIssuer();
const port = await freePort();
const tables = { main: 'small', trace: 'small-trace' };
Object.assign(process.env, environmentOf({ port, dataDir: work }, engine.endpoint, tables, issuer.jwks), { LOG_LEVEL: 'error' });
const client = new DynamoDBClient({ endpoint: engine.endpoint, region: 'eu-west-3' });
const tokens = {
  gp: await tokenOf(issuer, 'gp'),
  coordinator: await tokenOf(issuer, 'coordinator'),
  hospital: await tokenOf(issuer, 'hospital'),
};
const small = await network('small', SMALL);
const large = await network('large', LARGE);

console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, ${SMALL} and ${LARGE} patients in the table\n`);
console.log(`${'exchange'.padEnd(44)} engine calls     consumed units       ms        ratio`);
for (const name of MEASURED) {
  const [few, many] = [await once(small, name), await once(large, name)];
  const times: Readonly<Record<Network['name'], number[]>> = { small: [], large: [] };
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    for (const one of round % 2 === 0 ? [small, large] : [large, small]) {
      const taken = await timed(one, few.operation, round);
      if (round >= WARM_UP_ROUNDS) times[one.name].push(taken);
    }
  }
  const ratio = medianOf(times.large.map((ms, round) => ms / (times.small[round] ?? Number.NaN)));
  console.log(
    `${few.operation.name.padEnd(44)} ${both(few.calls, many.calls)} ${both(few.units, many.units)} ${both(medianOf(times.small), medianOf(times.large))} ${ratio.toFixed(2).padStart(6)}`,
  );
}
await engine.stop();
await rm(work, { recursive: true, force: true });
process.exit(0);

type Network = {
  readonly name: 'small' | 'large';
  readonly env: NodeJS.ProcessEnv;
  readonly people: readonly BenchPatient[];
  readonly invoke: Awaited<ReturnType<typeof loadHandler>>;
};

/** A table with the demo, the people that are asked for and all the others, and a copy of the API that knows it. */
async function network(name: 'small' | 'large', patients: number): Promise<Network> {
  const names = { main: name, trace: `${name}-trace` };
  await createTables(engine.endpoint, names);
  const made = await runtime();
  const ports = {
    ...made.ports,
    store: makeStore(made.engine, names.main, made.blobs, made.keys.hash),
    trace: makeTraceWriter(made.engine, names.trace, made.keys.sign),
  };
  await seedDemo(ports, now());
  const people = await writePatients(ports, PATIENTS, now());
  await fill(name, made.keys.patientKeyOf(people[0]?.reference.replace('Patient/', '') ?? '') ?? '', patients - PATIENTS);
  const env = { ...process.env, TABLE: names.main, TRACE_TABLE: names.trace };
  Object.assign(process.env, env);
  const copy = join(work, `api-${name}`);
  await cp(dirname(bundles.api), copy, { recursive: true });
  const invoke = await loadHandler(join(copy, basename(bundles.api)));
  // The first event reads the environment.
  const operation: Operation = OPERATIONS.search(people, tokens);
  for (const event of operation.setUp ?? []) await succeed(invoke, event);
  return { name, env, people, invoke };
}

/** Items like those of one patient under the keys of others: facts, Patient and a plan, and a look-up row each. */
async function fill(table: string, like: string, others: number): Promise<void> {
  const { Items = [] } = await client.send(
    new QueryCommand({ TableName: table, KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: `P#${like}` } } }),
  );
  const model = ['facts', 'r#Patient/', 'r#CarePlan/'].map((sk) => Items.find((item) => item['sk']?.S?.startsWith(sk)) ?? {});
  if (!model.every(({ b }) => b)) throw new Error('the person has no facts, no Patient or no CarePlan');
  let pending: Record<string, AttributeValue>[] = [];
  const sent: Promise<unknown>[] = [];
  const send = async (): Promise<void> => {
    const requests = pending.map((Item) => ({ PutRequest: { Item } }));
    pending = [];
    sent.push(client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } })));
    if (sent.length >= 8) await Promise.all(sent.splice(0));
  };
  for (let index = 0; index < others; index += 1) {
    const key = (0x0a00_0000_0000_0000n + BigInt(index)).toString(16).padStart(16, '0');
    for (const item of model) pending.push({ ...item, pk: { S: `P#${key}` } });
    pending.push({ pk: { S: `L#filled${index}` }, sk: { S: `Patient/${key}` }, ref: { S: `Patient/${key}` }, p: { S: key } });
    if (pending.length >= 24) await send();
  }
  await send();
  await Promise.all(sent);
}

/** One exchange, as the engine hears it. */
async function once({ people, env }: Network, name: OperationName) {
  const operation: Operation = OPERATIONS[name](people, tokens, 'scale');
  const calls = await learn(operation, { api: bundles.api, intake: bundles.intake }, engine.endpoint, env);
  return { operation, calls: calls.length, units: calls.reduce((sum, { units }) => sum + units, 0) };
}

async function timed({ invoke }: Network, { event, repetitions }: Operation, round: number): Promise<number> {
  const from = performance.now();
  for (let index = 0; index < repetitions; index += 1) await succeed(invoke, event(round * repetitions + index));
  return (performance.now() - from) / repetitions;
}

function both(few: number, many: number): string {
  return `${few.toFixed(1)} / ${many.toFixed(1)}`.padStart(15);
}
