import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { bundleFunctions } from '../../functions/local/bundle.ts';
import { freePort, startEngine } from '../../functions/local/engine.ts';
import { startService } from '../../functions/local/service.ts';
import { makeClient } from '../support/http.ts';
import { feed, type Line } from './feed.ts';
import { kindOf } from './kinds.ts';

// `npm run conformance -- <folder>`: feeds every er7, CDA and FHIR file to a service of its own; exit 1 when one crashed something.

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Dossier manquant : npm run conformance -- <dossier>');
  process.exit(2);
}
const root = resolve(folder);
const files = (await readdir(root, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .sort();

const work = await mkdtemp(join(tmpdir(), 'relais-conformance-'));
const engine = await startEngine({ notesDir: join(work, 'engine') });
const service = await startService({
  port: await freePort(),
  mllpPort: await freePort(),
  dataDir: join(work, 'data'),
  endpoint: engine.endpoint,
  tables: { main: 'conformance', trace: 'conformance-trace' },
  bundles: bundleFunctions(join(work, 'bundles')),
  onFailure: (what, error) => console.error(what, error),
  onLog: () => undefined,
});
const send = makeClient(service.base, service.token);
const lines: Line[] = [];
for (const file of files) {
  const bytes = new Uint8Array(await readFile(file));
  lines.push(await feed(send, relative(root, file), kindOf(bytes), bytes));
}
await service.stop();
await engine.stop();
await rm(work, { recursive: true, force: true });

for (const { file, kind, answer, result, resources, ms, why } of lines.filter(({ result: what }) => what !== 'not sent'))
  console.log(
    `${file.padEnd(78)} ${kind.padEnd(9)} ${answer.padEnd(7)} ${result.padEnd(8)} ${String(resources).padStart(3)} ${ms.toFixed(0).padStart(5)} ms  ${why}`,
  );
console.log('');
for (const kind of new Set(lines.map((line) => line.kind))) {
  const some = lines.filter((line) => line.kind === kind);
  const count = (result: Line['result']): number => some.filter((line) => line.result === result).length;
  console.log(
    `${kind.padEnd(9)} ${some.length} files: ${count('accepted')} accepted, ${count('refused')} refused, ${count('not sent')} not sent, ${count('crashed')} crashed`,
  );
}
process.exit(lines.some(({ result }) => result === 'crashed') ? 1 : 0);
