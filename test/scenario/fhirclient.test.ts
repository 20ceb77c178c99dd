import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Bundle, CarePlan, Parameters, Patient, Task } from '@medplum/fhirtypes';
import smart from 'fhirclient';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXTENSION, SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { event } from '../support/coordination.ts';
import { startTestService, type TestService } from '../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

/** The client as SMART made it: a token response, with the patient in context when there is one. */
async function clientOf(role: string, patient?: string): Promise<ReturnType<ReturnType<typeof smart>['client']>> {
  const request = new IncomingMessage(new Socket());
  return smart(request, new ServerResponse(request)).client({
    serverUrl: `${service.base}/fhir`,
    tokenResponse: { access_token: await service.token(role), token_type: 'Bearer', ...(patient ? { patient } : {}) },
  });
}

const idOf = (reference: string): string => reference.replace(/^\w+\//, '');

describe('the client library of SMART does the job', () => {
  it('of the coordinator: a draft plan is created, changed, submitted, and its opinions asked for', async () => {
    const client = await clientOf('coordinator');
    const { patients, roles } = service.demo;
    const subject = { reference: patients.given.reference };
    const { id: goal } = await client.create({
      resourceType: 'Goal',
      lifecycleStatus: 'proposed',
      category: [{ coding: [{ system: SYSTEM.categorieObjectif, code: 'projet-de-vie' }] }],
      description: { text: 'Retourner au jardin' },
      subject,
    });
    const draft = {
      resourceType: 'CarePlan',
      status: 'draft',
      intent: 'plan',
      subject,
      goal: [{ reference: `Goal/${goal}` }],
      activity: [
        {
          extension: [
            { url: EXTENSION.activiteId, valueId: 'soins' },
            { url: EXTENSION.rang, valuePositiveInt: 1 },
          ],
          detail: {
            status: 'scheduled',
            code: { text: 'Pansement' },
            goal: [{ reference: `Goal/${goal}` }],
            scheduledString: 'chaque semaine',
            performer: [{ reference: roles.nurse.reference }],
          },
        },
      ],
    };
    const made = await client.create<CarePlan>(draft);
    const changed = await client.update<CarePlan>({
      ...draft,
      id: made.id ?? '',
      extension: [...(made.extension ?? []), { url: EXTENSION.sansVadNiRcp, valueString: 'Vue à l’hôpital' }],
    });
    expect([made.meta?.versionId, changed.meta?.versionId]).toEqual(['1', '2']);

    const submitted = await client.request<CarePlan>({
      url: `CarePlan/${made.id}/$event`,
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(event('soumettre')),
    });
    expect(submitted).toMatchObject({ id: made.id, status: 'draft', meta: { versionId: '3' } });
    const asked = await client.request<readonly Task[]>(`Task?patient=${subject.reference}&focus=CarePlan/${made.id}`, {
      pageLimit: 0,
      flat: true,
    });
    expect(asked.map(({ owner }) => owner?.reference)).toContain(roles.nurse.reference);
    const next = await client.request<Parameters>(`CarePlan/${made.id}/$events`);
    expect(next.parameter?.length).toBeGreaterThan(0);
  });

  it('of the coordinator: an objective is corrected with JSON Patch, and taken back', async () => {
    const client = await clientOf('coordinator');
    const { id } = await client.create({
      resourceType: 'Goal',
      lifecycleStatus: 'active',
      description: { text: 'Sortir' },
      subject: { reference: service.demo.patients.limited.reference },
    });
    const url = `Goal/${id}`;
    const patched = await client.patch(url, [{ op: 'replace', path: '/description/text', value: 'Sortir chaque jour' }]);
    expect(patched).toMatchObject({ description: { text: 'Sortir chaque jour' }, meta: { versionId: '2' } });
    await client.delete(url);
    await expect(client.request(url)).rejects.toMatchObject({ status: 410 });
  });

  it('of the GP: he pulls the plans of his patients page by page, with their subjects resolved', async () => {
    const client = await clientOf('gp');
    const sizes: number[] = [];
    const ids: (string | undefined)[] = [];
    for await (const page of client.pages('CarePlan?_count=2&_sort=_id')) {
      const plans = plansOf(page);
      sizes.push(plans.length);
      ids.push(...plans.map(({ id }) => id));
    }
    expect([sizes.length > 1, sizes.slice(0, -1).every((size) => size === 2)]).toEqual([true, true]);
    expect(new Set(ids).size).toBe(ids.length);
    const flat = await client.request<readonly CarePlan[]>('CarePlan?_count=2&_sort=_id', { pageLimit: 0, flat: true });
    expect(flat.map(({ id }) => id)).toEqual(ids);

    const resolved = await client.request<{ readonly subject: Patient }>(`CarePlan/${ids[0]}`, { resolveReferences: ['subject'] });
    expect(resolved.subject.resourceType).toBe('Patient');
  });

  it('of the GP with a patient in context: it reads her, and her plans by the parameter that the CapabilityStatement names', async () => {
    const { reference } = service.demo.patients.given;
    const client = await clientOf('gp', idOf(reference));
    expect(await client.patient.read<Patient>()).toMatchObject({ resourceType: 'Patient', id: idOf(reference) });
    const plans = await client.patient.request<readonly CarePlan[]>('CarePlan', { pageLimit: 0, flat: true });
    expect(new Set(plans.map(({ subject }) => subject.reference))).toEqual(new Set([reference]));
    expect([await client.getFhirVersion(), await client.getFhirRelease()]).toEqual(['4.0.1', 4]);
  });

  it('and tells what the server refused, with our words', async () => {
    const client = await clientOf('outsider');
    const failure: unknown = await client.request(service.demo.patients.given.reference).catch((error: unknown) => error);
    expect(failure).toMatchObject({ status: 404 });
    expect(String(failure)).toContain('"resourceType": "OperationOutcome"');
  });
});

/** The plans of a page; the library's own types of FHIR are those of a package that we do not carry. */
function plansOf(page: Bundle): readonly CarePlan[] {
  return (page.entry ?? []).flatMap(({ resource }) => (resource?.resourceType === 'CarePlan' ? [resource] : []));
}
