import type { Address, ContactPoint, Extension } from '@medplum/fhirtypes';
import { FR_CORE_EXTENSION, FR_CORE_SYSTEM, HL7 } from '../../../fhir/vocabulary.ts';
import { isDeleted, type Repetition, repetitions, type Segment, text } from '../er7.ts';
import { became, deletes, type Reading } from '../reading.ts';

/** XAD.7 of a birthplace: it is no address (interop.md 1.3). */
const BIRTHPLACE = 'BDL';

/** XAD.7, HL7 table 0190. */
const ADDRESS_USES: ReadonlyMap<string, NonNullable<Address['use']>> = new Map(
  Object.entries({ H: 'home', L: 'home', B: 'work', O: 'work', C: 'temp' } as const),
);

/** Addresses of PID-11, the birthplace left out. */
export function addressesOf(reading: Reading, pid: Segment | undefined): Address[] {
  const said = repetitions(pid, 11);
  for (const xad of said.filter((one) => isDeleted(one))) deletes(reading, { repetition: xad }, 'Patient.address');
  return said
    .filter((xad) => text(xad, 7) !== BIRTHPLACE && hasContent(xad))
    .map((xad, index) => {
      became(reading, { repetition: xad }, `Patient.address[${index}]`);
      const use = ADDRESS_USES.get(text(xad, 7));
      return { ...(use === undefined ? {} : { use }), ...addressOf(xad) };
    });
}

/** Birthplace of PID-11 (type BDL): its INSEE code is XAD.9 and nothing else (traps 22, 28). */
export function birthPlaceOf(reading: Reading, pid: Segment | undefined): readonly Extension[] {
  const xad = repetitions(pid, 11).find((said) => text(said, 7) === BIRTHPLACE && hasContent(said));
  if (xad === undefined) return [];
  became(reading, { repetition: xad }, 'Patient.extension(patient-birthPlace)');
  return [{ url: HL7.birthPlace, valueAddress: addressOf(xad) }];
}

function hasContent(xad: Repetition): boolean {
  return [1, 2, 3, 4, 5, 9].some((component) => text(xad, component) !== '');
}

function addressOf(xad: Repetition): Address {
  // Senders pack a third line into XAD.2 with an escaped separator (trap 43): lines are cut after unescaping.
  const line = [text(xad, 1), ...text(xad, 2).split(/\^|\n/)].map((part) => part.trim()).filter((part) => part !== '');
  const [city, postalCode, country, insee] = [text(xad, 3), text(xad, 5), text(xad, 6), text(xad, 9)];
  return {
    ...(line.length === 0 ? {} : { line }),
    ...(city === '' ? {} : { city }),
    ...(postalCode === '' ? {} : { postalCode }),
    ...(country === '' ? {} : { country }),
    ...(isInsee(insee) ? { extension: [inseeCode(insee)] } : {}),
  };
}

/** Commune of COG: 5 characters, Corsica 2A or 2B, 99 + country for abroad. */
function isInsee(code: string): boolean {
  return /^(?:2[AB]|[0-9]{2})[0-9]{3}$/.test(code);
}

function inseeCode(code: string): Extension {
  return { url: FR_CORE_EXTENSION.inseeCode, valueCoding: { system: FR_CORE_SYSTEM.commune, code } };
}

/** XTN.3 (HL7 table 0202). */
const TELECOM_SYSTEMS: ReadonlyMap<string, NonNullable<ContactPoint['system']>> = new Map(
  Object.entries({
    PH: 'phone',
    CP: 'phone',
    FX: 'fax',
    BP: 'pager',
    Internet: 'email',
    'X.400': 'email',
  } as const),
);
/** XTN.2 (HL7 table 0201). */
const TELECOM_USES: ReadonlyMap<string, NonNullable<ContactPoint['use']>> = new Map(
  Object.entries({
    PRN: 'home',
    ORN: 'home',
    VHN: 'home',
    WPN: 'work',
    PRS: 'mobile',
  } as const),
);

/** Phones and mails of PID-13 and PID-14: the number unformatted in XTN.12, mail in XTN.4 (interop.md 7.4). */
export function telecomOf(reading: Reading, pid: Segment | undefined): ContactPoint[] {
  const said = [...repetitions(pid, 13), ...repetitions(pid, 14)];
  for (const xtn of said.filter((one) => isDeleted(one))) deletes(reading, { repetition: xtn }, 'Patient.telecom');
  return said.flatMap((xtn) => contactPoint(reading, xtn, 'Patient.telecom', xtn.field === 14) ?? []);
}

/** One XTN, or undefined when it holds no number. */
export function contactPoint(reading: Reading, xtn: Repetition, target: string, isWork: boolean): ContactPoint | undefined {
  const [equipment, mail] = [text(xtn, 3), text(xtn, 4)];
  const isMail = mail !== '' && (text(xtn, 2) === 'NET' || TELECOM_SYSTEMS.get(equipment) === 'email' || mail.includes('@'));
  const value = isMail ? mail : text(xtn, 12) || text(xtn, 1) || `${text(xtn, 6)}${text(xtn, 7)}`;
  if (value === '') return undefined;
  became(reading, { repetition: xtn }, target);
  const usual = isWork ? 'work' : undefined;
  const use = equipment === 'CP' ? 'mobile' : (TELECOM_USES.get(text(xtn, 2)) ?? usual);
  return { system: isMail ? 'email' : (TELECOM_SYSTEMS.get(equipment) ?? 'phone'), value, ...(use === undefined ? {} : { use }) };
}
