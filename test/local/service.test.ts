import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frame, makeFramer } from '../../functions/mllp-gateway/framing.ts';
import { matchesIn, outcomeIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

describe('the whole service on one machine', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.stop());

  const plansOf = async (role: string) =>
    matchesIn('CarePlan', await service.fhir(role).get(`CarePlan?patient=${service.demo.patients.given.reference}`));

  it('is well', async () => {
    const { status, json } = await service.send({ method: 'GET', path: '/health' });
    expect([status, json]).toEqual([200, { status: 'ok' }]);
  });

  it('knows the demo network', async () => {
    expect(await plansOf('gp')).toHaveLength(1);
    expect(await plansOf('outsider')).toEqual([]);
  });

  it('publishes the key by which its tokens are verified, and nothing secret', async () => {
    const { json } = await service.send({ method: 'GET', path: '/.well-known/jwks.json' });
    expect(json).toEqual({ keys: [{ kty: 'RSA', n: expect.any(String), e: 'AQAB', kid: expect.any(String), alg: 'RS256', use: 'sig' }] });
  });

  it.each([
    { story: 'expired', options: { expiresInSeconds: -120 } },
    { story: 'for somebody else', options: { audience: 'https://other.example' } },
    { story: 'of a password alone', options: { acr: 'password' } },
  ])('refuses a token that is $story', async ({ options }) => {
    const answer = await service.fhir('gp', options).get(`CarePlan?patient=${service.demo.patients.given.reference}`);
    expect(answer.status).toBe(401);
    expect(outcomeIn(answer).issue[0]?.details?.text).toMatch(/jeton|Authentifiez/);
  });

  it('suspends a member and takes him back', async () => {
    const change = (state: string) => service.send({ method: 'POST', path: '/local/members/nurse', body: JSON.stringify({ state }) });
    expect((await change('suspendue')).status).toBe(200);
    expect(await plansOf('nurse')).toEqual([]);
    expect((await change('active')).status).toBe(200);
    expect(await plansOf('nurse')).toHaveLength(1);
  });

  it.each([
    { role: 'patient', body: '{"state":"active"}', status: 404 },
    { role: 'nurse', body: '{"state":"perdue"}', status: 400 },
    { role: 'nurse', body: 'not JSON', status: 400 },
  ])('answers $status to a membership $body of $role', async ({ role, body, status }) => {
    expect((await service.send({ method: 'POST', path: `/local/members/${role}`, body })).status).toBe(status);
  });

  it('moves its clock forward, never back', async () => {
    const told = async (): Promise<string> => JSON.stringify((await service.send({ method: 'GET', path: '/local/clock' })).json);
    const before = await told();
    await service.clock('PT2H');
    expect((await told()) > before).toBe(true);
    const back = await service.send({ method: 'POST', path: '/local/clock', body: '{"now":"2020-01-01T00:00:00Z"}' });
    expect(back.status).toBe(400);
  });

  it('keeps what was published to the repository, once for each document', async () => {
    const publish = () =>
      service.send({
        method: 'POST',
        path: '/local/repository/DocumentReference',
        headers: { 'content-type': 'application/fhir+json' },
        body: JSON.stringify({
          resourceType: 'DocumentReference',
          status: 'current',
          masterIdentifier: { system: 'urn:ietf:rfc:3986', value: 'urn:oid:2.25.1' },
          subject: { reference: '#p' },
          date: '2026-03-01T12:00:00Z',
          content: [{ attachment: { contentType: 'text/plain', data: 'YQ==' } }],
        }),
      });
    const first = await publish();
    const second = await publish();
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
  });

  it('names the element that ITI-105 misses', async () => {
    const answer = await service.send({
      method: 'POST',
      path: '/local/repository/DocumentReference',
      headers: { 'content-type': 'application/fhir+json' },
      body: '{"resourceType":"DocumentReference","status":"current"}',
    });
    expect(answer.status).toBe(422);
    expect(outcomeIn(answer).issue[0]?.expression).toEqual(['DocumentReference.masterIdentifier']);
  });

  it('hears CH des Essais over MLLP, messages over the limit of an event included', async () => {
    const message = (controlId: string, sizeBytes: number): Buffer =>
      Buffer.from(
        `MSH|^~\\&|SIH|CHE|RELAIS|CPTS|20260301120000||ADT^A01^ADT_A01|${controlId}|P|2.5\r${'NTE|1||'.padEnd(sizeBytes, 'x')}\r`,
      );
    const acks = await exchange(service.mllpPort, [message('SMALL', 10), message('LARGE', 5_000_000)]);
    expect(acks.map((ack) => /MSA\|(A[AER])\|(\w+)/.exec(ack)?.slice(1))).toEqual([
      ['AE', 'SMALL'],
      ['AE', 'LARGE'],
    ]);
  });
});

/** Sends messages over one connection; their acknowledgements. */
function exchange(port: number, messages: readonly Buffer[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const framer = makeFramer(1_000_000);
    const acks: string[] = [];
    const socket = connect(port, '127.0.0.1', () => {
      for (const message of messages) socket.write(frame(message));
    });
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      for (const framed of framer.push(Buffer.from(chunk))) if (framed.kind === 'message') acks.push(framed.bytes.toString('utf8'));
      if (acks.length < messages.length) return;
      socket.end();
      resolve(acks);
    });
  });
}
