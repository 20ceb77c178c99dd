import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleIn, outcomeIn, resourceIn } from '../support/http.ts';
import {
  bundleSender,
  draftPlan,
  entriesIn,
  GOALS,
  goal,
  idOf,
  numbered,
  numberedQuery,
  posted,
  refsIn,
  responsesIn,
  ruleOf,
  type SentEntry,
  statusesIn,
} from '../support/rest.ts';
import { type FhirClient, startTestService, type TestService } from '../support/service.ts';

let service: TestService;
let coordinator: FhirClient;
let given = '';
let send: ReturnType<typeof bundleSender>;
beforeAll(async () => {
  service = await startTestService();
  coordinator = service.fhir('coordinator');
  given = service.demo.patients.given.reference;
  send = bundleSender(service, 'transaction');
});
afterAll(() => service.stop());

const condition = (value: string) => numberedQuery(given, value);
const once = (value: string, fullUrl?: string) =>
  posted(numbered(given, value), { ifNoneExist: condition(value), ...(fullUrl ? { fullUrl } : {}) });
const count = async () => bundleIn(await coordinator.get(`Goal?patient=${given}&_summary=count`)).total ?? Number.NaN;
const made = async (value: object = goal(given)) => idOf(await coordinator.post('Goal', value));
const put = (id: string, over: object = {}, request: object = {}) => ({
  resource: { ...goal(given), id, ...over },
  request: { method: 'PUT', url: `Goal/${id}`, ...request },
});
const jsonPatch = (...operations: readonly object[]) => ({
  resourceType: 'Binary',
  contentType: 'application/json-patch+json',
  data: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

describe('the verbs of a transaction', () => {
  it('act in the order of FHIR (DELETE, POST, PUT and PATCH, GET and HEAD), whatever the order of the entries', async () => {
    const [gone, changed, patched] = [await made(), await made(), await made()];
    const entries = [
      { request: { method: 'HEAD', url: `Goal/${patched}` } },
      { request: { method: 'GET', url: `Goal/${changed}` } },
      {
        resource: jsonPatch({ op: 'replace', path: '/description/text', value: 'Jusqu’au bourg' }),
        request: { method: 'PATCH', url: `Goal/${patched}`, ifMatch: 'W/"1"' },
      },
      put(changed),
      posted(goal(given)),
      { request: { method: 'DELETE', url: `Goal/${gone}` } },
      { request: { method: 'GET', url: `Goal?patient=${given}&_id=${gone},${changed}` } },
    ];
    const answer = await send(entries);
    expect(statusesIn(answer)).toEqual(['200', '200', '200', '200', '201', '204', '200']);
    const [head, get, , , , , search] = entriesIn(answer);
    expect([head?.resource, head?.response?.etag]).toEqual([undefined, 'W/"2"']);
    expect(get?.resource?.meta?.versionId).toBe('2');
    expect(search?.resource).toMatchObject({ resourceType: 'Bundle', total: 1 });
    expect((await coordinator.get(`Goal/${gone}`)).status).toBe(410);
    expect(resourceIn('Goal', await coordinator.get(`Goal/${patched}`)).description.text).toBe('Jusqu’au bourg');
  });

  it('read what is not known already: ifNoneMatch, ifModifiedSince, a part, a history, the whole record', async () => {
    const id = await made();
    const at = resourceIn('Goal', await coordinator.get(`Goal/${id}`)).meta?.lastUpdated;
    const get = (url: string, over: object = {}) => ({ request: { method: 'GET', url, ...over } });
    const answer = await send([
      get(`Goal/${id}`, { ifNoneMatch: 'W/"1"' }),
      get(`Goal/${id}`, { ifNoneMatch: 'W/"2"' }),
      get(`Goal/${id}`, { ifModifiedSince: at }),
      get(`Goal/${id}`, { ifModifiedSince: '2001-01-01T00:00:00Z' }),
      get(`Goal/${id}?_elements=category`),
      get(`Goal/${id}/_history/1`),
      get(`Goal/${id}/_history`),
      get(`Goal/_history?patient=${given}&_count=1`),
      get(`${given}/$everything`),
    ]);
    expect([answer.text, statusesIn(answer)]).toEqual([answer.text, ['304', '200', '304', '200', '200', '200', '200', '200', '200']]);
    expect(entriesIn(answer).map(({ resource }) => resource?.resourceType)).toEqual([
      undefined,
      'Goal',
      undefined,
      'Goal',
      'Goal',
      'Goal',
      'Bundle',
      'Bundle',
      'Bundle',
    ]);
    expect(entriesIn(answer)[4]?.resource?.meta?.tag?.[0]?.code).toBe('SUBSETTED');
  });

  it('patch by FHIRPath Patch, delete by a condition, and delete nothing when nothing meets it', async () => {
    const id = await made(numbered(given, 'verbes'));
    const text = (valueString: string) => ({
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'replace' },
            { name: 'path', valueString: 'Goal.description.text' },
            { name: 'value', valueString },
          ],
        },
      ],
    });
    const patched = await send([{ resource: text('Nager'), request: { method: 'PATCH', url: `Goal?${condition('verbes')}` } }]);
    expect([statusesIn(patched), resourceIn('Goal', await coordinator.get(`Goal/${id}`)).description.text]).toEqual([['200'], 'Nager']);
    const remove = { request: { method: 'DELETE', url: `Goal?${condition('verbes')}` } };
    expect(statusesIn(await send([remove]))).toEqual(['204']);
    expect((await coordinator.get(`Goal/${id}`)).status).toBe(410);
    expect(statusesIn(await send([remove]))).toEqual(['204']);
  });

  it('bring back by PUT what was deleted', async () => {
    const id = await made();
    await send([{ request: { method: 'DELETE', url: `Goal/${id}` } }]);
    const answer = await send([put(id)]);
    expect([statusesIn(answer), responsesIn(answer)[0]?.etag]).toEqual([['201'], 'W/"3"']);
  });

  it('create by PUT within the prefix of their sender, then update', async () => {
    const id = `${service.demo.roles.coordinator.idPrefix}objectif-lot`;
    expect(statusesIn(await send([put(id)]))).toEqual(['201']);
    expect(statusesIn(await send([put(id)]))).toEqual(['200']);
    expect((await coordinator.get(`Goal/${id}`)).headers.get('etag')).toBe('W/"2"');
    expect((await send([put('ailleurs-1')])).status).toBe(404);
  });

  it('write about several patients, and about none, in one', async () => {
    const other = service.demo.patients.limited.reference;
    const id = `${service.demo.roles.coordinator.idPrefix}abonnement`;
    const subscription = {
      resourceType: 'Subscription',
      id,
      status: 'requested',
      reason: 'essai',
      criteria: 'CarePlan?status=active',
      channel: { type: 'rest-hook', endpoint: 'http://127.0.0.1:9/nulle-part' },
    };
    const entries = [
      posted(goal(given)),
      posted(goal(other)),
      { resource: subscription, request: { method: 'PUT', url: `Subscription/${id}` } },
    ];
    const answer = await send(entries, { prefer: 'return=representation' });
    expect([answer.text, statusesIn(answer)]).toEqual([answer.text, ['201', '201', '201']]);
    expect(entriesIn(answer)[2]?.resource).toMatchObject({ resourceType: 'Subscription', status: 'active' });
    expect(statusesIn(await send([entries[2] ?? {}]))).toEqual(['200']);
  });

  it('nothing asked is answered with nothing', async () => {
    const answer = await send([]);
    expect([answer.status, bundleIn(answer)]).toEqual([200, { resourceType: 'Bundle', type: 'transaction-response' }]);
  });
});

