import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';

/** Names of the two tables (DESIGN.md, "The store"). */
export type TableNames = { readonly main: string; readonly trace: string };

export const LOCAL_TABLES: TableNames = { main: 'relais', trace: 'relais-trace' };

const WAIT_SECONDS_MAX = 30;

/** Creates the tables that are absent, shaped as infra deploys them: pk and sk, on demand, streams on, no index. */
export async function createTables(endpoint: string, names: TableNames): Promise<void> {
  const client = localClient(endpoint);
  for (const TableName of [names.main, names.trace]) {
    try {
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'sk', AttributeType: 'S' },
          ],
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
        }),
      );
    } catch (error) {
      if (!(error instanceof ResourceInUseException)) throw error;
    }
    await waitUntilTableExists({ client, maxWaitTime: WAIT_SECONDS_MAX, minDelay: 1 }, { TableName });
  }
  client.destroy();
}

/** Deletes the tables that exist (`npm start -- --fresh` on an engine that runs elsewhere, ends of tests). */
export async function deleteTables(endpoint: string, names: TableNames): Promise<void> {
  const client = localClient(endpoint);
  for (const TableName of [names.main, names.trace]) {
    try {
      await client.send(new DeleteTableCommand({ TableName }));
      await waitUntilTableNotExists({ client, maxWaitTime: WAIT_SECONDS_MAX, minDelay: 1 }, { TableName });
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
  }
  client.destroy();
}

function localClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({ endpoint, region: 'eu-west-3', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
}
