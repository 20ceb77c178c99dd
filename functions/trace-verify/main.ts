import { access } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { makeKeys } from '../../lib/platform/ids.ts';
import { instantOf } from '../../lib/platform/instant.ts';
import { type Verdict, verifyTrace } from '../../lib/usecases/verify-trace.ts';
import { readOffsetMs } from '../local/clock-control.ts';
import { livingEngine, startEngine } from '../local/engine.ts';
import { LOCAL_ID_KEY, LOCAL_REGION } from '../local/environment.ts';
import { LocalProblemError, runCommand } from '../local/problem.ts';
import { dataDirOf } from '../local/settings.ts';
import { LOCAL_TABLES } from '../local/tables.ts';
import { secretOf } from '../runtime.ts';
import { filesInBucket, filesInFolder, readHead, readRecords, type Tables } from './sources.ts';

// `npm run trace:verify`: compares the trace with its sealed chain (DESIGN.md, "Trace"). Exit 1 when a record or a link was
// removed, changed or inserted. SEAL_BUCKET, TABLE, TRACE_TABLE and ID_KEY or ID_KEY_SECRET name a deployment; without
// SEAL_BUCKET it is the data of `npm start` (DATA_DIR, DYNAMODB_ENDPOINT), whether or not that runs.

const FRENCH = { removed: 'retiré', changed: 'modifié', inserted: 'inséré', unsealed: 'non scellé' } as const;

await runCommand(async () => {
  const verdict = process.env.SEAL_BUCKET ? await verifyDeployment() : await verifyLocal();
  for (const { kind, what, name, why } of verdict.findings)
    process.stdout.write(`${kind.padEnd(9)} ${what.padEnd(7)} ${name}  ${FRENCH[kind]} : ${why}\n`);
  process.stdout.write(`${summaryOf(verdict)}\n`);
  process.exitCode = verdict.findings.length > 0 ? 1 : 0;
});

function summaryOf({ records, links, pending, findings }: Verdict): string {
  const late = pending > 0 ? ` (dont ${pending} de moins d’une minute, pas encore scellés)` : '';
  const found = findings.length === 0 ? 'rien à signaler' : `${findings.length} anomalie${findings.length > 1 ? 's' : ''}`;
  return `${records} enregistrements vérifiés${late}, ${links} maillons : ${found}`;
}

async function verifyDeployment(): Promise<Verdict> {
  const environment = z.object({
    SEAL_BUCKET: z.string(),
    TABLE: z.string().min(3),
    TRACE_TABLE: z.string().min(3),
    DYNAMODB_ENDPOINT: z.url().optional(),
    ID_KEY: z.string().optional(),
    ID_KEY_SECRET: z.string().optional(),
  });
  const env = environment.safeParse(process.env);
  if (!env.success || (!env.data.ID_KEY && !env.data.ID_KEY_SECRET))
    throw new LocalProblemError('Donnez SEAL_BUCKET, TABLE, TRACE_TABLE, et ID_KEY ou ID_KEY_SECRET.');
  const { SEAL_BUCKET, TABLE, TRACE_TABLE, DYNAMODB_ENDPOINT } = env.data;
  const tables = { main: TABLE, trace: TRACE_TABLE, ...(DYNAMODB_ENDPOINT ? { endpoint: DYNAMODB_ENDPOINT } : {}) };
  const { sign } = makeKeys(await secretOf(env.data));
  const now = instantOf(Date.now());
  return verifyTrace({ files: filesInBucket(SEAL_BUCKET), head: await readHead(tables), records: readRecords(tables), now, sign });
}

async function verifyLocal(): Promise<Verdict> {
  const dataDir = dataDirOf(process.env);
  Object.assign(process.env, { AWS_REGION: LOCAL_REGION, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  const engine = await engineOf(dataDir);
  try {
    const tables: Tables = { ...LOCAL_TABLES, endpoint: engine.endpoint };
    const { sign } = makeKeys(Buffer.from(LOCAL_ID_KEY, 'hex'));
    const now = instantOf(Date.now() + (await readOffsetMs(dataDir)));
    const files = filesInFolder(join(dataDir, 'seal'));
    return await verifyTrace({ files, head: await readHead(tables), records: readRecords(tables), now, sign });
  } finally {
    await engine.stop();
  }
}

/** The engine that was named, the one of the running service, or one of our own on its data. */
async function engineOf(dataDir: string): Promise<{ readonly endpoint: string; readonly stop: () => Promise<void> }> {
  const nothing = async (): Promise<void> => {};
  if (process.env.DYNAMODB_ENDPOINT) return { endpoint: process.env.DYNAMODB_ENDPOINT, stop: nothing };
  const databaseDir = join(dataDir, 'dynamodb');
  await access(databaseDir).catch(() => {
    throw new LocalProblemError(`Aucune donnée dans ${dataDir} : lancez npm start, ou nommez le dossier par DATA_DIR=…`);
  });
  const endpoint = await livingEngine(dataDir);
  return endpoint ? { endpoint, stop: nothing } : startEngine({ notesDir: dataDir, databaseDir });
}
