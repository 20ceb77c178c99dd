import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../functions/local/engine.ts';
import { assertFree, functionOf, type Gateway, startGateway } from '../../functions/local/gateway.ts';
import type { Invocation, LocalLambda } from '../../functions/local/lambda.ts';

it.each([
  ['/fhir/Patient/x', 'api'],
  ['/fhir/AuditEvent', 'trace'],
  ['/fhir/AuditEvent/x', 'trace'],
  ['/fhir/AuditEvents', 'api'],
  ['/trace', 'trace'],
  ['/intake/hl7v2', 'intake'],
  ['/health', 'api'],
])('%s is served by %s', (path, name) => expect(functionOf(path)).toBe(name));

describe('the local API Gateway', () => {
  const heard: unknown[] = [];
  let invocation: Invocation = { ok: true, result: { statusCode: 204 } };
  let base = '';
  let port = 0;
  let gateway: Gateway | undefined;

  beforeAll(async () => {
    const lambda: LocalLambda = {
      invoke: (event) => {
        heard.push(event);
        return Promise.resolve(invocation);
      },
      stop: () => Promise.resolve(),
    };
    port = await freePort();
    base = `http://127.0.0.1:${port}`;
    gateway = await startGateway({
      port,
      functions: { api: lambda, intake: lambda, trace: lambda },
      local: (request) => Promise.resolve(new Response(`local ${new URL(request.url).pathname}`)),
    });
  });
  afterAll(() => gateway?.stop());

  it('answers what the function answers', async () => {
    invocation = { ok: true, result: { statusCode: 201, headers: { etag: 'W/"1"' }, body: 'made' } };
    const response = await fetch(`${base}/fhir/Task`, { method: 'POST', body: '{}' });
    expect([response.status, response.headers.get('etag'), await response.text()]).toEqual([201, 'W/"1"', 'made']);
  });

  it('sends no body with HEAD and 304', async () => {
    invocation = { ok: true, result: { statusCode: 200, body: 'body' } };
    expect(await (await fetch(`${base}/fhir/Task`, { method: 'HEAD' })).text()).toBe('');
    invocation = { ok: true, result: { statusCode: 304 } };
    expect(await (await fetch(`${base}/fhir/Task`)).text()).toBe('');
  });

  it('refuses an event over 6 MB, counted after base64, with an OperationOutcome and the limit, and invokes nothing', async () => {
    heard.length = 0;
    const response = await fetch(`${base}/intake/hl7v2`, {
      method: 'POST',
      body: Buffer.alloc(5_000_000, 'a'),
      headers: { 'content-type': 'application/hl7-v2' },
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ diagnostics: expect.stringContaining('6291456') }],
    });
    expect(heard).toEqual([]);
  });

  it('refuses a body over 10 MB once it is read', async () => {
    const response = await fetch(`${base}/intake/cda`, { method: 'POST', body: Buffer.alloc(11_000_000) });
    expect(response.status).toBe(413);
  });

  it.each<{ story: string; given: Invocation; want: number }>([
    { story: '503 for a function that takes too long', given: { ok: false, reason: 'timeout', errorName: 'TimeoutError' }, want: 503 },
    { story: '500 for one that fails', given: { ok: false, reason: 'failed', errorName: 'Error' }, want: 500 },
    { story: '500 for an answer over 6 MB', given: { ok: true, result: { statusCode: 200, body: 'a'.repeat(6_300_000) } }, want: 500 },
  ])('answers $story', async ({ given, want }) => {
    invocation = given;
    expect((await fetch(`${base}/fhir/Task`)).status).toBe(want);
  });

  it('keeps /local and the key set for this machine’s own routes', async () => {
    heard.length = 0;
    expect(await (await fetch(`${base}/local/clock`)).text()).toBe('local /local/clock');
    expect(await (await fetch(`${base}/.well-known/jwks.json`)).text()).toBe('local /.well-known/jwks.json');
    expect(heard).toEqual([]);
  });

  it('says in French that a port is taken, and which setting chooses another', async () => {
    await expect(assertFree(port, 'PORT')).rejects.toThrow(`Le port ${port} est déjà pris. Choisissez-en un autre : PORT=… npm start`);
  });
});
