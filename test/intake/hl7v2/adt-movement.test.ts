import { describe, expect, it } from 'vitest';
import { EXTENSION, FR_CORE_EXTENSION, FR_CORE_SYSTEM, RPPS, SYSTEM } from '../../../lib/fhir/vocabulary.ts';
import { readHl7v2 } from '../../../lib/intake/hl7v2/read.ts';
import { asEvent, change, fixture, SENDER, understood, warningCodes, without } from './messages.ts';

const A03 = fixture('adt-a03');
const SID = 'https://relais.example/sid/750000010/CH-ESSAIS';

function movementOf(message: string) {
  const { movement } = understood(message);
  if (movement === undefined) throw new Error('no movement');
  return movement;
}

const encounterOf = (message: string) => movementOf(message).encounter;

it('a discharge: the movement, and the stay that it ends', () => {
  expect(movementOf(A03)).toEqual({
    kind: 'discharge',
    historic: false,
    movementId: { system: SID, value: 'MVT3' },
    at: '2025-03-06T15:00:00.000Z',
    namedMedecinTraitant: { system: RPPS, value: '10999990012' },
    dmpFeeding: 'INO',
    encounter: {
      resourceType: 'Encounter',
      extension: [{ url: FR_CORE_EXTENSION.estimatedDischargeDate, valueDate: '2025-03-07' }],
      identifier: [
        { type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'VN' }] }, system: SID, value: 'V0042' },
        { type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'AN' }] }, system: SID, value: 'D0042' },
      ],
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
      period: { start: '2025-03-01T09:30:00+01:00', end: '2025-03-06T16:00:00+01:00' },
      hospitalization: {
        dischargeDisposition: {
          coding: [
            { system: FR_CORE_SYSTEM.circonstancesSortie, code: '3' },
            { system: SYSTEM.modeSortie, code: '8' },
            { system: SYSTEM.destinationSortie, code: '2' },
          ],
        },
        destination: { type: 'Organization', identifier: { system: 'https://finess.esante.gouv.fr', value: '970000022' } },
      },
      location: [{ location: { type: 'Location', identifier: { system: SID, value: '3888' } } }],
      serviceProvider: { type: 'Organization', identifier: { system: 'https://finess.esante.gouv.fr', value: '750000010' } },
    },
  });
});

describe('each event of PAM France is a kind of movement', () => {
  const open = { 'PV1-45': '' };
  const cancel = { ...open, 'ZBE-4': 'CANCEL' };
  it.each([
    ['A01', open, 'admission', 'in-progress', undefined],
    ['A02', open, 'transfer', 'in-progress', undefined],
    ['A03', {}, 'discharge', 'finished', undefined],
    ['A04', open, 'admission', 'in-progress', undefined],
    ['A05', open, 'pre-admission', 'planned', undefined],
    ['A06', open, 'transfer', 'in-progress', undefined],
    ['A07', open, 'transfer', 'in-progress', undefined],
    ['A11', cancel, 'cancel-admission', 'cancelled', 'A01'],
    ['A12', cancel, 'cancel-transfer', 'in-progress', 'A02'],
    ['A13', cancel, 'cancel-discharge', 'in-progress', 'A03'],
    ['A14', open, 'pre-admission', 'planned', undefined],
    ['A16', open, 'planned-discharge', 'in-progress', undefined],
    ['A21', open, 'transfer', 'in-progress', undefined],
    ['A22', open, 'transfer', 'in-progress', undefined],
    ['A25', cancel, 'cancel-planned-discharge', 'in-progress', 'A16'],
    ['A27', cancel, 'cancel-pre-admission', 'cancelled', 'A14'],
    ['A38', cancel, 'cancel-pre-admission', 'cancelled', 'A05'],
    ['A52', cancel, 'cancel-transfer', 'in-progress', 'A21'],
    ['A53', cancel, 'cancel-transfer', 'in-progress', 'A22'],
    ['A54', open, 'transfer', 'in-progress', undefined],
    ['A55', cancel, 'cancel-transfer', 'in-progress', 'A54'],
    ['A28', {}, 'identity', 'unknown', undefined],
    ['A31', {}, 'identity', 'unknown', undefined],
  ])('%s', (trigger, fields, kind, status, corrects) => {
    const movement = movementOf(asEvent(trigger, fields));
    expect([movement.kind, movement.encounter.status, movement.corrects]).toEqual([kind, status, corrects]);
  });

  it('A07 with CANCEL undoes an A06, and says so', () => {
    expect(movementOf(asEvent('A07', { ...cancel, 'ZBE-6': 'A06' }))).toMatchObject({ kind: 'cancel-transfer', corrects: 'A06' });
  });

  it.each([
    ['A03', {}, 'finished'],
    ['A01', open, 'in-progress'],
    ['A05', open, 'planned'],
    ['A01', {}, 'finished'],
  ])('Z99 that corrects an %s leaves the stay as that event does, or ended when PV1-45 says so', (trigger, fields, status) => {
    const movement = movementOf(asEvent('Z99', { 'ZBE-4': 'UPDATE', 'ZBE-6': trigger, ...fields }));
    expect([movement.kind, movement.corrects, movement.encounter.status]).toEqual(['correction', trigger, status]);
  });

  it('an identity message touches no stay, and needs neither PV1 nor ZBE', () => {
    const movement = movementOf(asEvent('A31', {}, without('PV1', without('ZBE'))));
    expect([movement.kind, movement.encounter.identifier, movement.at]).toEqual(['identity', undefined, '2025-03-06T15:00:00.000Z']);
  });
});

