import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_ROLES } from '../../functions/local/demo/roles.ts';
import { etatOf } from '../../lib/coordination/etat.ts';
import { taskCodeOf } from '../../lib/coordination/tasks.ts';
import { endOfParisDay, type Instant, instantOf, parisDay, shift } from '../../lib/platform/instant.ts';
import { change, fixture } from '../intake/hl7v2/messages.ts';
import { ackIn, adt, overMllp, stranger, type Told } from '../support/hospital.ts';
import { type Answer, bundleIn, matchesIn, resourceIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

const HOUR_MS = 3_600_000;

describe('a hospital tells its movements in HL7 v2', () => {
  let service: TestService;
  let now: Instant;
  beforeAll(async () => {
    service = await startTestService();
    now = instantOf(Date.now());
  });
  afterAll(() => service.stop());

  const send = (body: string | Uint8Array<ArrayBuffer>, role = 'hospital', query = ''): Promise<Answer> =>
    service.send({ method: 'POST', path: `/intake/hl7v2${query}`, role, headers: { 'content-type': 'x-application/hl7-v2+er7' }, body });
  const told = async (body: string | Uint8Array<ArrayBuffer>, role?: string) => {
    const answer = await send(body, role);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'x-application/hl7-v2+er7']);
    return ackIn(answer.text);
  };
  const stay = (over: Partial<Told> & Pick<Told, 'controlId' | 'person'>): Told => ({
    trigger: 'A01',
    venue: `V-${over.controlId}`,
    admitted: shift(now, -48 * HOUR_MS),
    ...over,
  });
  const AA = (controlId: string) => ({ code: 'AA', controlId, errors: [] });
  const taken = async (message: Told): Promise<void> => expect(await told(adt(message))).toEqual(AA(message.controlId));

  /** What the hospital sees of a person, with the version of each. */
  const known = async (patient: string): Promise<readonly string[]> => {
    const bundle = bundleIn(await service.fhir('hospital').get(`${patient}/$everything`));
    return (bundle.entry ?? []).map(({ resource }) => `${resource?.resourceType}/${resource?.id}/${resource?.meta?.versionId}`).toSorted();
  };
  const patientOf = async (ins: string): Promise<string> => {
    const found = matchesIn('Patient', await service.fhir('hospital').get(`Patient?identifier=urn:oid:1.2.250.1.213.1.4.10|${ins}`));
    expect(found).toHaveLength(1);
    return `Patient/${found[0]?.id}`;
  };
  const demoPerson = (alias: 'given' | 'limited' | 'nomt' | 'opposed') => ({ ...service.demo.patients[alias], ipp: `DEMO-${alias}` });

  it('admits and discharges a person whom it treated before, over HTTP', async () => {
    const person = demoPerson('given');
    const { reference } = service.demo.patients.given;
    const before = new Set(await known(reference));
    await taken(stay({ controlId: 'G1', person, venue: 'VG' }));
    await taken(stay({ controlId: 'G2', person, venue: 'VG', trigger: 'A03', left: now }));
    const added = (await known(reference)).filter((one) => !before.has(one) && /^(Encounter|EpisodeOfCare|Task)/.test(one));
    expect(added.map((one) => one.replace(/\/.*\//, ' '))).toEqual(['Encounter 2', 'EpisodeOfCare 2', 'Task 1']);
    const [encounter] = matchesIn('Encounter', await service.fhir('gp').get(`Encounter?patient=${reference}&_sort=-date&_count=1`));
    expect([encounter?.status, encounter?.serviceProvider?.reference]).toEqual(['finished', service.demo.roles.hospital.reference]);
  });

  it('does the same over MLLP, on one connection, in order', async () => {
    const person = demoPerson('nomt');
    const messages = [
      adt(stay({ controlId: 'N1', person, venue: 'VN' })),
      adt(stay({ controlId: 'N2', person, venue: 'VN', trigger: 'A03', left: now })),
    ];
    const acks = await overMllp(service.mllpPort, ...messages.map((message) => message.replaceAll('\n', '\r')));
    expect(acks.map(ackIn)).toEqual([AA('N1'), AA('N2')]);
    // The client and its FINESS are the same: HTTP gets the very answer that MLLP got.
    expect((await send(messages[1] ?? '')).text).toBe(acks[1]);
  });

  it('takes over MLLP what no Lambda event could carry', async () => {
    const person = stranger(17);
    const large = `${adt(stay({ controlId: 'L1', person })).replaceAll('\n', '\r')}\rNTE|1||${'x'.repeat(5_000_000)}`;
    const [ack = ''] = await overMllp(service.mllpPort, large);
    expect(ackIn(ack)).toEqual(AA('L1'));
    const over = `${large}${'y'.repeat(16_000_000)}`;
    const [refusal = ''] = await overMllp(service.mllpPort, over);
    expect(ackIn(refusal).code).toBe('AR');
  });

  describe('a person whom the network does not know', () => {
    const person = stranger(1);
    let patient: string;
    beforeAll(async () => {
      await taken(stay({ controlId: 'S1', person, venue: 'VS' }));
      await taken(stay({ controlId: 'S2', person, venue: 'VS', trigger: 'A03', left: now }));
      patient = await patientOf(person.ins ?? '');
    });

    it('has identity, stay, episode that waits for the letter, and the task due that evening', async () => {
      const hospital = service.fhir('hospital');
      const identity = resourceIn('Patient', await hospital.get(patient));
      expect([identity.name?.[0]?.family, identity.birthDate, identity.gender]).toEqual(['HASARD', '1950-06-12', 'male']);
      expect(identity.identifier?.map(({ value }) => value)).toEqual([person.ipp, person.ins]);
      const [encounter] = matchesIn('Encounter', await hospital.get(`Encounter?patient=${patient}`));
      expect(encounter?.status).toBe('finished');
      const [episode] = matchesIn('EpisodeOfCare', await hospital.get(`EpisodeOfCare?patient=${patient}`));
      expect(episode && etatOf(episode)).toBe('sorti');
      const [task, ...others] = matchesIn('Task', await hospital.get(`Task?patient=${patient}`));
      expect(others).toEqual([]);
      expect(task && taskCodeOf(task)).toBe('lettre-de-liaison');
      expect(task?.owner?.reference).toBe(service.demo.roles.hospital.reference);
      expect(task?.restriction?.period?.end).toBe(endOfParisDay(parisDay(now)));
    });

    it.each(DEMO_ROLES.filter((role) => role !== 'hospital'))('is nobody to %s', async (role) => {
      const { get } = service.fhir(role);
      const [type = '', id = ''] = patient.split('/');
      const absent = `${type}/${id.slice(0, -2)}${id.endsWith('aa') ? 'bb' : 'aa'}`;
      for (const path of [patient, `${patient}/_history`, `${patient}/$everything`]) {
        const [seen, unknown] = [await get(path), await get(path.replace(patient, absent))];
        expect([path, seen.status, seen.text]).toEqual([path, unknown.status, unknown.text]);
        expect(seen.status).toBe(404);
      }
      const criteria = [`patient=${patient}`, `patient.identifier=urn:oid:1.2.250.1.213.1.4.10|${person.ins}`];
      for (const searched of [
        'Encounter',
        'EpisodeOfCare',
        'Task',
        'DocumentReference',
        'CarePlan',
        'CareTeam',
        'Consent',
        'ServiceRequest',
      ]) {
        for (const criterion of criteria) {
          const answer = await get(`${searched}?${criterion}`);
          expect([searched, answer.status, answer.status === 200 ? bundleIn(answer).total : 0]).toEqual([searched, answer.status, 0]);
        }
      }
      const byIns = await get(`Patient?identifier=urn:oid:1.2.250.1.213.1.4.10|${person.ins}`);
      expect(byIns.status === 200 ? bundleIn(byIns).total : 0).toBe(0);
    });

    it('changes in nothing when the message comes again, with other line ends, over the other road', async () => {
      const before = await known(patient);
      const message = adt(stay({ controlId: 'S2', person, venue: 'VS', trigger: 'A03', left: now }));
      const first = (await send(message)).text;
      expect((await send(`${message}\n`)).text).toBe(first);
      expect((await send(message.replaceAll('\n', '\r\n'))).text).toBe(first);
      expect(await overMllp(service.mllpPort, message.replaceAll('\n', '\r'))).toEqual([first]);
      expect(await known(patient)).toEqual(before);
    });

    it('is processed anew, with a warning, when MSH-10 is used twice for other content', async () => {
      const message = adt(stay({ controlId: 'S2', person, venue: 'VS', trigger: 'A03', left: now }));
      const ack = await told(change(message, { 'PID-5': 'HASARD^LEON^LEON^^^^L~MODELE^LEON^^^^^D' }));
      expect(ack).toEqual({ code: 'AA', controlId: 'S2', errors: ['0 W control-id-reused'] });
      const identity = resourceIn('Patient', await service.fhir('hospital').get(patient));
      expect(identity.name?.map(({ family }) => family)).toContain('MODELE');
    });

    it('keeps his numbers when a message gives one of them to somebody else', async () => {
      const other = stranger(2, { family: 'AUTRE' });
      const ack = await told(adt(stay({ controlId: 'S3', person: { ...other, ipp: person.ipp } })));
      expect(ack).toEqual({ code: 'AA', controlId: 'S3', errors: ['0 W identifier-of-another-person'] });
      const created = resourceIn('Patient', await service.fhir('hospital').get(await patientOf(other.ins ?? '')));
      expect(created.identifier?.map(({ value }) => value)).toEqual([other.ins]);
      expect(created.id).not.toBe(patient.split('/')[1]);
      const again = await told(adt(stay({ controlId: 'S4', person: { ...demoPerson('limited'), ipp: person.ipp } })));
      expect(again).toEqual({ code: 'AA', controlId: 'S4', errors: ['0 W identifier-of-another-person'] });
      const limited = resourceIn('Patient', await service.fhir('hospital').get(service.demo.patients.limited.reference));
      expect(limited.identifier?.map(({ value }) => value)).not.toContain(person.ipp);
    });
  });

  it('writes once what is sent twice at the same moment', async () => {
    const person = stranger(21);
    const message = adt(stay({ controlId: 'RACE', person }));
    const [first, second] = await Promise.all([send(message), send(message)]);
    expect([ackIn(first.text), second.text]).toEqual([AA('RACE'), first.text]);
    const hospital = service.fhir('hospital');
    const patient = await patientOf(person.ins ?? '');
    expect(bundleIn(await hospital.get(`Encounter?patient=${patient}`)).total).toBe(1);
    expect(bundleIn(await hospital.get(`EpisodeOfCare?patient=${patient}`)).total).toBe(1);
  });

  it('tells a sender who does not treat a person nothing of her (A-92)', async () => {
    const known = await told(adt(stay({ controlId: 'H2', person: { ...demoPerson('opposed'), ipp: 'H2-1' } })), 'hospital2');
    const unknown = await told(adt(stay({ controlId: 'H2', person: { ...stranger(22), ipp: 'H2-2' }, venue: 'V-OTHER' })), 'hospital2');
    expect(known).toEqual(AA('H2'));
    expect(unknown).toEqual({ ...AA('H2'), errors: ['0 W control-id-reused'] });
  });

  it.each(['adt-a03', 'adt-a03-shifted'] as const)('takes a discharge as French hospitals write it: %s', async (name) => {
    expect((await told(fixture(name))).code).toBe('AA');
  });
});
