import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFunctions } from './bundle.ts';
import { type LocalEngine, startEngine } from './engine.ts';
import { assertFree } from './gateway.ts';
import { greeting } from './greeting.ts';
import { runCommand } from './problem.ts';
import { type Service, startService } from './service.ts';
import { type LocalSettings, settingsOf } from './settings.ts';
import { deleteTables, LOCAL_TABLES } from './tables.ts';

// `npm start` (contracts.md 1): everything on this machine, until SIGTERM.

const stops: (() => Promise<void>)[] = [];
let stopping: Promise<void> | undefined;

/** Ends what was started, last first, once; a second signal changes nothing. */
function stop(): Promise<void> {
  stopping ??= (async () => {
    for (const end of stops.splice(0).reverse()) await end();
  })();
  return stopping;
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => {
    void stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}

await runCommand(async () => {
  try {
    const settings = settingsOf(process.env, process.argv.slice(2));
    const service = await start(settings);
    if (!stopping) process.stdout.write(`${greeting(service.demo, settings.dataDir)}\nready\n`);
  } catch (error) {
    // A signal that came during the start ended what the start was waiting for.
    if (stopping) return;
    await stop();
    throw error;
  }
});

async function start(settings: LocalSettings): Promise<Service> {
  const { port, mllpPort, dataDir, fresh } = settings;
  // Before anything is started or forgotten: whoever has the ports may be using the same data.
  await assertFree(port, 'PORT');
  await assertFree(mllpPort, 'MLLP_PORT');
  const bundles = bundleFunctions();
  const endpoint = settings.endpoint ?? (await startOwnEngine(settings)).endpoint;
  if (fresh) await forget(settings);
  const service = await startService({
    port,
    mllpPort,
    dataDir,
    endpoint,
    tables: LOCAL_TABLES,
    bundles,
    // Stdout is for people.
    onLog: (text) => process.stderr.write(text),
    onFailure: (what, error) => {
      if (!stopping) console.error(`${what}:`, error instanceof Error ? error.message : error);
    },
  });
  stops.push(service.stop);
  await service.quiesce();
  return service;
}

async function startOwnEngine({ dataDir, fresh }: LocalSettings): Promise<LocalEngine> {
  const engine = await startEngine({ notesDir: dataDir, databaseDir: join(dataDir, 'dynamodb'), fresh });
  stops.push(engine.stop);
  return engine;
}

/** `--fresh`: all that a data folder holds beside the engine's own files, which the engine's start has removed. */
async function forget({ dataDir, endpoint }: LocalSettings): Promise<void> {
  if (endpoint) await deleteTables(endpoint, LOCAL_TABLES);
  for (const name of ['blobs', 'repository', 'seal', 'clock.json', 'stream.json', 'stream-trace.json'])
    await rm(join(dataDir, name), { recursive: true, force: true });
}
