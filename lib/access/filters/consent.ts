import type { Consent, ConsentProvision } from '@medplum/fhirtypes';
import { EXTENSION, SYSTEM } from '../../fhir/vocabulary.ts';
import { etatOf } from '../elements.ts';
import type { Keeps, TypeFilter } from './filter.ts';

const STATE: Keeps = { status: 'whole', scope: 'codes', category: 'codes', patient: 'reference', dateTime: 'whole' };

/**
 * F1: state, categories permitted, date, review date. What the person opposes to others is removed, and a consent that is
 * limited by nothing else is shown as given: nobody learns from it that an opposition exists.
 */
export const F1: TypeFilter = {
  keep: { ...STATE, provision: { period: 'whole', provision: { type: 'whole', securityLabel: 'whole' } }, extension: [EXTENSION.etat] },
  shape: (resource) => (resource.resourceType === 'Consent' ? withoutOppositions(resource) : resource),
};

export const STATE_OF_CONSENT: TypeFilter = { keep: { ...STATE, extension: [EXTENSION.etat] } };

function withoutOppositions(consent: Consent): Consent {
  const nested = consent.provision?.provision ?? [];
  const shown = nested.filter((rule) => rule.type === 'permit' || isOfCategories(rule));
  const isLimited = shown.some(({ type }) => type === 'deny');
  const hidesLimit = etatOf(consent) === 'limite' && !isLimited;
  return {
    ...consent,
    ...(consent.provision ? { provision: { ...consent.provision, provision: shown } } : {}),
    ...(hidesLimit ? { extension: (consent.extension ?? []).map((one) => (one.url === EXTENSION.etat ? GIVEN : one)) } : {}),
  };
}

const GIVEN = { url: EXTENSION.etat, valueCoding: { system: SYSTEM.etat, code: 'donne', display: 'Donné' } };

/** Speaks of categories of ours, of nobody and of no document. */
function isOfCategories({ actor, data, securityLabel }: ConsentProvision): boolean {
  const names = (actor ?? []).length + (data ?? []).length > 0;
  return !names && (securityLabel ?? []).some(({ system }) => system === SYSTEM.categorie);
}
