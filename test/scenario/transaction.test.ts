import type { Bundle } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

describe('a transaction', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.stop());

  const send = (entry: readonly object[], headers: Record<string, string> = {}): Promise<Answer> =>
    service.send({
      method: 'POST',
      path: '/fhir',
      role: 'coordinator',
      headers: { 'content-type': 'application/fhir+json', ...headers },
      body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }),
    });
  const bundleOf = (answer: Answer): Bundle => JSON.parse(answer.text);
  const responsesOf = (answer: Answer) => (bundleOf(answer).entry ?? []).flatMap(({ response }) => response ?? []);
  const statusesOf = (answer: Answer) => responsesOf(answer).map(({ status }) => status.slice(0, 3));
  const pathOf = (location = '') => location.replace(/\/_history.*$/, '');
  const goal = (over: object = {}) => ({
    resourceType: 'Goal',
    lifecycleStatus: 'active',
    category: [{ coding: [{ system: 'https://relais.example/fhir/CodeSystem/categorie-objectif', code: 'autonomie' }] }],
    description: { text: 'Marcher jusqu’au marché' },
    subject: { reference: service.demo.patients.given.reference },
    ...over,
  });
  const identified = (value: string) => goal({ identifier: [{ system: 'https://example.org/goals', value }] });
  const toCreate = (resource: object, ifNoneExist?: string, fullUrl?: string) => ({
    ...(fullUrl ? { fullUrl } : {}),
    resource,
    request: { method: 'POST', url: 'Goal', ...(ifNoneExist ? { ifNoneExist } : {}) },
  });
  const condition = (value: string) => `patient=${service.demo.patients.given.reference}&identifier=https://example.org/goals|${value}`;
  const count = async (query = '') => {
    const { reference } = service.demo.patients.given;
    const { json } = await service.fhir('coordinator').get(`Goal?patient=${reference}&_summary=count${query}`);
    return json;
  };

  it('deletes, creates, changes, patches and reads in one, whatever the order of its entries', async () => {
    const first = await send([toCreate(goal()), toCreate(goal()), toCreate(goal())], { prefer: 'return=representation' });
    const [gone, put, patched] = (bundleOf(first).entry ?? []).map(({ resource }) => resource);
    const jsonPatch = Buffer.from(JSON.stringify([{ op: 'replace', path: '/description/text', value: 'Jusqu’au bourg' }])).toString(
      'base64',
    );
    const answer = await send([
      { request: { method: 'GET', url: `Goal/${put?.id}` } },
      {
        resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data: jsonPatch },
        request: { method: 'PATCH', url: `Goal/${patched?.id}`, ifMatch: 'W/"1"' },
      },
      { resource: put, request: { method: 'PUT', url: `Goal/${put?.id}` } },
      toCreate(goal()),
      { request: { method: 'DELETE', url: `Goal/${gone?.id}` } },
    ]);
    expect(statusesOf(answer)).toEqual(['200', '200', '200', '201', '204']);
    expect(bundleOf(answer).entry?.[0]?.resource?.meta?.versionId).toBe('2');
    const coordinator = service.fhir('coordinator');
    expect((await coordinator.get(`Goal/${gone?.id}`)).status).toBe(410);
    expect((await coordinator.get(`Goal/${patched?.id}`)).json).toMatchObject({ description: { text: 'Jusqu’au bourg' } });
  });

  it('T22: two entries with the same ifNoneExist make one resource, and both names mean it', async () => {
    const { reference } = service.demo.patients.given;
    const before = await count();
    const plan = {
      resourceType: 'CarePlan',
      status: 'draft',
      intent: 'plan',
      title: 'Brouillon',
      subject: { reference },
      author: { reference: service.demo.roles.coordinator.reference },
      goal: [
        { reference: 'urn:uuid:0b9c1d7e-0000-4000-8000-00000000000a' },
        { reference: 'urn:uuid:0b9c1d7e-0000-4000-8000-00000000000b' },
      ],
    };
    const answer = await send(
      [
        toCreate(identified('T22'), condition('T22'), 'urn:uuid:0b9c1d7e-0000-4000-8000-00000000000a'),
        toCreate(identified('T22'), condition('T22'), 'urn:uuid:0b9c1d7e-0000-4000-8000-00000000000b'),
        { resource: plan, request: { method: 'POST', url: 'CarePlan' } },
      ],
      { prefer: 'return=representation' },
    );
    expect(statusesOf(answer)).toEqual(['201', '200', '201']);
    const made = pathOf(responsesOf(answer)[0]?.location);
    expect(pathOf(responsesOf(answer)[1]?.location)).toBe(made);
    expect(bundleOf(answer).entry?.[2]?.resource).toMatchObject({ goal: [{ reference: made }, { reference: made }] });
    expect(await count()).toMatchObject({ total: totalOf(before) + 1 });
  });

  it('T23: posted again, conditional entries are a fixed point, and references mean what exists', async () => {
    const { ins, oid } = service.demo.patients.given;
    const entries = [
      toCreate({ ...identified('T23'), subject: { reference: `Patient?identifier=urn:oid:${oid}|${ins}` } }, condition('T23')),
      { resource: identified('T23-put'), request: { method: 'PUT', url: `Goal?${condition('T23-put')}` } },
    ];
    const first = await send(entries);
    expect([first.text, statusesOf(first)]).toEqual([first.text, ['201', '201']]);
    const total = await count();
    const second = await send(entries);
    expect(statusesOf(second)).toEqual(['200', '200']);
    expect(responsesOf(second).map(({ location }) => pathOf(location))).toEqual(responsesOf(first).map(({ location }) => pathOf(location)));
    expect(await count()).toEqual(total);
  });

  it.each([
    { story: 'T3: a stale ifMatch', of: (id: string) => ({ method: 'PUT', url: `Goal/${id}`, ifMatch: 'W/"9"' }), status: 412 },
    { story: 'an address that no request has', of: () => ({ method: 'PUT', url: 'Goal/a/b/c/d' }), status: 400 },
    { story: 'a read of nothing', of: () => ({ method: 'GET', url: `Goal/${'a'.repeat(26)}` }), status: 404 },
  ])('$story refuses all of it', async ({ of, status }) => {
    const made = bundleOf(await send([toCreate(goal())], { prefer: 'return=representation' })).entry?.[0]?.resource;
    const before = await count();
    const request = of(made?.id ?? '');
    const answer = await send([toCreate(goal()), { ...(request.method === 'PUT' ? { resource: made } : {}), request }]);
    expect([answer.status, await count()]).toEqual([status, before]);
  });

  it('refuses two entries about one resource', async () => {
    const made = bundleOf(await send([toCreate(goal())], { prefer: 'return=representation' })).entry?.[0]?.resource;
    const put = { resource: made, request: { method: 'PUT', url: `Goal/${made?.id}` } };
    const answer = await send([put, { request: { method: 'DELETE', url: `Goal/${made?.id}` } }]);
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('duplicate-target')]);
  });

  it('refuses to move a resource to another patient', async () => {
    const made = bundleOf(await send([toCreate(goal())], { prefer: 'return=representation' })).entry?.[0]?.resource;
    const elsewhere = { ...made, subject: { reference: service.demo.patients.limited.reference } };
    const answer = await send([{ resource: elsewhere, request: { method: 'PUT', url: `Goal/${made?.id}` } }]);
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('subject-changed')]);
  });

  it('T21: of 100 items is made, of one more is refused with weight and limit, before anything is written', async () => {
    const many = (length: number) => Array.from({ length }, () => toCreate(goal()));
    expect(statusesOf(await send(many(90)))).toEqual(Array.from({ length: 90 }, () => '201'));
    const before = await count();
    const answer = await send([...many(98), toCreate(identified('T21-a')), toCreate(identified('T21-b'))]);
    expect([answer.status, await count()]).toEqual([422, before]);
    expect(answer.text).toContain('weighs 102 items; the limit is 100');
    expect((await send([...many(96), toCreate(identified('T21-a')), toCreate(identified('T21-b'))])).status).toBe(200);
  });

  it('T24: of ten posted at the same time with the same condition, one makes the resource', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => send([toCreate(identified('T24'), condition('T24'))])));
    expect(new Set(answers.map((answer) => pathOf(responsesOf(answer)[0]?.location))).size).toBe(1);
    expect(answers.flatMap(statusesOf).filter((status) => status === '201')).toHaveLength(1);
  });
});

function totalOf(json: unknown): number {
  return typeof json === 'object' && json !== null && 'total' in json && typeof json.total === 'number' ? json.total : Number.NaN;
}
