import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeIn, resourceIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { admitted, discharge, letter, sendLetter, stayJustEnded } from './hospital-sends.ts';
import { type Receiver, startReceiver } from './receiver.ts';

describe('a notification', () => {
  let service: TestService;
  const receivers: Receiver[] = [];
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(async () => {
    await Promise.all(receivers.map((receiver) => receiver.stop()));
    await service.stop();
  });

  const LETTERS = 'DocumentReference?type=http://loinc.org|11490-0';
  const listen = async (): Promise<Receiver> => {
    const receiver = await startReceiver();
    receivers.push(receiver);
    return receiver;
  };
  const subscription = (endpoint: string, over: object = {}, channel: object = {}) => ({
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'Lettres de mes patients',
    criteria: LETTERS,
    channel: { type: 'rest-hook', endpoint, ...channel },
    ...over,
  });
  const subscribe = async (role: string, endpoint: string, criteria = LETTERS): Promise<string> => {
    const answer = await service.fhir(role).post('Subscription', subscription(endpoint, { criteria }));
    expect([answer.status, resourceIn('Subscription', answer).status]).toEqual([201, 'active']);
    return resourceIn('Subscription', answer).id ?? '';
  };

  it.each([
    { story: 'another type', over: { criteria: 'Patient?name=x' }, at: 'criteria' },
    { story: 'another parameter', over: { criteria: 'DocumentReference?date=ge2026' }, at: 'criteria' },
    { story: 'no parameter at all', over: { criteria: 'Encounter' }, at: 'criteria' },
    { story: 'the tasks of somebody else', over: { criteria: 'Task?owner=PractitionerRole/autre' }, at: 'criteria' },
    { story: 'another channel', over: {}, channel: { type: 'email' }, at: 'channel.type' },
    { story: 'a payload', over: {}, channel: { payload: 'application/fhir+json' }, at: 'channel.payload' },
    { story: 'an endpoint in clear on the Internet', over: {}, channel: { endpoint: 'http://gp.example/hook' }, at: 'channel.endpoint' },
    { story: 'an endpoint inside of a network', over: {}, channel: { endpoint: 'https://169.254.169.254/latest' }, at: 'channel.endpoint' },
    { story: 'a password in the endpoint', over: {}, channel: { endpoint: 'https://me:secret@gp.example/hook' }, at: 'channel.endpoint' },
  ])('of $story is refused', async ({ over, channel = {}, at }) => {
    const answer = await service.fhir('gp').post('Subscription', subscription('http://127.0.0.1:9/hook', over, channel));
    const [issue] = outcomeIn(answer).issue;
    expect([answer.status, issue?.expression]).toEqual([422, [`Subscription.${at}`]]);
    expect(issue?.details?.text).toBeTruthy();
  });

  it.each(['dmp', 'dashboard', 'suspended', 'patient', 'commune'])('is not for %s', async (role) => {
    const answer = await service.fhir(role).post('Subscription', subscription('http://127.0.0.1:9/hook'));
    expect([403, 404]).toContain(answer.status);
  });

  it('A-67: comes within 2 s of the answer to the hospital: one POST, empty, that names nobody', async () => {
    const receiver = await listen();
    await subscribe('gp', `${receiver.url}/hook`);
    const stay = await stayJustEnded(service, 'V-NOTIFY', admitted('given'));
    await discharge(service, stay);
    const sent = await sendLetter(service, letter(stay, { documentId: '2.25.6601' }));
    expect(sent.status).toBe(201);
    const answeredAt = Date.now();
    const [post] = await receiver.wait(1);
    expect(Date.now() - answeredAt).toBeLessThan(2_000);
    expect(post).toMatchObject({ method: 'POST', path: '/hook', body: '' });
    expect(post?.headers['x-relais-event']).toMatch(/^[\w-]{20,}$/);
    const told = JSON.stringify(post);
    const { id = '' } = resourceIn('DocumentReference', sent);
    const { reference, ins, family } = service.demo.patients.given;
    for (const secret of [id, reference.split('/')[1] ?? '', ins, family, 'DocumentReference', '11490']) expect(told).not.toContain(secret);
    // Stream and schedule both ran since: still one.
    await service.clock('PT10M');
    expect(receiver.received()).toHaveLength(1);
  });

  it('goes to nobody whom consent does not cover: an opposed GP, a letter of somebody of another circle', async () => {
    const [gp, outsider, gp2] = [await listen(), await listen(), await listen()];
    await subscribe('gp', gp.url);
    await subscribe('outsider', outsider.url);
    await subscribe('gp2', gp2.url);
    const stay = await stayJustEnded(service, 'V-OPPOSED', admitted('opposed'));
    await discharge(service, stay);
    expect((await sendLetter(service, letter(stay, { documentId: '2.25.6602' }))).status).toBe(201);
    await service.quiesce();
    expect([gp.received().length, outsider.received().length, gp2.received().length]).toEqual([0, 0, 1]);
  });

  it('waits for a receiver that is away for a minute, and comes once', async () => {
    const receiver = await listen();
    await subscribe('nurse', receiver.url, 'Encounter?status=finished');
    await receiver.pause();
    await discharge(service, await stayJustEnded(service, 'V-AWAY', admitted('minor')));
    await service.clock('PT1M');
    expect(receiver.received()).toEqual([]);
    await receiver.resume();
    await service.clock('PT10M');
    expect(receiver.received()).toHaveLength(1);
    await service.clock('PT10M');
    expect(receiver.received()).toHaveLength(1);
  });

  it('is tried for 24 hours, then the subscription says that it is in error, and nothing more is sent', async () => {
    const receiver = await listen();
    const id = await subscribe('social', receiver.url, 'Encounter?status=finished');
    receiver.answerWith(500);
    await discharge(service, await stayJustEnded(service, 'V-ERROR', admitted('limited')));
    await service.quiesce();
    for (const hours of [1, 7, 8, 8]) await service.clock(`PT${hours}H`);
    expect(receiver.received().length).toBeGreaterThanOrEqual(4);
    await service.clock('PT10M');
    const failed = resourceIn('Subscription', await service.fhir('social').get(`Subscription/${id}`));
    expect([failed.status, failed.error]).toEqual(['error', expect.any(String)]);
    // The same event each time.
    expect(new Set(receiver.received().map(({ headers }) => headers['x-relais-event'])).size).toBe(1);
    const tried = receiver.received().length;
    receiver.answerWith(200);
    await discharge(service, await stayJustEnded(service, 'V-AFTER', admitted('nomt')));
    await service.quiesce();
    expect(receiver.received()).toHaveLength(tried);
  });

  it('tells a coordinator of his own tasks', async () => {
    const receiver = await listen();
    const { reference } = service.demo.roles.coordinator;
    await subscribe('coordinator', receiver.url, `Task?owner=${reference}`);
    const request = await service.fhir('patient').post('ServiceRequest', {
      resourceType: 'ServiceRequest',
      status: 'active',
      intent: 'order',
      subject: { reference: service.demo.patients.given.reference },
      reasonCode: [{ coding: [{ system: 'https://relais.example/fhir/CodeSystem/motif-appui', code: 'retour-a-domicile' }] }],
    });
    expect(request.status).toBe(201);
    await receiver.wait(1);
    expect(receiver.received()[0]?.body).toBe('');
  });
});
