import type { AuditEvent } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RPPS, SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { type Answer, bundleIn, outcomeIn } from '../support/http.ts';
import { type FhirClient, startTestService, type TestService } from '../support/service.ts';

/** One question in place of five, and what it may not tell. */
describe('searches that follow references', () => {
  let service: TestService;
  let gp: FhirClient;
  let social: FhirClient;
  let given: string;
  beforeAll(async () => {
    service = await startTestService();
    gp = service.fhir('gp');
    social = service.fhir('social');
    given = service.demo.patients.given.reference;
  });
  afterAll(() => service.stop());

  const told = (answer: Answer, mode: 'match' | 'include') =>
    (bundleIn(answer).entry ?? []).flatMap(({ resource, search }) => (search?.mode === mode && resource ? [resource] : []));
  const typesTold = (answer: Answer, mode: 'match' | 'include') =>
    told(answer, mode)
      .map(({ resourceType }) => resourceType)
      .toSorted();
  const idsOf = (answer: Answer) => told(answer, 'match').map(({ id }) => `Patient/${id}`);
  const idOf = (reference: string) => reference.split('/')[1] ?? '';

  describe('the médecin traitant', () => {
    it('reads a plan with its goals, its circle and the professionals of the circle by one request', async () => {
      const answer = await gp.get(
        `CarePlan?patient=${given}&_include=CarePlan:goal&_include=CarePlan:care-team&_include:iterate=CareTeam:participant&_include:iterate=PractitionerRole:practitioner`,
      );
      expect(typesTold(answer, 'match')).toEqual(['CarePlan']);
      expect(
        Object.fromEntries(
          Object.entries(Object.groupBy(typesTold(answer, 'include'), (type) => type)).map(([type, all]) => [type, all?.length]),
        ),
      ).toEqual({
        CareTeam: 1,
        Goal: 3,
        PractitionerRole: 5,
        Practitioner: 5,
      });
      expect(bundleIn(answer).total).toBe(1);
    });

    it('finds documents by who wrote them, and tasks by the episode that they are about', async () => {
      const reports = await gp.get(`DocumentReference?patient=${given}&author:PractitionerRole.practitioner.family=Nuance`);
      expect(told(reports, 'match')).toMatchObject([{ description: 'Entretien psychologique' }]);
      const tasks = await gp.get(`Task?patient=${given}&focus:EpisodeOfCare.status=active&_include=Task:focus`);
      expect([typesTold(tasks, 'match'), typesTold(tasks, 'include')]).toEqual([['Task'], ['EpisodeOfCare']]);
    });

    it('finds his patients by what is in their records, of whom he may see it', async () => {
      const { limited, minor, opposed } = service.demo.patients;
      const withPlan = await gp.get('Patient?_has:CarePlan:patient:status=active');
      expect(idsOf(withPlan).toSorted()).toEqual([given, limited.reference, minor.reference].toSorted());
      expect(idsOf(await gp.get('Patient?_has:CarePlan:patient:status=active&family=Fictive'))).toEqual([given]);
      // Psychological records are not shared by `limited`.
      const withReport = await gp.get('Patient?_has:DocumentReference:patient:_security=psy');
      expect(idsOf(withReport)).toContain(given);
      expect(idsOf(withReport)).not.toContain(limited.reference);
      expect(await gp.get(`Patient?_id=${idOf(opposed.reference)}&_has:CarePlan:patient:status=active`)).toMatchObject({
        status: 200,
        json: { total: 0 },
      });
      expect(told(await gp.get('CarePlan?subject.family=Fictive'), 'match')).toMatchObject([{ subject: { reference: given } }]);
    });

    it('has each page with what its own matches point at, and a total of matches alone', async () => {
      const first = await gp.get(`Goal?patient=${given}&_count=2&_include=Goal:patient&_revinclude=CarePlan:goal`);
      const next = bundleIn(first).link?.find(({ relation }) => relation === 'next')?.url ?? '';
      const second = await gp.get(next.replace(`${service.base}/fhir/`, ''));
      for (const page of [first, second]) {
        expect(bundleIn(page).total).toBe(3);
        expect(typesTold(page, 'include')).toEqual(['CarePlan', 'Patient']);
      }
      expect([...told(first, 'match'), ...told(second, 'match')]).toHaveLength(3);
      const count = await gp.get(`Goal?patient=${given}&_summary=count&_include=Goal:patient`);
      expect(bundleIn(count)).toMatchObject({ total: 3 });
      expect(bundleIn(count)).not.toHaveProperty('entry');
    });

    it('has the person beside each task of a worklist', async () => {
      const answer = await service
        .fhir('coordinator')
        .get(`Task?owner=${service.demo.roles.coordinator.reference}&status=requested,received,accepted,in-progress&_include=Task:patient`);
      const people = new Set(told(answer, 'match').map((task) => (task.resourceType === 'Task' ? task.for?.reference : '')));
      expect(people.size).toBeGreaterThan(1);
      expect(new Set(told(answer, 'include').map(({ resourceType, id }) => `${resourceType}/${id}`))).toEqual(people);
    });
  });

  describe('the directory', () => {
    it('is searched by name of the person behind a role, and both are read together', async () => {
      const name = service.demo.roles.social.name.split(' ').at(-1) ?? '';
      const answer = await social.get(`PractitionerRole?practitioner.name=${name}&_include=PractitionerRole:practitioner`);
      expect(typesTold(answer, 'match')).toEqual(['PractitionerRole']);
      expect(typesTold(answer, 'include')).toEqual(['Practitioner']);
      const rpps = service.demo.roles.gp.rpps ?? '';
      const roles = await social.get(`Practitioner?identifier=${RPPS}|${rpps}&_revinclude=PractitionerRole:practitioner`);
      expect([typesTold(roles, 'match'), typesTold(roles, 'include')]).toEqual([['Practitioner'], ['PractitionerRole']]);
    });

    it('tells each organisation once, though it may match and be pointed at', async () => {
      const plain = await social.get('Organization?_count=100');
      const followed = await social.get('Organization?_count=100&_revinclude:iterate=Organization:partof&_include=Organization:partof');
      expect(told(followed, 'match')).toEqual(told(plain, 'match'));
      expect(told(followed, 'include')).toEqual([]);
      expect(bundleIn(followed).total).toBe(bundleIn(plain).total);
      const { gp: doctor } = service.demo.roles;
      const twice = await social.get(`Practitioner?identifier=${RPPS}|${doctor.rpps},${RPPS}|${doctor.rpps}`);
      expect(bundleIn(twice).total).toBe(1);
    });

    it.each(['Practitioner?_has:Encounter:practitioner:status=finished', 'PractitionerRole?_revinclude=Task:owner'])(
      '%s would read every record: refused, with what works',
      async (query) => {
        const answer = await gp.get(query);
        expect(answer.status).toBe(422);
        expect(outcomeIn(answer).issue).toMatchObject([{ code: 'too-costly', details: { text: expect.stringContaining('Task?owner=') } }]);
      },
    );
  });

  describe('what the social worker may not see', () => {
    it('is brought by no include, and no criterion about it is met', async () => {
      const everything = await social.get(`Patient?_id=${idOf(given)}&_revinclude=*`);
      expect(typesTold(everything, 'include')).not.toContain('DocumentReference');
      expect(typesTold(everything, 'include')).not.toContain('Condition');
      for (const criterion of [
        '_has:DocumentReference:patient:status=current',
        '_has:DocumentReference:patient:status:not=superseded',
        '_has:DocumentReference:patient:description:missing=true',
        '_has:Condition:patient:_security=psy',
        '_has:Encounter:patient:_has:DocumentReference:encounter:status=current',
      ]) {
        expect([criterion, bundleIn(await social.get(`Patient?_id=${idOf(given)}&${criterion}`)).total]).toEqual([criterion, 0]);
      }
    });

    it('changes nothing when there is one document more: every answer has the same bytes and the same ETag', async () => {
      const { reference } = service.demo.patients.minor;
      const id = idOf(reference);
      const queries = [
        `Patient?_id=${id}&_revinclude=*&_include=*`,
        `Patient?_id=${id}&_has:DocumentReference:patient:status=current`,
        `Patient?_id=${id}&_has:DocumentReference:author:status=current`,
        `Encounter?patient=${reference}&_revinclude=DocumentReference:encounter&_sort=-date`,
        `CareTeam?patient=${reference}&_revinclude:iterate=*`,
        `DocumentReference?patient=${reference}&author:PractitionerRole.practitioner.active=true&_summary=count`,
        `Goal?patient=${reference}&patient._has:DocumentReference:patient:_lastUpdated=gt2020&_count=1`,
        'Patient?_has:DocumentReference:patient:status=current&_sort=-_lastUpdated',
      ];
      const ask = async (client: FhirClient) =>
        Promise.all(
          queries.map(async (query) => [
            query,
            ...(({ status, text, headers }) => [status, text, headers.get('etag')])(await client.get(query)),
          ]),
        );
      const [before, seenBefore] = [await ask(social), await ask(gp)];
      expect(new Set(before.map(([, status]) => status))).toEqual(new Set([200]));
      const written = await gp.post('DocumentReference', {
        resourceType: 'DocumentReference',
        status: 'current',
        meta: { security: [{ system: SYSTEM.categorie, code: 'psy' }] },
        subject: { reference },
        author: [{ reference: service.demo.roles.gp.reference }],
        content: [{ attachment: { contentType: 'text/plain', data: 'RmljdGlm' } }],
      });
      expect(written.status).toBe(201);
      expect(await ask(social)).toEqual(before);
      // The same searches do tell him who may see it.
      expect(await ask(gp)).not.toEqual(seenBefore);
    });
  });

  it('what an include told is in the trace of the person', async () => {
    await gp.get(`CarePlan?patient=${given}&_include=CarePlan:goal`);
    await service.quiesce();
    const trace = await service.fhir('patient').get(`AuditEvent?patient=${given}&_count=1`);
    const [event] = told(trace, 'match').filter((one): one is AuditEvent => one.resourceType === 'AuditEvent');
    const entities = event?.entity?.flatMap(({ what }) => what?.reference?.split('/')[0] ?? []) ?? [];
    expect(entities.filter((type) => type === 'Goal')).toHaveLength(3);
    expect(entities).toContain('CarePlan');
  });
});
