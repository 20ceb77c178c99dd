import { join } from 'node:path';
import type { LocalSettings } from './settings.ts';
import type { TableNames } from './tables.ts';

/** Key of ids, look-up hashes and page tokens on a demo machine: published here, so it protects nothing; ids stay the same after every `--fresh`. */
export const LOCAL_ID_KEY = '52656c616973206c6f63616c2064656d6f206b65792c206e6f74206120736563';

/** Issuer and audience do not depend on the port, so that a token made at any time is good for any local service. */
export const LOCAL_ISSUER = 'https://issuer.relais.example';
export const LOCAL_AUDIENCE = 'https://relais.example/fhir';

export const LOCAL_REGION = 'eu-west-3';

/** Base URL of the local gateway. */
export function baseUrlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/**
 * The environment that infra gives to the functions on AWS, for this machine.
 * @param jwks the issuer's public key set, as JSON
 */
export function environmentOf(
  { port, dataDir }: Pick<LocalSettings, 'port' | 'dataDir'>,
  endpoint: string,
  tables: TableNames,
  jwks: string,
): Readonly<Record<string, string>> {
  const base = baseUrlOf(port);
  return {
    TABLE: tables.main,
    TRACE_TABLE: tables.trace,
    DYNAMODB_ENDPOINT: endpoint,
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    BLOB_DIR: join(dataDir, 'blobs'),
    SEAL_DIR: join(dataDir, 'seal'),
    ID_KEY: LOCAL_ID_KEY,
    ISSUER: LOCAL_ISSUER,
    AUDIENCE: LOCAL_AUDIENCE,
    JWKS: jwks,
    BASE_URL: base,
    REPOSITORY_URL: `${base}/local/repository`,
    LOCAL_PROFILE: 'true',
  };
}
