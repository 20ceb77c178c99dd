import type { Requester } from './requester.ts';
import type { RuleId } from './rule.ts';
import { rowOutside } from './standing.ts';

/** membership active and charter in force; a person and who represents her need neither. */
export function isActiveMember({ role, membership, network }: Requester): boolean {
  return role === 'patient' || role === 'representative' || (membership === 'active' && network.charterInForce);
}

/** What closes every door before anybody asks about whom; `undefined` = nothing does. */
export function closedTo(requester: Requester): RuleId | undefined {
  if (!isActiveMember(requester) || rowOutside(requester) === undefined) return 'A-02';
  const { purpose, role } = requester;
  return purpose === 'refused' || (purpose === 'HCOMPL' && role !== 'dpo') ? 'A-05' : undefined;
}
