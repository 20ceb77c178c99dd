import type { Consent } from '@medplum/fhirtypes';
import type { Instant } from '../platform/instant.ts';
import { opens } from './bases.ts';
import { isOpposition } from './elements.ts';
import { isAuthor } from './exclusions.ts';
import type { Facts } from './facts.ts';
import { isActiveMember } from './membership.ts';
import type { Requester, Role } from './requester.ts';
import { actsOnOpenWork, type Standing, standingOf } from './standing.ts';
import type { ResourceTraits } from './traits.ts';

/** Health and social professionals of the network, to whom a person may tell a withdrawal. */
const PROFESSIONALS: ReadonlySet<Role> = new Set<Role>(['clinician', 'gp', 'nurse', 'social', 'coordinator']);

/**
 * REC, a basis outside of all others, whatever the consent state and even for who is opposed: an accepted member
 * of the circle records any act of the person; so does a coordinator with work open, who has to inform her;
 * every other professional of the network a withdrawal or an opposition told to him. It gives no read.
 */
export function mayRecordConsent(facts: Facts, requester: Requester, consent: Consent, at: Instant): boolean {
  if (!isActiveMember(requester) || !opens(requester.purpose, 'REC') || facts.network !== requester.network.id) return false;
  const standing = standingOf(facts, requester, at);
  if (!standing || !PROFESSIONALS.has(requester.role)) return false;
  if (records(standing)) return true;
  return consent.status === 'inactive' || (consent.status === 'active' && isOpposition(consent));
}

/** Events on a Consent that he recorded himself, whatever the state. */
export function mayContinueRecord(standing: Standing, item: ResourceTraits): boolean {
  return item.type === 'Consent' && PROFESSIONALS.has(standing.requester.role) && records(standing) && isAuthor(standing, item);
}

function records(standing: Standing): boolean {
  return standing.inCircle || (standing.row === 'A-46' && actsOnOpenWork(standing));
}
