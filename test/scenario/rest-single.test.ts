import type { Bundle, Goal } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, bundleIn, outcomeIn, resourceIn } from '../support/http.ts';
import { draftPlan, GOALS, goal as goalOf, idOf, linkOf, numbered as numberedOf, ruleOf } from '../support/rest.ts';
import { type FhirClient, startTestService, type TestService } from '../support/service.ts';

let service: TestService;
let coordinator: FhirClient;
let given = '';
beforeAll(async () => {
  service = await startTestService();
  coordinator = service.fhir('coordinator');
  given = service.demo.patients.given.reference;
});
afterAll(() => service.stop());

type Headers = Readonly<Record<string, string>>;
const goal = (over: Partial<Goal> = {}) => goalOf(given, over);
const numbered = (value: string, over: Partial<Goal> = {}) => numberedOf(given, value, over);
const made = async (body: object = goal()) => idOf(await coordinator.post('Goal', body));
const send = (method: string, path: string, headers: Headers = {}, role = 'coordinator') =>
  service.send({ method, path: `/fhir/${path}`, role, headers });
const remove = (path: string, headers?: Headers, role?: string) => send('DELETE', path, headers, role);
const linesOf = (answer: Answer) =>
  (bundleIn(answer).entry ?? []).map(({ request, response, resource }) => [request?.method, response?.etag, resource !== undefined]);

describe('a deletion', () => {
  it('is logical: gone for who could read it, kept in its history, brought back by PUT', async () => {
    const id = await made();
    expect((await remove(`Goal/${id}`)).status).toBe(204);
    const read = await coordinator.get(`Goal/${id}`);
    expect([read.status, ruleOf(read)]).toEqual([410, 'deleted']);
    expect((await coordinator.get(`Goal/${id}/_history/2`)).status).toBe(410);
    expect((await coordinator.get(`Goal/${id}/_history/1`)).status).toBe(200);
    expect(bundleIn(await coordinator.get(`Goal?patient=${given}&_id=${id}`)).total).toBe(0);
    expect(linesOf(await coordinator.get(`Goal/${id}/_history`))).toEqual([
      ['DELETE', 'W/"2"', false],
      ['POST', 'W/"1"', true],
    ]);
    expect((await coordinator.patch(`Goal/${id}`, [{ op: 'remove', path: '/category' }])).status).toBe(410);
    expect((await coordinator.put(`Goal/${id}`, goal({ id }), { 'if-match': '*' })).status).toBe(412);

    const revived = await coordinator.put(`Goal/${id}`, goal({ id }));
    expect([revived.status, revived.headers.get('etag')]).toEqual([201, 'W/"3"']);
    expect((await coordinator.get(`Goal/${id}`)).status).toBe(200);
    expect(bundleIn(await coordinator.get(`Goal?patient=${given}&_id=${id}`)).total).toBe(1);
  });

  it('done again, or of what is not there, has no effect', async () => {
    const id = await made();
    for (const path of [`Goal/${id}`, `Goal/${id}`, 'Goal/nothing', `Goal/${'a'.repeat(26)}`]) {
      const answer = await remove(path);
      expect([answer.status, answer.text]).toEqual([204, '']);
    }
    expect(bundleIn(await coordinator.get(`Goal/${id}/_history`)).total).toBe(2);
  });

  it('tells nothing to who may not read it, and takes nothing from him', async () => {
    const id = await made();
    expect((await remove(`Goal/${id}`, {}, 'outsider')).status).toBe(204);
    expect((await coordinator.get(`Goal/${id}`)).status).toBe(200);
    await remove(`Goal/${id}`);
    const unseen = await service.fhir('outsider').get(`Goal/${id}`);
    const absent = await service.fhir('outsider').get(`Goal/${'a'.repeat(26)}`);
    expect([unseen.status, unseen.text]).toEqual([404, absent.text]);
  });

  it('is not for a reader', async () => {
    const id = await made();
    const answer = await remove(`Goal/${id}`, {}, 'gp');
    expect([answer.status, ruleOf(answer)]).toEqual([403, 'write-not-allowed']);
  });

  it('looks at If-Match', async () => {
    const id = await made();
    expect((await remove(`Goal/${id}`, { 'if-match': 'W/"7"' })).status).toBe(412);
    expect((await remove(`Goal/${id}`, { 'if-match': 'W/"1"' })).status).toBe(204);
  });

  it('is refused while something points at it', async () => {
    const id = await made();
    const plan = await coordinator.post('CarePlan', draftPlan(service, given, [`Goal/${id}`]));
    expect(plan.status).toBe(201);
    const answer = await remove(`Goal/${id}`);
    expect([answer.status, ruleOf(answer)]).toEqual([409, 'still-referenced']);
  });

  it('is not for what has events, or an end of its own: 405 with what to do instead', async () => {
    const [task] = bundleIn(await coordinator.get(`Task?patient=${given}`)).entry ?? [];
    for (const path of [given, `Task/${task?.resource?.id}`]) {
      const answer = await remove(path);
      expect([path, answer.status, outcomeIn(answer).issue[0]?.details?.text]).toEqual([path, 405, expect.stringMatching(/\S/)]);
    }
  });

  it('of a subscription ends it', async () => {
    const subscription = {
      resourceType: 'Subscription',
      status: 'requested',
      reason: 'essai',
      criteria: 'CarePlan?status=active',
      channel: { type: 'rest-hook', endpoint: 'http://127.0.0.1:9/nowhere' },
    };
    const gp = service.fhir('gp');
    const id = idOf(await gp.post('Subscription', subscription));
    expect((await remove(`Subscription/${id}`, {}, 'gp')).status).toBe(204);
    expect((await gp.get(`Subscription/${id}`)).status).toBe(410);
  });
});

