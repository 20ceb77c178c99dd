import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Command line of a living process, `undefined` when there is none: a number alone may have been given to another. */
export async function commandOf(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined;
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return text === '' ? undefined : text.replaceAll('\0', ' ').trim();
  }
  const listed = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => undefined);
  return listed?.stdout.trim() || undefined;
}

/** Asks a process to end, insists after `patienceMs`, and comes back when it is gone. */
export async function endProcess(pid: number, patienceMs = 5_000): Promise<void> {
  signal(pid, 'SIGTERM');
  const deadline = Date.now() + patienceMs;
  while ((await commandOf(pid)) !== undefined) {
    if (Date.now() > deadline) signal(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isAlive(pid: number): boolean {
  return signal(pid, 0);
}

function signal(pid: number, what: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, what);
  } catch {
    // ESRCH: it is gone. EPERM: it belongs to somebody else, so it is none of ours.
    return false;
  }
}
