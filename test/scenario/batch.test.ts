import type { Bundle } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

describe('a batch', () => {
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
      body: JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }),
    });
  const bundleOf = (answer: Answer): Bundle => JSON.parse(answer.text);
  const goal = (over: object = {}) => ({
    resourceType: 'Goal',
    lifecycleStatus: 'active',
    category: [{ coding: [{ system: 'https://relais.example/fhir/CodeSystem/categorie-objectif', code: 'autonomie' }] }],
    description: { text: 'Marcher jusqu’au marché' },
    subject: { reference: service.demo.patients.given.reference },
    ...over,
  });

  it('answers each entry on its own, in order: one that fails hinders no other', async () => {
    const { reference } = service.demo.patients.given;
    const answer = await send([
      { resource: goal(), request: { method: 'POST', url: 'Goal' } },
      { resource: goal({ lifecycleStatus: 'wrong' }), request: { method: 'POST', url: 'Goal' } },
      { request: { method: 'GET', url: reference } },
      { request: { method: 'HEAD', url: reference } },
      { request: { method: 'GET', url: `Goal/${'a'.repeat(26)}` } },
      { request: { method: 'GET', url: `Goal?patient=${reference}&_summary=count` } },
      { request: { method: 'DELETE', url: `Goal/${'a'.repeat(26)}` } },
      { request: { method: 'GET', url: 'Basic/1' } },
    ]);
    const { type, entry = [] } = bundleOf(answer);
    expect([answer.status, type]).toEqual([200, 'batch-response']);
    expect(entry.map(({ response }) => response?.status.slice(0, 3))).toEqual(['201', '422', '200', '200', '404', '200', '204', '400']);
    expect(entry.map(({ resource }) => resource?.resourceType)).toEqual([
      undefined,
      undefined,
      'Patient',
      undefined,
      undefined,
      'Bundle',
      undefined,
      undefined,
    ]);
    expect(entry[1]?.response?.outcome).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ expression: ['Bundle.entry[1].resource.lifecycleStatus'] }],
    });
  });

  it('T3: a stale ifMatch is 412, a present one writes', async () => {
    const made = bundleOf(
      await send([{ resource: goal(), request: { method: 'POST', url: 'Goal' } }], { prefer: 'return=representation' }),
    );
    const resource = made.entry?.[0]?.resource;
    const put = (ifMatch: string) => ({ resource, request: { method: 'PUT', url: `Goal/${resource?.id}`, ifMatch } });
    const statusOf = async (ifMatch: string) => bundleOf(await send([put(ifMatch)])).entry?.[0]?.response?.status.slice(0, 3);
    expect(await statusOf('W/"7"')).toBe('412');
    expect(await statusOf('W/"1"')).toBe('200');
    expect(await statusOf('W/"1"')).toBe('412');
  });
});