describe('a condition', () => {
  it('creates once: If-None-Exist finds what is there', async () => {
    const once = () => coordinator.post('Goal', numbered('once'), { 'if-none-exist': `patient=${given}&identifier=${GOALS}|once` });
    const first = await once();
    const second = await once();
    expect([first.status, second.status, idOf(second)]).toEqual([201, 200, idOf(first)]);
    expect(second.headers.get('etag')).toBe('W/"1"');
  });

  it('of many at the same time creates one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        coordinator.post('Goal', numbered('race'), { 'if-none-exist': `patient=${given}&identifier=${GOALS}|race` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(idOf)).size).toBe(1);
  });

  it('updates the one that meets it, or creates it', async () => {
    const query = `Goal?patient=${given}&identifier=${GOALS}|upsert`;
    const first = await coordinator.put(query, numbered('upsert'));
    const second = await coordinator.put(query, numbered('upsert', { description: { text: 'Marcher' } }));
    expect([first.status, second.status, idOf(second), second.headers.get('etag')]).toEqual([201, 200, idOf(first), 'W/"2"']);
    const other = await coordinator.put(query, numbered('upsert', { id: 'another' }));
    expect([other.status, ruleOf(other)]).toEqual([400, 'id-mismatch']);
  });

  it('patches and deletes the one that meets it', async () => {
    const id = await made(numbered('one'));
    const query = `Goal?patient=${given}&identifier=${GOALS}|one`;
    const patched = await coordinator.patch(query, [{ op: 'replace', path: '/description/text', value: 'Courir' }]);
    expect([patched.status, resourceIn('Goal', patched).id]).toEqual([200, id]);
    expect([(await remove(query)).status, (await remove(query)).status]).toEqual([204, 204]);
    expect((await coordinator.get(`Goal/${id}`)).status).toBe(410);
    expect((await coordinator.patch(query, [{ op: 'remove', path: '/category' }])).status).toBe(404);
  });

  it('T25: never writes over, patches or deletes what no longer meets it', async () => {
    const text = [{ op: 'replace', path: '/description/text', value: 'Par condition' }];
    const writes = [
      (query: string, value: string) => coordinator.put(query, numbered(value)),
      (query: string) => coordinator.patch(query, text),
      (query: string) => remove(query),
    ];
    for (const [index, write] of [...writes, ...writes].entries()) {
      const value = `T25-${index}`;
      const id = await made(numbered(value));
      const away = numbered(`${value}-parti`, { id, description: { text: 'Ailleurs' } });
      const [conditional, moved] = await Promise.all([
        write(`Goal?patient=${given}&identifier=${GOALS}|${value}`, value),
        coordinator.put(`Goal/${id}`, away),
      ]);
      expect([200, 201, 204, 404]).toContain(conditional.status);
      expect([200, 201]).toContain(moved.status);
      expect(resourceIn('Goal', await coordinator.get(`Goal/${id}`)).description.text).toBe('Ailleurs');
    }
  });

  it('that several meet, or that is none, changes nothing', async () => {
    await made(numbered('twice'));
    await made(numbered('twice'));
    const query = `patient=${given}&identifier=${GOALS}|twice`;
    const statuses = async (condition: string) => [
      (await coordinator.post('Goal', numbered('twice'), { 'if-none-exist': condition })).status,
      (await coordinator.put(`Goal?${condition}`, numbered('twice'))).status,
      (await remove(`Goal?${condition}`)).status,
    ];
    expect(await statuses(query)).toEqual([412, 412, 412]);
    expect(await statuses('patient=')).toEqual([412, 412, 412]);
    expect(await statuses(`patient=${given}&colour=red`)).toEqual([400, 400, 400]);
    expect(await statuses(`patient=${given}&_sort=_id`)).toEqual([400, 400, 400]);
    expect(bundleIn(await coordinator.get(`Goal?${query}`)).total).toBe(2);
  });
});

