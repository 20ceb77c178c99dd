import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { openStream, parentsFirst, type StreamReader, type StreamRecord } from '../../functions/local/stream-reader.ts';
import { createTables, deleteTables } from '../../functions/local/tables.ts';

describe('shards', () => {
  it('are read parents first, whatever the order in which they are told', () => {
    const shards = [
      { ShardId: 'c', ParentShardId: 'b' },
      { ShardId: 'b', ParentShardId: 'a' },
      { ShardId: 'a', ParentShardId: 'trimmed long ago' },
      { ShardId: 'd' },
    ];
    const order = parentsFirst(shards);
    expect(order.indexOf('a')).toBeLessThan(order.indexOf('b'));
    expect(order.indexOf('b')).toBeLessThan(order.indexOf('c'));
    expect(order).toHaveLength(4);
  });
});

describe('the stream of a table of the genuine engine', () => {
  const endpoint = inject('engineEndpoint');
  const name = `stream-${randomBytes(6).toString('hex')}`;
  const tables = { main: name, trace: `${name}-trace` };
  const client = new DynamoDBClient({ endpoint, region: 'eu-west-3', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'relais-stream-'));
    await createTables(endpoint, tables);
  });
  afterAll(async () => {
    await deleteTables(endpoint, tables);
    client.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  const put = (pk: string) =>
    client.send(
      new PutItemCommand({
        TableName: name,
        Item: { pk: { S: pk }, sk: { S: 'x' }, b: { B: Buffer.from('é') }, l: { L: [{ B: Buffer.of(1) }] } },
      }),
    );
  const open = (checkpoint: string): Promise<StreamReader> => openStream(endpoint, 'eu-west-3', name, join(folder, checkpoint));
  const next = (reader: StreamReader) => vi.waitUntil(() => reader.next(), { timeout: 5_000, interval: 20 });
  const keyOf = (record: StreamRecord | undefined): string => /"pk":\{"S":"(\w+)"/.exec(JSON.stringify(record))?.[1] ?? '';

  it('hands records over as Lambda gets them, until they are confirmed, and goes on behind them after a restart', async () => {
    await put('first');
    await put('second');
    const reader = await open('a.json');
    const batch = await next(reader);
    expect(batch.records.map(keyOf)).toEqual(['first', 'second']);
    expect(batch.records[0]).toMatchObject({
      eventName: 'INSERT',
      eventSource: 'aws:dynamodb',
      dynamodb: { NewImage: { b: { B: Buffer.from('é').toString('base64') }, l: { L: [{ B: 'AQ==' }] } } },
    });

    const again = await next(reader);
    expect(again.records.map(keyOf)).toEqual(['first', 'second']);

    await again.confirm(1);
    const rest = await next(await open('a.json'));
    expect(rest.records.map(keyOf)).toEqual(['second']);
    await rest.confirm(1);
    expect(await (await open('a.json')).next()).toBeUndefined();

    await put('third');
    expect((await next(await open('a.json'))).records.map(keyOf)).toEqual(['third']);
  });

  it('begins at the beginning for a reader without checkpoint', async () => {
    expect((await next(await open('b.json'))).records.map(keyOf)).toContain('first');
  });
});
