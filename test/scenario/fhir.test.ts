import type { Goal } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleIn, matchesIn, outcomeIn, resourceIn } from '../support/http.ts';
import { goal as goalOf, idOf } from '../support/rest.ts';
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

  const goal = (over: Partial<Goal> = {}) => goalOf(given, over);

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

  describe('what is served', () => {
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
