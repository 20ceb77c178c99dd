import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LetterFacts, lettreDeLiaison } from '../../functions/local/demo/lettre-de-liaison.ts';
import { DEMO_ROLES } from '../../functions/local/demo/roles.ts';
import { etatOf } from '../../lib/coordination/etat.ts';
import { taskCodeOf } from '../../lib/coordination/tasks.ts';
import { type Instant, instantOf, shift } from '../../lib/platform/instant.ts';
import { allowedIn, event, rulesIn } from '../support/coordination.ts';
import { adt, mustTake, physician, stranger } from '../support/hospital.ts';
import { type Answer, bundleIn, matchesIn, outcomeIn, resourceIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

const HOUR_MS = 3_600_000;

type DemoPatient = TestService['demo']['patients']['given'];

describe('a hospital sends its letters in CDA', () => {
  let service: TestService;
  let now: Instant;
  beforeAll(async () => {
    service = await startTestService();
    now = instantOf(Date.now());
  });
  afterAll(() => service.stop());

  const send = (body: string, query = '', role = 'hospital'): Promise<Answer> =>
    service.send({ method: 'POST', path: `/intake/cda${query}`, role, headers: { 'content-type': 'text/xml' }, body });
  const written = (person: Pick<DemoPatient, 'ins' | 'family' | 'given' | 'birthDate' | 'gender'>, over: Partial<LetterFacts>): string =>
    lettreDeLiaison({
      documentId: '2.25.1',
      writtenAt: now,
      ins: person.ins,
      names: { birthName: person.family, firstGiven: person.given, givenNames: person.given },
      gender: person.gender === 'female' ? 'F' : 'M',
      birthDate: person.birthDate,
      birthPlace: { insee: '69123', label: 'LYON' },
      stay: { start: shift(now, -48 * HOUR_MS), end: now },
      hospital: { finess: service.demo.roles.hospital.finess ?? '', name: 'CH des Essais' },
      author: physician('clinician'),
      recipients: [physician('gp')],
      medecinTraitant: physician('gp'),
      ...over,
    });
  const count = async (type: string, patient: string): Promise<number> =>
    bundleIn(await service.fhir('hospital').get(`${type}?patient=${patient}&_summary=count`)).total ?? -1;

  describe('the letter of a stay that was announced', () => {
    let person: DemoPatient;
    let letter: string;
    let answer: Answer;
    beforeAll(async () => {
      person = service.demo.patients.given;
      const discharge = adt({
        trigger: 'A03',
        controlId: 'CDA-G',
        person: { ...person, ipp: 'DEMO-given' },
        venue: 'CDA-G',
        admitted: shift(now, -48 * HOUR_MS),
        left: now,
      });
      await mustTake(service, discharge);
      letter = written(person, { documentId: '2.25.1001' });
      answer = await send(letter);
    });

    it('is filed: 201, its Location, a DocumentReference of type 11490-0 about her', async () => {
      expect(answer.status).toBe(201);
      const { id, type, subject, status } = resourceIn('DocumentReference', answer);
      expect(answer.headers.get('location')).toBe(`${service.demo.fhir}/DocumentReference/${id}/_history/1`);
      expect([type?.coding?.[0]?.code, subject?.reference, status]).toEqual(['11490-0', person.reference, 'current']);
      expect(answer.headers.get('x-relais-warnings')).toBeNull();
    });

    it('closes the clock: the episode and the hospital’s task are lettre-recue', async () => {
      const { id, context } = resourceIn('DocumentReference', answer);
      const related = context?.related?.find(({ reference }) => reference?.startsWith('EpisodeOfCare/'))?.reference ?? '';
      const episode = resourceIn('EpisodeOfCare', await service.fhir('gp').get(related));
      expect(etatOf(episode)).toBe('lettre-recue');
      const tasks = matchesIn('Task', await service.fhir('hospital').get(`Task?patient=${person.reference}&_sort=-authored-on`));
      const task = tasks.find((one) => one.focus?.reference === related && taskCodeOf(one) === 'lettre-de-liaison');
      expect([task?.status, task && etatOf(task)]).toEqual(['completed', 'lettre-recue']);
      expect(task?.output?.map(({ valueReference }) => valueReference?.reference)).toEqual([`DocumentReference/${id}`]);
    });

    it('waits on the worklist of the médecin traitant, who acknowledges it', async () => {
      const gp = service.fhir('gp');
      const { id } = resourceIn('DocumentReference', answer);
      const worklist = matchesIn('Task', await gp.get(`Task?owner=${service.demo.roles.gp.reference}&status=requested`));
      const task = worklist.find(({ reasonReference }) => reasonReference?.reference === `DocumentReference/${id}`);
      expect(task && taskCodeOf(task)).toBe('prise-en-compte');
      const acknowledged = await gp.post(`${task?.focus?.reference}/$event`, event('accuser-prise-en-compte'));
      expect([acknowledged.status, etatOf(resourceIn('EpisodeOfCare', acknowledged))]).toEqual([200, 'pris-en-compte']);
      const again = await gp.post(`${task?.focus?.reference}/$event`, event('accuser-prise-en-compte'));
      expect([again.status, allowedIn(again)]).toEqual([409, ['fixer-rdv', 'signaler-mt-absent']]);
    });

    it.each(['hospital', 'gp'])('is read back by the %s byte for byte', async (role) => {
      const [content] = resourceIn('DocumentReference', answer).content;
      const token = await service.token(role);
      const given = await fetch(`${service.demo.fhir}/${content?.attachment.url}`, {
        headers: { authorization: `Bearer ${token}`, accept: 'text/xml' },
      });
      expect([given.status, given.headers.get('content-type')]).toEqual([200, 'text/xml']);
      expect(await given.text()).toBe(letter);
    });

    it('gets the same answer when it comes again, and changes nothing', async () => {
      const before = await count('DocumentReference', person.reference);
      const replay = await send(letter);
      expect([replay.status, replay.text]).toEqual([200, answer.text]);
      expect(await count('DocumentReference', person.reference)).toBe(before);
    });

    it('is refused under the same id with other bytes: 409', async () => {
      const other = await send(letter.replace('Lettre validée.', 'Lettre relue.'));
      expect(other.status).toBe(409);
      expect(outcomeIn(other).issue[0]).toMatchObject({ expression: ['ClinicalDocument.id'], details: { text: expect.any(String) } });
    });
  });

  it('a letter that comes at the very moment of its discharge loses no race', async () => {
    const { ins = '', ipp, ...traits } = stranger(43);
    const admitted = shift(now, -24 * HOUR_MS);
    const told = { person: { ...traits, ins, ipp }, venue: 'CDA-R', admitted };
    await mustTake(service, adt({ ...told, trigger: 'A01', controlId: 'CDA-R1' }));
    const letter = written({ ...traits, ins }, { documentId: '2.25.1009', stay: { start: admitted, end: now } });
    const discharge = adt({ ...told, trigger: 'A03', controlId: 'CDA-R2', left: now });
    const [answer] = await Promise.all([send(letter), mustTake(service, discharge)]);
    expect(answer.status).toBe(201);
    const { subject } = resourceIn('DocumentReference', answer);
    const [episode, ...others] = matchesIn(
      'EpisodeOfCare',
      await service.fhir('hospital').get(`EpisodeOfCare?patient=${subject?.reference}`),
    );
    expect([episode && etatOf(episode), others]).toEqual(['lettre-recue', []]);
  });

  it('an episode moves by what hospitals send: 422 to a movement as an event', async () => {
    const { reference } = service.demo.patients.given;
    const [episode] = matchesIn('EpisodeOfCare', await service.fhir('coordinator').get(`EpisodeOfCare?patient=${reference}`));
    const answer = await service.fhir('coordinator').post(`EpisodeOfCare/${episode?.id}/$event`, event('sortir'));
    expect([answer.status, rulesIn(answer)]).toEqual([422, ['intake-only']]);
  });

  it('a letter that fits no stay makes a closed episode of its own, with a warning, and closes no clock', async () => {
    const person = service.demo.patients.nomt;
    const tasks = await count('Task', person.reference);
    const answer = await send(
      written(person, { documentId: '2.25.1002', stay: { start: shift(now, -800 * HOUR_MS), end: shift(now, -700 * HOUR_MS) } }),
    );
    expect(answer.status).toBe(201);
    expect(decodeURIComponent(answer.headers.get('x-relais-warnings') ?? '')).toContain('closes no clock');
    const related = resourceIn('DocumentReference', answer).context?.related?.[0]?.reference ?? '';
    const episode = resourceIn('EpisodeOfCare', await service.fhir('hospital').get(related));
    expect([episode.status, etatOf(episode), episode.type?.map(({ text }) => text)]).toEqual([
      'finished',
      'clos',
      [undefined, 'Lettre sans mouvement'],
    ]);
    expect(await count('Task', person.reference)).toBe(tasks);
  });

  describe('a letter about somebody unknown', () => {
    const unknown = (number: number, over: Partial<LetterFacts>): string => {
      const { ins = '', ...traits } = stranger(number);
      return written({ ...traits, ins }, over);
    };
    const seenBy = async (answer: Answer, path: (letter: { id?: string; subject?: { reference?: string } }) => string) => {
      const letter = resourceIn('DocumentReference', answer);
      const roles = DEMO_ROLES.filter((role) => !['patient', 'representative'].includes(role));
      const statuses = await Promise.all(roles.map(async (role) => (await service.fhir(role).get(path(letter))).status));
      expect(new Set(statuses)).toEqual(new Set([200, 404]));
      return roles.filter((_role, index) => statuses[index] === 200);
    };

    it('is the hospital’s alone when it is addressed to nobody', async () => {
      const elsewhere = { rpps: '10000909993', family: 'AILLEURS', given: 'Max' };
      const answer = await send(unknown(41, { documentId: '2.25.1003', recipients: [elsewhere], medecinTraitant: elsewhere }));
      expect(answer.status).toBe(201);
      expect(await seenBy(answer, ({ id }) => `DocumentReference/${id}`)).toEqual(['hospital']);
      expect(await seenBy(answer, ({ subject }) => `${subject?.reference}`)).toEqual(['hospital']);
    });

    it('is an exchange with the doctor to whom it is addressed (A-22), and nobody else learns of it', async () => {
      const answer = await send(unknown(42, { documentId: '2.25.1008' }));
      expect(await seenBy(answer, ({ id }) => `DocumentReference/${id}`)).toEqual(['hospital', 'gp']);
    });
  });

  it.each([
    { story: 'no XML', body: 'Lettre de liaison', code: 422 },
    { story: 'cut in the middle', body: '<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2"/>', code: 422 },
    { story: 'another document than a CDA', body: '<Bundle xmlns="http://hl7.org/fhir"/>', code: 422 },
    { story: 'empty', body: '', code: 422 },
  ])('422 to what is $story', async ({ body, code }) => {
    const answer = await send(body);
    expect(answer.status).toBe(code);
    expect(outcomeIn(answer).issue[0]?.details?.text).toEqual(expect.any(String));
  });

  it('422 to a DOCTYPE, before any entity is looked at', async () => {
    const letter = written(service.demo.patients.limited, { documentId: '2.25.1004' });
    const answer = await send(letter.replace('?>', '?>\n<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'));
    expect(answer.status).toBe(422);
    expect(outcomeIn(answer).issue[0]?.diagnostics).toMatch(/DOCTYPE/);
  });

  it.each([
    { role: 'gp', status: 403 },
    { role: 'dmp', status: 403 },
  ])('$status to a letter sent by $role', async ({ role, status }) => {
    expect((await send(written(service.demo.patients.limited, { documentId: '2.25.1005' }), '', role)).status).toBe(status);
  });

  it('401 without a token, 413 with the limit over 4 MB', async () => {
    const letter = written(service.demo.patients.limited, { documentId: '2.25.1006' });
    expect((await service.send({ method: 'POST', path: '/intake/cda', body: letter })).status).toBe(401);
    const large = await send(`${letter}<!--${'x'.repeat(4_200_000)}-->`);
    expect([large.status, outcomeIn(large).issue[0]?.code]).toEqual([413, 'too-long']);
  });

  it('a dry run says what would be stored, and stores nothing', async () => {
    const person = service.demo.patients.limited;
    const before = await count('DocumentReference', person.reference);
    const letter = written(person, {
      documentId: '2.25.1007',
      stay: { start: shift(now, -800 * HOUR_MS), end: shift(now, -700 * HOUR_MS) },
    });
    const answer = await send(letter, '?dry-run=true');
    expect(answer.status).toBe(200);
    const { type, entry = [] } = bundleIn(answer);
    expect([type, entry.map(({ resource }) => resource?.resourceType)]).toEqual([
      'collection',
      ['OperationOutcome', 'Patient', 'DocumentReference', 'EpisodeOfCare', 'Binary'],
    ]);
    expect(entry[0]?.resource).toMatchObject({
      issue: expect.arrayContaining([
        expect.objectContaining({ severity: 'warning', details: expect.objectContaining({ text: expect.stringContaining('mouvements') }) }),
        expect.objectContaining({ severity: 'information', diagnostics: expect.stringContaining(' -> ') }),
      ]),
    });
    expect(await count('DocumentReference', person.reference)).toBe(before);
    expect((await send(letter)).status).toBe(201);
  });
});
