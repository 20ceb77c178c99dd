import { inject } from 'vitest';
import type { TokenOptions } from '../../functions/local/demo/claims.ts';
import { type DemoDescription, describeDemo } from '../../functions/local/demo/description.ts';
import { tokenOf } from '../../functions/local/demo/tokens.ts';
import { environmentOf } from '../../functions/local/environment.ts';
import { loadIssuer } from '../../functions/local/issuer.ts';
import { eventOf } from '../../functions/local/payload.ts';
import { loadHandler } from '../bench/handlers.ts';
import { type EngineCall, startRecordingEngine } from '../support/recording-engine.ts';
import { seededTables } from '../support/seeded.ts';

export type HandlerAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type HandlerRequest = {
  readonly method: string;
  readonly path: string;
  readonly role: string;
  readonly options?: TokenOptions;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** The handlers of the API and of the intake from their bundles, with no pump beside them: every call to the engine is theirs. */
export type Handlers = {
  readonly demo: DemoDescription;
  readonly api: (request: HandlerRequest) => Promise<HandlerAnswer>;
  readonly intake: (request: HandlerRequest) => Promise<HandlerAnswer>;
  readonly trace: (request: HandlerRequest) => Promise<HandlerAnswer>;
  /** DynamoDB operations that what is done causes, in order: `BatchGetItem`, `TransactWriteItems`… */
  readonly calls: (what: () => Promise<unknown>) => Promise<readonly string[]>;
  /** The same with what each asks for or writes. */
  readonly traffic: (what: () => Promise<unknown>) => Promise<readonly EngineCall[]>;
  /** Connections to the engine break … */
  readonly cut: () => void;
  /** … and hold again. */
  readonly mend: () => void;
  readonly stop: () => Promise<void>;
};

/** One a test file: the handlers read the environment of the process. */
export async function startHandlers(): Promise<Handlers> {
  const { endpoint, tables, dataDir, drop } = await seededTables();
  const proxy = await startRecordingEngine(endpoint);
  const issuer = await loadIssuer();
  Object.assign(process.env, environmentOf({ port: 3000, dataDir }, proxy.endpoint, tables, issuer.jwks));
  const bundles = inject('functionBundles');
  const through = async (bundle: string) => {
    const invoke = await loadHandler(bundle);
    return async ({ method, path, role, options, contentType, headers: sent = {}, body = '' }: HandlerRequest): Promise<HandlerAnswer> => {
      const rawHeaders = ['host', 'localhost', 'authorization', `Bearer ${await tokenOf(issuer, role, options)}`];
      const heard = { method, target: path, httpVersion: '1.1', body: Buffer.from(body), sourceIp: '127.0.0.1' };
      const all = { ...(contentType === undefined ? {} : { 'content-type': contentType }), ...sent };
      rawHeaders.push(...Object.entries(all).flat());
      const { statusCode, headers, body: text } = await invoke(eventOf({ ...heard, rawHeaders }, 'request', new Date()));
      return { status: statusCode, headers, body: text };
    };
  };
  const traffic = async (what: () => Promise<unknown>): Promise<readonly EngineCall[]> => {
    const from = proxy.calls.length;
    await what();
    return proxy.calls.slice(from);
  };
  return {
    demo: describeDemo(3000, 2575),
    api: await through(bundles.api),
    intake: await through(bundles.intake),
    trace: await through(bundles.trace),
    calls: async (what) => (await traffic(what)).map(({ operation }) => operation),
    traffic,
    cut: () => proxy.hold(false),
    mend: () => proxy.hold(true),
    stop: async () => {
      await proxy.stop();
      await drop();
    },
  };
}