describe('a transaction is refused whole', () => {
  it.each<{ story: string; entry: (id: string) => SentEntry; status: number; at?: string }>([
    { story: 'T3: by a stale ifMatch of a PUT', entry: (id) => put(id, {}, { ifMatch: 'W/"9"' }), status: 412 },
    {
      story: 'T3: by a stale ifMatch of a DELETE',
      entry: (id) => ({ request: { method: 'DELETE', url: `Goal/${id}`, ifMatch: 'W/"9"' } }),
      status: 412,
    },
    {
      story: 'T3: by a stale ifMatch of a PATCH',
      entry: (id) => ({
        resource: jsonPatch({ op: 'remove', path: '/category' }),
        request: { method: 'PATCH', url: `Goal/${id}`, ifMatch: 'W/"9"' },
      }),
      status: 412,
    },
    {
      story: 'by an ifMatch of what a condition does not find',
      entry: () => ({
        resource: numbered(given, 'absent'),
        request: { method: 'PUT', url: `Goal?${condition('absent')}`, ifMatch: 'W/"1"' },
      }),
      status: 412,
    },
    { story: 'by an ifNoneMatch * of what is there', entry: (id) => put(id, {}, { ifNoneMatch: '*' }), status: 412 },
    { story: 'by an address that no request has', entry: () => ({ request: { method: 'GET', url: 'Goal/a/b/c/d' } }), status: 400 },
    { story: 'by a read of nothing', entry: () => ({ request: { method: 'GET', url: `Goal/${'a'.repeat(26)}` } }), status: 404 },
    {
      story: 'by an id of the body that is another',
      entry: (id) => ({ ...put(id), resource: { ...goal(given), id: 'autre' } }),
      status: 400,
    },
    {
      story: 'T7: by a body of another type',
      entry: () => ({ resource: goal(given), request: { method: 'POST', url: 'Task' } }),
      status: 400,
    },
    { story: 'by a move to another patient', entry: (id) => put(id, { subject: { reference: elsewhere() } }), status: 422 },
    { story: 'by a type that is not created', entry: () => posted({ resourceType: 'Organization', name: 'Une autre' }), status: 405 },
  ])('$story', async ({ entry, status }) => {
    const id = await made();
    const before = await count();
    const answer = await send([posted(goal(given)), entry(id)]);
    expect([answer.status, outcomeIn(answer).issue[0]?.expression?.[0], await count()]).toEqual([
      status,
      expect.stringMatching(/^Bundle\.entry\[1\]/),
      before,
    ]);
  });
  const elsewhere = () => service.demo.patients.limited.reference;

  it.each([
    { story: 'because it is a history', body: { resourceType: 'Bundle', type: 'history' }, status: 422 },
    { story: 'because it is no Bundle', body: { resourceType: 'Goal' }, status: 400 },
    {
      story: 'because an entry asks nothing',
      body: { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: { resourceType: 'Basic' } }] },
      status: 422,
    },
  ])('$story ($status)', async ({ body, status }) => {
    const answer = await coordinator.post('', body);
    expect([answer.status, outcomeIn(answer).resourceType]).toEqual([status, 'OperationOutcome']);
  });

  it('by two entries about one resource', async () => {
    const id = await made();
    const answer = await send([put(id), { request: { method: 'DELETE', url: `Goal/${id}` } }]);
    expect([answer.status, ruleOf(answer)]).toEqual([422, 'duplicate-target']);
  });

  it('by two entries of one fullUrl', async () => {
    const fullUrl = 'urn:uuid:0b9c1d7e-0000-4000-8000-0000000000dd';
    const answer = await send([posted(goal(given), { fullUrl }), posted(goal(given), { fullUrl })]);
    expect([answer.status, ruleOf(answer)]).toEqual([422, 'bdl-7']);
  });

  it('T7: and both types are named', async () => {
    const answer = await send([{ resource: goal(given), request: { method: 'POST', url: 'Task' } }]);
    expect(outcomeIn(answer).issue[0]?.diagnostics).toBe('a Task is expected at this address, the body is Goal');
  });

  it.each([0, 3])('T21: 90 creates of %i identifiers each are made', async (identifiers) => {
    const identified = (at: number) =>
      identifiers === 0
        ? goal(given)
        : goal(given, {
            identifier: Array.from({ length: identifiers }, (_, index) => ({ system: `${GOALS}-${index}`, value: `T21-${at}` })),
          });
    const answer = await send(Array.from({ length: 90 }, (_, at) => posted(identified(at))));
    expect(statusesIn(answer)).toEqual(Array.from({ length: 90 }, () => '201'));
  });

  it('T21: of 100 items is made, of one more is refused with weight and limit, before anything is written', async () => {
    const many = (length: number) => Array.from({ length }, () => posted(goal(given)));
    // An update weighs two: the new version and the one that it supersedes.
    const [one, other] = [await made(), await made()];
    const before = await count();
    const answer = await send([...many(98), put(one), put(other)]);
    expect([answer.status, outcomeIn(answer).issue[0]?.code, await count()]).toEqual([422, 'too-costly', before]);
    expect(answer.text).toContain('weighs 102 items; the limit is 100');
    expect((await send([...many(96), put(one), put(other)])).status).toBe(200);
  });

  it('T4: a large one is refused at once, with the limit', async () => {
    const started = performance.now();
    const answer = await send(Array.from({ length: 4_000 }, () => posted(goal(given))));
    expect([answer.status, ruleOf(answer)]).toEqual([422, 'transaction-too-large']);
    expect(answer.text).toContain('the limit is 100');
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('a transaction of conditional entries', () => {
  it('T22: two with the same ifNoneExist make one resource, and both names mean it', async () => {
    const before = await count();
    const [one, other] = ['urn:uuid:0b9c1d7e-0000-4000-8000-00000000000a', 'urn:uuid:0b9c1d7e-0000-4000-8000-00000000000b'];
    const answer = await send([once('T22', one), once('T22', other), posted(draftPlan(service, given, [one, other]))], {
      prefer: 'return=representation',
    });
    expect(statusesIn(answer)).toEqual(['201', '200', '201']);
    const [made, again] = refsIn(answer);
    expect(again).toBe(made);
    expect(entriesIn(answer)[2]?.resource).toMatchObject({ goal: [{ reference: made }, { reference: made }] });
    expect(await count()).toBe(before + 1);
  });

  it('T4, T23: posted again after its answer was lost, is a fixed point: the same resources, no new version', async () => {
    const { ins, oid } = service.demo.patients.given;
    const entries = [
      posted(numbered(`Patient?identifier=urn:oid:${oid}|${ins}`, 'T23'), { ifNoneExist: condition('T23') }),
      once('T23-autre', 'urn:uuid:0b9c1d7e-0000-4000-8000-000000000023'),
    ];
    const first = await send(entries);
    expect([first.text, statusesIn(first)]).toEqual([first.text, ['201', '201']]);
    const before = await service.items();
    const second = await send(entries);
    expect([statusesIn(second), refsIn(second)]).toEqual([['200', '200'], refsIn(first)]);
    expect(responsesIn(second).map(({ etag }) => etag)).toEqual(['W/"1"', 'W/"1"']);
    expect(await service.items()).toEqual(before);
  });

  it('T24: of ten at the same time with the same condition, one makes the resource', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => send([once('T24')])));
    expect(new Set(answers.flatMap(refsIn)).size).toBe(1);
    expect(answers.flatMap(statusesIn).filter((status) => status === '201')).toHaveLength(1);
  });

  it('T25: never writes over what no longer meets the condition when it is made', async () => {
    for (const round of [0, 1, 2, 3, 4, 5]) {
      const value = `T25-${round}`;
      const id = await made(numbered(given, value));
      const byCondition = {
        resource: numbered(given, value, { description: { text: 'Par condition' } }),
        request: { method: 'PUT', url: `Goal?${condition(value)}` },
      };
      const away = { ...numbered(given, `${value}-parti`), id };
      const [conditional, moved] = await Promise.all([send([byCondition]), coordinator.put(`Goal/${id}`, away)]);
      expect([conditional.status, moved.status]).toEqual([200, 200]);
      // Either it was written first and then moved away, or it was gone and another one was made.
      expect(resourceIn('Goal', await coordinator.get(`Goal/${id}`)).identifier?.[0]?.value).toBe(`${value}-parti`);
    }
  });
});
