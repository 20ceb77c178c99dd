import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, ResourceNotFoundException, ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { type Item, unpack } from '../../lib/store/codec.ts';
import { KEY } from '../../lib/store/table.ts';
import { type TraceMark, traceMark } from '../../lib/store/trace.ts';
import type { SealedFile } from '../../lib/usecases/verify-trace.ts';
import { LocalProblemError } from '../local/problem.ts';

/** The two tables, read with the rights of whoever verifies: no function may scan. */
export type Tables = { readonly main: string; readonly trace: string; readonly endpoint?: string };

/** What the sealer wrote last; `undefined` when it never sealed anything. */
export async function readHead({ main, endpoint }: Tables): Promise<unknown> {
  const client = clientOf(endpoint);
  try {
    const { Item: item } = await client.send(
      new GetItemCommand({
        TableName: main,
        Key: { pk: { S: KEY.sealHead.pk }, sk: { S: KEY.sealHead.sk } },
        ConsistentRead: true,
      }),
    );
    return item?.b?.B ? unpack(item.b.B) : undefined;
  } catch (error) {
    throw error instanceof ResourceNotFoundException ? new LocalProblemError(`La table ${main} n’existe pas.`) : error;
  } finally {
    client.destroy();
  }
}

/** Every record of the trace, page by page. */
export async function* readRecords({ trace, endpoint }: Tables): AsyncGenerator<TraceMark> {
  const client = clientOf(endpoint);
  let from: Item | undefined;
  do {
    const page: ScanCommandOutput = await client.send(
      new ScanCommand({ TableName: trace, ConsistentRead: true, ...(from ? { ExclusiveStartKey: from } : {}) }),
    );
    yield* (page.Items ?? []).map(traceMark);
    from = page.LastEvaluatedKey;
  } while (from);
  client.destroy();
}

/** The chain in a folder (local profile). Halves of a file that a crash left are no files. */
export async function* filesInFolder(folder: string): AsyncGenerator<SealedFile> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if (name.endsWith('.json')) yield { name, text: await readFile(join(folder, name), 'utf8') };
}

type Version = { readonly key: string; readonly id: string | undefined; readonly at: number; readonly isMarker: boolean };

/**
 * The chain in the bucket, each object as it was first written: object lock keeps that version, whatever was put or deleted
 * over it. The same bytes put again (a call of the SDK repeated) change nothing.
 */
export async function* filesInBucket(bucket: string): AsyncGenerator<SealedFile> {
  const client = new S3Client({});
  const textOf = async ({ key, id }: Version): Promise<string> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...(id ? { VersionId: id } : {}) }));
    return (await Body?.transformToString()) ?? '';
  };
  for (const [first, ...later] of await versionsIn(client, bucket)) {
    if (first.isMarker) continue;
    const text = await textOf(first);
    const others = await Promise.all(later.filter(({ isMarker }) => !isMarker).map(textOf));
    const since = later.some(({ isMarker }) => isMarker) ? 'removed' : others.some((other) => other !== text) ? 'changed' : undefined;
    yield { name: first.key, text, ...(since ? { since } : {}) };
  }
  client.destroy();
}

/** Versions and delete markers of each object, oldest first. */
async function versionsIn(client: S3Client, bucket: string): Promise<readonly (readonly [Version, ...Version[]])[]> {
  const byKey = new Map<string, [Version, ...Version[]]>();
  const keep = (version: Version): void => {
    const others = byKey.get(version.key);
    if (others) others.push(version);
    else byKey.set(version.key, [version]);
  };
  let from: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } | undefined;
  do {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, ...from }));
    for (const { Key: key = '', VersionId: id, LastModified } of page.Versions ?? [])
      keep({ key, id, at: LastModified?.getTime() ?? 0, isMarker: false });
    for (const { Key: key = '', VersionId: id, LastModified } of page.DeleteMarkers ?? [])
      keep({ key, id, at: LastModified?.getTime() ?? 0, isMarker: true });
    from = page.IsTruncated
      ? {
          ...(page.NextKeyMarker ? { KeyMarker: page.NextKeyMarker } : {}),
          ...(page.NextVersionIdMarker ? { VersionIdMarker: page.NextVersionIdMarker } : {}),
        }
      : undefined;
  } while (from);
  for (const versions of byKey.values()) versions.sort((a, b) => a.at - b.at);
  return [...byKey.values()];
}

function clientOf(endpoint: string | undefined): DynamoDBClient {
  return new DynamoDBClient(endpoint ? { endpoint } : {});
}
