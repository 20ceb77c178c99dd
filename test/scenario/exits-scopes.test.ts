import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, bundleIn } from '../support/http.ts';
import { goal, idOf } from '../support/rest.ts';
import { type FhirClient, startTestService, type TestService } from '../support/service.ts';

describe('the scopes of a token', () => {
  let service: TestService;
  let given: string;
  beforeAll(async () => {
    service = await startTestService();
    given = service.demo.patients.given.reference;
  });
  afterAll(() => service.stop());

  const scoped = (role: string, scope: string): FhirClient => service.fhir(role, { scope });
  const typesIn = (answer: Answer): readonly string[] => [
    ...new Set((bundleIn(answer).entry ?? []).map(({ resource }) => resource?.resourceType ?? '')),
  ];
  const total = (answer: Answer): number | undefined => bundleIn(answer).total;

  it('T8: one readable type opens no search of another', async () => {
    const client = scoped('gp', 'user/CarePlan.rs');
    expect(total(await client.get(`CarePlan?patient=${given}`))).toBe(1);
    for (const type of ['Goal', 'Condition', 'Task', 'DocumentReference', 'Consent']) {
      expect([type, total(await client.get(`${type}?patient=${given}`))]).toEqual([type, 0]);
      expect([type, (await service.fhir('gp').get(`${type}?patient=${given}`)).text]).not.toEqual([type, '']);
    }
    expect((await client.get(given)).status).toBe(404);
    expect((await client.get(`${given}/$everything`)).status).toBe(404);
  });

  it('T8: the trace is a type like another', async () => {
    const trace = `AuditEvent?patient=${given}`;
    expect(total(await scoped('patient', 'patient/CarePlan.rs').get(trace))).toBe(0);
    expect(total(await scoped('patient', 'patient/AuditEvent.rs').get(trace))).toBeGreaterThan(0);
  });

  it('T9: a scope of another context or another type widens nothing', async () => {
    const alone = total(await scoped('patient', 'patient/CarePlan.rs').get('CarePlan'));
    const withMore = total(
      await scoped('patient', 'patient/CarePlan.rs user/Organization.rs user/CarePlan.rs system/*.cruds').get('CarePlan'),
    );
    expect([alone, withMore]).toEqual([1, 1]);
    // He is nobody's physician, whatever his token may say.
    expect(total(await scoped('outsider', 'user/*.cruds system/*.cruds patient/*.cruds').get(`CarePlan?patient=${given}`))).toBe(0);
    // No patient goes with the token of a professional: what is open in a patient's context is open to nobody.
    expect(total(await scoped('gp', 'patient/*.cruds').get(`CarePlan?patient=${given}`))).toBe(0);
  });

  it('T10: what an include brings needs its own scope, and a decision', async () => {
    const path = `CarePlan?patient=${given}&_include=CarePlan:goal&_include=CarePlan:subject&_revinclude=Task:focus`;
    expect(typesIn(await service.fhir('gp').get(path))).toEqual(expect.arrayContaining(['CarePlan', 'Goal', 'Patient']));
    expect(typesIn(await scoped('gp', 'user/CarePlan.rs').get(path))).toEqual(['CarePlan']);
    expect(typesIn(await scoped('gp', 'user/CarePlan.rs user/Goal.rs').get(path))).toEqual(['CarePlan', 'Goal']);
  });

  it('T10: neither does a chain nor _has look at what is out of scope', async () => {
    const count = async (scope: string, query: string) => total(await scoped('gp', scope).get(`CarePlan?patient=${given}&${query}`));
    expect(await count('user/CarePlan.rs user/Goal.rs', 'goal.lifecycle-status=active')).toBe(
      await count('user/*.rs', 'goal.lifecycle-status=active'),
    );
    expect(await count('user/CarePlan.rs', 'goal.lifecycle-status=active,proposed,completed,planned,accepted')).toBe(0);
  });

  it.each([
    { scope: 'user/Goal.rs', create: 403, update: 403, remove: 403 },
    { scope: 'user/Goal.crs', create: 201, update: 403, remove: 403 },
    { scope: 'user/Goal.crus', create: 201, update: 200, remove: 403 },
    { scope: 'user/Goal.cruds', create: 201, update: 200, remove: 204 },
    // The words of SMART v1.
    { scope: 'user/Goal.read', create: 403, update: 403, remove: 403 },
    { scope: 'user/Goal.read user/Goal.write', create: 201, update: 200, remove: 204 },
    // Written in another order, cut by a search, or of another type: it opens nothing.
    { scope: 'user/Goal.sr', create: 403, update: 404, remove: 204 },
    { scope: 'user/Goal.cruds?lifecycle-status=active', create: 403, update: 404, remove: 204 },
    { scope: 'user/Condition.cruds', create: 403, update: 404, remove: 204 },
  ])('$scope: create $create, update $update, delete $remove', async ({ scope, create, update, remove }) => {
    const client = scoped('coordinator', scope);
    const id = idOf(await service.fhir('coordinator').post('Goal', goal(given)));
    const path = `Goal/${id}`;
    expect((await client.post('Goal', goal(given))).status).toBe(create);
    expect((await client.put(path, goal(given, { id, description: { text: 'Autre' } }))).status).toBe(update);
    const removed = await service.send({ method: 'DELETE', path: `/fhir/${path}`, role: 'coordinator', options: { scope } });
    expect(removed.status).toBe(remove);
    // What he does not see is not deleted, whatever the answer says.
    expect((await service.fhir('coordinator').get(path)).status).toBe(
      (scope.includes('cruds') && update === 200) || scope.includes('write') ? 410 : 200,
    );
  });

  it('that name no resource narrow nothing: Pro Santé Connect knows none', async () => {
    expect(total(await scoped('gp', 'openid scope_all').get(`CarePlan?patient=${given}`))).toBe(1);
  });
});
