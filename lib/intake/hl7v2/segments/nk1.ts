import type { CodeableConcept, PatientContact } from '@medplum/fhirtypes';
import { FR_CORE } from '../../../fhir/vocabulary.ts';
import { parseTimeStamp } from '../datetime.ts';
import { first, repetitions, type Segment, segmentsOf, text } from '../er7.ts';
import { periodFrom } from '../period.ts';
import { became, doubt, type Reading } from '../reading.ts';
import { contactPoint } from './contacts.ts';
import { nameOf } from './names.ts';

const ROLE = 'http://terminology.hl7.org/CodeSystem/v2-0131';
const RELATION = 'http://terminology.hl7.org/CodeSystem/v2-0063';
const FRENCH = `${FR_CORE}/CodeSystem/fr-core-cs-contact-relationship`;

/** NK1-7, table 0131 of PAM France: the people to turn to. Employers, insurers and offices are none. */
const ROLES: ReadonlyMap<string, { readonly system: string; readonly code: string }> = new Map(
  Object.entries({
    C: { system: ROLE, code: 'C' },
    N: { system: ROLE, code: 'N' },
    K: { system: FRENCH, code: 'K' },
    R: { system: FRENCH, code: 'CUR' },
  } as const),
);

/** A person who must not be told: as a contact he would be called by whoever does not read the code. */
const NOT_TO_BE_TOLD = 'P';

/** NK1-3, table 0063: a code of HL7, or one that France added. */
const RELATIONS: ReadonlyMap<string, string> = new Map([
  ...'SPO PAR CHD SIB GRP GCH FTH MTH BRO SIS FND OTH'.split(' ').map((code): [string, string] => [code, RELATION]),
  ...'GRD CUR WRD'.split(' ').map((code): [string, string] => [code, FRENCH]),
]);

/**
 * People to turn to: name, how they are related, how to reach them; nothing else of a third person is kept.
 * @see IHE PAM France 2.11.1 §6.7; interop.md 7.4
 */
export function contactsOf(reading: Reading): PatientContact[] {
  return segmentsOf(reading.message, 'NK1').flatMap((nk1) => contactOf(reading, nk1) ?? []);
}

function contactOf(reading: Reading, nk1: Segment): PatientContact | undefined {
  const role = first(nk1, 7);
  if (role !== undefined && text(role) === NOT_TO_BE_TOLD) {
    doubt(reading, { repetition: role }, LEFT_OUT);
    return undefined;
  }
  const coding = ROLES.get(text(role));
  const xpn = first(nk1, 2);
  if (role === undefined || coding === undefined || xpn === undefined) return undefined;
  const target = `Patient.contact[${nk1.sequence - 1}]`;
  const name = nameOf(reading, xpn, undefined, `${target}.name`);
  if (name.family === undefined && name.given === undefined) return undefined;
  became(reading, { repetition: role }, `${target}.relationship[0]`);
  const telecom = [...repetitions(nk1, 5), ...repetitions(nk1, 6)].flatMap(
    (xtn) => contactPoint(reading, xtn, `${target}.telecom`, xtn.field === 6) ?? [],
  );
  const [start, end] = [8, 9].map((field) => parseTimeStamp(text(first(nk1, field)))?.date);
  const period = periodFrom(start, end);
  return {
    relationship: [{ coding: [coding] }, ...relationOf(reading, nk1, target)],
    name,
    ...(telecom.length === 0 ? {} : { telecom }),
    ...(period === undefined ? {} : { period }),
  };
}

function relationOf(reading: Reading, nk1: Segment, target: string): readonly CodeableConcept[] {
  const repetition = first(nk1, 3);
  const code = text(repetition);
  const system = RELATIONS.get(code);
  if (repetition === undefined || system === undefined) return [];
  became(reading, { repetition }, `${target}.relationship[1]`);
  return [{ coding: [{ system, code }] }];
}

const LEFT_OUT = {
  code: 'contact-left-out',
  diagnostics: 'NK1-7 = P, a person who must not be told: it was not kept, so that nobody calls him.',
  remedy: 'Aucune action n’est attendue.',
};
