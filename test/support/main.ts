import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { bundlesIn } from '../../functions/local/bundle.ts';
import { freePort } from '../../functions/local/engine.ts';
import { startService } from '../../functions/local/service.ts';
import { LOCAL_TABLES } from '../../functions/local/tables.ts';
import { startTestEngine } from './engine.ts';
import { itemsOf } from './table.ts';

// Entry of a process of its own: starts a service on an empty engine, lets it seed and settle, and keeps what is in its
// tables then, for `seeded.ts` to copy. Argument: the folder to write into.

const [folder = ''] = process.argv.slice(2);
const { endpoint, stop } = await startTestEngine();
const tables = LOCAL_TABLES;

const service = await startService({
  port: await freePort(),
  mllpPort: await freePort(),
  dataDir: join(folder, 'data'),
  endpoint,
  tables,
  bundles: bundlesIn(join(folder, 'bundles')),
  onFailure: (what, error) => console.error(what, error),
  onLog: () => undefined,
});
await service.quiesce();
await service.stop();
await writeFile(
  join(folder, 'items'),
  serialize({ main: await itemsOf(endpoint, tables.main), trace: await itemsOf(endpoint, tables.trace) }),
);
await stop();
process.exit(0);
