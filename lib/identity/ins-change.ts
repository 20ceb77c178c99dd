import type { Extension, Identifier, Patient } from '@medplum/fhirtypes';
import { FR_CORE_EXTENSION, OID_SYSTEM } from '../fhir/vocabulary.ts';
import { isCurrentIns, isIns } from './ins.ts';
import { mergeTraits } from './merge-traits.ts';

/**
 * An identity whose INS was replaced (`withdraws` false) or withdrawn: all INS go when one is withdrawn; a replaced one
 * stays as `old`, so that a sender who has not heard of it yet still finds the person. The status is the one that this
 * message says, up or down: nobody but PID-32 tells it (PAM France §4.4; interop.md 1.2).
 * @param former numbers that the message replaces
 * @param day    of the change, for the period of the old number
 */
export function withInsChanged(
  known: Patient,
  said: Patient,
  { former, withdraws }: { readonly former: readonly Identifier[]; readonly withdraws: boolean },
  day: string,
): Patient {
  const numbers = withdraws ? (said.identifier ?? []).filter((one) => !isIns(one)) : (said.identifier ?? []);
  const told = mergeTraits(known, { ...said, identifier: numbers });
  const identifier = withdraws
    ? (told.identifier ?? []).filter((one) => !isIns(one))
    : (told.identifier ?? []).map((one) => (isReplaced(one, former, numbers) ? retired(one, day) : one));
  const reliability = said.extension?.filter(isReliability) ?? [];
  const extension = [...reliability, ...(told.extension ?? []).filter((one) => reliability.length === 0 || !isReliability(one))];
  const { identifier: _identifier, extension: _extension, ...rest } = told;
  return {
    ...rest,
    ...(extension.length > 0 ? { extension } : {}),
    ...(identifier.length > 0 ? { identifier } : {}),
  };
}

/**
 * Identifiers with one INS in use: an NIA is temporary, and ends where a NIR stands beside it (A31 from NIA to NIR: "choose
 * NIR"; interop.md 1.2). Returns the same list when nothing changes.
 */
export function withNirFirst(identifiers: readonly Identifier[]): readonly Identifier[] {
  const hasNir = identifiers.some((one) => one.system === OID_SYSTEM.insNir && isCurrentIns(one));
  const isEnded = (one: Identifier): boolean => hasNir && one.system === OID_SYSTEM.insNia && isCurrentIns(one);
  return identifiers.some(isEnded) ? identifiers.map((one) => (isEnded(one) ? { ...one, use: 'old' } : one)) : identifiers;
}

function isReplaced(one: Identifier, former: readonly Identifier[], numbers: readonly Identifier[]): boolean {
  const isSaid = numbers.some(({ system, value }) => system === one.system && value === one.value);
  if (isSaid || one.use === 'old') return false;
  return isIns(one) || former.some(({ system, value }) => system === one.system && value === one.value);
}

function retired(one: Identifier, day: string): Identifier {
  return { ...one, use: 'old', period: { ...one.period, end: day } };
}

function isReliability({ url }: Extension): boolean {
  return url === FR_CORE_EXTENSION.identityReliability;
}
