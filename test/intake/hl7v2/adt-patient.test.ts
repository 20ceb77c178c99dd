import { describe, expect, it } from 'vitest';
import { EXTENSION, FR_CORE_EXTENSION, FR_CORE_SYSTEM, HL7, OID_SYSTEM } from '../../../lib/fhir/vocabulary.ts';
import { identityStatusOf } from '../../../lib/identity/status.ts';
import { answers, change, fixture, understood, warningCodes } from './messages.ts';

const A03 = fixture('adt-a03');
const SID = 'https://relais.example/sid/750000010';
const INS = '255067511203430';
const patientOf = (fields: Readonly<Record<string, string>> = {}) => understood(change(A03, fields)).patient;
const keysOf = (fields: Readonly<Record<string, string>>) =>
  understood(change(A03, fields)).identityKeys.map(({ system, value }) => `${system}|${value}`);

describe('identifiers (PID-3)', () => {
  it('an INS has the shape of FR Core, known by its OID and not by its text (trap 1)', () => {
    expect(patientOf().identifier).toEqual([
      { use: 'usual', type: { coding: [{ system: HL7.identifierType, code: 'PI' }] }, system: `${SID}/CH-ESSAIS`, value: '000042' },
      {
        use: 'official',
        type: { coding: [{ system: FR_CORE_SYSTEM.identifierType, code: 'INS-NIR-TEST' }] },
        system: OID_SYSTEM.insTest,
        value: INS,
        period: { start: '2024-01-01' },
      },
    ]);
  });

  it.each([
    [
      'INS first, then IPP, whatever the order (trap 2)',
      '7^^^CH^PI~255067511203430^^^X&1.2.250.1.213.1.4.10&ISO^INS',
      [`${OID_SYSTEM.insTest}|${INS}`, `${SID}/CH|7`],
    ],
    ['an authority with an OID, even typed L (trap 44)', '7^^^CPAGE&1.2.250.1.211.12.1.2&L^PI', ['urn:oid:1.2.250.1.211.12.1.2|7']],
    [
      'an OID where the name goes (trap 12)',
      '255067511203430^^^1.2.250.1.213.1.4.10^INS~7^^^CH^PI',
      [`${OID_SYSTEM.insTest}|${INS}`, `${SID}/CH|7`],
    ],
    ['a FINESS stays inside the namespace of the client, by name (trap 5)', '7^^^CHU-X&1204567809&M^PI', [`${SID}/CHU-X|7`]],
    ['a FINESS without a name', '7^^^&350000121&M^PI', [`${SID}/350000121|7`]],
    ['no authority is the facility of the sender', '7^^^^PI', [`${SID}/CH-ESSAIS|7`]],
    ['no type is an IPP', '7^^^CH', [`${SID}/CH|7`]],
    ['a type that is no code is unspecified, behind the IPP', '8^^^CH^a  b~7^^^CH^PI', [`${SID}/CH|7`]],
    ['a name that is no URI', '7^^^CH du Gué/2^PI', [`${SID}/CH%20du%20Gu%C3%A9%2F2|7`]],
    ['another number finds the patient when there is no IPP', '7^^^CH^MR', [`${SID}/CH|7`]],
    ['the IPP beats another number', '8^^^CH^MR~7^^^CH^PI', [`${SID}/CH|7`]],
    ['a number said twice is one', '7^^^CH^PI~7^^^CH^PI', [`${SID}/CH|7`]],
    [
      'the billing number is not kept, though it has the OID of the INS',
      `7^^^CH^PI~${INS}^^^X&1.2.250.1.213.1.4.8&ISO^NH`,
      [`${SID}/CH|7`],
    ],
    [
      'NIR before NIA when both come (A31, PAM France 4.4)',
      '180062A00400943^^^X&1.2.250.1.213.1.4.9&ISO^INS~255067511203430^^^X&1.2.250.1.213.1.4.8&ISO^INS~7^^^CH^PI',
      [`${OID_SYSTEM.insNir}|${INS}`, `${OID_SYSTEM.insNia}|180062A00400943`, `${SID}/CH|7`],
    ],
  ])('%s', (_story, pid3, keys) => expect(keysOf({ 'PID-3': pid3 })).toEqual(keys));

  const WRONG = '255067511203431';
  it.each([
    ['test', '1.2.250.1.213.1.4.10'],
    ['demonstration', '1.2.250.1.213.1.4.11'],
  ])('a wrong key of the %s domain is kept with a warning (trap 3)', (_domain, oid) => {
    const message = change(A03, { 'PID-3': `7^^^CH^PI~${WRONG}^^^X&${oid}&ISO^INS` });
    expect(understood(message).identityKeys[0]?.value).toBe(WRONG);
    expect(warningCodes(message)).toEqual(['ins-key-wrong']);
  });

  it.each([
    ['a NIR', '1.2.250.1.213.1.4.8'],
    ['a NIA', '1.2.250.1.213.1.4.9'],
  ])('a wrong key of %s in production is refused (trap 3)', (_domain, oid) => {
    expect(answers(change(A03, { 'PID-3': `7^^^CH^PI~${WRONG}^^^X&${oid}&ISO^INS` }))).toEqual(['AE 103 PID^1^3^2^1']);
  });

  it('two INS of one domain are two people', () => {
    const twoIns = `${INS}^^^X&1.2.250.1.213.1.4.10&ISO^INS~180062A00400943^^^X&1.2.250.1.213.1.4.10&ISO^INS`;
    expect(answers(change(A03, { 'PID-3': twoIns }))).toEqual(['AE 198 PID^1^3^1']);
  });

  it('an INS that is deleted is told as a deletion, never stored', () => {
    const intake = understood(change(A03, { 'PID-3': '7^^^CH^PI~""^^^X&1.2.250.1.213.1.4.8&ISO^INS' }));
    expect(intake.deletions).toEqual([`Patient.identifier.where(system='${OID_SYSTEM.insNir}')`]);
    expect(intake.patient.identifier?.length).toBe(1);
  });
});

