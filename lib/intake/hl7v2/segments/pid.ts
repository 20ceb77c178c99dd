import type { CodeableConcept, Extension, Identifier, Patient } from '@medplum/fhirtypes';
import { EXTENSION, HL7 } from '../../../fhir/vocabulary.ts';
import { identityFromPam, isIdentityCode } from '../../../identity/status.ts';
import { missingField } from '../envelope.ts';
import { first, isDeleted, repetitions, type Segment, segmentOf, text } from '../er7.ts';
import { became, deletes, doubt, type Reading, refuseCode, timeStampIn } from '../reading.ts';
import { addressesOf, birthPlaceOf, telecomOf } from './contacts.ts';
import { patientIdentifiers } from './identifiers.ts';
import { namesOf } from './names.ts';
import { contactsOf } from './nk1.ts';
import { reliabilityOf } from './reliability.ts';

export type PatientReading = { readonly patient: Patient; readonly keys: readonly Identifier[] };

/** PID-8, HL7 table 0001 as FHIR says it; INSi returns F and M only. */
const GENDERS: ReadonlyMap<string, NonNullable<Patient['gender']>> = new Map(
  Object.entries({ F: 'female', M: 'male', U: 'unknown', O: 'other' } as const),
);

/** PID-16 of PAM France: codes of table 0002 that v2-0002 has too. */
const MARITAL: readonly string[] = ['A', 'D', 'G', 'M', 'P', 'S', 'U', 'W'];

/** Fields that PAM France forbids in a message: race, religion, ethnic group (interop.md 7.1). */
const FORBIDDEN: readonly number[] = [10, 17, 22];

/**
 * Patient of a message in the shape of FR Core: PID, what PD1 says of protection, ZFD of the identity, NK1 of the people to
 * turn to. Every element comes from its own
 * field; what PAM France forbids is never read.
 * @see IHE PAM France 2.11.1 §6.6; interop.md 1.1 to 1.3
 */
export function readPatient(reading: Reading): PatientReading {
  const pid = segmentOf(reading.message, 'PID');
  const codes = statusCodes(reading, pid);
  const { identifiers, keys, hasIns } = patientIdentifiers(reading, pid, identityFromPam(codes, true).insMayTravel);
  const name = namesOf(reading, pid);
  requireTraits(reading, keys.length > 0, pid);
  const birthDate = birthDateOf(reading, pid);
  const gender = genderOf(reading, pid);
  const extension = [
    ...reliabilityOf(reading, identityFromPam(codes, hasIns)),
    ...birthPlaceOf(reading, pid),
    ...protection(reading, segmentOf(reading.message, 'PD1')),
  ];
  const [address, telecom, contact] = [addressesOf(reading, pid), telecomOf(reading, pid), contactsOf(reading)];
  const maritalStatus = maritalStatusOf(reading, pid);
  noteTraits(reading, pid, hasIns);
  const patient: Patient = {
    resourceType: 'Patient',
    extension,
    identifier: [...identifiers],
    name,
    ...(gender === undefined ? {} : { gender }),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...deathOf(reading, pid),
    ...(address.length === 0 ? {} : { address }),
    ...(telecom.length === 0 ? {} : { telecom }),
    ...(maritalStatus === undefined ? {} : { maritalStatus }),
    ...(contact.length === 0 ? {} : { contact }),
  };
  return { patient, keys };
}

/** PID-3 and PID-5 are required. An INS that may not travel finds nobody, so an IPP must be beside it. */
function requireTraits(reading: Reading, hasKey: boolean, pid: Segment | undefined): void {
  if (pid === undefined) reading.refusals.push(missingField('PID', 'PID^1'));
  // A number refused for its content has said why already.
  else if (!hasKey && reading.refusals.length === 0) {
    reading.refusals.push(missingField('PID-3', 'PID^1^3', 'Transmettez l’IPP du patient (type PI) en PID-3, puis renvoyez le message.'));
  }
  const isNamed = repetitions(pid, 5).some((xpn) => text(xpn, 1) !== '' || text(xpn, 2) !== '');
  if (pid !== undefined && !isNamed) reading.refusals.push(missingField('PID-5', 'PID^1^5'));
}

