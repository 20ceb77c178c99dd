import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Recorded } from './recording.ts';

/**
 * The same calls through the bare SDK: those that overlapped run side by side, conditions are left out (they would fail).
 * Each write says something new, as ours does: the engine makes no stream record of an item that does not change.
 */
export type Waves = readonly (readonly (() => Promise<unknown>)[])[];

export function wavesOf(client: DynamoDBClient, calls: readonly Recorded[]): Waves {
  const waves: (() => Promise<unknown>)[][] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  for (const call of [...calls].sort((a, b) => a.startMs - b.startMs)) {
    if (call.startMs >= endMs) waves.push([]);
    endMs = Math.max(endMs, call.endMs);
    waves.at(-1)?.push(sender(client, call));
  }
  return waves;
}

export async function replay(waves: Waves): Promise<void> {
  for (const wave of waves) await Promise.all(wave.map((send) => send()));
}

function sender(client: DynamoDBClient, { operation, input }: Recorded): () => Promise<unknown> {
  const bare = withoutConditions(input);
  if (operation === 'BatchGetItem' && isBatchGet(bare)) return () => client.send(new BatchGetItemCommand(bare));
  if (operation === 'Query' && isKeyed(bare)) return () => client.send(new QueryCommand(bare));
  if (operation === 'GetItem' && isGet(bare)) return () => client.send(new GetItemCommand(bare));
  if (operation === 'PutItem' && isPut(bare)) return () => client.send(new PutItemCommand({ ...bare, Item: renewed(bare.Item, 'sk') }));
  if (operation === 'TransactWriteItems' && isTransact(bare)) {
    return () =>
      client.send(
        new TransactWriteItemsCommand({
          TransactItems: (bare.TransactItems ?? []).map((item) =>
            item.Put ? { Put: { ...item.Put, Item: renewed(item.Put.Item, 'nonce') } } : item,
          ),
        }),
      );
  }
  throw new Error(`the bench does not know how to replay ${operation}`);
}

let replays = 0;

/** The item under a key of its own (`sk`), or with an attribute of its own. */
function renewed(item: PutItemCommandInput['Item'], what: 'sk' | 'nonce'): PutItemCommandInput['Item'] {
  replays += 1;
  return { ...item, [what]: { S: `${item?.[what]?.S ?? ''}${replays}` } };
}

/** Condition checks stay a call each: a check becomes a check that always holds. */
function withoutConditions(input: Readonly<Record<string, unknown>>): object {
  const {
    ConditionExpression: _condition,
    ExpressionAttributeValues: values,
    ClientRequestToken: _token,
    TransactItems: items,
    ...kept
  } = input;
  return {
    ...kept,
    ...(values !== undefined && 'KeyConditionExpression' in kept ? { ExpressionAttributeValues: values } : {}),
    ...(Array.isArray(items) ? { TransactItems: items.map(withoutItemCondition) } : {}),
  };
}

function withoutItemCondition(item: unknown): object {
  if (typeof item !== 'object' || item === null) return {};
  return Object.fromEntries(
    Object.entries(item).map(([kind, request]: [string, unknown]) => {
      if (typeof request !== 'object' || request === null) return [kind, request];
      const bare = {
        ...request,
        ConditionExpression: undefined,
        ExpressionAttributeValues: undefined,
        ExpressionAttributeNames: undefined,
      };
      return [
        kind,
        kind === 'ConditionCheck' ? { ...bare, ConditionExpression: 'attribute_exists(pk) OR attribute_not_exists(pk)' } : bare,
      ];
    }),
  );
}

function isBatchGet(input: object): input is BatchGetItemCommandInput {
  return 'RequestItems' in input;
}
function isKeyed(input: object): input is QueryCommandInput {
  return 'TableName' in input && 'KeyConditionExpression' in input;
}
function isGet(input: object): input is GetItemCommandInput {
  return 'TableName' in input && 'Key' in input;
}
function isPut(input: object): input is PutItemCommandInput {
  return 'TableName' in input && 'Item' in input;
}
function isTransact(input: object): input is TransactWriteItemsCommandInput {
  return 'TransactItems' in input;
}
