import { isDeepStrictEqual } from 'node:util';
import type { Extension, Identifier, Patient } from '@medplum/fhirtypes';
import { EXTENSION } from '../fhir/vocabulary.ts';
import { identityStatusOf } from './status.ts';

/** Order of RNIV: a better known identity is never overwritten by a lesser one (RNIV EXI SI; interop.md 1.2). */
const TRUST = { douteuse: 0, provisoire: 1, recuperee: 2, validee: 3, qualifiee: 4 } as const;

const TRAITS = ['birthDate', 'gender', 'telecom', 'address', 'maritalStatus', 'contact'] as const;

/**
 * An identity as known, with what a source says of it: identifiers it lacks are added, elements it lacks are filled,
 * and traits are replaced by a source whose identity is at least as well established as what is known: names by their
 * use, extensions by their url, so that what a source leaves unsaid stays. Death and protection (L-18) are taken from any
 * source. Returns the same object when nothing is new, so that nothing is written.
 * @param deletions FHIRPath of what the source deletes (HL7 v2 `""`); taken from an identity as good as the known one
 */
export function mergeTraits(known: Patient, said: Patient, deletions: readonly string[] = []): Patient {
  const isAsGood = TRUST[identityStatusOf(said)] >= TRUST[identityStatusOf(known)];
  const identifier = united(known.identifier, said.identifier, identifierKey, false);
  const name = united(known.name, said.name, ({ use = '' }) => use, isAsGood);
  const told = isAsGood ? said.extension : said.extension?.filter(isProtection);
  const extension = united(known.extension, told, ({ url }) => url, true);
  const merged: Patient = {
    ...known,
    ...(identifier.length > 0 ? { identifier } : {}),
    ...(name.length > 0 ? { name } : {}),
    ...(extension.length > 0 ? { extension } : {}),
  };
  for (const trait of TRAITS) {
    const value = said[trait];
    if (value !== undefined && (known[trait] === undefined || isAsGood)) Object.assign(merged, { [trait]: value });
  }
  if (known.deceasedBoolean === undefined && known.deceasedDateTime === undefined) {
    if (said.deceasedDateTime !== undefined) merged.deceasedDateTime = said.deceasedDateTime;
    else if (said.deceasedBoolean === true) merged.deceasedBoolean = true;
  }
  if (isAsGood) for (const path of deletions) forget(merged, path);
  return isDeepStrictEqual(merged, known) ? known : merged;
}

/** What is known, in its order, replaced (or not) by what is said under the same key; then what only the source says. */
function united<T>(known: readonly T[] = [], said: readonly T[] = [], keyOf: (one: T) => string, replaces: boolean): T[] {
  const replacement = (one: T): T => (replaces ? said.find((other) => keyOf(other) === keyOf(one)) : undefined) ?? one;
  return [...known.map(replacement), ...said.filter((one) => !known.some((other) => keyOf(other) === keyOf(one)))];
}

function isProtection({ url, valueBoolean }: Extension): boolean {
  return url === EXTENSION.nonDivulgation && valueBoolean === true;
}

function identifierKey({ system = '', value = '', type }: Identifier): string {
  return [system, value, type?.coding?.[0]?.code ?? ''].join(' ');
}

/** `Patient.name.where(use='usual')`: the used name no longer exists (PAM §6.6.2). */
function forget(patient: Patient, path: string): void {
  if (/name\.where\(use *= *'usual'\)/.test(path)) patient.name = (patient.name ?? []).filter(({ use }) => use !== 'usual');
}