describe('identity status (PID-32)', () => {
  it.each([
    ['VALI', 'qualifiee', true, []],
    ['PROV', 'provisoire', false, ['ins-not-validated']],
    ['', 'provisoire', false, ['ins-not-validated']],
    ['VALI~HOMA', 'qualifiee', true, []],
    ['VALI~DOUT', 'douteuse', false, ['ins-not-validated']],
    ['QUAL', 'provisoire', false, ['identity-status-unknown', 'ins-not-validated']],
  ])('%s: %s, INS kept: %s', (pid32, status, kept, warnings) => {
    const message = change(A03, { 'PID-32': pid32 });
    const { patient, identityKeys } = understood(message);
    expect(identityStatusOf(patient)).toBe(status);
    expect(identityKeys.some(({ value }) => value === INS)).toBe(kept);
    expect(warningCodes(message)).toEqual(warnings);
  });

  it('a message whose only number is an INS that may not travel says nobody', () => {
    expect(answers(change(A03, { 'PID-3': `${INS}^^^X&1.2.250.1.213.1.4.10&ISO^INS`, 'PID-32': 'PROV' }))).toEqual(['AE 101 PID^1^3']);
  });
});

describe('how the identity was obtained (ZFD)', () => {
  const parts = (fields: Readonly<Record<string, string>> = {}) =>
    patientOf(fields)
      .extension?.find(({ url }) => url === FR_CORE_EXTENSION.identityReliability)
      ?.extension?.slice(1);
  const system = (name: string) => `https://hl7.fr/ig/fhir/core/CodeSystem/${name}`;

  it('method, day of INSi and document are beside the status', () => {
    expect(parts()).toEqual([
      { url: 'methodCollection', valueCoding: { system: system('fr-core-cs-method-collection'), code: 'INSI' } },
      { url: 'dateInterrogationINSi', valueDate: '2025-03-01' },
      { url: 'validationMode', valueCoding: { system: system('fr-core-cs-mode-validation-identity'), code: 'CN' } },
    ]);
  });

  it('codes that FR Core lacks say nothing', () => expect(parts({ 'ZFD-5': 'X', 'ZFD-6': '', 'ZFD-7': 'TC' })).toEqual([]));

  it('a corrected birth date is told, a lunar one is never read', () => {
    const url = 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-birthdate-update-indicator';
    expect(patientOf({ 'ZFD-1': '31^13^1955', 'ZFD-4': 'Y' })).toMatchObject({
      birthDate: '1955-06-15',
      extension: expect.arrayContaining([{ url, valueBoolean: true }]),
    });
  });
});