describe('which movement and when (ZBE)', () => {
  it('a ZBE shifted by one field is realigned, and the time is EVN-6 (trap 8)', () => {
    const message = fixture('adt-a03-shifted');
    expect(movementOf(message)).toMatchObject({ kind: 'discharge', historic: false, at: '2025-03-06T15:00:00.000Z' });
    expect(warningCodes(message)).toEqual(['zbe-shifted']);
  });

  it('without EVN-6 a shifted ZBE leaves EVN-2: its ZBE-2 is the admission', () => {
    const message = change(fixture('adt-a03-shifted'), { 'EVN-6': '' });
    expect(movementOf(message).at).toBe('2025-03-06T16:05:00.000Z');
    expect(warningCodes(message)).toEqual(['zbe-shifted', 'movement-time-unknown']);
  });

  it('a movement without number is taken with a warning', () => {
    expect(warningCodes(change(A03, { 'ZBE-1': '' }))).toEqual(['movement-without-number']);
    expect(warningCodes(without('ZBE'))).toEqual(['movement-without-number']);
  });

  it.each([
    ['ZBE-2 first', {}, '2025-03-06T15:00:00.000Z', []],
    [
      'then EVN-6, which may be days before the message (trap 29)',
      { 'ZBE-2': '', 'EVN-6': '20250302100000' },
      '2025-03-02T09:00:00.000Z',
      [],
    ],
    [
      'EVN-2 last, with a warning: it is when the message was made (trap 49)',
      { 'ZBE-2': '', 'EVN-6': '' },
      '2025-03-06T16:05:00.000Z',
      ['movement-time-unknown'],
    ],
  ])('time: %s', (_story, fields, at, warnings) => {
    expect(movementOf(change(A03, fields)).at).toBe(at);
    expect(warningCodes(change(A03, fields))).toEqual(warnings);
  });

  it.each([
    ['an OID', '9^CPAGE^1.2.250.1.211.12.1.2^ISO', { system: 'urn:oid:1.2.250.1.211.12.1.2', value: '9' }],
    ['a FINESS', '9^CH-ESSAIS^750000010', { system: SID, value: '9' }],
    ['nobody', '9', { system: SID, value: '9' }],
    ['no number', '', undefined],
  ])('number given by %s', (_story, zbe1, want) => expect(movementOf(change(A03, { 'ZBE-1': zbe1 })).movementId).toEqual(want));

  it('ZBE-5 = Y is a movement of the past', () => expect(movementOf(change(A03, { 'ZBE-5': 'Y' })).historic).toBe(true));

  it('UPDATE of an event that inserts is accepted with a warning', () => {
    expect(warningCodes(change(A03, { 'ZBE-4': 'UPDATE' }))).toEqual(['action-disagrees']);
  });

  it('empty Z segments are tolerated (trap 47)', () => {
    expect(movementOf(`${without('ZFM', without('ZFA'))}\nZFA|\nZFM|\nZFP|\n`).dmpFeeding).toBeUndefined();
  });
});