describe('If-Match and If-None-Match', () => {
  it.each([
    ['W/"1"', 200],
    ['"1"', 200],
    ['W/"9", W/"1"', 200],
    ['*', 200],
    ['W/"2"', 412],
    ['"W/1"', 412],
  ])('If-Match: %s → %i', async (ifMatch, status) => {
    const id = await made();
    expect((await coordinator.put(`Goal/${id}`, goal({ id }), { 'if-match': ifMatch })).status).toBe(status);
  });

  it('a PUT with If-None-Match: * never writes over', async () => {
    const id = await made();
    expect((await coordinator.put(`Goal/${id}`, goal({ id }), { 'if-none-match': '*' })).status).toBe(412);
  });

  it('a read is not repeated for who has it', async () => {
    const id = await made();
    const first = await coordinator.get(`Goal/${id}`);
    const date = first.headers.get('last-modified') ?? '';
    const status = async (headers: Headers) => (await coordinator.get(`Goal/${id}`, headers)).status;
    expect(await status({ 'if-none-match': '"1"' })).toBe(304);
    expect(await status({ 'if-none-match': 'W/"2"' })).toBe(200);
    expect(await status({ 'if-modified-since': date })).toBe(304);
    expect(await status({ 'if-modified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' })).toBe(200);
    expect(await status({ 'if-modified-since': date, 'if-none-match': 'W/"2"' })).toBe(200);
  });
});

