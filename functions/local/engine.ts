import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { isObject, readJsonFile, writeJsonFile } from './json-file.ts';
import { LocalProblemError, systemCodeOf } from './problem.ts';
import { commandOf, endProcess } from './processes.ts';

/** A running DynamoDB Local. */
export type LocalEngine = { readonly endpoint: string; readonly pid: number; readonly stop: () => Promise<void> };

export type EngineSettings = {
  /** Where the note about the running engine is kept, so that the next start finds what a SIGKILL left behind. */
  readonly notesDir: string;
  /** Folder of the database file; absent = in memory. One engine at a time may own it. */
  readonly databaseDir?: string;
  /** Start over: the database is removed, once nobody living owns it. */
  readonly fresh?: boolean;
};

const START_TIMEOUT_MS = 60_000;
const ENGINE_MARK = 'DynamoDBLocal.jar';
const NOTE = /^engine\.\d+\.\d+\.json$/;

/**
 * Starts genuine DynamoDB Local on a free port and waits until it answers (2 to 4 s).
 * Engines whose owner was killed are ended first. It listens on every interface: it has no option for less.
 * @throws LocalProblemError when Java is missing, or when a living service owns the same database
 */
export async function startEngine({ notesDir, databaseDir, fresh = false }: EngineSettings): Promise<LocalEngine> {
  await mkdir(notesDir, { recursive: true });
  const living = await endOrphans(notesDir);
  if (databaseDir && living > 0) {
    throw new LocalProblemError(
      `Un autre service utilise déjà ${notesDir}. Arrêtez-le, ou choisissez un autre dossier : DATA_DIR=… npm start`,
    );
  }
  if (databaseDir && fresh) await rm(databaseDir, { recursive: true, force: true });
  if (databaseDir) await mkdir(databaseDir, { recursive: true });
  const port = await freePort();
  // It leaves a file of metadata where it was started.
  const child = spawn('java', argumentsOf(port, databaseDir), { cwd: notesDir, stdio: ['ignore', 'ignore', 'pipe'] });
  const failure = failureOf(child);
  const pid = child.pid;
  if (pid === undefined) throw await failure;
  const note = join(notesDir, `engine.${process.pid}.${pid}.json`);
  const endpoint = `http://127.0.0.1:${port}`;
  await writeJsonFile(note, { pid, owner: process.pid, ownerCommand: await commandOf(process.pid), endpoint });
  const stop = async (): Promise<void> => {
    await endProcess(pid);
    await rm(note, { force: true });
  };
  const problem = await Promise.race([failure, answers(endpoint, child)]);
  if (problem) {
    await stop();
    throw problem;
  }
  return { endpoint, pid, stop };
}

/** A port of the loopback interface on which nothing listens now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a numbered port');
  return address.port;
}

/** Where the engine answers that a living service started; `undefined` when none does. */
export async function livingEngine(notesDir: string): Promise<string | undefined> {
  for (const name of await readdir(notesDir)) {
    const note = NOTE.test(name) ? await readJsonFile(join(notesDir, name)) : undefined;
    if (!isObject(note) || typeof note.pid !== 'number' || typeof note.endpoint !== 'string') continue;
    if ((await commandOf(note.pid))?.includes(ENGINE_MARK)) return note.endpoint;
  }
  return undefined;
}

/** Ends engines whose owner died, and counts those whose owner lives. */
async function endOrphans(notesDir: string): Promise<number> {
  let living = 0;
  for (const name of await readdir(notesDir)) {
    if (!NOTE.test(name)) continue;
    const note = await readJsonFile(join(notesDir, name));
    if (isObject(note) && typeof note.pid === 'number' && typeof note.owner === 'number') {
      const command = await commandOf(note.pid);
      const engineLives = command?.includes(ENGINE_MARK) === true;
      const ownerLives = (await commandOf(note.owner)) === note.ownerCommand;
      if (engineLives && ownerLives) {
        living += 1;
        continue;
      }
      if (engineLives) await endProcess(note.pid);
    }
    await rm(join(notesDir, name), { force: true });
  }
  return living;
}

function argumentsOf(port: number, databaseDir: string | undefined): readonly string[] {
  const emulator = join(dirname(createRequire(import.meta.url).resolve('amplify-dynamodb-simulator/package.json')), 'emulator');
  return [
    '-Xmx1g',
    `-Djava.library.path=${join(emulator, 'DynamoDBLocal_lib')}`,
    '-jar',
    join(emulator, ENGINE_MARK),
    '-port',
    String(port),
    // Without it the engine tries to reach the Internet.
    '-disableTelemetry',
    '-sharedDb',
    ...(databaseDir ? ['-dbPath', databaseDir] : ['-inMemory']),
  ];
}

/** Resolves with the problem when the process cannot start or ends by itself. */
function failureOf(child: ChildProcess): Promise<Error> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(systemCodeOf(error) === 'ENOENT' ? javaMissing() : error));
    child.once('exit', (code) => resolve(new LocalProblemError(`Le moteur DynamoDB Local s’est arrêté (code ${code}) : ${said.trim()}`)));
  });
}

/** What to do on a machine without Java. */
function javaMissing(): LocalProblemError {
  return new LocalProblemError(
    [
      'Java est introuvable : DynamoDB Local en a besoin (version 17 ou plus).',
      '  Debian, Ubuntu : apt-get install -y openjdk-17-jre-headless',
      '  macOS          : brew install openjdk@17',
      '  ou utilisez un moteur qui tourne ailleurs : DYNAMODB_ENDPOINT=http://… npm start',
    ].join('\n'),
  );
}

async function answers(endpoint: string, child: ChildProcess): Promise<Error | undefined> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (child.exitCode === null && child.signalCode === null) {
    // Any HTTP answer will do: an unsigned request is refused by an engine that is up.
    if (
      await fetch(endpoint, { signal: AbortSignal.timeout(2_000) }).then(
        () => true,
        () => false,
      )
    )
      return undefined;
    if (Date.now() > deadline) return new LocalProblemError(`Le moteur ne répond pas sur ${endpoint} après ${START_TIMEOUT_MS / 1000} s.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // The exit is told by the other side of the race.
  return new Promise(() => {});
}
