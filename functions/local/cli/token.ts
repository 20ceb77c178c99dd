import { parseArgs } from 'node:util';
import { readOffsetMs } from '../clock-control.ts';
import { tokenOf } from '../demo/tokens.ts';
import { loadIssuer } from '../issuer.ts';
import { LocalProblemError, runCommand } from '../problem.ts';
import { dataDirOf } from '../settings.ts';

// `npm run --silent token -- <role> [alias] [options]` (contracts.md 1). The service need not run.

const USAGE =
  'npm run --silent token -- <rôle> [alias] [--expires-in S] [--audience U] [--acr A] [--purpose CODE] [--for <rôle>] [--scope S]';

await runCommand(async () => {
  const { role, alias, options } = argumentsOf(process.argv.slice(2));
  const serviceMs = Date.now() + (await readOffsetMs(dataDirOf(process.env)));
  const seconds = options['expires-in'] === undefined ? undefined : secondsOf(options['expires-in']);
  const token = await tokenOf(
    await loadIssuer(),
    role,
    {
      ...(alias === undefined ? {} : { alias }),
      ...(seconds === undefined ? {} : { expiresInSeconds: seconds }),
      ...(options.audience === undefined ? {} : { audience: options.audience }),
      ...(options.acr === undefined ? {} : { acr: options.acr }),
      ...(options.purpose === undefined ? {} : { purpose: options.purpose }),
      ...(options.for === undefined ? {} : { for: options.for }),
      ...(options.scope === undefined ? {} : { scope: options.scope }),
    },
    serviceMs,
  );
  process.stdout.write(`${token}\n`);
});

function argumentsOf(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: joined(args),
      allowPositionals: true,
      options: {
        'expires-in': { type: 'string' },
        audience: { type: 'string' },
        acr: { type: 'string' },
        purpose: { type: 'string' },
        for: { type: 'string' },
        scope: { type: 'string' },
      },
    });
    const [role, alias, ...others] = positionals;
    if (role === undefined || others.length > 0) throw new LocalProblemError(`Usage : ${USAGE}`);
    return { role, alias, options: values };
  } catch (error) {
    throw error instanceof TypeError ? new LocalProblemError(`${error.message}\nUsage : ${USAGE}`) : error;
  }
}

/** `--expires-in -60`: parseArgs takes a value that begins with a dash only behind an equals sign. */
function joined(args: readonly string[]): string[] {
  const at = args.indexOf('--expires-in');
  return at < 0 || at + 1 >= args.length ? [...args] : [...args.slice(0, at), `--expires-in=${args[at + 1]}`, ...args.slice(at + 2)];
}

function secondsOf(text: string): number {
  if (/^-?\d{1,9}$/.test(text)) return Number(text);
  throw new LocalProblemError(`--expires-in ${text} n’est pas un nombre de secondes.`);
}