describe('the stay', () => {
  it.each([
    ['I', 'IMP'],
    ['E', 'EMER'],
    ['O', 'AMB'],
    ['R', 'AMB'],
    ['V', 'VR'],
  ])('PV1-2 = %s is class %s', (code, want) => expect(encounterOf(change(A03, { 'PV1-2': code })).class.code).toBe(want));

  it('a period that PV1 does not give is the time of the movement', () => {
    const bare = { 'PV1-44': '', 'PV1-45': '', 'PV2-8': '' };
    expect(encounterOf(change(A03, bare)).period).toEqual({ end: '2025-03-06T16:00:00+01:00' });
    expect(encounterOf(asEvent('A01', bare)).period).toEqual({ start: '2025-03-06T16:00:00+01:00' });
    expect(encounterOf(asEvent('A05', { ...bare, 'PV2-8': '20250401' })).period).toEqual({ start: '2025-04-01' });
  });

  it('a start after the end is a slip of the sender: the end, which opens the clock of the letter, is kept', () => {
    const message = change(A03, { 'PV1-44': '20250401' });
    expect(encounterOf(message).period).toEqual({ end: '2025-03-06T16:00:00+01:00' });
    expect(warningCodes(message)).toEqual(['stay-reversed']);
  });

  it('the expected discharge of an A16 is PV2-9, else EVN-3; its cancel has none', () => {
    const dates = (message: string) => encounterOf(message).extension?.map(({ valueDate }) => valueDate);
    expect(dates(asEvent('A16', { 'EVN-3': '20250310' }))).toEqual(['2025-03-07']);
    expect(dates(asEvent('A16', { 'PV2-9': '', 'EVN-3': '20250310' }))).toEqual(['2025-03-10']);
    expect(dates(asEvent('A03', { 'PV2-9': '', 'EVN-3': '20250310' }))).toBeUndefined();
    expect(dates(asEvent('A25', { 'ZBE-4': 'CANCEL' }))).toBeUndefined();
  });

  it('where somebody goes is read in discharges and their corrections only', () => {
    expect(encounterOf(asEvent('A02')).hospitalization).toBeUndefined();
    expect(encounterOf(asEvent('Z99', { 'ZBE-4': 'UPDATE', 'ZBE-6': 'A03' })).hospitalization?.dischargeDisposition?.coding).toHaveLength(
      3,
    );
  });

  it('an unknown circumstance or destination is dropped with a warning', () => {
    const message = change(A03, { 'PV1-36': 'X', 'ZFM-4': 'X' });
    expect(encounterOf(message).hospitalization?.dischargeDisposition?.coding).toEqual([{ system: SYSTEM.modeSortie, code: '8' }]);
    expect(warningCodes(message)).toEqual(['disposition-unknown', 'disposition-unknown']);
  });

  it.each([
    ['ZFM-2 = 9', { 'ZFM-2': '9' }, true],
    ['PID-30 = Y', { 'PID-30': 'Y' }, true],
    ['neither', {}, undefined],
  ])('death by %s', (_story, fields, death) => expect(movementOf(change(A03, fields)).death).toBe(death));

  const unitOf = (message: string) => encounterOf(message).location?.map(({ location }) => location.identifier);
  it.each([
    ['that hosts (PV1-3)', A03, { system: SID, value: '3888' }],
    [
      'that answers for it when the hosting one is not said (trap 9)',
      change(A03, { 'PV1-3': '^^^X&1&M', 'ZBE-7': '^^^^^CH&9&M^UF^^^7' }),
      {
        system: 'https://relais.example/sid/750000010/CH',
        value: '7',
      },
    ],
    ['of a shifted ZBE, without its label (trap 8)', fixture('adt-a03-shifted'), { system: SID, value: '8782' }],
  ])('the unit is the one %s', (_story, message, want) => {
    expect(unitOf(message)).toEqual([want]);
    expect(JSON.stringify(understood(message))).not.toContain('Urgences');
  });

  it('no unit said is none', () => expect(unitOf(change(A03, { 'PV1-3': '', 'ZBE-7': '' }))).toBeUndefined());

  it('a protected stay (PV2-22) asks for non-disclosure (L-18)', () => {
    expect(encounterOf(change(A03, { 'PV2-22': 'Y' })).extension).toContainEqual({ url: EXTENSION.nonDivulgation, valueBoolean: true });
  });
});

