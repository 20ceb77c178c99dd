import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { outcomeOf, statusOf } from '../../lib/fhir/outcome.ts';
import type { Refusal } from '../../lib/platform/refusal.ts';
import type { FunctionName } from './bundle.ts';
import type { LocalLambda } from './lambda.ts';
import { type Answer, answerOf, eventOf, type HeardRequest, LAMBDA_PAYLOAD_MAX_BYTES } from './payload.ts';
import { portTaken, systemCodeOf } from './problem.ts';

/** The functions that API Gateway reaches. */
export type HttpFunction = Extract<FunctionName, 'api' | 'intake' | 'trace'>;

/** API Gateway reads no more than this of a body. */
const BODY_MAX_BYTES = 10 * 1024 * 1024;

/** Which function serves a path, first match wins; `functions/api` serves whatever nobody else does. */
const ROUTES: readonly { readonly path: RegExp; readonly to: HttpFunction }[] = [
  { path: /^\/fhir\/AuditEvent(\/|$)/, to: 'trace' },
  { path: /^\/trace(\/|$)/, to: 'trace' },
  { path: /^\/intake\//, to: 'intake' },
  { path: /^\//, to: 'api' },
];

export function functionOf(path: string): HttpFunction {
  return ROUTES.find((route) => route.path.test(path))?.to ?? 'api';
}

/** What this machine adds to the deployed service: its own tools, and the keys of its issuer. */
function isLocal(target: string): boolean {
  return target.startsWith('/local/') || target.split('?')[0] === JWKS_PATH;
}

export const JWKS_PATH = '/.well-known/jwks.json';

export type GatewaySettings = {
  readonly port: number;
  readonly functions: Readonly<Record<HttpFunction, LocalLambda>>;
  /** Answers `/local/…`, which no deployed gateway has. */
  readonly local: (request: Request) => Promise<Response>;
};

export type Gateway = { readonly stop: () => Promise<void> };

/**
 * The local API Gateway: loopback only, payload 2.0, Lambda's limits.
 * @throws LocalProblemError when the port is taken
 */
export async function startGateway(settings: GatewaySettings): Promise<Gateway> {
  const server = createServer((request, response) => void serve(settings, request, response));
  // A search behind a long transaction may take the whole 30 s; node would cut a keep-alive connection under it.
  server.requestTimeout = 0;
  await listen(server, settings.port, 'PORT');
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 2_000).unref();
      }),
  };
}

/** @throws LocalProblemError when something listens on that port already */
export async function assertFree(port: number, variable: 'PORT' | 'MLLP_PORT'): Promise<void> {
  const server = createServer();
  await listen(server, port, variable);
  await new Promise((resolve) => server.close(resolve));
}

/** Listens on the loopback interface. @param variable the setting that chooses another port */
function listen(server: Server, port: number, variable: 'PORT' | 'MLLP_PORT'): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      reject(systemCodeOf(error) === 'EADDRINUSE' ? portTaken(port, variable) : error);
    };
    server.once('error', onError);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', onError);
      resolve();
    });
  });
}

async function serve(settings: GatewaySettings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await bodyOf(request);
    if (!body) return send(response, tooLarge('body', BODY_MAX_BYTES), request);
    const heard: HeardRequest = {
      method: request.method ?? 'GET',
      target: request.url ?? '/',
      httpVersion: request.httpVersion,
      rawHeaders: request.rawHeaders,
      body,
      sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    };
    send(response, isLocal(heard.target) ? await askLocal(settings, heard) : await invoke(settings, heard), request);
  } catch (error) {
    // A client that hangs up while it sends is no event; anything else is a bug of this machine.
    if (systemCodeOf(error) !== 'ECONNRESET') console.error(error);
    if (!response.headersSent) send(response, awsMessage(500, 'Internal Server Error'), request);
  }
}

async function askLocal({ local, port }: GatewaySettings, { method, target, rawHeaders, body }: HeardRequest): Promise<Answer> {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  const withBody = method !== 'GET' && method !== 'HEAD' && body.length > 0;
  const response = await local(
    new Request(`http://127.0.0.1:${port}${target}`, { method, headers, ...(withBody ? { body: new Uint8Array(body) } : {}) }),
  );
  return { status: response.status, headers: Object.fromEntries(response.headers), body: Buffer.from(await response.arrayBuffer()) };
}

async function invoke({ functions }: GatewaySettings, heard: HeardRequest): Promise<Answer> {
  const event = eventOf(heard, randomUUID(), new Date());
  if (sizeBytesOf(event) > LAMBDA_PAYLOAD_MAX_BYTES) return tooLarge('event, counted after base64', LAMBDA_PAYLOAD_MAX_BYTES);
  const invocation = await functions[functionOf(event.rawPath)].invoke(event);
  if (!invocation.ok) {
    return invocation.reason === 'timeout' ? awsMessage(503, 'Service Unavailable') : awsMessage(500, 'Internal Server Error');
  }
  if (sizeBytesOf(invocation.result) > LAMBDA_PAYLOAD_MAX_BYTES) {
    console.error(`answer over ${LAMBDA_PAYLOAD_MAX_BYTES} bytes: Lambda would refuse it`);
    return awsMessage(500, 'Internal Server Error');
  }
  return answerOf(invocation.result);
}

function sizeBytesOf(payload: unknown): number {
  return Buffer.byteLength(JSON.stringify(payload) ?? '', 'utf8');
}

/** The whole body, or `undefined` when it is longer than the gateway reads. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.length;
    // Read on without keeping: a client that is still sending would miss the answer.
    if (sizeBytes <= BODY_MAX_BYTES) chunks.push(bytes);
  }
  return sizeBytes <= BODY_MAX_BYTES ? Buffer.concat(chunks) : undefined;
}

function send(response: ServerResponse, { status, headers, body }: Answer, request: IncomingMessage): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (status !== 204 && status !== 304) response.setHeader('content-length', body.length);
  response.end(request.method === 'HEAD' || status === 204 || status === 304 ? undefined : body);
}

function tooLarge(what: string, maxBytes: number): Answer {
  const refusal: Refusal = {
    category: 'too-large',
    code: 'payload-too-large',
    diagnostics: `The ${what} is larger than ${maxBytes} bytes.`,
    remedy: `Envoyez moins de ${Math.floor(maxBytes / 1024 / 1024)} Mo, ou passez par MLLP pour un message HL7 v2 (20 Mo).`,
  };
  const body = Buffer.from(JSON.stringify(outcomeOf([refusal])), 'utf8');
  return { status: statusOf(refusal.category), headers: { 'content-type': 'application/fhir+json; charset=utf-8' }, body };
}

/** What API Gateway itself answers. */
function awsMessage(status: number, message: string): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify({ message }), 'utf8') };
}
