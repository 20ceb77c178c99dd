import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../../functions/local/engine.ts';
import { createTables } from '../../functions/local/tables.ts';
import { dynamoEngine } from '../../lib/store/engine.ts';
import { hotPatient } from '../support/hot-patient.ts';

// `node --max-old-space-size=256 test/bench/hot-patient.ts`: 10 000 resources in one record, 1 000 writers on it at once.

const work = await mkdtemp(join(tmpdir(), 'relais-hot-'));
const engine = await startEngine({ notesDir: join(work, 'engine') });
const tables = { main: 'hot', trace: 'hot-trace' };
process.env.LOG_LEVEL = 'error';
process.env.AWS_REGION ??= 'eu-west-3';
process.env.AWS_ACCESS_KEY_ID ??= 'local';
process.env.AWS_SECRET_ACCESS_KEY ??= 'local';
await createTables(engine.endpoint, tables);
const [resources = 10_000, writers = 1_000] = process.argv.slice(2).map(Number);
const ward = await hotPatient(dynamoEngine(engine.endpoint), tables, work, resources);
console.log(`${resources} resources in one record, ${writers} writers at once\n`);
console.log('writers do                             ended   made   lost   versions   peak heap MiB   seconds');
for (const what of ['create', 'update-different', 'update-one'] as const) {
  const { name, ended, made, lost, versions, peakHeapMiB, seconds } = await ward.run(what, writers);
  console.log(
    `${name.padEnd(36)} ${pad(ended, 7)} ${pad(made, 6)} ${pad(lost, 6)} ${versions.padStart(10)} ${pad(peakHeapMiB, 15)} ${seconds.toFixed(1).padStart(9)}`,
  );
}
await engine.stop();
await rm(work, { recursive: true, force: true });
process.exit(0);

function pad(value: number, width: number): string {
  return String(Math.round(value)).padStart(width);
}
