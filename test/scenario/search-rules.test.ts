import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, bundleIn, matchesIn, outcomeIn } from '../support/http.ts';
import { goal, idOf, ruleOf } from '../support/rest.ts';
import { type FhirClient, startTestService, type TestService } from '../support/service.ts';

/** What an interoperability engineer tries first. */
describe('searches', () => {
  let service: TestService;
  let gp: FhirClient;
  let coordinator: FhirClient;
  let given: string;
  beforeAll(async () => {
    service = await startTestService();
    gp = service.fhir('gp');
    coordinator = service.fhir('coordinator');
    given = service.demo.patients.given.reference;
  });
  afterAll(() => service.stop());

  const total = (answer: Answer): number | undefined => bundleIn(answer).total;
  const form = (path: string, body: string, role = 'gp'): Promise<Answer> =>
    service.send({ method: 'POST', path: `/fhir/${path}`, role, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body });

  it('T1: what was just written is found by the very next request, and what was deleted is not', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const written = await coordinator.post('Goal', goal(given, { description: { text: `aussitôt ${turn}` } }));
      const query = `Goal?patient=${given}&_content=aussitot%20${turn}`;
      expect(matchesIn('Goal', await coordinator.get(query)).map(({ id }) => id)).toEqual([idOf(written)]);
      await service.send({ method: 'DELETE', path: `/fhir/Goal/${idOf(written)}`, role: 'coordinator' });
      expect(total(await coordinator.get(query))).toBe(0);
    }
  });

  it.each([
    'goal.lifecycle-status=cancelled',
    'subject.family=personne',
    '_has:Task:focus:status=failed',
    'care-team.participant:Organization.name=x',
  ])('T11: CarePlan?%s matches nothing: the answer is empty, not everything', async (criterion) => {
    expect(bundleIn(await gp.get(`CarePlan?patient=${given}&${criterion}`))).toMatchObject({ total: 0 });
  });

  describe('T56: a search by POST is the search by GET', () => {
    it.each(['DocumentReference', 'Task'])('of %s: same matches, same total, same ETag', async (type) => {
      for (const role of ['gp', 'social', 'outsider']) {
        const query = `patient=${given}&_sort=-_lastUpdated`;
        const got = await service.fhir(role).get(`${type}?${query}`);
        const posted = await form(`${type}/_search`, query, role);
        expect([posted.status, posted.text, posted.headers.get('etag')]).toEqual([got.status, got.text, got.headers.get('etag')]);
        // Parameters of the URL and of the body count together.
        expect((await form(`${type}/_search?patient=${given}`, '_sort=-_lastUpdated', role)).text).toBe(got.text);
      }
    });
  });

  describe('the record of one person as a compartment: Patient/[id]/[type]', () => {
    it.each(['Condition', 'DocumentReference'])('%s: the same as by patient', async (type) => {
      for (const role of ['gp', 'social', 'outsider']) {
        const client = service.fhir(role);
        const wanted = await client.get(`${type}?patient=${given}&_count=3`);
        const answer = await client.get(`${given}/${type}?_count=3`);
        expect([answer.status, answer.text]).toEqual([wanted.status, wanted.text]);
      }
    });

    it('takes criteria, holds no other person and no directory', async () => {
      expect(total(await gp.get(`${given}/CarePlan?status=active`))).toBe(1);
      expect(total(await gp.get(`${given}/CarePlan?status=draft`))).toBe(0);
      expect(total(await gp.get(`${given}/CarePlan?patient=${service.demo.patients.limited.reference}`))).toBe(0);
      expect(total(await gp.get('Patient/nobody/CarePlan'))).toBe(0);
      for (const type of ['Practitioner', 'AuditEvent', 'Binary']) {
        const answer = await gp.get(`${given}/${type}`);
        expect([type, answer.status, ruleOf(answer)]).toEqual([type, 404, 'not-in-compartment']);
      }
      expect((await gp.get(`${given}/Observation`)).status).toBe(404);
    });
  });

  describe('unknown and refused parameters', () => {
    it('are ignored with a warning and left out of the self link; refused under strict', async () => {
      const answer = await gp.get(`CarePlan?patient=${given}&couleur=bleu&status=active`);
      expect(bundleIn(answer).link?.find(({ relation }) => relation === 'self')?.url).not.toContain('couleur');
      expect(answer.text).toContain('unknown search parameter');
      expect((await gp.get(`CarePlan?patient=${given}&couleur=bleu`, { prefer: 'handling=strict' })).status).toBe(400);
    });

    it.each([
      'Task?patientt=x&status=requested',
      'Condition?subjet=x',
      'Patient?prenom=Marie',
      'CarePlan?patient=&status=active',
      'Practitioner?nom=x',
    ])('%s is left without patient or index: 400, whatever else is asked', async (query) => {
      const answer = await gp.get(query);
      expect([answer.status, ruleOf(answer)]).toEqual([400, 'no-criterion-left']);
    });

    it.each(['Patient?family=Fictive&couleur=bleu', 'Practitioner?name=a&couleur=bleu', 'CarePlan?subject.family=Fictive&couleur=bleu'])(
      '%s still names whom or what: 200 with a warning',
      async (query) => {
        expect((await gp.get(query)).status).toBe(200);
      },
    );

    it.each([
      ['_filter=status eq active', 400, '_filter'],
      ['code:in=http://snomed.info/sct?fhir_vs', 422, 'code:in'],
      ['status:exact=active', 400, 'status:exact'],
      ['goal:below=Goal/x', 400, 'goal:below'],
      ['date=hier', 400, 'date'],
    ])('%s: %i, and %s is named', async (criterion, status, expression) => {
      const answer = await gp.get(
        `${criterion.startsWith('code') ? 'Condition' : 'CarePlan'}?patient=${given}&${criterion.replace(/ /g, '%20')}`,
      );
      expect(answer.status).toBe(status);
      expect(outcomeIn(answer).issue[0]).toMatchObject({ expression: [expression], details: { text: expect.stringMatching(/.+/) } });
    });
  });

  describe('across patients', () => {
    it('ids are looked up, several at once, of people one may see', async () => {
      const seen = matchesIn('Task', await gp.get('Task?_count=500')).map(({ id = '' }) => id);
      expect(seen.length).toBeGreaterThan(1);
      expect(total(await gp.get(`Task?_id=${seen.join(',')}`))).toBe(seen.length);
      expect(total(await service.fhir('outsider').get(`Task?_id=${seen.join(',')}`))).toBe(0);
      const { limited, opposed } = service.demo.patients;
      const people = [given, limited.reference, opposed.reference].map((reference) => reference.split('/')[1]).join(',');
      expect(
        matchesIn('Patient', await gp.get(`Patient?_id=${people}`))
          .map(({ id }) => `Patient/${id}`)
          .toSorted(),
      ).toEqual([given, limited.reference].toSorted());
    });

    it('a password alone opens nobody, whatever the search starts from (A-03)', async () => {
      const weak = service.fhir('coordinator', { acr: 'pwd' });
      const owner = service.demo.roles.coordinator.reference;
      for (const query of ['Patient', 'Task?status=requested', `Task?owner=${owner}`, 'CarePlan?_id=x', `Condition?patient=${given}`]) {
        expect([query, (await weak.get(query)).status]).toEqual([query, 401]);
      }
      expect((await weak.get('Practitioner?name=a')).status).toBe(200);
    });
  });

  describe('the directory, by name, profession and commune', () => {
    it('finds a professional by any part of his name, case and accents aside', async () => {
      const { name, practitioner = '' } = service.demo.roles.gp;
      const family = name.split(' ').at(-1) ?? '';
      for (const query of [`name=${family}`, `family=${family.toUpperCase()}`, `name:contains=${family.slice(1, 4)}`]) {
        const found = matchesIn('Practitioner', await gp.get(`Practitioner?${query}`)).map(({ id }) => `Practitioner/${id}`);
        expect([query, found.includes(practitioner)]).toEqual([query, true]);
      }
    });

    it('finds a role by its profession, and by where it is practised', async () => {
      const [role] = matchesIn(
        'PractitionerRole',
        await gp.get(`PractitionerRole?_id=${service.demo.roles.nurse.reference.split('/')[1]}`),
      );
      const coding = role?.code?.[0]?.coding?.[0];
      const found = matchesIn('PractitionerRole', await gp.get(`PractitionerRole?role=${coding?.system}|${coding?.code}`));
      expect(found.map(({ id }) => id)).toContain(role?.id);
      const city = (query: string) => gp.get(query.replace('CITY', encodeURIComponent('epure-sur-marge')));
      const there = matchesIn('Organization', await city('Organization?address-city=CITY&_count=100'));
      expect(there.map(({ name }) => name)).toContain('Cabinet médical Modèle');
      expect(there.map(({ name }) => name)).not.toContain('CH des Essais');
      const practised = matchesIn('PractitionerRole', await city('PractitionerRole?organization.address-city=CITY'));
      expect(practised.map(({ id }) => `PractitionerRole/${id}`)).toContain(service.demo.roles.gp.reference);
    });
  });
});
