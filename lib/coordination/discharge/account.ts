import type { Encounter, Identifier } from '@medplum/fhirtypes';
import type { Ref, RelaisResource } from '../../fhir/types.ts';
import type { Situation } from '../types.ts';
import { staysOf } from './stay.ts';

/**
 * A49: the account (NDA) of stays has another number. The former one stays beside it as `old`, so that a movement that
 * still names it finds its stay. Done already, it writes nothing.
 */
export function accountNumberChanged(
  situation: Situation,
  hospital: Ref,
  former: Identifier,
  account: Identifier,
): { readonly writes: readonly RelaisResource[]; readonly isKnown: boolean } {
  const stays = staysOf(situation, hospital);
  const isChanged = (stay: Encounter): boolean => has(stay, account) && numberOf(stay, former)?.use === 'old';
  const concerned = stays.filter((stay) => has(stay, former));
  const writes = concerned
    .filter((stay) => !isChanged(stay))
    .map((stay): Encounter => {
      const others = (stay.identifier ?? []).map((one): Identifier => (isSame(one, former) ? { ...one, use: 'old' } : one));
      return { ...stay, identifier: [...others.filter((one) => !isSame(one, account)), account] };
    });
  return { writes, isKnown: concerned.length > 0 };
}

function has(stay: Encounter, number: Identifier): boolean {
  return numberOf(stay, number) !== undefined;
}

function numberOf({ identifier = [] }: Encounter, number: Identifier): Identifier | undefined {
  return identifier.find((one) => isSame(one, number));
}

function isSame(one: Identifier, other: Identifier): boolean {
  return one.system === other.system && one.value === other.value;
}
