import { resolve } from 'node:path';
import { LocalProblemError } from './problem.ts';

/** What the environment and the command line of `npm start` choose (contracts.md 1). */
export type LocalSettings = {
  readonly port: number;
  readonly mllpPort: number;
  readonly dataDir: string;
  /** An engine that runs elsewhere. */
  readonly endpoint?: string;
  /** Start over: forget everything but the issuer's key. */
  readonly fresh: boolean;
};

export const PROJECT_DIR = resolve(import.meta.dirname, '../..');

const DEFAULT_PORT = 3000;
const DEFAULT_MLLP_PORT = 2575;

/** @throws LocalProblemError for a port that is none, or an option that does not exist */
export function settingsOf(env: NodeJS.ProcessEnv, args: readonly string[]): LocalSettings {
  const unknown = args.find((arg) => arg !== '--fresh');
  if (unknown !== undefined) throw new LocalProblemError(`Option inconnue : ${unknown}. Connue : --fresh (repartir de zéro).`);
  return {
    port: portOf('PORT', env.PORT, DEFAULT_PORT),
    mllpPort: portOf('MLLP_PORT', env.MLLP_PORT, DEFAULT_MLLP_PORT),
    dataDir: dataDirOf(env),
    ...(env.DYNAMODB_ENDPOINT ? { endpoint: env.DYNAMODB_ENDPOINT } : {}),
    fresh: args.includes('--fresh'),
  };
}

/** Folder of everything that survives a restart. */
export function dataDirOf(env: NodeJS.ProcessEnv): string {
  return resolve(PROJECT_DIR, env.DATA_DIR || '.data');
}

function portOf(name: string, text: string | undefined, byDefault: number): number {
  if (!text) return byDefault;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new LocalProblemError(`${name}=${text} n’est pas un port : donnez un nombre de 1 à 65535.`);
}
