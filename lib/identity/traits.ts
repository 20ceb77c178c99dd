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

/** What two sources say of one person, or of two. */
export type Comparison =
  /** Name, first given name, date, sex and birthplace are said by both, and agree. */
  | 'same'
  /** Nothing contradicts, but something is not said by both, or the birthplace differs (communes change their code). */
  | 'compatible'
  /** One of name, first given name, date or sex contradicts. */
  | 'different';

/**
 * Strict traits side by side as RNIV compares them: capitals without accents, hyphens and apostrophes as spaces; a date as
 * precisely as both say it; a sex that is not known contradicts none. The list of birth given names decides where both have
 * it; a list also agrees with the first name that it begins with, since it cannot be split (interop.md 1.3).
 */
export function compareTraits(one: StrictTraits, other: StrictTraits): Comparison {
  const verdicts = [
    agreement(folded(one.birthName), folded(other.birthName)),
    givenNames(one, other),
    agreement(...toTheSamePrecision(one.birthDate, other.birthDate)),
    agreement(sexOf(one), sexOf(other)),
  ];
  if (verdicts.includes(false)) return 'different';
  const isSame = verdicts.every((verdict) => verdict === true) && agreement(one.birthPlaceInsee, other.birthPlaceInsee) === true;
  return isSame ? 'same' : 'compatible';
}

/**
 * One text for all who bear the same name, first given name, date of birth and sex: people who may be one. `undefined` when
 * one of the four is not said to the full.
 */
export function homonymKey({ birthName, firstBirthGivenName, birthDate, ...traits }: StrictTraits): string | undefined {
  const [name, given, sex] = [folded(birthName), folded(firstBirthGivenName), sexOf(traits)];
  if (!name || !given || !sex || !/^\d{4}-\d{2}-\d{2}$/.test(birthDate ?? '')) return undefined;
  return [name, given, birthDate, sex].join('|');
}

/** `undefined`: one of the two says nothing. */
function agreement(one: string | undefined, other: string | undefined): boolean | undefined {
  return one === undefined || other === undefined ? undefined : one === other;
}

function givenNames(one: StrictTraits, other: StrictTraits): boolean | undefined {
  const [first, second] = [folded(one.firstBirthGivenName), folded(other.firstBirthGivenName)];
  const [list, otherList] = [folded(one.birthGivenNames), folded(other.birthGivenNames)];
  if (agreement(first, second) === true || agreement(list, otherList) === true) return true;
  if (begins(list, second) || begins(otherList, first)) return true;
  return agreement(first, second);
}

function begins(list: string | undefined, first: string | undefined): boolean {
  return list !== undefined && first !== undefined && (list === first || list.startsWith(`${first} `));
}

function toTheSamePrecision(one: string | undefined, other: string | undefined): [string | undefined, string | undefined] {
  const length = Math.min(one?.length ?? 0, other?.length ?? 0);
  return length === 0 ? [undefined, undefined] : [one?.slice(0, length), other?.slice(0, length)];
}

function sexOf({ gender }: Pick<StrictTraits, 'gender'>): string | undefined {
  return gender === 'female' || gender === 'male' ? gender : undefined;
}

/** Capitals A to Z with single spaces; `undefined` when nothing is left. */
function folded(text: string | undefined): string | undefined {
  const letters = (text ?? '')
    .replaceAll(/œ/gi, 'oe')
    .replaceAll(/æ/gi, 'ae')
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toUpperCase()
    .replaceAll(/[^A-Z]+/g, ' ')
    .trim();
  return letters === '' ? undefined : letters;
}