describe('an answer', () => {
  it('to HEAD has the headers of GET and no body', async () => {
    const id = await made();
    for (const path of [`Goal/${id}`, `Goal?patient=${given}`]) {
      const [head, get] = [await send('HEAD', path), await send('GET', path)];
      expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', get.headers.get('etag')]);
    }
  });

  it('says what Prefer asks for', async () => {
    const answer = await coordinator.post('Goal', goal(), { prefer: 'return=OperationOutcome' });
    expect([answer.status, outcomeIn(answer).issue[0]?.severity]).toEqual([201, 'information']);
  });

  it('to a read shows the part that is asked', async () => {
    const id = await made();
    const part = resourceIn('Goal', await coordinator.get(`Goal/${id}?_elements=category`));
    expect(Object.keys(part)).toEqual(expect.arrayContaining(['category', 'lifecycleStatus', 'id', 'meta']));
    expect(part.meta?.tag?.[0]?.code).toBe('SUBSETTED');
    expect((await coordinator.get(`Goal/${id}?_summary=wrong`)).status).toBe(400);
  });

  it('may be read by a page of another origin', async () => {
    const origin = { origin: 'https://page.example' };
    const preflight = await service.send({
      method: 'OPTIONS',
      path: `/fhir/Goal?patient=${given}`,
      headers: { ...origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization,if-match' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('If-Match');
    const answer = await coordinator.get(`Goal?patient=${given}`, origin);
    expect(answer.headers.get('access-control-expose-headers')).toContain('ETag');
  });
});

describe('a history', () => {
  const nextOf = (bundle: Bundle) => linkOf(bundle, 'next')?.split('/fhir/')[1];

  it('of one resource comes in pages and since a moment', async () => {
    const id = await made();
    for (const text of ['Marcher', 'Courir']) await coordinator.put(`Goal/${id}`, goal({ id, description: { text } }));
    const versions: string[] = [];
    for (let path: string | undefined = `Goal/${id}/_history?_count=2`; path !== undefined; ) {
      const page = bundleIn(await coordinator.get(path));
      expect(page.total).toBe(3);
      versions.push(...(page.entry ?? []).map(({ resource }) => resource?.meta?.versionId ?? ''));
      path = nextOf(page);
    }
    expect(versions).toEqual(['3', '2', '1']);
    const last = resourceIn('Goal', await coordinator.get(`Goal/${id}`)).meta?.lastUpdated ?? '';
    expect(bundleIn(await coordinator.get(`Goal/${id}/_history?_since=${last}`)).total).toBe(1);
    expect((await coordinator.get(`Goal/${id}/_history?_since=hier`)).status).toBe(400);
  });

  it('of a type is told inside one patient', async () => {
    const id = await made();
    await remove(`Goal/${id}`);
    const all = bundleIn(await coordinator.get(`Goal/_history?patient=${given}`));
    const lines = (all.entry ?? []).filter(({ fullUrl }) => fullUrl?.endsWith(id)).map(({ request }) => request?.method);
    expect(lines).toEqual(['DELETE', 'POST']);
    const across = await coordinator.get('Goal/_history');
    expect([across.status, outcomeIn(across).issue[0]?.code]).toEqual([422, 'too-costly']);
    expect(bundleIn(await service.fhir('outsider').get(`Goal/_history?patient=${given}`)).total).toBe(0);
  });
});

describe('a reference', () => {
  it('by our own address is the relative one', async () => {
    const id = await made(goal({ subject: { reference: `${service.base}/fhir/${given}` } }));
    expect(resourceIn('Goal', await coordinator.get(`Goal/${id}`)).subject.reference).toBe(given);
  });

  it.each([
    ['a type that is not served', () => 'Observation/x'],
    ['nothing', () => `Condition/${'a'.repeat(26)}`],
    ['a condition outside of a transaction', () => 'Condition?identifier=x'],
    ['a resource that is in no transaction', () => 'urn:uuid:0b9c1d7e-0000-4000-8000-000000000009'],
  ])('to %s is refused', async (_, reference) => {
    const answer = await coordinator.post('Goal', goal({ addresses: [{ reference: reference() }] }));
    expect([answer.status, ruleOf(answer)]).toEqual([422, 'reference-not-found']);
  });

  it("into another patient's record, or to another person, is refused", async () => {
    const other = service.demo.patients.nomt.reference;
    const elsewhere = idOf(await coordinator.post('Goal', goal({ subject: { reference: other } })));
    const plan = (reference: string) => draftPlan(service, given, [reference]);
    expect((await coordinator.post('CarePlan', plan(`Goal/${elsewhere}`))).status).toBe(422);
    expect((await coordinator.post('Goal', goal({ expressedBy: { reference: other } }))).status).toBe(422);
  });

  it('to an id that its sender chose is found', async () => {
    const id = `${service.demo.roles.coordinator.idPrefix}but-1`;
    await coordinator.put(`Goal/${id}`, goal({ id }));
    const answer = await coordinator.post('CarePlan', draftPlan(service, given, [`Goal/${id}`]));
    expect(answer.status).toBe(201);
  });
});

describe('a FHIRPath Patch', () => {
  const operation = (type: string, path: string, ...parts: readonly object[]) => ({
    name: 'operation',
    part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...parts],
  });
  const patch = async (path: string, ...operations: readonly object[]) =>
    service.send({
      method: 'PATCH',
      path: `/fhir/${path}`,
      role: 'coordinator',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ resourceType: 'Parameters', parameter: operations }),
    });

  it('changes a resource', async () => {
    const id = await made();
    const answer = await patch(
      `Goal/${id}`,
      operation('replace', 'Goal.description.text', { name: 'value', valueString: 'Nager' }),
      operation('add', 'Goal', { name: 'name', valueString: 'start' }, { name: 'value', valueDate: '2026-01-01' }),
    );
    const { description, startDate } = resourceIn('Goal', answer);
    expect([answer.status, description.text, startDate]).toEqual([200, 'Nager', '2026-01-01']);
  });

  it('that does not apply changes nothing', async () => {
    const id = await made();
    expect((await patch(`Goal/${id}`, operation('replace', 'Goal.note[3].text', { name: 'value', valueString: 'x' }))).status).toBe(422);
    expect((await patch(`Goal/${id}`, operation('replace', 'Goal.id', { name: 'value', valueString: 'x' }))).status).toBe(403);
    expect((await patch(`Goal/${id}`, operation('turn', 'Goal.note'))).status).toBe(400);
    expect((await coordinator.get(`Goal/${id}`)).headers.get('etag')).toBe('W/"1"');
  });
});
