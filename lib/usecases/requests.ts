import type { Patient } from '@medplum/fhirtypes';
import { decide, mayRecordConsent } from '../access/decide.ts';
import type { Facts } from '../access/facts.ts';
import type { Requester } from '../access/requester.ts';
import { traitsOf } from '../access/traits.ts';
import type { RelaisResource } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import type { Author } from '../store/codec.ts';
import type { PatientMention } from './resolve-patient.ts';

/** Whether a create is permitted, by which rules, and whether the requester may know that the target exists. */
export type CreatePermission = { readonly ok: boolean; readonly rules: readonly string[]; readonly visible: boolean };

/**
 * Whether persons tell this requester what they decide about sharing: a professional of the network, who is then answered
 * alike whoever the person is, whatever he may record of her.
 */
export function hearsConsents(resource: RelaisResource, requester: Requester, newborn: Facts, at: Instant): boolean {
  return resource.resourceType === 'Consent' && mayRecordConsent(newborn, requester, { ...resource, status: 'inactive' }, at);
}

/**
 * What is taken about somebody whom the network does not know yet: a request for support (contracts.md 3, Referral), and
 * what a professional was told by the person: a withdrawal or an opposition then holds when she arrives.
 */
export function admitsUnknownPatient(
  resource: RelaisResource,
  mention: PatientMention,
  requester: Requester,
  newborn: Facts,
  at: Instant,
): boolean {
  return hearsConsents(resource, requester, newborn, at) || (resource.resourceType === 'ServiceRequest' && mention.kind !== 'reference');
}

/** The identity of somebody new as the request says it: provisional until the coordinator has checked it. */
export function newcomer(mention: PatientMention, id: string): Patient {
  const said: Patient = mention.kind === 'contained' ? mention.patient : { resourceType: 'Patient' };
  const { meta: _meta, text: _text, ...traits } = said;
  return {
    ...traits,
    resourceType: 'Patient',
    id,
    ...(mention.kind === 'identifier' ? { identifier: [mention.identifier] } : {}),
  };
}

/** Decides a create: the W column of domain.md 4.4, or REC for a Consent. */
export function mayCreate(
  facts: Facts | undefined,
  requester: Requester,
  resource: RelaisResource,
  author: Author,
  at: Instant,
): CreatePermission {
  const decision = decide(facts, { requester, interaction: 'create', traits: traitsOf(resource, author), at });
  if (decision.outcome === 'permit') return { ok: true, rules: decision.rules, visible: true };
  if (resource.resourceType === 'Consent' && facts && mayRecordConsent(facts, requester, resource, at))
    return { ok: true, rules: ['A-66'], visible: true };
  return { ok: false, rules: decision.rules, visible: decision.visible };
}
