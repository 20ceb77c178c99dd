import { describeDemo } from '../demo/description.ts';
import { words } from '../demo/words.ts';
import { LocalProblemError, runCommand } from '../problem.ts';
import { settingsOf } from '../settings.ts';

// `npm run --silent demo`: who is there, as JSON (contracts.md 2); `-- --vocabulary`: every word of ours.

await runCommand(async () => {
  const args = process.argv.slice(2);
  const unknown = args.find((arg) => arg !== '--vocabulary');
  if (unknown !== undefined) throw new LocalProblemError(`Option inconnue : ${unknown}. Connue : --vocabulary`);
  const { port, mllpPort } = settingsOf(process.env, []);
  const said = args.length > 0 ? words() : describeDemo(port, mllpPort);
  process.stdout.write(`${JSON.stringify(said, null, 2)}\n`);
});
