import type { Consent } from '@medplum/fhirtypes';
import type { RelaisResource } from '../../fhir/types.ts';
import { accepted, type Result, refused } from '../../platform/refusal.ts';
import { unreachable } from '../machine-refusals.ts';
import { closeReferrals } from '../referral/pair.ts';
import { all, type Effects, type Situation } from '../types.ts';
import { missingInformation } from './information.ts';
import { consentStateOf, deniesAll, normalised, stateByRules, withConsentState } from './provision.ts';

/**
 * POST of a Consent (contracts.md 3, 4): proposed = the person was informed; active = she accords, limits or opposes;
 * rejected = she refuses. An `inactive` one records a withdrawal told to a professional, and is never refused.
 */
export function createConsent(consent: Consent, situation: Situation): Result<Effects> {
  const said: Consent = { ...normalised(consent), dateTime: consent.dateTime ?? situation.now };
  switch (consent.status) {
    case 'proposed':
      return accepted(alone(withConsentState(said, 'informe')));
    case 'active':
      return deniesAll(said) ? accepted(against(said, 'refuse', situation)) : active(said);
    case 'rejected':
      return accepted(against(said, 'refuse', situation));
    case 'inactive':
      return accepted(against(said, 'retire', situation));
    case 'draft':
    case 'entered-in-error':
      return refused(unreachable(consent, 'proposed, active, rejected'));
  }
}

function active(consent: Consent): Result<Effects> {
  const state = stateByRules(consent);
  // An opposition needs no information given before: it takes nothing but rights of others away.
  const [first, ...others] = state === 'opposition' ? [] : missingInformation(consent);
  return first ? refused(first, ...others) : accepted(alone(withConsentState(consent, state)));
}

/** A withdrawal ends every living accord of the person; so does a refusal, which then is one. */
function against(consent: Consent, state: 'refuse' | 'retire', situation: Situation): Effects {
  const carrier = withConsentState(consent, state);
  const living = all(situation.compartment, 'Consent').filter((one) => ['donne', 'limite'].includes(consentStateOf(one, situation.now)));
  const withdrawn = living.map((one): Consent => ({ ...withConsentState(one, 'retire'), dateTime: situation.now }));
  const isWithdrawal = state === 'retire' || living.length > 0;
  const closed: readonly RelaisResource[] = isWithdrawal ? closeReferrals(situation, 'retrait', situation.now) : [];
  return { writes: [carrier, ...withdrawn, ...closed], carrier };
}

function alone(carrier: Consent): Effects {
  return { writes: [carrier], carrier };
}
