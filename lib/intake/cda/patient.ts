import type { Address, Extension, Identifier, Patient } from '@medplum/fhirtypes';
import { FR_CORE_EXTENSION, FR_CORE_SYSTEM, HL7, OID_SYSTEM } from '../../fhir/vocabulary.ts';
import { insKeyIsValid, isInsSystem, isProductionIns } from '../../identity/ins.ts';
import { accepted, type Refusal, type Result, refused } from '../../platform/refusal.ts';
import { unprocessable } from './cda-refusal.ts';
import { addressOf, telecomOf } from './contact.ts';
import { patientIdentifier } from './identifiers.ts';
import { patientNames } from './patient-names.ts';
import { readTime } from './time.ts';
import { became, doubt, type Trail } from './trail.ts';
import { attr, child, children, text, type XmlElement } from './xml.ts';

const ROLE = '/ClinicalDocument/recordTarget/patientRole';

/** INS domains, the one that lasts first. */
const STRENGTH: readonly (string | undefined)[] = [OID_SYSTEM.insNir, OID_SYSTEM.insNia, OID_SYSTEM.insTest, OID_SYSTEM.insDemo];

const GENDERS: Readonly<Record<string, NonNullable<Patient['gender']>>> = { F: 'female', M: 'male', UN: 'other', U: 'unknown' };

export type PatientSaid = { readonly patient: Patient; readonly identityKeys: readonly Identifier[] };

/**
 * The patient of a document, as its sender says it.
 * Refused: none or several `recordTarget`, no identifier at all, a production INS with a wrong key (a test one is a
 * doubt: published examples fail the key, interop.md 11, trap 3). All else may be a nullFlavor (trap 37).
 * @see CI-SIS structuration minimale 1.16, recordTarget; interop.md 1.1 to 1.3, 9.1
 */
export function readPatient(document: XmlElement, senderFiness: string, trail: Trail): Result<PatientSaid> {
  const targets = children(document, 'recordTarget');
  if (targets.length > 1) {
    return refused(
      unprocessable(
        'cda-several-patients',
        '/ClinicalDocument/recordTarget[2]',
        'More than one recordTarget.',
        'Envoyez un document par patient.',
      ),
    );
  }
  const role = child(targets[0], 'patientRole');
  const identifiers = readIdentifiers(role, senderFiness, trail);
  if (!identifiers.ok) return identifiers;
  const insIdentifiers = identifiers.value.filter(({ system }) => isInsSystem(system));
  const ranked = insIdentifiers.toSorted((one, other) => STRENGTH.indexOf(one.system) - STRENGTH.indexOf(other.system));
  const person = child(role, 'patient');
  const extension = [...reliability(ranked), ...birthPlace(child(person, 'birthplace', 'place', 'addr'), trail)];
  const name = patientNames(children(person, 'name'), trail);
  const gender = readGender(person, trail);
  const birthDate = readBirthDate(child(person, 'birthTime'), trail);
  const address = readEach(role, 'addr', addressOf, 'Patient.address', trail);
  const telecom = readEach(role, 'telecom', telecomOf, 'Patient.telecom', trail);
  const patient: Patient = {
    resourceType: 'Patient',
    ...(extension.length > 0 && { extension }),
    identifier: [...identifiers.value],
    ...(name.length > 0 && { name: [...name] }),
    ...(telecom.length > 0 && { telecom }),
    ...(gender && { gender }),
    ...(birthDate && { birthDate }),
    ...(address.length > 0 && { address }),
  };
  return accepted({ patient, identityKeys: [...ranked, ...identifiers.value.filter(({ type }) => type?.coding?.[0]?.code === 'PI')] });
}

