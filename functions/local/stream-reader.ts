import {
  type _Record,
  type AttributeValue,
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type Shard,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import { isObject, readJsonFile, writeJsonFile } from './json-file.ts';

/** Records of a stream in the shape in which Lambda receives them. */
export type StreamBatch = { readonly records: readonly StreamRecord[]; readonly confirm: (count: number) => Promise<void> };
export type StreamRecord = { readonly eventID: string; readonly [field: string]: unknown };

/** Reads a table's stream from where the last run stopped. */
export type StreamReader = { readonly next: () => Promise<StreamBatch | undefined> };

const BATCH_MAX = 100;
/** Shards roll over every few hours: seldom enough to look for new ones now and then. */
const SHARDS_KNOWN_FOR_MS = 10_000;
const CLOSED = 'closed';

type Checkpoints = Record<string, string>;

/**
 * Reader of the stream of `table`. What was handed over and not confirmed is handed over again: at least once, in order.
 * @param checkpointFile keeps, by shard, the sequence number of the last confirmed record
 */
export async function openStream(endpoint: string, region: string, table: string, checkpointFile: string): Promise<StreamReader> {
  const client = new DynamoDBStreamsClient({ endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  const listed = await client.send(new ListStreamsCommand({ TableName: table }));
  const arn = listed.Streams?.at(-1)?.StreamArn;
  if (!arn) throw new Error(`table ${table} has no stream`);
  // A stream of another life of the table (--fresh) has another name, so its checkpoints do not count.
  const kept = await readJsonFile(checkpointFile);
  const checkpoints = isObject(kept) && kept.arn === arn ? checkpointsOf(kept.shards) : {};
  let shards: readonly string[] = [];
  let shardsKnownAtMs = 0;
  const iterators = new Map<string, string>();

  const keep = (shard: string, value: string): Promise<void> => {
    checkpoints[shard] = value;
    return writeJsonFile(checkpointFile, { arn, shards: checkpoints });
  };
  const shardsNow = async (): Promise<readonly string[]> => {
    if (Date.now() - shardsKnownAtMs > SHARDS_KNOWN_FOR_MS) {
      shards = parentsFirst(await allShards(client, arn));
      shardsKnownAtMs = Date.now();
    }
    return shards.filter((shard) => checkpoints[shard] !== CLOSED);
  };
  const iteratorOf = async (shard: string, from: string | undefined): Promise<string | undefined> => {
    const held = iterators.get(shard);
    if (held) return held;
    const answer = await client.send(
      new GetShardIteratorCommand({
        StreamArn: arn,
        ShardId: shard,
        ...(from ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: from } : { ShardIteratorType: 'TRIM_HORIZON' }),
      }),
    );
    return answer.ShardIterator;
  };

  const readShard = async (shard: string): Promise<StreamBatch | undefined> => {
    const iterator = await iteratorOf(shard, checkpoints[shard]);
    const { Records: found = [], NextShardIterator: following } = await client.send(
      new GetRecordsCommand({ ShardIterator: iterator, Limit: BATCH_MAX }),
    );
    if (found.length === 0) {
      if (following) iterators.set(shard, following);
      else await keep(shard, CLOSED);
      return undefined;
    }
    iterators.delete(shard);
    return {
      records: found.map((record) => lambdaRecordOf(record, arn)),
      confirm: async (count) => {
        const last = found[count - 1]?.dynamodb?.SequenceNumber;
        if (last) await keep(shard, last);
        // The whole batch is done: go on with the engine's own iterator, which costs one call less.
        if (count === found.length && following) iterators.set(shard, following);
      },
    };
  };

  return {
    next: async () => {
      for (const shard of await shardsNow()) {
        try {
          const batch = await readShard(shard);
          if (batch) return batch;
        } catch (error) {
          if (error instanceof TrimmedDataAccessException) delete checkpoints[shard];
          else if (!(error instanceof ExpiredIteratorException)) throw error;
          iterators.delete(shard);
        }
      }
      return undefined;
    },
  };
}

async function allShards(client: DynamoDBStreamsClient, arn: string): Promise<readonly Shard[]> {
  const shards: Shard[] = [];
  let from: string | undefined;
  do {
    const answer = await client.send(new DescribeStreamCommand({ StreamArn: arn, ...(from ? { ExclusiveStartShardId: from } : {}) }));
    shards.push(...(answer.StreamDescription?.Shards ?? []));
    from = answer.StreamDescription?.LastEvaluatedShardId;
  } while (from);
  return shards;
}

/** Records of a parent shard come before those of its children. */
export function parentsFirst(shards: readonly Shard[]): readonly string[] {
  const parents = new Map(shards.map(({ ShardId = '', ParentShardId }) => [ShardId, ParentShardId]));
  const depthOf = (shard: string): number => {
    const parent = parents.get(shard);
    return parent !== undefined && parents.has(parent) ? 1 + depthOf(parent) : 0;
  };
  return [...parents.keys()].sort((a, b) => depthOf(a) - depthOf(b));
}

function checkpointsOf(value: unknown): Checkpoints {
  const checkpoints: Checkpoints = {};
  if (isObject(value)) for (const [shard, at] of Object.entries(value)) if (typeof at === 'string') checkpoints[shard] = at;
  return checkpoints;
}

/** What a Lambda event says of a record: JSON, so times are seconds and bytes are base64. */
function lambdaRecordOf(
  { eventID = '', eventName, eventVersion, awsRegion, dynamodb = {}, userIdentity }: _Record,
  arn: string,
): StreamRecord {
  const { ApproximateCreationDateTime: at, Keys, NewImage, OldImage, SequenceNumber, SizeBytes, StreamViewType } = dynamodb;
  return {
    eventID,
    eventName,
    eventVersion,
    eventSource: 'aws:dynamodb',
    awsRegion,
    eventSourceARN: arn,
    dynamodb: {
      ApproximateCreationDateTime: at ? Math.floor(at.getTime() / 1000) : undefined,
      SequenceNumber,
      SizeBytes,
      StreamViewType,
      ...(Keys ? { Keys: imageOf(Keys) } : {}),
      ...(NewImage ? { NewImage: imageOf(NewImage) } : {}),
      ...(OldImage ? { OldImage: imageOf(OldImage) } : {}),
    },
    ...(userIdentity ? { userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId } } : {}),
  };
}

function imageOf(image: Readonly<Record<string, AttributeValue>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, attributeOf(value)]));
}

function attributeOf(value: AttributeValue): unknown {
  if (value.B) return { B: base64Of(value.B) };
  if (value.BS) return { BS: value.BS.map(base64Of) };
  if (value.L) return { L: value.L.map(attributeOf) };
  if (value.M) return { M: imageOf(value.M) };
  return value;
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
