/** Something that the person at the keyboard can put right: shown as its message alone, without a stack. */
export class LocalProblemError extends Error {
  override readonly name = 'LocalProblemError';
}

/** Runs a command's main function; a problem becomes one line on stderr and exit code 1, a bug keeps its stack. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  process.stdout.on('error', (error) => {
    // A reader that has enough (`| head`) ends the command without a word.
    if (systemCodeOf(error) === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    await main();
  } catch (error) {
    if (!(error instanceof LocalProblemError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** @param variable the setting that chooses another port */
export function portTaken(port: number, variable: 'PORT' | 'MLLP_PORT'): LocalProblemError {
  return new LocalProblemError(`Le port ${port} est déjà pris. Choisissez-en un autre : ${variable}=… npm start`);
}

/** Code of a Node system error (`EADDRINUSE`, `ENOENT`), `undefined` for anything else. */
export function systemCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
