import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCodeOf } from './problem.ts';

/** Value of a JSON file; `undefined` when there is no file, or one that a crash left unreadable. */
export async function readJsonFile(path: string): Promise<unknown> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return value;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Replaces a JSON file in one step: a reader, or a start after SIGKILL, sees the old value or the new one. */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  const half = `${path}.${process.pid}.${nextHalf()}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(half, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  try {
    await rename(half, path);
  } catch (error) {
    await rm(half, { force: true });
    throw error;
  }
}

let halves = 0;
function nextHalf(): number {
  halves += 1;
  return halves;
}

/** An object of a JSON file, whatever is in it. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
