import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the project. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param path from the project's root */
export function pathOf(path: string): string {
  return join(ROOT, path);
}