describe('people to turn to (NK1)', () => {
  const coded = (...codes: readonly (readonly [string, string])[]) => codes.map(([system, code]) => ({ coding: [{ system, code }] }));
  const FRENCH = 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-contact-relationship';
  const V2 = 'http://terminology.hl7.org/CodeSystem';

  it('a personne de confiance: name, relation, phone, and since when', () => {
    expect(patientOf().contact).toEqual([
      {
        relationship: coded([FRENCH, 'K'], [`${V2}/v2-0063`, 'CHD']),
        name: { family: 'ESQUISSE', given: ['NINA'], prefix: ['MME'] },
        telecom: [{ system: 'phone', value: '0600000002', use: 'mobile' }],
        period: { start: '2025-03-01' },
      },
    ]);
  });

  it.each([
    ['C, to call in an emergency', 'C', '', coded([`${V2}/v2-0131`, 'C'])],
    ['N, next of kin', 'N', 'SPO', coded([`${V2}/v2-0131`, 'N'], [`${V2}/v2-0063`, 'SPO'])],
    ['R, who represents', 'R', 'GRD', coded([FRENCH, 'CUR'], [FRENCH, 'GRD'])],
    ['E, an employer, is not kept', 'E', '', undefined],
    ['nothing said is not kept', '', '', undefined],
  ])('%s', (_story, role, relation, want) => {
    expect(patientOf({ 'NK1-7': role, 'NK1-3': relation }).contact?.[0]?.relationship).toEqual(want);
  });

  it('a person who must not be told is not kept, so that nobody calls him', () => {
    const message = change(A03, { 'NK1-7': 'P' });
    expect(JSON.stringify(understood(message))).not.toContain('NINA');
    expect(warningCodes(message)).toEqual(['contact-left-out']);
  });

  it('nothing else of a third person is kept', () => {
    const said = JSON.stringify(
      understood(change(A03, { 'NK1-4': '1 rue SECRET', 'NK1-10': 'SECRET', 'NK1-28': 'SECRET', 'NK1-35': 'SECRET' })),
    );
    expect(said).not.toContain('SECRET');
  });
});

describe('names (PID-5)', () => {
  it('the birth name comes first whatever the order, its list of given names whole (trap 26)', () => {
    expect(patientOf().name).toEqual([
      {
        use: 'official',
        family: 'MODÈLE',
        given: ['ALMA'],
        prefix: ['MME'],
        extension: [{ url: FR_CORE_EXTENSION.birthListGivenName, valueString: 'ALMA ANNE-SOPHIE' }],
      },
      { use: 'usual', family: 'ESQUISSE', given: ['ALMA'], prefix: ['MME'] },
    ]);
  });

  it('a used given name alone is a used name (trap 27)', () => {
    expect(patientOf({ 'PID-5': '^MARIE^^^^^D~MODELE^ALMA^^^M.^^L' }).name?.[1]).toEqual({ use: 'usual', given: ['MARIE'] });
  });

  it('`""` deletes the used name, where a missing one says nothing', () => {
    const intake = understood(change(A03, { 'PID-5': '""^^^^^^D~MODELE^ALMA^^^^^L' }));
    expect(intake.deletions).toEqual([`Patient.name.where(use='usual')`]);
    expect(intake.patient.name?.map(({ use }) => use)).toEqual(['official']);
    expect(understood(change(A03, { 'PID-5': 'MODELE^ALMA^^^^^L' })).deletions).toBeUndefined();
  });

  it('a name without type is the birth name, with a warning', () => {
    const message = change(A03, { 'PID-5': 'MODELE^ALMA' });
    expect(understood(message).patient.name?.[0]).toMatchObject({ use: 'official', family: 'MODELE' });
    expect(warningCodes(message)).toEqual(['name-type-missing']);
  });
});

