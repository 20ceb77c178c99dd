import type { Bundle, CapabilityStatement } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, bundleIn, matchesIn, outcomeIn, resourceIn } from '../support/http.ts';
import { type FhirClient, startTestService, type TestService } from '../support/service.ts';

describe('FHIR', () => {
  let service: TestService;
  let coordinator: FhirClient;
  let given = '';
  beforeAll(async () => {
    service = await startTestService();
    coordinator = service.fhir('coordinator');
    given = service.demo.patients.given.reference;
  });
  afterAll(() => service.stop());

  const goal = (over: object = {}) => ({
    resourceType: 'Goal',
    lifecycleStatus: 'active',
    category: [{ coding: [{ system: 'https://relais.example/fhir/CodeSystem/categorie-objectif', code: 'autonomie' }] }],
    description: { text: 'Faire ses courses seule' },
    subject: { reference: given },
    ...over,
  });
  const idOf = (answer: Answer) => /\/fhir\/\w+\/([^/]+)\/_history\/1$/.exec(answer.headers.get('location') ?? '')?.[1] ?? '';
  const goalsOf = async () => bundleIn(await coordinator.get(`Goal?patient=${given}`)).total;

  describe('one resource', () => {
    it('is created, read, changed; each version stays, with what was sent', async () => {
      const sent = { ...goal(), meta: { tag: [{ system: 'https://gp.example/tag', code: 'a-relire' }] } };
      const created = await coordinator.post('Goal', sent);
      const id = idOf(created);
      expect([created.status, created.headers.get('etag')]).toEqual([201, 'W/"1"']);
      expect(id).toMatch(/^[a-z2-7]{26}$/);
      expect(created.headers.get('last-modified')).toBeTruthy();
      const read = await coordinator.get(`Goal/${id}`);
      expect(resourceIn('Goal', read)).toEqual({
        ...sent,
        id,
        meta: { ...sent.meta, versionId: '1', lastUpdated: expect.any(String) },
      });
      expect((await coordinator.get(`Goal/${id}`, { 'if-none-match': 'W/"1"' })).status).toBe(304);

      const changed = await coordinator.put(`Goal/${id}`, { ...sent, id, description: { text: 'Marcher' } });
      expect([changed.status, changed.headers.get('etag')]).toEqual([200, 'W/"2"']);
      const patched = await coordinator.patch(`Goal/${id}`, [{ op: 'replace', path: '/description/text', value: 'Courir' }]);
      expect(resourceIn('Goal', patched).meta?.versionId).toBe('3');
      const history = await coordinator.get(`Goal/${id}/_history`);
      expect(
        (bundleIn(history).entry ?? []).map(({ resource }) => (resource?.resourceType === 'Goal' ? resource.description.text : '')),
      ).toEqual(['Courir', 'Marcher', 'Faire ses courses seule']);
      expect(resourceIn('Goal', await coordinator.get(`Goal/${id}/_history/1`)).description.text).toBe('Faire ses courses seule');
      expect((await coordinator.get(`Goal/${id}/_history/4`)).status).toBe(404);
    });

    it('says no more than it is asked to: return=minimal', async () => {
      const answer = await coordinator.post('Goal', goal(), { prefer: 'return=minimal' });
      expect([answer.status, answer.text]).toEqual([201, '']);
    });

    it('gets an id of its sender within his prefix by PUT, and no other', async () => {
      const { idPrefix } = service.demo.roles.coordinator;
      const put = (id: string) => coordinator.put(`Goal/${id}`, goal({ id }));
      const created = await put(`${idPrefix}objectif-1`);
      expect(created.status).toBe(201);
      expect(resourceIn('Goal', await coordinator.get(`Goal/${idPrefix}objectif-1`)).subject.reference).toBe(given);
      expect((await put(`${idPrefix}objectif-1`)).status).toBe(200);
      expect((await put(`${service.demo.roles.gp.idPrefix}objectif-1`)).status).toBe(404);
      expect((await put('objectif-1')).status).toBe(404);
      expect((await coordinator.put('Goal/objectif-1', goal({ id: 'objectif-2' }))).status).toBe(400);
    });

    it('never moves to another patient', async () => {
      const id = idOf(await coordinator.post('Goal', goal()));
      const other = service.demo.patients.nomt.reference;
      for (const reference of [other, 'Patient/nobody']) {
        const moved = await coordinator.put(`Goal/${id}`, goal({ id, subject: { reference } }));
        expect([moved.status, outcomeIn(moved).issue[0]?.expression]).toEqual([422, ['Goal.subject']]);
      }
    });

    it('points at nothing that is not there', async () => {
      const answer = await coordinator.post('Goal', goal({ addresses: [{ reference: `Condition/${'a'.repeat(26)}` }] }));
      expect(answer.status).toBe(422);
      expect(outcomeIn(answer).issue[0]?.details?.text).toContain('référence');
    });
  });

  describe('a transaction', () => {
    const send = (body: object, base = '/fhir') =>
      service.send({
        method: 'POST',
        path: base,
        role: 'coordinator',
        headers: { 'content-type': 'application/fhir+json' },
        body: JSON.stringify(body),
      });
    const transaction = (...entries: readonly object[]) => send({ resourceType: 'Bundle', type: 'transaction', entry: entries });
    const toCreate = (resource: object & { resourceType: string }, fullUrl: string) => ({
      fullUrl,
      resource,
      request: { method: 'POST', url: resource.resourceType },
    });
    const responsesOf = (answer: Answer): readonly NonNullable<NonNullable<Bundle['entry']>[number]['response']>[] =>
      (bundleIn(answer).entry ?? []).flatMap(({ response }) => response ?? []);

    it('writes all, its entries pointing at each other', async () => {
      const one = 'urn:uuid:0b9c1d7e-0000-4000-8000-000000000001';
      const plan = {
        resourceType: 'CarePlan',
        status: 'draft',
        intent: 'plan',
        title: 'Brouillon',
        subject: { reference: given },
        author: { reference: service.demo.roles.coordinator.reference },
        goal: [{ reference: one }],
      };
      const answer = await transaction(toCreate(plan, 'urn:uuid:0b9c1d7e-0000-4000-8000-000000000002'), toCreate(goal(), one));
      expect([answer.status, bundleIn(answer).type]).toEqual([200, 'transaction-response']);
      const [first, second] = responsesOf(answer);
      expect([first?.status, second?.status]).toEqual(['201 Created', '201 Created']);
      const path = (location = '') => location.replace(/\/_history.*$/, '');
      const written = resourceIn('CarePlan', await coordinator.get(path(first?.location)));
      expect(written.goal?.[0]?.reference).toBe(path(second?.location));
      expect((await coordinator.get(path(second?.location))).status).toBe(200);
    });

    it.each([
      { story: 'one entry is wrong', wrong: () => goal({ lifecycleStatus: 'wrong' }), status: 422 },
      {
        story: 'one entry points at nothing',
        wrong: () => goal({ addresses: [{ reference: `Condition/${'a'.repeat(26)}` }] }),
        status: 422,
      },
      {
        story: 'one entry is of a patient that is not his',
        wrong: () => goal({ subject: { reference: service.demo.patients['dac-informed'].reference } }),
        status: 404,
      },
    ])('writes nothing when $story', async ({ wrong, status }) => {
      const before = await goalsOf();
      const answer = await transaction(toCreate(goal(), 'urn:uuid:1'), toCreate(wrong(), 'urn:uuid:2'));
      expect([answer.status, await goalsOf()]).toEqual([status, before]);
      expect(outcomeIn(answer).issue[0]?.diagnostics).toBeTruthy();
    });

    it('creates by PUT within the prefix of its sender, then updates', async () => {
      const id = `${service.demo.roles.coordinator.idPrefix}objectif-lot`;
      const put = (one: string) => ({ resource: goal({ id: one }), request: { method: 'PUT', url: `Goal/${one}` } });
      const statuses = async (...ids: readonly string[]) => responsesOf(await transaction(...ids.map(put))).map(({ status }) => status);
      expect(await statuses(id)).toEqual(['201 Created']);
      expect(await statuses(id)).toEqual(['200 OK']);
      expect((await coordinator.get(`Goal/${id}`)).headers.get('etag')).toBe('W/"2"');
      expect((await transaction(put('ailleurs-1'))).status).toBe(404);
    });

    it('says which entry is wrong', async () => {
      const answer = await transaction(toCreate(goal(), 'urn:uuid:1'), toCreate(goal({ lifecycleStatus: 'wrong' }), 'urn:uuid:2'));
      expect(outcomeIn(answer).issue[0]?.expression).toEqual(['Bundle.entry[1].resource.lifecycleStatus']);
    });

    it('of more than its weight is too costly, and writes nothing', async () => {
      const before = await goalsOf();
      const entries = Array.from({ length: 101 }, (_, index) => toCreate(goal(), `urn:uuid:${index}`));
      const answer = await transaction(...entries);
      expect([answer.status, outcomeIn(answer).issue[0]?.code, await goalsOf()]).toEqual([422, 'too-costly', before]);
    });

    it.each([
      { story: 'a history', body: { resourceType: 'Bundle', type: 'history' }, status: 422 },
      { story: 'no Bundle', body: { resourceType: 'Goal' }, status: 400 },
      {
        story: 'an entry without request',
        body: { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: { resourceType: 'Basic' } }] },
        status: 422,
      },
    ])('$story is refused ($status)', async ({ body, status }) => {
      for (const base of ['/fhir', '/fhir/']) {
        const answer = await send(body, base);
        expect([answer.status, outcomeIn(answer).resourceType]).toEqual([status, 'OperationOutcome']);
      }
    });
  });

  describe('what is served', () => {
    it('is listed for everybody, and whatever is listed answers', async () => {
      const metadata = await service.send({ method: 'GET', path: '/fhir/metadata' });
      const statement: unknown = metadata.json;
      expect(metadata.status).toBe(200);
      const patient = service.fhir('patient');
      const listed = listedIn(statement);
      expect(listed.map(({ type }) => type)).toEqual(
        expect.arrayContaining(['Patient', 'CarePlan', 'Task', 'Consent', 'AuditEvent', 'Subscription', 'Measure']),
      );
      const none = 'a'.repeat(26);
      const unreadable = (type: string, id?: string) => ({ resourceType: type, colour: 1, ...(id ? { id } : {}) });
      /** How each interaction is tried, and what says that it is served: found nothing, or understood the request. */
      const TRIED: Readonly<Record<string, { readonly ask: (type: string) => Promise<Answer>; readonly status: number }>> = {
        read: { ask: (type) => patient.get(`${type}/${none}`), status: 404 },
        vread: { ask: (type) => patient.get(`${type}/${none}/_history/1`), status: 404 },
        'history-instance': { ask: (type) => patient.get(`${type}/${none}/_history`), status: 404 },
        'search-type': { ask: (type) => patient.get(`${type}?_id=${none}`), status: 200 },
        create: { ask: (type) => patient.post(type, unreadable(type)), status: 400 },
        update: { ask: (type) => patient.put(`${type}/${none}`, unreadable(type, none)), status: 400 },
        patch: { ask: (type) => patient.patch(`${type}/${none}`, []), status: 400 },
        delete: { ask: (type) => service.send({ method: 'DELETE', path: `/fhir/${type}/${none}`, role: 'patient' }), status: 204 },
        'history-type': { ask: (type) => patient.get(`${type}/_history`), status: 200 },
      };
      for (const { type, interactions, conditional } of listed) {
        for (const interaction of interactions) {
          const answer = await TRIED[interaction]?.ask(type);
          expect([type, interaction, answer?.status]).toEqual([type, interaction, TRIED[interaction]?.status]);
          expect(answer?.text).not.toContain('no-such-route');
        }
        // A condition that is none is refused before anything else is looked at.
        const empty = `${type}?_id=`;
        // The trace has a function of its own, which has no such route.
        const notServed = type === 'AuditEvent' ? 404 : 405;
        const statuses = {
          conditionalCreate: (await patient.post(type, {}, { 'if-none-exist': '_id=' })).status,
          conditionalUpdate: (await patient.put(empty, {})).status,
          conditionalDelete: (await service.send({ method: 'DELETE', path: `/fhir/${empty}`, role: 'patient' })).status,
        };
        expect([type, statuses]).toEqual([
          type,
          {
            conditionalCreate: conditional.create ? 400 : notServed,
            conditionalUpdate: conditional.update ? 400 : notServed,
            conditionalDelete: conditional.delete ? 412 : notServed,
          },
        ]);
      }
    });

    it('is not changed where it is not said to be', async () => {
      for (const type of ['Patient', 'EpisodeOfCare', 'Practitioner', 'Organization', 'Measure']) {
        const answer = await coordinator.put(`${type}/x`, { resourceType: type, id: 'x' });
        expect([type, answer.status]).toEqual([type, 405]);
      }
    });

    it('says how to get a token', async () => {
      const { status, json } = await service.send({ method: 'GET', path: '/fhir/.well-known/smart-configuration' });
      expect([status, json]).toEqual([
        200,
        expect.objectContaining({ issuer: expect.any(String), jwks_uri: `${service.base}/.well-known/jwks.json` }),
      ]);
    });

    it('is well', async () => {
      const { status, text } = await service.send({ method: 'GET', path: '/health' });
      expect([status, text]).toEqual([200, '{"status":"ok"}']);
    });

    it('has a directory for its members: people, structures, by name and by number', async () => {
      const gp = service.fhir('gp');
      const { rpps = '', practitioner, reference } = service.demo.roles.nurse;
      const [person] = matchesIn('Practitioner', await gp.get(`Practitioner?identifier=https://rpps.esante.gouv.fr|${rpps}`));
      expect(`Practitioner/${person?.id}`).toBe(practitioner);
      const [role] = matchesIn('PractitionerRole', await gp.get(`PractitionerRole?practitioner=${practitioner}`));
      expect(`PractitionerRole/${role?.id}`).toBe(reference);
      expect(matchesIn('Organization', await gp.get('Organization?name=CH des Essais'))).toHaveLength(1);
    });
  });
});

type Listed = {
  readonly type: string;
  readonly interactions: readonly string[];
  readonly conditional: { readonly create: boolean; readonly update: boolean; readonly delete: boolean };
};

function listedIn(statement: unknown): readonly Listed[] {
  if (!isCapability(statement)) throw new Error('no CapabilityStatement');
  return (statement.rest?.[0]?.resource ?? []).map(
    ({ type, interaction = [], conditionalCreate, conditionalUpdate, conditionalDelete }) => ({
      type: type ?? '',
      interactions: interaction.map(({ code }) => code ?? ''),
      conditional: {
        create: conditionalCreate === true,
        update: conditionalUpdate === true,
        delete: conditionalDelete === 'single',
      },
    }),
  );
}

function isCapability(value: unknown): value is CapabilityStatement {
  return typeof value === 'object' && value !== null && 'resourceType' in value && value.resourceType === 'CapabilityStatement';
}
