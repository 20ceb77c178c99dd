import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Instant, instantOf, shift } from '../../lib/platform/instant.ts';
import { change } from '../intake/hl7v2/messages.ts';
import { type Ack, ackIn, adt, stranger } from '../support/hospital.ts';
import { type Answer, bundleIn, outcomeIn, type Request } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

const parkedList = z.strictObject({
  items: z.array(
    z.strictObject({ id: z.string(), receivedAt: z.string(), reason: z.string(), controlId: z.string(), sizeBytes: z.number() }),
  ),
});

/** contracts.md 5, row by row, over HTTP: what the sender of a message that is doubtful, wrong or no message is told. */
describe('a hospital is answered', () => {
  let service: TestService;
  let now: Instant;
  beforeAll(async () => {
    service = await startTestService();
    now = instantOf(Date.now());
  });
  afterAll(() => service.stop());

  const post = (body: Request['body'] & {}, over: Partial<Request> = {}): Promise<Answer> =>
    service.send({ method: 'POST', path: '/intake/hl7v2', headers: { 'content-type': 'text/plain' }, body, ...over });
  const send = (body: Request['body'] & {}, over: Partial<Request> = {}): Promise<Answer> => post(body, { role: 'hospital', ...over });
  const told = async (body: string | Uint8Array<ArrayBuffer>): Promise<Ack> => {
    const answer = await send(body);
    expect(answer.status).toBe(200);
    return ackIn(answer.text);
  };
  let count = 100;
  const admission = (fields: Readonly<Record<string, string>> = {}): string => {
    count += 1;
    const controlId = `K${count}`;
    const message = adt({
      trigger: 'A01',
      controlId,
      person: stranger(count),
      venue: `VK${count}`,
      admitted: shift(now, -3_600_000),
    });
    return change(message, fields);
  };
  const isKnown = async (ins: string): Promise<boolean> =>
    bundleIn(await service.fhir('hospital').get(`Patient?identifier=urn:oid:1.2.250.1.213.1.4.10|${ins}`)).total === 1;
  const insIn = (message: string): string => /~(\d{15})\^/.exec(message)?.[1] ?? '';

  it.each<{ story: string; fields: Readonly<Record<string, string>>; code: string; errors: readonly string[] }>([
    {
      story: 'an event that PAM France leaves out',
      fields: { 'MSH-9': 'ADT^A08' },
      code: 'AA',
      errors: ['201 W event-ignored MSH^1^9^1^2'],
    },
    { story: 'MSH-10 is missing', fields: { 'MSH-10': '' }, code: 'AE', errors: ['101 E required-field-missing MSH^1^10'] },
    { story: 'another required field is missing', fields: { 'PID-5': '' }, code: 'AE', errors: ['101 E required-field-missing PID^1^5'] },
    { story: 'MSH-12 is no version 2', fields: { 'MSH-12': '3.0' }, code: 'AR', errors: ['203 E version-not-2 MSH^1^12'] },
    { story: 'HL7 defines no such event', fields: { 'MSH-9': 'ADT^A99' }, code: 'AR', errors: ['201 E event-unknown MSH^1^9^1^2'] },
    { story: 'the event is not served', fields: { 'MSH-9': 'ADT^A40' }, code: 'AR', errors: ['201 E event-unserved MSH^1^9^1^2'] },
    { story: 'the type is not served', fields: { 'MSH-9': 'SIU^S12' }, code: 'AR', errors: ['200 E message-type-unserved MSH^1^9^1^1'] },
    { story: 'a date is none', fields: { 'PID-7': '19500231' }, code: 'AE', errors: ['102 E date-invalid PID^1^7^1'] },
    { story: 'a code is not in its table', fields: { 'PID-8': 'X' }, code: 'AE', errors: ['103 E table-value-not-found PID^1^8^1'] },
    {
      story: 'two INS of one domain',
      fields: {
        'PID-3': 'I1^^^GAM^PI~150067500012345^^^N&1.2.250.1.213.1.4.8&ISO^INS~150067500012446^^^N&1.2.250.1.213.1.4.8&ISO^INS',
      },
      code: 'AE',
      errors: expect.arrayContaining(['103 E ins-key-wrong PID^1^3^2^1']),
    },
  ])('$code when $story', async ({ fields, code, errors }) => {
    const message = admission(fields);
    const controlId = /\|(K\d+)\|P/.exec(message)?.[1] ?? '';
    expect(await told(message)).toEqual({ code, controlId, errors });
    expect(await isKnown(insIn(message))).toBe(false);
  });

  it.each([
    { story: 'not er7', body: '{"resourceType":"Bundle"}' },
    { story: 'without MSH', body: 'PID|1||42' },
    { story: 'with separators that cannot be told apart', body: 'MSH|||||a|b' },
    { story: 'empty', body: '' },
  ])('AR 100 with an empty MSA-2 to what is $story', async ({ body }) => {
    const { code, controlId, errors } = await told(body);
    expect([code, controlId, errors.map((error) => error.slice(0, 5))]).toEqual(['AR', '', ['100 E']]);
  });

  it('AE 102 on MSH-18 when the bytes are no text of that charset, whatever Content-Type says', async () => {
    const bytes = new Uint8Array(Buffer.from(admission().replaceAll('LEON', 'LÉON'), 'latin1'));
    const answer = await send(bytes, { headers: { 'content-type': 'text/plain; charset=iso-8859-1' } });
    expect(ackIn(answer.text)).toMatchObject({ code: 'AE', errors: ['102 E charset-mismatch MSH^1^18'] });
  });

  it('reads 8859/15 as MSH-18 says, whatever Content-Type says, and answers in it', async () => {
    const message = admission({ 'MSH-18': '8859/15' }).replaceAll('LEON', 'LÉON');
    const answer = await send(new Uint8Array(Buffer.from(message, 'latin1')), { headers: { 'content-type': 'text/plain; charset=utf-8' } });
    expect([ackIn(answer.text).code, answer.text.split('|')[17]?.split('\r')[0]]).toEqual(['AA', '8859/15']);
    const [entry] = bundleIn(await service.fhir('hospital').get(`Patient?identifier=${insIn(message)}`)).entry ?? [];
    expect(entry?.resource).toMatchObject({ name: [{ given: ['LÉON'] }] });
  });

  it('a warning for a wrong key in the test domain, where published examples break it', async () => {
    const message = admission();
    const ins = insIn(message);
    const wrong = `${ins.slice(0, 13)}${String(((Number(ins.slice(13)) + 1) % 97) + 1).padStart(2, '0')}`;
    expect(await told(message.replace(ins, wrong))).toMatchObject({ code: 'AA', errors: ['103 W ins-key-wrong PID^1^3^2^1'] });
  });

  it('AE 103 for a wrong key in production, and nobody is created', async () => {
    const message = admission()
      .replace('1.2.250.1.213.1.4.10', '1.2.250.1.213.1.4.8')
      .replace(/\d\d(\^\^\^ASIP)/, '98$1');
    expect(await told(message)).toMatchObject({ code: 'AE', errors: ['103 E ins-key-wrong PID^1^3^2^1'] });
    const answer = await service.fhir('hospital').get(`Patient?identifier=${insIn(message)}`);
    expect(bundleIn(answer).total).toBe(0);
  });

  it('the first answer again to a refused message too', async () => {
    const message = admission({ 'PID-8': 'X' });
    const first = await send(message);
    expect((await send(message)).text).toBe(first.text);
  });

  describe('in HTTP, as an OperationOutcome,', () => {
    it.each<{ story: string; over: Partial<Request>; status: number }>([
      { story: 'no token', over: {}, status: 401 },
      { story: 'an expired token', over: { role: 'hospital', options: { expiresInSeconds: -120 } }, status: 401 },
      { story: 'a token for somebody else', over: { role: 'hospital', options: { audience: 'https://other.example' } }, status: 401 },
      { story: 'a token that is no hospital', over: { role: 'gp' }, status: 403 },
      { story: 'a token of the dashboard', over: { role: 'dashboard' }, status: 403 },
    ])('$status to $story', async ({ over, status }) => {
      const answer = await post(admission(), over);
      expect(answer.status).toBe(status);
      expect(outcomeIn(answer).issue[0]?.details?.text).toEqual(expect.any(String));
    });

    it('413 with the limit to a body over 4 MB', async () => {
      const answer = await send(`${admission()}\nNTE|1||${'x'.repeat(4_200_000)}`);
      expect(answer.status).toBe(413);
      expect(outcomeIn(answer).issue[0]).toMatchObject({ code: 'too-long', diagnostics: expect.stringContaining('4') });
    });
  });

  it('a dry run with what would be stored, each field beside its element, and nothing is written but the trace', async () => {
    const message = admission();
    const answer = await send(message, { path: '/intake/hl7v2?dry-run=true' });
    expect(answer.status).toBe(200);
    const { type, entry = [] } = bundleIn(answer);
    expect([type, entry.map(({ resource }) => resource?.resourceType)]).toEqual([
      'collection',
      ['OperationOutcome', 'Patient', 'Encounter', 'EpisodeOfCare'],
    ]);
    const [first] = entry;
    expect(first?.resource).toMatchObject({
      issue: expect.arrayContaining([expect.objectContaining({ diagnostics: expect.stringMatching(/^PID-7 -> Patient\.birthDate$/) })]),
    });
    expect(await isKnown(insIn(message))).toBe(false);
    // It was never received: the message itself is the first one.
    expect((await told(message)).errors).toEqual([]);
    expect(await isKnown(insIn(message))).toBe(true);
  });

  it('a dry run of what would be refused with every reason', async () => {
    const answer = await send(admission({ 'PID-8': 'X', 'PID-7': '19500231' }), { path: '/intake/hl7v2?dry-run=true' });
    const [first, ...others] = bundleIn(answer).entry ?? [];
    expect([answer.status, others]).toEqual([200, []]);
    expect(first?.resource).toMatchObject({
      issue: expect.arrayContaining(
        ['table-value-not-found', 'date-invalid'].map((code) =>
          expect.objectContaining({ details: expect.objectContaining({ coding: [expect.objectContaining({ code })] }) }),
        ),
      ),
    });
  });

  describe('what was unreadable is parked:', () => {
    const listed = async (role: string) => {
      const answer = await service.send({ method: 'GET', path: '/intake/parked', role });
      return { status: answer.status, items: answer.status === 200 ? parkedList.parse(answer.json).items : [] };
    };

    it('listed, given back as sent, and replayed for its sender alone', async () => {
      const bytes = new Uint8Array(Buffer.from(admission({ 'MSH-10': 'PARKED' }).replaceAll('LEON', 'LÉON'), 'latin1'));
      const ack = (await send(bytes)).text;
      const item = (await listed('hospital')).items.find(({ controlId }) => controlId === 'PARKED');
      expect(item).toMatchObject({ reason: 'charset-mismatch', sizeBytes: bytes.length });
      const path = `/intake/parked/${item?.id}`;
      const token = await service.token('hospital');
      const given = await fetch(`${service.base}${path}`, { headers: { authorization: `Bearer ${token}` } });
      expect(Buffer.from(await given.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true);
      const replay = await service.send({ method: 'POST', path: `${path}/$replay`, role: 'hospital' });
      expect([replay.status, replay.text]).toEqual([200, ack]);
      for (const role of ['hospital2', 'admin', 'coordinator']) {
        expect((await service.send({ method: 'GET', path, role })).status).toBe(404);
        expect((await service.send({ method: 'POST', path: `${path}/$replay`, role })).status).toBe(404);
      }
    });

    it.each(['hospital2', 'gp'])('%s has none', async (role) => {
      expect((await listed(role)).items).toEqual([]);
    });

    it('the administrator sees how many, and nothing of them', async () => {
      const answer = await service.send({ method: 'GET', path: '/intake/parked', role: 'admin' });
      expect(answer.status).toBe(200);
      expect(answer.json).toEqual({ items: [], counts: [{ client: 'hospital', count: expect.any(Number) }] });
    });
  });
});
