import type { Goal } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, bundleIn, matchesIn, outcomeIn, type Request, resourceIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

describe('bad input', () => {
  let service: TestService;
  let reference = '';
  beforeAll(async () => {
    service = await startTestService();
    reference = service.demo.patients.given.reference;
  });
  afterAll(() => service.stop());

  const FHIR = { 'content-type': 'application/fhir+json' };
  const goal = (over: object = {}) => ({
    resourceType: 'Goal',
    lifecycleStatus: 'active',
    category: [{ coding: [{ system: 'https://relais.example/fhir/CodeSystem/categorie-objectif', code: 'autonomie' }] }],
    description: { text: 'Faire ses courses seule' },
    subject: { reference },
    ...over,
  });
  const post = (body: object | string, over: Partial<Request> = {}): Promise<Answer> =>
    service.send({
      method: 'POST',
      path: '/fhir/Goal',
      role: 'coordinator',
      headers: FHIR,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...over,
    });

  /** What every refusal is: one that a person and an integrator can act on, and that gives nothing away. */
  const refusal = (answer: Answer) => {
    expect(answer.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
    const [issue] = outcomeIn(answer).issue;
    expect(issue?.diagnostics).toBeTruthy();
    expect(issue?.details?.text).toMatch(/[a-zé]{3,}.*[.]$/);
    expect(answer.text).not.toMatch(/node_modules|\.ts:|at [\w.]+ \(|Error:/);
    expect(answer.text).not.toMatch(/FICTIVE|Fictive|245037511600194/);
    return { status: answer.status, code: issue?.code, at: issue?.expression?.[0] };
  };

  it.each<{ story: string; body: object | string; status: number; at?: string }>([
    { story: 'what is not JSON', body: '{"resourceType":"Goal"', status: 400 },
    { story: 'JSON that is no object', body: '[]', status: 400 },
    { story: 'JSON that is not FHIR', body: { name: 'Alma FICTIVE' }, status: 400 },
    { story: 'another type than the URL says', body: { resourceType: 'Task' }, status: 400 },
    { story: 'a type that nobody knows', body: { resourceType: 'Dream' }, status: 400 },
  ])('$story is not understood', async ({ body, status }) => {
    expect(refusal(await post(body)).status).toBe(status);
  });

  it('bytes that are not UTF-8 are not understood', async () => {
    expect(
      refusal(
        await service.send({ method: 'POST', path: '/fhir/Goal', role: 'gp', headers: FHIR, body: new Uint8Array([0x7b, 0xff, 0x7d]) }),
      ).status,
    ).toBe(400);
  });

  it.each<{ story: string; over: object; at: string; status: number }>([
    { story: 'an unknown element', over: { colour: 'Fictive' }, at: 'Goal.colour', status: 400 },
    { story: 'a wrong code', over: { lifecycleStatus: 'Fictive' }, at: 'Goal.lifecycleStatus', status: 422 },
    { story: 'an element of another kind', over: { startDate: 12 }, at: 'Goal.start', status: 400 },
    { story: 'a date that no calendar has', over: { startDate: '2026-02-31' }, at: 'Goal.start', status: 422 },
    { story: 'a missing element', over: { description: undefined }, at: 'Goal.description', status: 422 },
    { story: 'nobody as subject', over: { subject: { display: 'Alma FICTIVE' } }, at: 'Goal.subject', status: 422 },
  ])('$story is refused at its place', async ({ over, at, status }) => {
    expect(refusal(await post(goal(over)))).toMatchObject({ status, at });
  });

  it('a body over 4 MB is too large, and the limit is told', async () => {
    const answer = await post(goal({ note: [{ text: 'x'.repeat(4_000_000) }] }));
    expect(refusal(answer).status).toBe(413);
    expect(answer.text).toContain('4000000');
  });

  it.each([
    { story: 'Turtle', headers: { 'content-type': 'text/turtle' } },
    { story: 'a form', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    { story: 'nothing', headers: { 'content-type': '' } },
  ])('a body said to be $story is 415', async ({ headers }) => {
    expect(refusal(await post(goal(), { headers })).status).toBe(415);
  });

  it.each(['text/turtle', 'text/html', 'image/png'])('an answer wanted as %s alone is 406', async (accept) => {
    const answer = await service.fhir('gp').get(`CarePlan?patient=${reference}`, { accept });
    expect(refusal(answer).status).toBe(406);
  });

  it.each([
    { path: 'Dream?name=x', status: 404 },
    { path: 'careplan?patient=x', status: 404 },
    { path: 'Binary?patient=x', status: 405 },
    { path: 'Encounter?date=yesterday&patient=x', status: 400 },
    { path: 'CarePlan?patient=x&_count=-1', status: 400 },
    { path: 'Task?patient=x&status:colour=requested', status: 400 },
  ])('GET $path is $status', async ({ path, status }) => {
    expect(refusal(await service.fhir('gp').get(path)).status).toBe(status);
  });

  describe('a token', () => {
    it.each([
      { story: 'that is not there', role: undefined, options: {} },
      { story: 'that expired', role: 'gp', options: { expiresInSeconds: -3_600 } },
      { story: 'for another audience', role: 'gp', options: { audience: 'https://other.example' } },
      { story: 'of a password alone', role: 'gp', options: { acr: 'password' } },
    ])('$story is 401', async ({ role, options }) => {
      for (const path of [`/fhir/CarePlan?patient=${reference}`, `/fhir/${reference}`, `/fhir/AuditEvent?patient=${reference}`]) {
        const answer = await service.send({ method: 'GET', path, options, ...(role ? { role } : {}) });
        expect(refusal(answer)).toMatchObject({ status: 401, code: 'login' });
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      }
    });

    it.each(['Basic Z3A6c2VjcmV0', 'Bearer', 'Bearer abc', 'Bearer e30.e30.e30'])('%s is 401', async (authorization) => {
      const answer = await service.send({ method: 'GET', path: `/fhir/CarePlan?patient=${reference}`, headers: { authorization } });
      expect(refusal(answer).status).toBe(401);
    });

    it('whose payload was changed is 401', async () => {
      const [head, payload = '', signature] = (await service.token('outsider')).split('.');
      const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
      const other = Buffer.from(JSON.stringify(Object.assign(Object(claims), { fhirUser: service.demo.roles.gp.reference }))).toString(
        'base64url',
      );
      const authorization = `Bearer ${head}.${other}.${signature}`;
      expect(refusal(await service.send({ method: 'GET', path: `/fhir/${reference}`, headers: { authorization } })).status).toBe(401);
    });

    it.each(['HMARKT', 'PUBHLTH', 'colour', ''])('with purpose "%s" sees nothing', async (purpose) => {
      const gp = service.fhir('gp', { purpose });
      expect((await gp.get(reference)).status).toBe(404);
      expect(matchesIn('CarePlan', await gp.get(`CarePlan?patient=${reference}`))).toEqual([]);
    });
  });

  describe('two writers', () => {
    const mine = async () => {
      const created = await post(goal());
      expect(created.status).toBe(201);
      return resourceIn('Goal', created);
    };
    const put = (body: Goal, headers = {}) => service.fhir('coordinator').put(`Goal/${body.id}`, body, headers);

    it('the one who names an old version is told (412)', async () => {
      const first = await mine();
      expect((await put({ ...first, description: { text: 'Deux' } }, { 'if-match': 'W/"1"' })).status).toBe(200);
      const stale = await put({ ...first, description: { text: 'Trois' } }, { 'if-match': 'W/"1"' });
      expect(refusal(stale).status).toBe(412);
      expect(resourceIn('Goal', await service.fhir('coordinator').get(`Goal/${first.id}`)).description.text).toBe('Deux');
    });

    it('at once, each naming the same version: one is told, nothing is lost', async () => {
      const first = await mine();
      const answers = await Promise.all(['A', 'B', 'C'].map((text) => put({ ...first, description: { text } }, { 'if-match': 'W/"1"' })));
      expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 412, 412]);
    });

    it('at once, naming none: each becomes a version', async () => {
      const first = await mine();
      const answers = await Promise.all(['A', 'B', 'C', 'D'].map((text) => put({ ...first, description: { text } })));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      const history = await service.fhir('coordinator').get(`Goal/${first.id}/_history`);
      expect(bundleIn(history).entry).toHaveLength(5);
    });
  });
});