function readIdentifiers(role: XmlElement | undefined, senderFiness: string, trail: Trail): Result<readonly Identifier[]> {
  const identifiers: Identifier[] = [];
  const refusals: Refusal[] = [];
  for (const [index, id] of children(role, 'id').entries()) {
    const place = `${ROLE}/id[${index + 1}]`;
    const identifier = patientIdentifier(id, senderFiness);
    if (identifier === undefined) continue;
    if (isInsSystem(identifier.system) && !insKeyIsValid(identifier.value ?? '')) {
      if (isProductionIns(identifier.system)) {
        refusals.push(
          unprocessable('ins-key', `${place}/@extension`, 'The key of the INS is wrong.', "Vérifiez l'INS par le téléservice INSi."),
        );
        continue;
      }
      doubt(trail, 'ins-key', `${place}/@extension`, 'The key of the test INS is wrong.', "Vérifiez l'INS de test.");
    }
    became(trail, place, `Patient.identifier[${identifiers.length}]`);
    identifiers.push(identifier);
  }
  const [first, ...others] = refusals;
  if (first) return refused(first, ...others);
  if (identifiers.length > 0) return accepted(identifiers);
  return refused(
    unprocessable(
      'cda-patient-without-identifier',
      `${ROLE}/id`,
      'Neither an INS nor a local identifier.',
      "Indiquez l'INS ou l'IPP du patient (root et extension).",
    ),
  );
}

/** An INS travels only with a qualified identity (interop.md 1.1): its presence says the status, unless its key is wrong. */
function reliability(insIdentifiers: readonly Identifier[]): readonly Extension[] {
  if (!insIdentifiers.some(({ value }) => insKeyIsValid(value ?? ''))) return [];
  const status = { url: 'identityStatus', valueCoding: { system: FR_CORE_SYSTEM.identityStatus, code: 'QUAL' } };
  return [{ url: FR_CORE_EXTENSION.identityReliability, extension: [status] }];
}

function birthPlace(addr: XmlElement | undefined, trail: Trail): readonly Extension[] {
  const place = `${ROLE}/patient/birthplace/place/addr`;
  const insee = text(child(addr, 'county'));
  const city = text(child(addr, 'city'));
  const country = text(child(addr, 'country'));
  if (!insee && !city && !country) return [];
  const target = `Patient.extension('${HL7.birthPlace}').valueAddress`;
  if (insee) became(trail, `${place}/county`, `${target}.extension('${FR_CORE_EXTENSION.inseeCode}').valueCoding.code`);
  if (city) became(trail, `${place}/city`, `${target}.city`);
  const valueAddress: Address = {
    ...(insee && { extension: [{ url: FR_CORE_EXTENSION.inseeCode, valueCoding: { system: FR_CORE_SYSTEM.commune, code: insee } }] }),
    ...(city && { city }),
    ...(country && { country }),
  };
  return [{ url: HL7.birthPlace, valueAddress }];
}

function readGender(person: XmlElement | undefined, trail: Trail): Patient['gender'] {
  const element = child(person, 'administrativeGenderCode');
  if (element === undefined) return undefined;
  became(trail, `${ROLE}/patient/administrativeGenderCode`, 'Patient.gender');
  return GENDERS[attr(element, 'code') ?? 'U'] ?? 'unknown';
}

function readBirthDate(birthTime: XmlElement | undefined, trail: Trail): string | undefined {
  const value = attr(birthTime, 'value');
  if (value === undefined) return undefined;
  const place = `${ROLE}/patient/birthTime/@value`;
  const date = readTime(value.slice(0, 8))?.dateTime;
  if (date === undefined) {
    // Lunar dates exist (day over 30, month over 12): they are no civil date (interop.md 1.3).
    doubt(
      trail,
      'birth-date-not-civil',
      place,
      'The birth date is no date of the calendar; it was left out.',
      'Vérifiez la date de naissance.',
    );
  } else {
    became(trail, place, 'Patient.birthDate');
  }
  return date;
}

function readEach<T>(
  role: XmlElement | undefined,
  name: string,
  read: (element: XmlElement) => T | undefined,
  target: string,
  trail: Trail,
): T[] {
  const found: T[] = [];
  for (const [index, element] of children(role, name).entries()) {
    const value = read(element);
    if (value === undefined) continue;
    became(trail, `${ROLE}/${name}[${index + 1}]`, `${target}[${found.length}]`);
    found.push(value);
  }
  return found;
}
