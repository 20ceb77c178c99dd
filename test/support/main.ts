import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { type AttributeValue, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { bundlesIn } from '../../functions/local/bundle.ts';
import { freePort } from '../../functions/local/engine.ts';
import { startService } from '../../functions/local/service.ts';
import { deleteTables } from '../../functions/local/tables.ts';

// Entry of a process of its own: starts a service on empty tables, lets it seed and settle, and keeps what is in its
// tables then, for `seeded.ts` to copy. Arguments: endpoint of the engine, folder to write into.

const [endpoint = '', folder = ''] = process.argv.slice(2);
const tables = { main: 'relais-seeded', trace: 'relais-seeded-trace' };

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
await writeFile(join(folder, 'items'), serialize({ main: await everything(tables.main), trace: await everything(tables.trace) }));
await deleteTables(endpoint, tables);
process.exit(0);

async function everything(TableName: string): Promise<readonly Record<string, AttributeValue>[]> {
  const client = new DynamoDBClient({ endpoint, region: 'eu-west-3', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  const items: Record<string, AttributeValue>[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(new ScanCommand({ TableName, ConsistentRead: true, ...(from ? { ExclusiveStartKey: from } : {}) }));
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from);
  return items;
}
