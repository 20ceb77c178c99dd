import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ThrottlingException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './codec.ts';
import { nextPauseMs, patiently } from './patience.ts';
import type { Key } from './table.ts';

/** The few DynamoDB calls that Relais makes, named; every other file of the store is built on them. No Scan. */
export type Engine = {
  /** Strongly consistent; at most 100 keys, found items only, in no order. */
  readonly batchGet: (table: string, keys: readonly Key[]) => Promise<readonly Item[]>;
  readonly get: (table: string, key: Key) => Promise<Item | undefined>;
  /** Strongly consistent, all pages; stops after `bytesMax` evaluated bytes and says so. */
  readonly query: (table: string, query: RangeQuery) => Promise<QueryAnswer>;
  readonly put: (table: string, item: Item, condition?: string) => Promise<void>;
  /** All or nothing; throws `TransactionCanceledException` of the SDK. */
  readonly transact: (items: readonly TransactWriteItem[], token?: string) => Promise<void>;
};

export type RangeQuery = {
  readonly pk: string;
  /** Sort keys that begin with this … */
  readonly prefix?: string;
  /** … or stand in this closed range. */
  readonly between?: readonly [string, string];
  readonly limit?: number;
  readonly descending?: boolean;
  readonly bytesMax?: number;
};

export type QueryAnswer = { readonly items: readonly Item[]; readonly complete: boolean };

/** Under throttling a BatchGet leaves keys for another round: so many rounds, and so much more time before each. */
const LEFT_OVER_MAX = 10;
const PAUSE_STEP_MS = 30;

/** @param endpoint an engine that runs elsewhere (DynamoDB Local); absent on AWS */
export function dynamoEngine(endpoint: string | undefined): Engine {
  const client = new DynamoDBClient({ ...(endpoint ? { endpoint } : {}), maxAttempts: 4 });

  return {
    batchGet: async (table, keys) => {
      if (keys.length === 0) return [];
      const items: Item[] = [];
      let pending: Record<string, { Keys: Item[]; ConsistentRead: boolean }> | undefined = {
        [table]: { Keys: distinct(keys).map(keyItem), ConsistentRead: true },
      };
      for (let attempt = 0; pending && Object.keys(pending).length > 0; attempt += 1) {
        if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, nextPauseMs(attempt * PAUSE_STEP_MS, Math.random)));
        if (attempt >= LEFT_OVER_MAX) throw new ThrottlingException({ message: 'keys stayed unprocessed', $metadata: {} });
        const answer: BatchGetItemCommandOutput = await client.send(new BatchGetItemCommand({ RequestItems: pending }));
        items.push(...(answer.Responses?.[table] ?? []));
        const left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
        pending = left.length > 0 ? { [table]: { Keys: left, ConsistentRead: true } } : undefined;
      }
      return items;
    },
    get: async (table, key) => (await client.send(new GetItemCommand({ TableName: table, Key: keyItem(key), ConsistentRead: true }))).Item,
    query: async (table, { pk, prefix, between, limit, descending, bytesMax = Number.POSITIVE_INFINITY }) => {
      const range = prefix !== undefined ? ' AND begins_with(sk, :a)' : between ? ' AND sk BETWEEN :a AND :b' : '';
      const input: QueryCommandInput = {
        TableName: table,
        ConsistentRead: true,
        ScanIndexForward: descending !== true,
        KeyConditionExpression: `pk = :pk${range}`,
        ExpressionAttributeValues: {
          ':pk': { S: pk },
          ...(prefix !== undefined ? { ':a': { S: prefix } } : {}),
          ...(between ? { ':a': { S: between[0] }, ':b': { S: between[1] } } : {}),
        },
        ...(limit === undefined ? {} : { Limit: limit }),
      };
      const items: Item[] = [];
      let bytes = 0;
      let from: Item | undefined;
      do {
        const answer = await client.send(new QueryCommand({ ...input, ...(from ? { ExclusiveStartKey: from } : {}) }));
        for (const item of answer.Items ?? []) {
          items.push(item);
          bytes += item.b?.B?.length ?? 0;
        }
        from = answer.LastEvaluatedKey;
        if (from && (bytes > bytesMax || (limit !== undefined && items.length >= limit))) return { items, complete: false };
      } while (from);
      return { items, complete: true };
    },
    put: async (table, item, condition) => {
      await client.send(new PutItemCommand({ TableName: table, Item: item, ...(condition ? { ConditionExpression: condition } : {}) }));
    },
    transact: async (items, token) => {
      await client.send(new TransactWriteItemsCommand({ TransactItems: [...items], ...(token ? { ClientRequestToken: token } : {}) }));
    },
  };
}

export function keyItem({ pk, sk }: Key): Item {
  return { pk: { S: pk }, sk: { S: sk } };
}

function distinct(keys: readonly Key[]): readonly Key[] {
  return [...new Map(keys.map((key) => [`${key.pk}\n${key.sk}`, key])).values()];
}

/** The same engine, whose reads wait out throttling and broken connections; what writes is asked again by who knows its token. */
export function patientReads(engine: Engine): Engine {
  return {
    ...engine,
    batchGet: (...call) => patiently(() => engine.batchGet(...call)),
    get: (...call) => patiently(() => engine.get(...call)),
    query: (...call) => patiently(() => engine.query(...call)),
  };
}
