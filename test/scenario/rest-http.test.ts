import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeIn, type Request, resourceIn } from '../support/http.ts';
import { goal, idOf, numbered, numberedQuery, ruleOf } from '../support/rest.ts';
import { type FhirClient, startTestService, type TestService } from '../support/service.ts';

let service: TestService;
let coordinator: FhirClient;
let given = '';
let id = '';
beforeAll(async () => {
  service = await startTestService();
  coordinator = service.fhir('coordinator');
  given = service.demo.patients.given.reference;
  id = idOf(await coordinator.post('Goal', goal(given)));
});
afterAll(() => service.stop());

const send = (method: string, path: string, over: Partial<Request> = {}) =>
  service.send({ method, path: `/fhir${path}`, role: 'coordinator', ...over });
const at = (path: string) => path.replace('<id>', id);
const sent = (contentType: string, body: unknown = goal(given)) => ({
  headers: { 'content-type': contentType },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('an address', () => {
  it.each([
    ['GET', '/Goal/<id>/', 200],
    ['GET', '/Goal/<id>/_history/', 200],
    ['GET', '/metadata/', 200],
    ['GET', '/Goal/<id>/_history/01', 404],
    ['GET', '/Goal/<id>/_history/0', 404],
    ['GET', '/Goal/<id>/_history/abc', 404],
    ['GET', '/Goal/<id>/_history/99999999999', 404],
    ['GET', `/Goal/${'a'.repeat(65)}`, 404],
    ['GET', '/Goal/a_b', 404],
    ['GET', '/Goal/%C3%A9', 404],
    ['GET', '/Goal/a%2Fb', 404],
    ['GET', '/Goal/$unknown', 404],
    ['GET', '/Observation/1', 404],
    ['GET', '/goal', 404],
  ])('%s %s is %i', async (method, path, status) => {
    const answer = await send(method, at(path));
    const { resourceType } = status === 200 ? { resourceType: 'OperationOutcome' } : outcomeIn(answer);
    expect([answer.status, resourceType]).toEqual([status, 'OperationOutcome']);
  });

  it('T5: of one type never answers for another', async () => {
    const answer = await send('GET', `/Condition/${id}`);
    const absent = await send('GET', `/Condition/${'a'.repeat(26)}`);
    expect([answer.status, answer.text]).toEqual([404, absent.text]);
    const person = given.replace('Patient/', '');
    for (const type of ['Goal', 'Practitioner', 'CarePlan']) expect((await send('GET', `/${type}/${person}`)).status).toBe(404);
    expect((await send('DELETE', `/Condition/${id}`)).status).toBe(204);
    expect((await send('GET', `/Goal/${id}`)).status).toBe(200);
  });

  it('with percent-encoded characters is the same', async () => {
    const encoded = `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`;
    expect(resourceIn('Goal', await send('GET', `/Goal/${encoded}`)).id).toBe(id);
  });

  it.each([
    ['POST', '/Goal/<id>', 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT'],
    ['POST', '/Goal/<id>/_history', 'GET, HEAD, OPTIONS'],
    ['PUT', '/Goal/<id>/_history/1', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/Goal/<id>/_history/1', 'GET, HEAD, OPTIONS'],
    ['GET', '/Goal/_search', 'OPTIONS, POST'],
    ['DELETE', '', 'OPTIONS, POST'],
    ['GET', '', 'OPTIONS, POST'],
    ['LINK', '/Goal/<id>', 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT'],
    ['PUT', '/Organization/x', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/AuditEvent', 'GET, HEAD, OPTIONS'],
    ['POST', '/Binary', 'OPTIONS'],
  ])('%s %s is 405, and Allow says what is served: %s', async (method, path, allow) => {
    const body = ['POST', 'PUT'].includes(method)
      ? sent('application/fhir+json', { resourceType: 'Organization', id: 'x', name: 'x' })
      : {};
    const answer = await send(method, at(path), body);
    expect([answer.status, answer.headers.get('allow'), outcomeIn(answer).issue[0]?.code]).toEqual([405, allow, 'not-supported']);
  });

  it.each(['/_history', '/_search', '?name=x'])('of the whole system (GET %s) is 405', async (path) => {
    expect((await send('GET', path)).status).toBe(405);
  });
});

describe('a body', () => {
  it.each([
    'application/fhir+json',
    'application/fhir+json; charset=utf-8',
    'application/fhir+json;charset="UTF-8"; fhirVersion=4.0',
    'application/json',
    'text/json',
    'APPLICATION/FHIR+JSON',
  ])('sent as %s is read', async (type) => {
    expect((await send('POST', '/Goal', sent(type))).status).toBe(201);
  });

  it.each([
    'application/fhir+json; charset=iso-8859-1',
    'application/fhir+json; fhirVersion=5.0',
    'application/fhir+xml; charset=windows-1252',
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/json+fhir',
    'text/plain',
    'multipart/form-data; boundary=x',
  ])('sent as %s is 415', async (type) => {
    const answer = await send('POST', '/Goal', sent(type));
    expect([answer.status, ruleOf(answer), outcomeIn(answer).issue[0]?.expression]).toEqual([415, 'media-type', ['Content-Type']]);
  });

  it.each([
    ['application/json-patch+json', 200],
    ['application/json', 200],
    ['application/merge-patch+json', 415],
  ])('of a JSON Patch sent as %s is %i', async (type, status) => {
    const operations = [{ op: 'replace', path: '/description/text', value: 'Marcher' }];
    expect((await send('PATCH', `/Goal/${id}`, sent(type, operations))).status).toBe(status);
  });

  it.each([
    ['nothing', '', 400],
    ['null', 'null', 400],
    ['a text', '"Goal"', 400],
    ['an end too early', '{"resourceType":"Goal"', 400],
    ['its type as the last of two', '{"resourceType":"Goal","resourceType":"Task"}', 400],
    ['a prototype', '{"__proto__":{"id":"x"},"resourceType":"Goal"}', 400],
  ])('that is %s is %3$i', async (_story, body, status) => {
    expect((await send('POST', '/Goal', sent('application/fhir+json', body))).status).toBe(status);
  });

  it('says nothing of its version, its date and, when it is created, its id: these are ours', async () => {
    const meta = { versionId: '77', lastUpdated: '2001-01-01T00:00:00Z' };
    const created = await coordinator.post('Goal', goal(given, { id: 'choisi', meta }));
    const written = resourceIn('Goal', created);
    expect([created.status, written.id === 'choisi', written.meta?.versionId]).toEqual([201, false, '1']);
    expect(written.meta?.lastUpdated).not.toBe(meta.lastUpdated);
    const changed = await coordinator.put(`Goal/${written.id}`, { ...written, meta });
    expect([changed.status, resourceIn('Goal', changed).meta?.versionId, changed.headers.get('etag')]).toEqual([200, '2', 'W/"2"']);
  });

  it.each([
    ['no id', {}, 400],
    ['another id', { id: 'autre' }, 400],
    ['an id in capitals', { id: 'ID' }, 400],
  ])('put with %s is %3$i', async (_story, over, status) => {
    const answer = await coordinator.put(`Goal/${id}`, goal(given, over));
    expect([answer.status, ruleOf(answer)]).toEqual([status, 'id-mismatch']);
  });

  it('T7: of another type than its address is 400, and both are named', async () => {
    for (const path of ['/Goal', `/Goal/${id}`]) {
      const task = { resourceType: 'Task', id, status: 'draft', intent: 'order' };
      const answer = await send(path === '/Goal' ? 'POST' : 'PUT', path, sent('application/fhir+json', task));
      expect([answer.status, outcomeIn(answer).issue[0]?.diagnostics]).toEqual([
        400,
        'a Goal is expected at this address, the body is Task',
      ]);
    }
  });

  it('may not point at a contained resource that is not there', async () => {
    const answer = await coordinator.post('Goal', goal(given, { addresses: [{ reference: '#absent' }] }));
    expect([answer.status, ruleOf(answer)]).toEqual([422, 'ref-1']);
  });

  it('may point by an identifier, at another server, and at what it contains', async () => {
    const answer = await coordinator.post(
      'Goal',
      goal(given, {
        contained: [{ resourceType: 'Condition', id: 'dedans', subject: { reference: given } }],
        addresses: [
          { reference: '#dedans' },
          { reference: 'https://autre.example/fhir/Condition/7' },
          { type: 'Condition', identifier: { system: 'https://autre.example/sid', value: '7' } },
        ],
      }),
    );
    expect([answer.text, answer.status]).toEqual([answer.text, 201]);
  });
});

describe('an answer', () => {
  it('of a write says where the version stands, and what Prefer asks for', async () => {
    const body = goal(given, { id });
    const put = (prefer?: string) => coordinator.put(`Goal/${id}`, body, prefer === undefined ? {} : { prefer });
    const [whole, asked, minimal, outcome, unknown] = [
      await put(),
      await put('return=representation'),
      await put('respond-async, return=minimal'),
      await put('return=OperationOutcome'),
      await put('return=other'),
    ];
    for (const answer of [whole, asked, unknown]) expect(resourceIn('Goal', answer).id).toBe(id);
    expect(minimal.text).toBe('');
    expect(outcomeIn(outcome).issue[0]?.severity).toBe('information');
    for (const answer of [whole, asked, minimal, outcome, unknown]) {
      const version = /^W\/"(\d+)"$/.exec(answer.headers.get('etag') ?? '')?.[1];
      expect(answer.headers.get('location')).toBe(`${service.base}/fhir/Goal/${id}/_history/${version}`);
      expect(Date.parse(answer.headers.get('last-modified') ?? '')).toBeGreaterThan(0);
    }
  });

  it.each([
    ['', ['description', 'id', 'lifecycleStatus', 'meta', 'note', 'resourceType', 'startDate', 'subject', 'text'], false],
    ['?_summary=true', ['description', 'id', 'lifecycleStatus', 'meta', 'resourceType', 'startDate', 'subject'], true],
    ['?_summary=text', ['description', 'id', 'lifecycleStatus', 'meta', 'resourceType', 'subject', 'text'], true],
    ['?_summary=data', ['description', 'id', 'lifecycleStatus', 'meta', 'note', 'resourceType', 'startDate', 'subject'], true],
    ['?_summary=false', ['description', 'id', 'lifecycleStatus', 'meta', 'note', 'resourceType', 'startDate', 'subject', 'text'], false],
    ['?_elements=note', ['description', 'id', 'lifecycleStatus', 'meta', 'note', 'resourceType', 'subject'], true],
  ])('to a read with "%s" has %j', async (query, names, isCut) => {
    const { category: _, ...body } = goal(given, {
      note: [{ text: 'n' }],
      startDate: '2026-01-02',
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">But</div>' },
    });
    const mine = idOf(await coordinator.post('Goal', body));
    const answer = resourceIn('Goal', await coordinator.get(`Goal/${mine}${query}`));
    expect(Object.keys(answer).toSorted()).toEqual(names);
    expect(answer.meta?.tag?.some(({ code }) => code === 'SUBSETTED') ?? false).toBe(isCut);
  });

  it('304 says how long it is kept, as 200 does', async () => {
    const first = await coordinator.get(`Goal/${id}`);
    const again = await coordinator.get(`Goal/${id}`, { 'if-none-match': first.headers.get('etag') ?? '' });
    expect([again.status, again.text]).toEqual([304, '']);
    for (const name of ['etag', 'last-modified', 'cache-control'])
      expect([name, again.headers.get(name)]).toEqual([name, first.headers.get(name)]);
  });

  it.each(['application/fhir+json; fhirVersion=5.0', 'application/json+fhir', 'text/turtle', 'rien'])(
    'wanted as %s is 406',
    async (accept) => {
      expect((await coordinator.get(`Goal/${id}`, { accept })).status).toBe(406);
    },
  );

  it('wanted as application/fhir+json; fhirVersion=4.0 is given', async () => {
    expect((await coordinator.get(`Goal/${id}`, { accept: 'application/fhir+json; fhirVersion=4.0' })).status).toBe(200);
    expect((await coordinator.get(`Goal/${id}?_format=application/fhir%2Bxml;fhirVersion=4.0`)).headers.get('content-type')).toMatch(/xml/);
    expect((await coordinator.get(`Goal/${id}?_format=json;fhirVersion=5.0`)).status).toBe(406);
  });

  it('of the trace comes in XML too', async () => {
    const answer = await service.fhir('dpo').get(`AuditEvent?patient=${given}`, { accept: 'application/fhir+xml' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/fhir+xml; charset=utf-8']);
  });

  it('to OPTIONS says what a page of another origin may send', async () => {
    for (const path of ['', '/metadata', `/Goal/${id}`, '/AuditEvent']) {
      const headers = { origin: 'https://page.example', 'access-control-request-method': 'PUT' };
      const { status, headers: told } = await service.send({ method: 'OPTIONS', path: `/fhir${path}`, headers });
      expect([path, status, told.get('access-control-allow-methods')]).toEqual([path, 204, 'GET,HEAD,POST,PUT,PATCH,DELETE']);
    }
  });

  it('of a condition is the same, with its type before it or not', async () => {
    const condition = numberedQuery(given, 'forme');
    const answers = [];
    for (const said of [condition, `?${condition}`, `Goal?${condition}`, condition.replace('|', '%7C')])
      answers.push(await coordinator.post('Goal', numbered(given, 'forme'), { 'if-none-exist': said }));
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200]);
    expect(new Set(answers.map(idOf)).size).toBe(1);
    expect((await coordinator.post('Goal', goal(given), { 'if-none-exist': `Task?${condition}` })).status).toBe(400);
  });

  it('to If-Match where a condition finds nothing is 412, and nothing is made', async () => {
    const query = `Goal?${numberedQuery(given, 'jamais')}`;
    const answer = await coordinator.put(query, numbered(given, 'jamais'), { 'if-match': 'W/"1"' });
    expect([answer.status, (await coordinator.get(query)).text.includes('"total":0')]).toEqual([412, true]);
  });
});
