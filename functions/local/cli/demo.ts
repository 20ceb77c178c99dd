import { parseArgs } from 'node:util';
import { instantOf } from '../../../lib/platform/instant.ts';
import { readOffsetMs } from '../clock-control.ts';
import { describeDemo } from '../demo/description.ts';
import { DEMO_ALIASES, type DemoAlias, isDemoAlias } from '../demo/people.ts';
import { sampleLetter, sampleMessage } from '../demo/samples.ts';
import { words } from '../demo/words.ts';
import { LocalProblemError, runCommand } from '../problem.ts';
import { dataDirOf, settingsOf } from '../settings.ts';

// `npm run --silent demo`: who is there, as JSON (contracts.md 2); `-- --vocabulary`: every word of ours;
// `-- --message A01|A03 [alias]`, `-- --letter [alias]`: what the demo hospital would send now.

const USAGE = 'npm run --silent demo -- [--vocabulary | --message A01|A03 [alias] | --letter [alias]]';

await runCommand(async () => {
  const { values, positionals } = argumentsOf(process.argv.slice(2));
  const now = instantOf(Date.now() + (await readOffsetMs(dataDirOf(process.env))));
  if (values.message !== undefined) return say(sampleMessage(eventNamed(values.message), aliasNamed(positionals[0]), now));
  if (values.letter === true) return say(sampleLetter(aliasNamed(positionals[0]), now));
  const { port, mllpPort } = settingsOf(process.env, []);
  say(`${JSON.stringify(values.vocabulary === true ? words() : describeDemo(port, mllpPort), null, 2)}\n`);
});

function argumentsOf(args: readonly string[]) {
  try {
    const options = { vocabulary: { type: 'boolean' }, message: { type: 'string' }, letter: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw error instanceof TypeError ? new LocalProblemError(`${error.message}\nUsage : ${USAGE}`) : error;
  }
}

function eventNamed(text: string): 'A01' | 'A03' {
  if (text === 'A01' || text === 'A03') return text;
  throw new LocalProblemError(`Événement inconnu : ${text}. Connus : A01, A03`);
}

function aliasNamed(text = 'given'): DemoAlias {
  if (isDemoAlias(text)) return text;
  throw new LocalProblemError(`Alias inconnu : ${text}. Alias : ${DEMO_ALIASES.join(', ')}`);
}

function say(text: string): void {
  process.stdout.write(text);
}
