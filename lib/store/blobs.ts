import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';

/** Immutable bytes by key: CDA and PDF originals, bodies too large for an item, messages over the API's limit. */
export type Blobs = {
  readonly put: (key: string, bytes: Uint8Array) => Promise<void>;
  /** `undefined` when nothing stands under the key. */
  readonly get: (key: string) => Promise<Uint8Array | undefined>;
};

/** Blobs in an S3 bucket. Its client is loaded by the first large body: most cold starts never need it. */
export function s3Blobs(bucket: string): Blobs {
  let loaded: Promise<{ readonly s3: typeof import('@aws-sdk/client-s3'); readonly client: S3Client }> | undefined;
  const load = (): NonNullable<typeof loaded> => {
    loaded ??= import('@aws-sdk/client-s3').then((s3) => ({ s3, client: new s3.S3Client({}) }));
    return loaded;
  };
  return {
    put: async (key, bytes) => {
      const { s3, client } = await load();
      await client.send(new s3.PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
    },
    get: async (key) => {
      const { s3, client } = await load();
      try {
        const { Body } = await client.send(new s3.GetObjectCommand({ Bucket: bucket, Key: key }));
        return await Body?.transformToByteArray();
      } catch (error) {
        // Without s3:ListBucket, which no role has, S3 answers AccessDenied for what does not exist.
        if (error instanceof Error && /^(NoSuchKey|AccessDenied)$/.test(error.name)) return undefined;
        throw error;
      }
    },
  };
}

/** Blobs in a folder of this machine; a key never leaves it. */
export function folderBlobs(folder: string): Blobs {
  const pathOf = (key: string): string => join(folder, normalize(`/${key}`));
  return {
    put: async (key, bytes) => {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true });
      const half = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
      await writeFile(half, bytes);
      await rename(half, path);
    },
    get: async (key) => {
      try {
        return await readFile(pathOf(key));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}