describe('other traits', () => {
  it.each([
    ['a year', '1955', '1955'],
    ['a month', '195506', '1955-06'],
    ['an hour is left out', '19550615143000', '1955-06-15'],
  ])('birth date: %s', (_story, pid7, birthDate) => expect(patientOf({ 'PID-7': pid7 }).birthDate).toBe(birthDate));

  it.each([
    ['F', 'female'],
    ['M', 'male'],
    ['U', 'unknown'],
  ])('sex %s', (code, gender) => expect(patientOf({ 'PID-8': code }).gender).toBe(gender));

  const birthPlace = (pid11: string) => patientOf({ 'PID-11': pid11 }).extension?.find(({ url }) => url === HL7.birthPlace)?.valueAddress;
  const insee = (code: string) => [{ url: FR_CORE_EXTENSION.inseeCode, valueCoding: { system: FR_CORE_SYSTEM.commune, code } }];

  it.each([
    [
      'its INSEE code is XAD.9 of the repetition BDL',
      '^^PARIS^^75012^FRA^BDL^^75112',
      { city: 'PARIS', postalCode: '75012', country: 'FRA', extension: insee('75112') },
    ],
    ['Corsica', '^^AJACCIO^^^^BDL^^2A004', { city: 'AJACCIO', extension: insee('2A004') }],
    [
      'without XAD.9 there is no code, XAD.4 is none (trap 28)',
      '^^DIJON^21^21000^FRA^BDL',
      { city: 'DIJON', postalCode: '21000', country: 'FRA' },
    ],
    [
      'an empty repetition says nothing, the code of the home is not his (trap 22)',
      '1 rue X^^DIJON^^21000^FRA^H^^21231~^^^^^^BDL',
      undefined,
    ],
  ])('birthplace: %s', (_story, pid11, want) => expect(birthPlace(pid11)).toEqual(want));

  it('an escaped separator inside a line does not shift the address (trap 43)', () => {
    expect(patientOf().address).toEqual([
      { use: 'home', line: ['12 rue du Patron', 'Bât B', 'Escalier 2'], city: 'DIJON', postalCode: '21000', country: 'FRA' },
    ]);
  });

  it('phones are taken unformatted, mails from their own component', () => {
    expect(patientOf({ 'PID-14': '^WPN^CP^^^^^^^^^0600000001' }).telecom).toEqual([
      { system: 'phone', value: '0380000001', use: 'home' },
      { system: 'email', value: 'alma@exemple.test' },
      { system: 'phone', value: '0600000001', use: 'mobile' },
    ]);
  });

  it.each([
    ['a time', { 'PID-29': '20250306051500', 'PID-30': 'Y' }, { deceasedDateTime: '2025-03-06T05:15:00+01:00' }],
    ['an indicator', { 'PID-30': 'Y' }, { deceasedBoolean: true }],
    ['its denial', { 'PID-30': 'N' }, { deceasedBoolean: false }],
  ])('death: %s', (_story, fields, want) => expect(patientOf(fields)).toMatchObject(want));

  it('a code that is a property of every object is no code of a table', () => {
    const message = change(A03, {
      'PID-5': 'MODELE^ALMA^^^^^L~M^A^^^^^toString',
      'PID-11': '1 rue X^^DIJON^^21000^FRA^constructor',
      'PID-13': '^valueOf^toString^^^^^^^^^0380000001',
      'NK1-7': 'constructor',
    });
    const { patient } = understood(message);
    expect([patient.name?.[1]?.use, patient.address?.[0]?.use, patient.telecom, patient.contact]).toEqual([
      undefined,
      undefined,
      [{ system: 'phone', value: '0380000001' }],
      undefined,
    ]);
  });

  it('a protected record (PD1-12) asks for non-disclosure (L-18)', () => {
    expect(patientOf({ 'PD1-12': 'Y' }).extension).toContainEqual({ url: EXTENSION.nonDivulgation, valueBoolean: true });
    expect(patientOf().extension?.some(({ url }) => url === EXTENSION.nonDivulgation)).toBe(false);
  });

  it('what PAM France forbids is dropped with a warning', () => {
    const message = change(A03, { 'PID-10': 'SECRET', 'PID-17': 'SECRET', 'PID-22': 'SECRET' });
    expect(JSON.stringify(understood(message))).not.toContain('SECRET');
    expect(warningCodes(message)).toEqual(Array.from({ length: 3 }, () => 'forbidden-field-dropped'));
  });
});
