import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, bundleIn, matchesIn, outcomeIn, resourceIn } from '../support/http.ts';
import { type FhirClient, startTestService, type TestService } from '../support/service.ts';
import { admitted, discharge, letter, sendLetter, stayJustEnded } from './hospital-sends.ts';

describe('the software of the médecin traitant', () => {
  let service: TestService;
  let gp: FhirClient;
  let given: { readonly reference: string; readonly ins: string; readonly oid: string };
  beforeAll(async () => {
    service = await startTestService();
    gp = service.fhir('gp');
    given = service.demo.patients.given;
  });
  afterAll(() => service.stop());

  const typesIn = (answer: Answer) =>
    Object.groupBy(
      (bundleIn(answer).entry ?? []).flatMap(({ resource }) => resource?.resourceType ?? []),
      (type) => type,
    );
  const linkOf = (answer: Answer, relation: string) => bundleIn(answer).link?.find((link) => link.relation === relation)?.url;
  const below = (url: string | undefined) => (url ?? '').replace(`${service.base}/fhir/`, '');
  const ifNoneMatch = (answer: Answer) => ({ 'if-none-match': answer.headers.get('etag') ?? '' });

  it('reads the plan of its patient by reference and by INS: the same one', async () => {
    const byReference = await gp.get(`CarePlan?patient=${given.reference}`);
    const byIns = await gp.get(`CarePlan?patient.identifier=urn:oid:${given.oid}|${given.ins}`);
    const [plan] = matchesIn('CarePlan', byReference);
    expect(matchesIn('CarePlan', byReference)).toHaveLength(1);
    expect(matchesIn('CarePlan', byIns)).toEqual([plan]);
    expect(plan).toMatchObject({ status: 'active', title: 'Plan personnalisé de santé' });
    expect(plan?.meta?.tag).toBeUndefined();
  });

  it('reads the plans of all of its patients at once: of those who share with it, and of nobody else', async () => {
    const plans = matchesIn('CarePlan', await gp.get('CarePlan?status=active'));
    const { given: one, limited, minor } = service.demo.patients;
    expect(new Set(plans.map(({ subject }) => subject.reference))).toEqual(
      new Set([one, limited, minor].map(({ reference }) => reference)),
    );
  });

  it('reads tasks and documents', async () => {
    const letters = matchesIn(
      'DocumentReference',
      await gp.get(`DocumentReference?patient=${given.reference}&type=http://loinc.org|11490-0`),
    );
    expect(letters).toHaveLength(1);
    const tasks = matchesIn('Task', await gp.get(`Task?patient=${given.reference}`));
    expect(tasks.map(({ code }) => code?.coding?.[0]?.code)).toEqual(expect.arrayContaining(['demande-appui', 'lettre-de-liaison']));
    expect(tasks).toHaveLength(2);
  });

  it('reads the bytes of the letter with their own content type, or as a resource', async () => {
    const [letter] = matchesIn('DocumentReference', await gp.get(`DocumentReference?patient=${given.reference}&type=11490-0`));
    const attachment = letter?.content[0]?.attachment;
    const bytes = await gp.get(attachment?.url ?? '', { accept: 'text/xml' });
    expect([bytes.status, bytes.headers.get('content-type')]).toEqual([200, 'text/xml']);
    expect(Buffer.byteLength(bytes.text)).toBe(attachment?.size);
    expect(bytes.text).toContain('<ClinicalDocument');
    const binary = resourceIn('Binary', await gp.get(attachment?.url ?? '', { accept: 'application/fhir+json' }));
    expect(Buffer.from(binary.data ?? '', 'base64').toString()).toBe(bytes.text);
  });

  it('reads everything of a patient in one answer: the patient first, what is masked left out', async () => {
    const answer = await gp.get(`${given.reference}/$everything`);
    const types = typesIn(answer);
    expect(bundleIn(answer).entry?.[0]?.resource?.resourceType).toBe('Patient');
    expect(Object.fromEntries(Object.entries(types).map(([type, some]) => [type, some?.length]))).toEqual({
      Patient: 1,
      CarePlan: 1,
      CareTeam: 1,
      Condition: 1,
      Consent: 1,
      // Letter and psychological report; the masked letter is not its.
      DocumentReference: 2,
      Encounter: 1,
      EpisodeOfCare: 1,
      Goal: 3,
      QuestionnaireResponse: 1,
      ServiceRequest: 1,
      Task: 2,
    });
    expect((await gp.get(`${given.reference}/$everything`, ifNoneMatch(answer))).status).toBe(304);
  });

  it('pages: each goal once, and a token of one caller is of no use to another', async () => {
    const first = await gp.get(`Goal?patient=${given.reference}&_count=2`);
    const next = below(linkOf(first, 'next'));
    const second = await gp.get(next);
    expect([bundleIn(first).total, bundleIn(second).total]).toEqual([3, 3]);
    expect(linkOf(second, 'next')).toBeUndefined();
    const ids = [first, second].flatMap((page) => matchesIn('Goal', page).map(({ id }) => id));
    expect(new Set(ids).size).toBe(3);
    expect((await service.fhir('gp2').get(next)).status).toBe(400);
    expect(outcomeIn(await gp.get(`${next.slice(0, -4)}AAAA`)).issue[0]?.expression).toEqual(['_page']);
  });

  it('searches by POST as by GET', async () => {
    const post = (contentType: string) =>
      service.send({
        method: 'POST',
        path: '/fhir/CarePlan/_search',
        role: 'gp',
        headers: { 'content-type': contentType },
        body: `patient=${encodeURIComponent(given.reference)}&status=active`,
      });
    const posted = matchesIn('CarePlan', await post('application/x-www-form-urlencoded'));
    expect(posted).toEqual(matchesIn('CarePlan', await gp.get(`CarePlan?patient=${given.reference}&status=active`)));
    expect(posted).toHaveLength(1);
    expect((await post('application/fhir+json')).status).toBe(415);
  });

  describe('with a parameter that nobody knows', () => {
    it('is answered without it, warned, and the self link says what was searched', async () => {
      const answer = await gp.get(`CarePlan?patient=${given.reference}&colour=blue`);
      expect(matchesIn('CarePlan', answer)).toHaveLength(1);
      const [warning] = (bundleIn(answer).entry ?? []).filter(({ search }) => search?.mode === 'outcome');
      expect(JSON.stringify(warning?.resource)).toContain('colour');
      expect(linkOf(answer, 'self')).toBe(`${service.base}/fhir/CarePlan?patient=${given.reference}`);
    });

    it.each([
      { story: 'strictly', path: (patient: string) => `CarePlan?patient=${patient}&colour=blue`, headers: { prefer: 'handling=strict' } },
      { story: 'with nothing else', path: () => 'CarePlan?colour=blue', headers: {} },
    ])('is refused $story', async ({ path, headers }) => {
      const answer = await gp.get(path(given.reference), headers);
      expect(answer.status).toBe(400);
      expect(outcomeIn(answer).issue[0]?.expression).toEqual(['colour']);
    });
  });

  it('pulls almost for free while nothing that it sees changes, and sees at once what does', async () => {
    const { reference } = service.demo.patients.limited;
    const pull = `CarePlan?patient=${reference}`;
    const coordinator = service.fhir('coordinator');
    const before = await gp.get(pull);
    const [plan] = matchesIn('CarePlan', before);
    expect((await gp.get(pull, ifNoneMatch(before))).status).toBe(304);

    // A draft is for its author and those who work on it: nothing that this GP sees yet.
    const { id: _id, meta: _meta, extension: _extension, activity: _activity, ...body } = plan ?? { resourceType: 'CarePlan' as const };
    const draft = await coordinator.post('CarePlan', { ...body, status: 'draft' });
    expect(draft.status).toBe(201);
    const unchanged = await gp.get(pull, ifNoneMatch(before));
    expect([unchanged.status, unchanged.text]).toEqual([304, '']);

    const [goal] = matchesIn('Goal', await coordinator.get(`Goal?patient=${reference}&_count=1`));
    const goals = await gp.get(`Goal?patient=${reference}`);
    expect((await coordinator.put(`Goal/${goal?.id}`, { ...goal, description: { text: 'Rentrer à la maison' } })).status).toBe(200);
    const changed = await gp.get(`Goal?patient=${reference}`, ifNoneMatch(goals));
    expect(matchesIn('Goal', changed).map(({ description }) => description.text)).toContain('Rentrer à la maison');

    const person = service.fhir('patient', { alias: 'limited' });
    const [consent] = matchesIn('Consent', await person.get('Consent'));
    const event = (name: string) =>
      person.post(`Consent/${consent?.id}/$event`, { resourceType: 'Parameters', parameter: [{ name: 'event', valueCode: name }] });
    expect((await event('retirer')).status).toBe(200);
    const lost = await gp.get(pull, ifNoneMatch(before));
    expect([lost.status, bundleIn(lost).total, bundleIn(lost).entry ?? []]).toEqual([200, 0, []]);
  });

  it('acknowledges the letter of a discharge, once', async () => {
    const { reference } = service.demo.patients.minor;
    const stay = await stayJustEnded(service, 'V-PULL', admitted('minor'));
    await discharge(service, stay);
    expect((await sendLetter(service, letter(stay, { documentId: '2.25.5501' }))).status).toBe(201);

    const episodes = matchesIn('EpisodeOfCare', await gp.get(`EpisodeOfCare?patient=${reference}`));
    const episode = episodes.find(({ extension }) => extension?.some(({ valueCoding }) => valueCoding?.code === 'lettre-recue'));
    const path = `EpisodeOfCare/${episode?.id}/$event`;
    const acknowledge = { resourceType: 'Parameters', parameter: [{ name: 'event', valueCode: 'accuser-prise-en-compte' }] };
    const acknowledged = await gp.post(path, acknowledge);
    expect(acknowledged.status).toBe(200);
    expect(resourceIn('EpisodeOfCare', acknowledged).extension).toContainEqual(
      expect.objectContaining({ valueCoding: expect.objectContaining({ code: 'pris-en-compte' }) }),
    );
    const again = await gp.post(path, acknowledge);
    expect(again.status).toBe(409);
    expect(outcomeIn(again).issue[0]?.details?.coding?.length).toBeGreaterThan(1);
  });
});
