import type { Identifier, Patient } from '@medplum/fhirtypes';
import { identityStatusOf } from './status.ts';

/** Order of RNIV: a better known identity is never overwritten by a lesser one (RNIV EXI SI; interop.md 1.2). */
const TRUST = { douteuse: 0, provisoire: 1, recuperee: 2, validee: 3, qualifiee: 4 } as const;

const TRAITS = ['name', 'birthDate', 'gender', 'telecom', 'address', 'maritalStatus', 'contact'] as const;

/**
 * An identity as known, with what a source says of it: identifiers it lacks are added, elements it lacks are filled,
 * and traits are replaced only by a source whose identity is better established than what is known. Death is taken
 * from any source. Returns the same object when nothing is new, so that nothing is written.
 * @param deletions FHIRPath of what the source deletes (HL7 v2 `""`); taken from an identity as good as the known one
 */
export function mergeTraits(known: Patient, said: Patient, deletions: readonly string[] = []): Patient {
  const better = TRUST[identityStatusOf(said)] > TRUST[identityStatusOf(known)];
  const identifiers = [
    ...(known.identifier ?? []),
    ...(said.identifier ?? []).filter((one) => !(known.identifier ?? []).some((other) => sameIdentifier(one, other))),
  ];
  const merged: Patient = { ...known, ...(identifiers.length > 0 ? { identifier: identifiers } : {}) };
  for (const trait of TRAITS) {
    const value = said[trait];
    if (value !== undefined && (known[trait] === undefined || better)) Object.assign(merged, { [trait]: value });
  }
  if (better && said.extension) merged.extension = said.extension;
  if (known.deceasedBoolean === undefined && known.deceasedDateTime === undefined) {
    if (said.deceasedDateTime !== undefined) merged.deceasedDateTime = said.deceasedDateTime;
    else if (said.deceasedBoolean === true) merged.deceasedBoolean = true;
  }
  if (better) for (const path of deletions) forget(merged, path);
  return JSON.stringify(merged) === JSON.stringify(known) ? known : merged;
}

/** `Patient.name.where(use='usual')`: the used name no longer exists (PAM §6.6.2). */
function forget(patient: Patient, path: string): void {
  if (/name\.where\(use *= *'usual'\)/.test(path)) patient.name = (patient.name ?? []).filter(({ use }) => use !== 'usual');
}

function sameIdentifier(one: Identifier, other: Identifier): boolean {
  return one.system === other.system && one.value === other.value && one.type?.coding?.[0]?.code === other.type?.coding?.[0]?.code;
}
