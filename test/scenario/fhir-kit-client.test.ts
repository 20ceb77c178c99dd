import { Client, type FhirResource } from 'fhir-kit-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

async function clientOf(role: string): Promise<Client> {
  return new Client({ baseUrl: `${service.base}/fhir`, bearerToken: await service.token(role) });
}

/** Resources of a searchset, as this library gives it. */
function resourcesIn(bundle: object): readonly { readonly resourceType: string; readonly id: string }[] {
  const entries: readonly unknown[] = 'entry' in bundle && Array.isArray(bundle.entry) ? bundle.entry : [];
  return entries.flatMap((entry) => (isEntry(entry) ? [entry.resource] : []));
}

function hasLinks(page: FhirResource): page is FhirResource & { link: { relation: string; url: string }[] } {
  return Array.isArray(page['link']);
}

function isEntry(entry: unknown): entry is { readonly resource: { readonly resourceType: string; readonly id: string } } {
  return typeof entry === 'object' && entry !== null && 'resource' in entry;
}

describe('a FHIR client that we did not write does the job', () => {
  it('of the GP: it knows the server, pulls the plans page by page, reads the letter and acknowledges', async () => {
    const client = await clientOf('gp');
    expect(await client.capabilityStatement()).toMatchObject({ resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' });

    const plans: string[] = [];
    let page: FhirResource | undefined = await client.resourceSearch({
      resourceType: 'CarePlan',
      searchParams: { _count: 1, _sort: '_id' },
    });
    while (page) {
      plans.push(...resourcesIn(page).map(({ id }) => id));
      page = hasLinks(page) ? await client.nextPage({ bundle: page }) : undefined;
    }
    expect([plans.length > 1, new Set(plans).size]).toEqual([true, plans.length]);

    const { reference } = service.demo.patients.given;
    const letters = await client.resourceSearch({
      resourceType: 'DocumentReference',
      searchParams: { patient: reference, _include: 'DocumentReference:author' },
    });
    expect(resourcesIn(letters).map(({ resourceType }) => resourceType)).toContain('DocumentReference');
    const record = await client.operation({
      name: 'everything',
      resourceType: 'Patient',
      id: reference.replace('Patient/', ''),
      method: 'GET',
    });
    expect(resourcesIn(record).map(({ resourceType }) => resourceType)).toContain('CarePlan');
  });

  it('of the coordinator: it takes a request in, moves it, changes a goal with JSON Patch, and reads its history', async () => {
    const client = await clientOf('coordinator');
    const { reference } = service.demo.patients.limited;
    const asked = await client.create({
      resourceType: 'ServiceRequest',
      body: {
        resourceType: 'ServiceRequest',
        status: 'active',
        intent: 'order',
        subject: { reference },
        reasonCode: [{ text: 'Isolement' }],
      },
    });
    const tasks = await client.resourceSearch({ resourceType: 'Task', searchParams: { focus: `ServiceRequest/${String(asked['id'])}` } });
    const [task] = resourcesIn(tasks);
    const moved = await client.operation({
      name: 'event',
      resourceType: 'Task',
      id: task?.id ?? '',
      method: 'POST',
      input: { resourceType: 'Parameters', parameter: [{ name: 'event', valueCode: 'accuser-reception' }] },
    });
    expect(moved).toMatchObject({ status: 'received' });

    const goal = await client.create({
      resourceType: 'Goal',
      body: { resourceType: 'Goal', lifecycleStatus: 'active', description: { text: 'Sortir' }, subject: { reference } },
    });
    const id = String(goal['id']);
    await client.patch({
      resourceType: 'Goal',
      id,
      jsonPatch: [{ op: 'replace', path: '/description/text', value: 'Sortir chaque jour' }],
    });
    expect(await client.read({ resourceType: 'Goal', id })).toMatchObject({
      description: { text: 'Sortir chaque jour' },
      meta: { versionId: '2' },
    });
    expect(resourcesIn(await client.resourceHistory({ resourceType: 'Goal', id }))).toHaveLength(2);
    expect(await client.vread({ resourceType: 'Goal', id, version: '1' })).toMatchObject({ description: { text: 'Sortir' } });
  });

  it('and tells what the server refused, with our words', async () => {
    const client = await clientOf('outsider');
    const failure = await client.read({ resourceType: 'Patient', id: 'none' }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ response: { status: 404, data: { resourceType: 'OperationOutcome' } } });
  });
});
