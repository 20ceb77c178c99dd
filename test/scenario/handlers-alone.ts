import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as ask, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type DemoDescription, describeDemo } from '../../functions/local/demo/description.ts';
import { tokenOf } from '../../functions/local/demo/tokens.ts';
import { freePort } from '../../functions/local/engine.ts';
import { environmentOf } from '../../functions/local/environment.ts';
import { loadIssuer } from '../../functions/local/issuer.ts';
import { eventOf } from '../../functions/local/payload.ts';
import { deleteTables } from '../../functions/local/tables.ts';
import { loadHandler } from '../bench/handlers.ts';
import { copySeeded } from '../support/seeded.ts';

export type HandlerAnswer = { readonly status: number; readonly body: string };

export type HandlerRequest = {
  readonly method: string;
  readonly path: string;
  readonly role: string;
  readonly contentType?: string;
  readonly body?: string;
};

/** The handlers of the API and of the intake from their bundles, with no pump beside them: every call to the engine is theirs. */
export type Handlers = {
  readonly demo: DemoDescription;
  readonly api: (request: HandlerRequest) => Promise<HandlerAnswer>;
  readonly intake: (request: HandlerRequest) => Promise<HandlerAnswer>;
  /** DynamoDB operations that what is done causes, in order: `BatchGetItem`, `TransactWriteItems`… */
  readonly calls: (what: () => Promise<unknown>) => Promise<readonly string[]>;
  /** Connections to the engine break … */
  readonly cut: () => void;
  /** … and hold again. */
  readonly mend: () => void;
  readonly stop: () => Promise<void>;
};

/** One a test file: the handlers read the environment of the process. */
export async function startHandlers(): Promise<Handlers> {
  const engine = inject('engineEndpoint');
  const name = `relais-test-${randomBytes(6).toString('hex')}`;
  const tables = { main: name, trace: `${name}-trace` };
  const dataDir = await mkdtemp(join(tmpdir(), 'relais-test-'));
  await copySeeded(engine, inject('runFolder'), tables, dataDir);
  const proxy = await startProxy(engine);
  const issuer = await loadIssuer();
  Object.assign(process.env, environmentOf({ port: 3000, dataDir }, proxy.endpoint, tables, issuer.jwks));
  const bundles = inject('functionBundles');
  const through = async (bundle: string) => {
    const invoke = await loadHandler(bundle);
    return async ({ method, path, role, contentType, body = '' }: HandlerRequest): Promise<HandlerAnswer> => {
      const rawHeaders = ['host', 'localhost', 'authorization', `Bearer ${await tokenOf(issuer, role)}`];
      const heard = { method, target: path, httpVersion: '1.1', body: Buffer.from(body), sourceIp: '127.0.0.1' };
      const headers = contentType === undefined ? rawHeaders : [...rawHeaders, 'content-type', contentType];
      const answer = await invoke(eventOf({ ...heard, rawHeaders: headers }, 'request', new Date()));
      return { status: answer.statusCode, body: answer.body };
    };
  };
  return {
    demo: describeDemo(3000, 2575),
    api: await through(bundles.api),
    intake: await through(bundles.intake),
    calls: async (what) => {
      const from = proxy.operations.length;
      await what();
      return proxy.operations.slice(from);
    },
    cut: () => proxy.hold(false),
    mend: () => proxy.hold(true),
    stop: async () => {
      await proxy.stop();
      await deleteTables(engine, tables);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** What stands between handlers and engine: it notes each operation, and breaks connections when told to. */
async function startProxy(engine: string) {
  const operations: string[] = [];
  let holds = true;
  const server = createServer((heard, response) => {
    if (!holds) {
      heard.socket.destroy();
      return;
    }
    operations.push(String(heard.headers['x-amz-target']).split('.')[1] ?? '');
    const onwards = ask(new URL(heard.url ?? '/', engine), { method: heard.method, headers: heard.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onwards.on('error', () => response.destroy());
    heard.pipe(onwards);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${port}`,
    operations,
    hold: (next: boolean): void => {
      holds = next;
      if (!next) server.closeAllConnections();
    },
    stop: (): Promise<unknown> => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
