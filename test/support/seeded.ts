import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deserialize } from 'node:v8';
import { type AttributeValue, BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { inject } from 'vitest';
import { LOCAL_REGION } from '../../functions/local/environment.ts';
import { openStream } from '../../functions/local/stream-reader.ts';
import { createTables, LOCAL_TABLES, type TableNames } from '../../functions/local/tables.ts';
import { startTestEngine } from './engine.ts';

const run = promisify(execFile);

type Items = readonly Record<string, AttributeValue>[];
type Seeded = { readonly main: Items; readonly trace: Items };

/** An engine and a data folder of one test file's own, with the demo network in them. */
export async function seededTables() {
  const { endpoint, stop } = await startTestEngine();
  const dataDir = await mkdtemp(join(tmpdir(), 'relais-test-'));
  await copySeeded(endpoint, inject('runFolder'), LOCAL_TABLES, dataDir);
  return {
    endpoint,
    tables: LOCAL_TABLES,
    dataDir,
    drop: async (): Promise<void> => {
      await stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/**
 * New tables and a data folder as they are when a fresh service has seeded the demo network and settled. The first test
 * file of a run that asks has it made (by a service in a process of its own), all others copy: a second in place of ten.
 * @param folder of this run, shared by its test files
 */
async function copySeeded(endpoint: string, folder: string, tables: TableNames, dataDir: string): Promise<void> {
  const { main, trace } = await seeded(folder);
  await createTables(endpoint, tables);
  await Promise.all([fill(endpoint, tables.main, main), fill(endpoint, tables.trace, trace)]);
  for (const name of ['blobs', 'repository', 'seal']) {
    await mkdir(join(folder, 'data', name), { recursive: true });
    await cp(join(folder, 'data', name), join(dataDir, name), { recursive: true });
  }
  // All of that has been told already: the service goes on behind it.
  for (const [table, notes] of [
    [tables.main, 'stream.json'],
    [tables.trace, 'stream-trace.json'],
  ] as const) {
    const reader = await openStream(endpoint, LOCAL_REGION, table, join(dataDir, notes));
    for (let batch = await reader.next(); batch; batch = await reader.next()) await batch.confirm(batch.records.length);
  }
}

async function seeded(folder: string): Promise<Seeded> {
  const outcome = join(folder, 'outcome');
  const isFirst = (await mkdir(join(folder, 'asked'), { recursive: true })) !== undefined;
  if (isFirst) {
    const problem = await run(process.execPath, [join(import.meta.dirname, 'main.ts'), folder]).then(
      () => '',
      (error: unknown) => String(error),
    );
    await writeFile(outcome, problem);
  }
  const problem = await written(outcome);
  if (problem !== '') throw new Error(`the demo network could not be seeded: ${problem}`);
  const items: Seeded = deserialize(await readFile(join(folder, 'items')));
  return items;
}

/** The text of a file that another process is about to write. */
async function written(path: string): Promise<string> {
  const deadlineMs = Date.now() + 100_000;
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
    if (Date.now() > deadlineMs) throw new Error(`nobody wrote ${path}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function fill(endpoint: string, table: string, items: Items): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region: LOCAL_REGION, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  for (let from = 0; from < items.length; from += 25) {
    const puts = items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
  }
  client.destroy();
}
