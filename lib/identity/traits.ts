import type { Patient } from '@medplum/fhirtypes';
import { FR_CORE_EXTENSION, HL7 } from '../fhir/vocabulary.ts';

/** Traits stricts of RNIV: birth name, birth given names, sex, birth date, birthplace (interop.md 1.3). */
export type StrictTraits = {
  readonly birthName?: string;
  readonly firstBirthGivenName?: string;
  /** The list as the source wrote it: splitting it on spaces does not give names. */
  readonly birthGivenNames?: string;
  readonly birthDate?: string;
  readonly gender?: string;
  /** INSEE code of the commune (or 99 + country); labels and postal codes are no trait. */
  readonly birthPlaceInsee?: string;
};

/**
 * Strict traits of a FHIR Patient, as said: the official name is the birth name, an INSEE code is known by its value
 * because TRE_R13 has two spellings (interop.md 2). What is absent stays absent.
 */
export function strictTraits(patient: Patient): StrictTraits {
  const official = patient.name?.find(({ use }) => use === 'official');
  const list = official?.extension?.find(({ url }) => url === FR_CORE_EXTENSION.birthListGivenName)?.valueString;
  const birthPlace = patient.extension?.find(({ url }) => url === HL7.birthPlace)?.valueAddress;
  const insee = birthPlace?.extension?.find(({ url }) => url === FR_CORE_EXTENSION.inseeCode)?.valueCoding?.code;
  const given = official?.given?.[0];
  return {
    ...(official?.family === undefined ? {} : { birthName: official.family }),
    ...(given === undefined ? {} : { firstBirthGivenName: given }),
    ...(list === undefined ? {} : { birthGivenNames: list }),
    ...(patient.birthDate === undefined ? {} : { birthDate: patient.birthDate }),
    ...(patient.gender === undefined ? {} : { gender: patient.gender }),
    ...(insee === undefined ? {} : { birthPlaceInsee: insee }),
  };
}
