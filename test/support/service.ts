import { inject } from 'vitest';
import type { TokenOptions } from '../../functions/local/demo/claims.ts';
import type { DemoDescription } from '../../functions/local/demo/description.ts';
import { freePort } from '../../functions/local/engine.ts';
import { startService } from '../../functions/local/service.ts';
import type { TableNames } from '../../functions/local/tables.ts';
import { KEY } from '../../lib/store/table.ts';
import { type Answer, makeClient, type Request } from './http.ts';
import { seededTables } from './seeded.ts';
import { itemsOf } from './table.ts';

/** The whole service for one test file: its own tables and data on the engine of the run, demo network seeded. */
export type TestService = {
  readonly base: string;
  readonly mllpPort: number;
  /** Everything that the main table holds once it is at rest, save how far the trace is sealed: a refusal is traced too. */
  readonly items: () => ReturnType<typeof itemsOf>;
  readonly demo: DemoDescription;
  /** Where it keeps everything. */
  readonly place: { readonly endpoint: string; readonly tables: TableNames; readonly dataDir: string };
  /** What its functions logged so far. */
  readonly logged: () => string;
  readonly token: (role: string, options?: TokenOptions) => Promise<string>;
  /** One request, with the token of a role unless `role` is absent. */
  readonly send: (request: Request) => Promise<Answer>;
  /** FHIR requests of a role; paths are below `/fhir`. */
  readonly fhir: (role: string, options?: TokenOptions) => FhirClient;
  /** Moves the service's clock; comes back when all that fell due is done and delivered. */
  readonly clock: (advance: string) => Promise<void>;
  /** Comes back when what was written is told and delivered. */
  readonly quiesce: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

type Headers = Readonly<Record<string, string>>;

export type FhirClient = {
  readonly get: (path: string, headers?: Headers) => Promise<Answer>;
  readonly post: (path: string, body: unknown, headers?: Headers) => Promise<Answer>;
  readonly put: (path: string, body: unknown, headers?: Headers) => Promise<Answer>;
  readonly patch: (path: string, body: unknown, headers?: Headers) => Promise<Answer>;
};

/** One a test file: the functions read the environment of the process. Takes a second or two (the first of a run: ten); stop it in `afterAll`. */
export async function startTestService(): Promise<TestService> {
  const { endpoint, tables, dataDir, drop } = await seededTables();
  const [port, mllpPort] = await Promise.all([freePort(), freePort()]);
  const failures: unknown[] = [];
  let logged = '';
  const service = await startService({
    port,
    mllpPort,
    dataDir,
    endpoint,
    tables,
    bundles: inject('functionBundles'),
    onFailure: (what, error) => failures.push(`${what}: ${String(error)}`),
    // A test looks at what a function does; its failures go to stderr all the same.
    onLog: (text) => {
      logged += text;
    },
  });
  const { base, demo, token, quiesce } = service;
  const send = makeClient(base, token);
  return {
    base,
    mllpPort,
    items: async () => {
      await quiesce();
      return (await itemsOf(endpoint, tables.main)).filter(({ pk }) => pk?.S !== KEY.sealHead.pk);
    },
    demo,
    place: { endpoint, tables, dataDir },
    logged: () => logged,
    token,
    send,
    quiesce,
    fhir: (role, options) => {
      const ask =
        (method: string, contentType = 'application/fhir+json') =>
        (path: string, body: unknown, headers: Headers = {}): Promise<Answer> =>
          send({
            method,
            path: `/fhir/${path}`,
            role,
            ...(options ? { options } : {}),
            headers: body === undefined ? headers : { 'content-type': contentType, ...headers },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          });
      return {
        get: (path, headers) => ask('GET')(path, undefined, headers),
        post: ask('POST'),
        put: ask('PUT'),
        patch: ask('PATCH', 'application/json-patch+json'),
      };
    },
    clock: async (advance) => {
      const { status, text } = await send({ method: 'POST', path: '/local/clock', body: JSON.stringify({ advance }) });
      if (status !== 200) throw new Error(`POST /local/clock: ${status} ${text} ${failures.join(' ')}`);
    },
    stop: async () => {
      await service.stop();
      await drop();
    },
  };
}