describe('the médecin traitant that a message names (ROL)', () => {
  const rol = (role: string, xcn: string, action = 'UC', end = '') =>
    change(A03, { 'ROL-2': action, 'ROL-3': role, 'ROL-4': xcn, 'ROL-6': end });
  const RPPS_XCN = '10999990012^GABARIT^JEAN^^^^^^A&1.2.250.1.71.4.2.1&ISO^L^^^RPPS';
  const ADELI_XCN = '999000012^GABARIT^JEAN^^^^^^A&1.2.250.1.71.4.2.1&ISO^L^^^ADELI';
  it.each([
    ['under ADELI and RPPS he is one (trap 25)', rol('ODRP', `${ADELI_XCN}~${RPPS_XCN}`), '10999990012', []],
    ['under his PS_IdNat', rol('ODRP', '810999990012^G^J^^^^^^A&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS'), '10999990012', []],
    ['under ADELI alone he is not taken', rol('ODRP', ADELI_XCN), undefined, ['medecin-traitant-without-rpps']],
    ['a number that breaks Luhn is taken with a warning', rol('ODRP', '10999990013'), '10999990013', ['rpps-key-wrong']],
    ['the end of 2099 is no end (trap 30)', rol('ODRP', RPPS_XCN, 'UC', '20991231235959'), '10999990012', []],
    ['whose role has ended is named no more', rol('ODRP', RPPS_XCN, 'UC', '20250101'), undefined, []],
    ['who is deleted is named no more', rol('ODRP', RPPS_XCN, 'DE'), undefined, []],
    ['the attending hospital doctor is another (trap 46)', rol('AT', RPPS_XCN), undefined, []],
    ['the family doctor is another', rol('FHCP', RPPS_XCN), undefined, []],
  ])('%s', (_story, message, value, warnings) => {
    expect(movementOf(message).namedMedecinTraitant?.value).toBe(value);
    expect(warningCodes(message)).toEqual(warnings);
  });
});

it.each([
  ['NA', 'NA'],
  ['IO', 'IO'],
  ['', undefined],
])('ZFA-9 = %s', (code, want) => expect(movementOf(change(A03, { 'ZFA-9': code })).dmpFeeding).toBe(want));

it('obsolete fields of ZFA say nothing', () => {
  expect(movementOf(`${without('ZFA')}\nZFA||||N||N|N\n`).dmpFeeding).toBeUndefined();
});

it.each([
  [['CH-ESSAIS'], []],
  [['CLINIQUE'], ['facility-undeclared']],
])('a facility that the client did not declare is a warning: declared %j', (declaredFacilities, warnings) => {
  const reading = readHl7v2(new TextEncoder().encode(A03), { ...SENDER, declaredFacilities });
  expect(reading.outcome === 'understood' ? reading.intake.warnings.map(({ code }) => code) : reading.outcome).toEqual(warnings);
});
