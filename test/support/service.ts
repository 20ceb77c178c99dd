import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { TokenOptions } from '../../functions/local/demo/claims.ts';
import type { DemoDescription } from '../../functions/local/demo/description.ts';
import { freePort } from '../../functions/local/engine.ts';
import { startService } from '../../functions/local/service.ts';
import { deleteTables } from '../../functions/local/tables.ts';
import { type Answer, makeClient, type Request } from './http.ts';
import { copySeeded } from './seeded.ts';

/** The whole service for one test file: its own tables and data on the engine of the run, demo network seeded. */
export type TestService = {
  readonly base: string;
  readonly mllpPort: number;
  readonly demo: DemoDescription;
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
  const endpoint = inject('engineEndpoint');
  const name = `relais-test-${randomBytes(6).toString('hex')}`;
  const tables = { main: name, trace: `${name}-trace` };
  const dataDir = await mkdtemp(join(tmpdir(), 'relais-test-'));
  await copySeeded(endpoint, inject('runFolder'), tables, dataDir);
  const [port, mllpPort] = await Promise.all([freePort(), freePort()]);
  const failures: unknown[] = [];
  const service = await startService({
    port,
    mllpPort,
    dataDir,
    endpoint,
    tables,
    bundles: inject('functionBundles'),
    onFailure: (what, error) => failures.push(`${what}: ${String(error)}`),
    // A test looks at what a function does; its failures go to stderr all the same.
    onLog: () => undefined,
  });
  const { base, demo, token, quiesce } = service;
  const send = makeClient(base, token);
  return {
    base,
    mllpPort,
    demo,
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
      await deleteTables(endpoint, tables);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