/** PID-32, the status first and then its attributes. Nothing said is provisional. */
function statusCodes(reading: Reading, pid: Segment | undefined): readonly string[] {
  return repetitions(pid, 32).flatMap((repetition) => {
    const code = text(repetition).toUpperCase();
    if (isIdentityCode(code)) {
      became(reading, { repetition }, 'Patient.extension(fr-core-identity-reliability)');
      return [code];
    }
    doubt(
      reading,
      { repetition },
      {
        code: 'identity-status-unknown',
        err: '103',
        diagnostics: 'The code in PID-32 is not in table 0445 of PAM France: it was ignored.',
        remedy: 'Corrigez le statut de l’identité en PID-32.',
      },
    );
    return [];
  });
}

/** PID-7 as precisely as said, without its hour: FHIR keeps a birth date. */
function birthDateOf(reading: Reading, pid: Segment | undefined): string | undefined {
  const repetition = first(pid, 7);
  const stamp = timeStampIn(reading, pid, 7);
  if (repetition !== undefined && stamp !== undefined) became(reading, { repetition }, 'Patient.birthDate');
  return stamp?.date;
}

function genderOf(reading: Reading, pid: Segment | undefined): Patient['gender'] {
  const repetition = first(pid, 8);
  const code = text(repetition).toUpperCase();
  if (repetition === undefined || code === '') return undefined;
  const gender = GENDERS.get(code);
  if (gender === undefined) refuseCode(reading, { repetition }, 'F, M, U, O');
  else became(reading, { repetition }, 'Patient.gender');
  return gender;
}

function maritalStatusOf(reading: Reading, pid: Segment | undefined): CodeableConcept | undefined {
  const repetition = first(pid, 16);
  const code = text(repetition);
  if (isDeleted(repetition) && repetition !== undefined) deletes(reading, { repetition }, 'Patient.maritalStatus');
  if (repetition === undefined || !MARITAL.includes(code)) return undefined;
  became(reading, { repetition }, 'Patient.maritalStatus');
  return { coding: [{ system: HL7.maritalStatus, code }] };
}

/** PID-29 death time, PID-30 death indicator. */
function deathOf(reading: Reading, pid: Segment | undefined): Pick<Patient, 'deceasedBoolean' | 'deceasedDateTime'> {
  const [time, indicator] = [first(pid, 29), first(pid, 30)];
  const stamp = timeStampIn(reading, pid, 29);
  if (time !== undefined && stamp !== undefined) {
    became(reading, { repetition: time }, 'Patient.deceasedDateTime');
    return { deceasedDateTime: stamp.dateTime };
  }
  const said = text(indicator);
  if (indicator === undefined || (said !== 'Y' && said !== 'N')) return {};
  became(reading, { repetition: indicator }, 'Patient.deceasedBoolean');
  return { deceasedBoolean: said === 'Y' };
}

/** PD1-12 = Y: protected record, no indication of presence to anyone outside the unit (L-18). */
function protection(reading: Reading, pd1: Segment | undefined): readonly Extension[] {
  const repetition = first(pd1, 12);
  if (repetition === undefined || text(repetition) !== 'Y') return [];
  became(reading, { repetition }, 'Patient.extension(non-divulgation)');
  return [{ url: EXTENSION.nonDivulgation, valueBoolean: true }];
}

/** What is worth a doubt without being wrong: forbidden fields, and traits that an INS should come with (PAM France §6.6). */
function noteTraits(reading: Reading, pid: Segment | undefined, hasIns: boolean): void {
  for (const [repetition] of FORBIDDEN.map((field) => repetitions(pid, field))) {
    if (repetition !== undefined) {
      doubt(
        reading,
        { repetition },
        {
          code: 'forbidden-field-dropped',
          diagnostics: 'PAM France forbids this field: it was not read.',
          remedy: 'Ne transmettez ni origine, ni religion, ni groupe ethnique.',
        },
      );
    }
  }
  const anchor = first(pid, 3);
  const complete = text(first(pid, 7)) !== '' && text(first(pid, 8)) !== '';
  if (hasIns && !complete && anchor !== undefined) {
    doubt(
      reading,
      { repetition: anchor },
      {
        code: 'ins-without-traits',
        err: '101',
        diagnostics: 'An INS comes with its strict traits; PID-7 or PID-8 is empty.',
        remedy: 'Transmettez la date de naissance et le sexe avec l’INS.',
      },
    );
  }
}
