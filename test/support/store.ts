import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Goal } from '@medplum/fhirtypes';
import { vi } from 'vitest';
import { LOCAL_REGION } from '../../functions/local/environment.ts';
import { createTables, LOCAL_TABLES, type TableNames } from '../../functions/local/tables.ts';
import { folderBlobs } from '../../lib/store/blobs.ts';
import type { Commit, Write } from '../../lib/store/commit.ts';
import { dynamoEngine, type Engine } from '../../lib/store/engine.ts';
import { makeStore, type Store } from '../../lib/store/store.ts';
import { startTestEngine } from './engine.ts';

/** Empty tables on a genuine engine of one test file's own, and a folder for blobs. */
export type TestTables = {
  readonly tables: TableNames;
  readonly folder: string;
  readonly engine: Engine;
  readonly storeOn: (engine: Engine) => Store;
  /** How many blobs were put. */
  readonly blobs: () => Promise<number>;
  readonly stop: () => Promise<void>;
};

export async function startTestTables(): Promise<TestTables> {
  const { endpoint, stop } = await startTestEngine();
  const tables = LOCAL_TABLES;
  vi.stubEnv('AWS_REGION', LOCAL_REGION).stubEnv('AWS_ACCESS_KEY_ID', 'local').stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  const folder = await mkdtemp(join(tmpdir(), 'relais-test-'));
  await createTables(endpoint, tables);
  return {
    tables,
    folder,
    engine: dynamoEngine(endpoint),
    storeOn: (engine) => makeStore(engine, tables.main, folderBlobs(folder), (...parts) => parts.join('|')),
    blobs: async () => (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length,
    stop: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
      vi.unstubAllEnvs();
    },
  };
}

/** The write of a goal, its identifiers not guarded. */
export function goalWrite(patient: string, id: string, over: Partial<Goal> = {}): Write {
  const resource: Goal = {
    resourceType: 'Goal',
    id,
    lifecycleStatus: 'active',
    description: { text: 'Marcher' },
    subject: { reference: `Patient/${patient}` },
    ...over,
  };
  return { resource, patient, author: { reference: 'PractitionerRole/x' } };
}

export function commitOf(writes: readonly Write[], over: Partial<Commit> = {}): Commit {
  return { network: 'cpts', at: '2026-03-01T08:00:00.000Z', writes, documents: [], timerOf: () => undefined, ...over };
}
