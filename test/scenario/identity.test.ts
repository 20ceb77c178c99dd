import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_ALIASES } from '../../functions/local/demo/people.ts';
import { type Instant, instantOf, shift } from '../../lib/platform/instant.ts';
import { ackIn, adt, mustTake, stranger } from '../support/hospital.ts';
import { bundleIn, matchesIn, resourceIn } from '../support/http.ts';
import { type IdentityMessage, identityMessage } from '../support/identity-messages.ts';
import { startTestService, type TestService } from '../support/service.ts';

const INS_SYSTEM = 'urn:oid:1.2.250.1.213.1.4.10';

describe('a hospital changes the numbers of a person', () => {
  let service: TestService;
  let now: Instant;
  beforeAll(async () => {
    service = await startTestService();
    now = instantOf(Date.now());
  });
  afterAll(() => service.stop());

  const told = async (message: Omit<IdentityMessage, 'at'>, role = 'hospital') => {
    const body = identityMessage({ at: now, ...message });
    return ackIn((await service.send({ method: 'POST', path: '/intake/hl7v2', role, body })).text);
  };
  const found = async (role: string, ins: string) =>
    matchesIn('Patient', await service.fhir(role).get(`Patient?identifier=${INS_SYSTEM}|${ins}`));

  describe('A47: the INS is withdrawn', () => {
    const alias = 'given';
    const texts = async (role: string): Promise<string> => {
      const { reference } = service.demo.patients[alias];
      const { get } = service.fhir(role);
      const everything = await get(`${reference}/$everything`);
      const entries = bundleIn(everything).entry ?? [];
      const binaries = entries.flatMap(({ resource }) =>
        resource?.resourceType === 'DocumentReference' ? resource.content.flatMap(({ attachment }) => attachment.url ?? []) : [],
      );
      const paths = [reference, `${reference}/_history`, `${reference}/_history/1`, ...binaries];
      const answers = await Promise.all(
        paths.map((path) => get(path, { accept: path.startsWith('Binary') ? '*/*' : 'application/fhir+json' })),
      );
      expect([role, ...answers.map(({ status }) => status)]).toEqual([role, ...paths.map(() => 200)]);
      return [everything, ...answers].map(({ text }) => text).join('\n');
    };
    const READERS = ['gp', 'coordinator', 'patient'];

    it('was everywhere before: in the identity, in its history, in the bytes of the letters', async () => {
      const { ins } = service.demo.patients[alias];
      for (const role of READERS) expect((await texts(role)).includes(ins)).toBe(true);
      expect((await texts('gp')).split(ins).length).toBeGreaterThan(4);
      expect(await found('gp', ins)).toHaveLength(1);
    });

    it('is in no answer to anybody from then on, and finds nobody', async () => {
      const { ins, reference, ...person } = service.demo.patients[alias];
      const message = {
        trigger: 'A47',
        controlId: 'W1',
        person: { ...person, ipp: 'DEMO-given', status: 'VALI' },
        insWithdrawn: true,
        former: { ins },
      };
      expect(await told(message)).toEqual({ code: 'AA', controlId: 'W1', errors: [] });
      for (const role of READERS) expect([role, (await texts(role)).includes(ins)]).toEqual([role, false]);
      for (const role of [...READERS, 'hospital']) {
        expect(await found(role, ins)).toEqual([]);
        const byChain = await service.fhir(role).get(`Encounter?patient.identifier=${INS_SYSTEM}|${ins}`);
        expect(bundleIn(byChain).total).toBe(0);
      }
      const identity = resourceIn('Patient', await service.fhir('gp').get(reference));
      expect(identity.name?.[0]?.family).toBe(person.family);
    });

    it('told again it changes nothing', async () => {
      const { ins, reference, ...person } = service.demo.patients[alias];
      const before = resourceIn('Patient', await service.fhir('gp').get(reference)).meta?.versionId;
      const message = {
        trigger: 'A47',
        controlId: 'W2',
        person: { ...person, ipp: 'DEMO-given', status: 'VALI' },
        insWithdrawn: true,
        former: { ins },
      };
      expect((await told(message)).code).toBe('AA');
      expect(resourceIn('Patient', await service.fhir('gp').get(reference)).meta?.versionId).toBe(before);
    });

    it('is shown again once it is hers again (A31)', async () => {
      const { ins, reference, ...person } = service.demo.patients[alias];
      expect((await told({ trigger: 'A31', controlId: 'W3', person: { ...person, ipp: 'DEMO-given', ins } })).code).toBe('AA');
      expect((await found('gp', ins)).map(({ id }) => `Patient/${id}`)).toEqual([reference]);
    });
  });

  it('A47: an INS is replaced: the new one and the former one find her', async () => {
    const [before, after] = [stranger(101), stranger(102)];
    await mustTake(service, adt({ trigger: 'A01', controlId: 'R0', person: before, venue: 'VR', admitted: shift(now, -3_600_000) }));
    const person = { ...before, ins: after.ins ?? '' };
    expect(await told({ trigger: 'A47', controlId: 'R1', person, former: { ins: before.ins ?? '' } })).toEqual({
      code: 'AA',
      controlId: 'R1',
      errors: [],
    });
    const [byNew] = await found('hospital', after.ins ?? '');
    const [byOld] = await found('hospital', before.ins ?? '');
    expect(byNew?.id).toBe(byOld?.id);
    expect(byNew?.identifier?.map(({ use, value }) => `${use} ${value}`)).toEqual([
      `usual ${before.ipp}`,
      `old ${before.ins}`,
      `official ${after.ins}`,
    ]);
  });

  it('A49: the account of a stay has another number, and movements find it by either', async () => {
    const person = stranger(103);
    const admission = adt({ trigger: 'A01', controlId: 'N0', person, venue: 'VN', admitted: shift(now, -3_600_000) });
    await mustTake(service, inAccount(admission, 'D1'));
    const renumbering = { trigger: 'A49', controlId: 'N1', person, account: 'D2', formerAccount: 'D1' };
    expect(await told(renumbering)).toEqual({ code: 'AA', controlId: 'N1', errors: [] });
    const hospital = service.fhir('hospital');
    const [patient] = await found('hospital', person.ins ?? '');
    const stays = () => hospital.get(`Encounter?patient=Patient/${patient?.id}`);
    const [stay] = matchesIn('Encounter', await stays());
    expect(stay?.identifier?.map(({ use, value }) => `${use ?? ''} ${value}`)).toEqual([' VN', 'old D1', ' D2']);
    expect((await told({ ...renumbering, controlId: 'N2' })).code).toBe('AA');
    expect(matchesIn('Encounter', await stays())[0]?.meta?.versionId).toBe(stay?.meta?.versionId);
    expect((await told({ ...renumbering, controlId: 'N3', formerAccount: 'D9' })).errors).toEqual(['0 W account-unknown']);
  });

  it('A-92: who sent us nothing of a person changes none of her numbers, and learns nothing of her', async () => {
    const { ins, reference, ...person } = service.demo.patients.limited;
    const change = (controlId: string, number: string) =>
      told(
        { trigger: 'A47', controlId, person: { ...person, ipp: 'X-1', status: 'VALI' }, insWithdrawn: true, former: { ins: number } },
        'hospital2',
      );
    const [known, unknown] = [await change('S1', ins), await change('S2', stranger(104).ins ?? '')];
    expect(known).toEqual({ code: 'AA', controlId: 'S1', errors: ['0 W person-unknown'] });
    expect(unknown).toEqual({ ...known, controlId: 'S2' });
    expect((await found('gp', ins)).map(({ id }) => `Patient/${id}`)).toEqual([reference]);
  });

  it('no INS stands in a key, an index or any attribute that is not a body', async () => {
    const numbers = [...DEMO_ALIASES.map((alias) => service.demo.patients[alias].ins), stranger(101).ins ?? '', stranger(103).ins ?? ''];
    const open = (await service.items()).map(({ b: _body, ...attributes }) => JSON.stringify(attributes));
    expect(open.length).toBeGreaterThan(100);
    expect(open.filter((text) => numbers.some((number) => text.includes(number)))).toEqual([]);
  });
});

/** The admission, under an account (PID-18). */
function inAccount(message: string, account: string): string {
  return message
    .split('\n')
    .map((line) => {
      if (!line.startsWith('PID')) return line;
      const fields = line.split('|');
      fields[18] = `${account}^^^GAM&690000120&M^AN`;
      return fields.join('|');
    })
    .join('\n');
}
