/**
 * What a function may do, by name. `infra/grants.ts` turns a name into the exact actions on the exact resource; what no
 * row names is denied. Nobody scans.
 */
export type Grant =
  | 'table:read'
  | 'table:write'
  | 'trace:append'
  | 'trace:read'
  | 'bodies:read'
  | 'bodies:write'
  | 'parked:read'
  | 'parked:write'
  | 'mllp:read'
  | 'mllp:write'
  | 'seal:append'
  | 'id-key:read';

/**
 * The environment of the functions: all that a handler may read of it.
 *
 * - `TABLE`, `TRACE_TABLE`: names of the two DynamoDB tables.
 * - `BLOB_BUCKET`: bucket of the blobs, under the prefixes `bodies/`, `parked/` and `mllp/`.
 * - `SEAL_BUCKET`: bucket with object lock, where the hash chain of the trace is written.
 * - `ID_KEY_SECRET`: ARN of the secret whose string is 64 hexadecimal digits, the 32 bytes of the id key.
 * - `ISSUER`, `AUDIENCE`, `JWKS_URL`: whose tokens are taken, for whom they must be made, where the issuer's keys are.
 * - `BASE_URL`: public address of the service, without trailing slash.
 * - `REPOSITORY_URL`: where documents are sent (DMP-like repository); absent when the network has none.
 */
export type EnvironmentName =
  | 'TABLE'
  | 'TRACE_TABLE'
  | 'BLOB_BUCKET'
  | 'SEAL_BUCKET'
  | 'ID_KEY_SECRET'
  | 'ISSUER'
  | 'AUDIENCE'
  | 'JWKS_URL'
  | 'BASE_URL'
  | 'REPOSITORY_URL';

export type Route = { readonly method: 'ANY' | 'GET' | 'POST'; readonly path: string };

/** Stream records that wake a function: of these kinds, with a key that begins so (any key when absent). */
export type StreamFilter = {
  readonly eventNames: readonly ('INSERT' | 'MODIFY' | 'REMOVE')[];
  readonly key?: { readonly name: 'pk' | 'sk'; readonly prefix: string };
};

export type StreamSource = { readonly table: 'main' | 'trace'; readonly filters: readonly StreamFilter[] };

/** What calls a function. Only an HTTP caller waits for the answer: the others have a dead-letter queue. */
export type Source =
  | { readonly kind: 'http'; readonly routes: readonly Route[] }
  | { readonly kind: 'streams'; readonly streams: readonly StreamSource[] }
  | { readonly kind: 'schedule'; readonly everyMinutes: number };

export type FunctionName = 'api' | 'intake' | 'trace' | 'stream' | 'schedule';

export type FunctionRow = {
  readonly name: FunctionName;
  /** Path from the project's root; exports `handler`. */
  readonly entry: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: readonly EnvironmentName[];
  readonly grants: readonly Grant[];
  readonly source: Source;
};

const EVERYWHERE = [
  'TABLE',
  'TRACE_TABLE',
  'BLOB_BUCKET',
  'ID_KEY_SECRET',
  'ISSUER',
  'AUDIENCE',
  'JWKS_URL',
  'BASE_URL',
] as const satisfies readonly EnvironmentName[];

/** An HTTP API answers 503 by itself after 30 s. */
const HTTP_TIMEOUT_SECONDS = 29;

/**
 * Every Lambda function, one row each; infra, its tests and the local gateway iterate them. Adding a function is a row and
 * its handler: bundle, role, log group, alarms, dead-letter queue and routes follow.
 */
export const FUNCTIONS: readonly FunctionRow[] = [
  {
    name: 'api',
    entry: 'functions/api/handler.ts',
    memoryMb: 1024,
    timeoutSeconds: HTTP_TIMEOUT_SECONDS,
    environment: EVERYWHERE,
    grants: ['table:read', 'table:write', 'trace:append', 'bodies:read', 'bodies:write', 'id-key:read'],
    source: {
      kind: 'http',
      routes: [
        { method: 'ANY', path: '/fhir' },
        { method: 'ANY', path: '/fhir/{proxy+}' },
        { method: 'GET', path: '/health' },
        { method: 'GET', path: '/observatory' },
        { method: 'GET', path: '/observatory.css' },
      ],
    },
  },
  {
    name: 'intake',
    entry: 'functions/intake/handler.ts',
    memoryMb: 1024,
    timeoutSeconds: HTTP_TIMEOUT_SECONDS,
    environment: EVERYWHERE,
    grants: [
      'table:read',
      'table:write',
      'trace:append',
      'bodies:read',
      'bodies:write',
      'parked:read',
      'parked:write',
      'mllp:read',
      'id-key:read',
    ],
    source: {
      kind: 'http',
      routes: [
        { method: 'POST', path: '/intake/{proxy+}' },
        { method: 'GET', path: '/intake/{proxy+}' },
      ],
    },
  },
  {
    name: 'trace',
    entry: 'functions/trace/handler.ts',
    memoryMb: 512,
    timeoutSeconds: HTTP_TIMEOUT_SECONDS,
    environment: EVERYWHERE,
    // Reading the trace is traced too.
    grants: ['table:read', 'trace:read', 'trace:append', 'id-key:read'],
    source: {
      kind: 'http',
      routes: [
        { method: 'GET', path: '/fhir/AuditEvent' },
        { method: 'POST', path: '/fhir/AuditEvent/_search' },
        { method: 'GET', path: '/trace' },
      ],
    },
  },
  {
    name: 'stream',
    entry: 'functions/stream/handler.ts',
    memoryMb: 1024,
    timeoutSeconds: 120,
    environment: [...EVERYWHERE, 'SEAL_BUCKET', 'REPOSITORY_URL'],
    grants: ['table:read', 'table:write', 'trace:append', 'bodies:read', 'seal:append', 'id-key:read'],
    source: {
      kind: 'streams',
      streams: [
        {
          table: 'main',
          // Current versions of resources (KEY.resource): no other item is an event.
          filters: [{ eventNames: ['INSERT', 'MODIFY'], key: { name: 'sk', prefix: 'r#' } }],
        },
        // INSERT is sealed; MODIFY and REMOVE never happen, so that each one is an alarm.
        { table: 'trace', filters: [{ eventNames: ['INSERT', 'MODIFY', 'REMOVE'] }] },
      ],
    },
  },
  {
    name: 'schedule',
    entry: 'functions/schedule/handler.ts',
    memoryMb: 512,
    // Ends before the next one begins.
    timeoutSeconds: 55,
    environment: [...EVERYWHERE, 'REPOSITORY_URL'],
    grants: ['table:read', 'table:write', 'trace:append', 'bodies:read', 'id-key:read'],
    source: { kind: 'schedule', everyMinutes: 1 },
  },
];
