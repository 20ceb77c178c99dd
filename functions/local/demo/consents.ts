import type { Consent, Extension } from '@medplum/fhirtypes';
import { deny, withConsentState } from '../../../lib/coordination/consent/provision.ts';
import { EXTENSION, LOINC, SYSTEM } from '../../../lib/fhir/vocabulary.ts';
import type { Instant } from '../../../lib/platform/instant.ts';
import { type DemoAlias, PEOPLE } from './people.ts';
import { demoId, networkRef, patientRef, representativeRef, roleRef } from './references.ts';

export type ConsentMoments = {
  /** When the person was informed. */
  readonly informed: Instant;
  /** When she decided. */
  readonly decided: Instant;
  /** When the consent must be asked for again. */
  readonly until: Instant;
};

/** The acts of consent that the table of contracts.md 2 says; nobody's, for an alias without any. */
export function consents(alias: DemoAlias, moments: ConsentMoments): readonly Consent[] {
  const { consent: state, opposedTo, key } = PEOPLE[alias];
  if (state === undefined) return [];
  const sharing = withConsentState(
    { ...act(alias, 'consent', state === 'informe' ? moments.informed : moments.decided), ...scopeOf(state, moments) },
    state,
  );
  const said: Consent = { ...sharing, extension: [...(sharing.extension ?? []), information(alias, moments.informed)] };
  if (opposedTo === undefined) return [said];
  const opposition: Consent = {
    ...act(alias, 'opposition', moments.decided),
    id: demoId('opposition', key),
    provision: { period: { start: moments.decided }, provision: [deny({ acteur: roleRef(opposedTo) })] },
  };
  return [said, withConsentState(opposition, 'opposition')];
}

function act(alias: DemoAlias, label: string, at: Instant): Consent {
  const { network, key, represented } = PEOPLE[alias];
  return {
    resourceType: 'Consent',
    id: demoId(label, key),
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: LOINC, code: '59284-0', display: 'Consent Document' }] }],
    patient: { reference: patientRef(alias) },
    dateTime: at,
    performer: [{ reference: represented ? representativeRef(alias) : patientRef(alias) }],
    organization: [{ reference: networkRef(network) }],
    policyRule: { coding: [{ system: SYSTEM.regle, code: 'partage-sur-consentement' }] },
  };
}

type State = NonNullable<(typeof PEOPLE)[DemoAlias]['consent']>;

function scopeOf(state: State, { informed, until }: ConsentMoments): Pick<Consent, 'provision'> {
  if (state === 'informe' || state === 'refuse') return {};
  const rules = state === 'limite' ? [{ type: 'permit' as const }, deny({ categorie: 'psy' })] : [{ type: 'permit' as const }];
  return { provision: { period: { start: informed, end: until }, provision: rules } };
}

/** S0-11, L-05: who informed, how, with which leaflet, understanding verified. */
function information(alias: DemoAlias, at: Instant): Extension {
  const coordinator = PEOPLE[alias].network === 'cpts' ? 'coordinator' : 'coordinator@dac';
  return {
    url: EXTENSION.information,
    extension: [
      { url: 'par', valueReference: { reference: roleRef(coordinator) } },
      { url: 'moyen', valueString: 'entretien' },
      { url: 'notice', valueString: '2026-01' },
      { url: 'comprehensionVerifiee', valueBoolean: true },
      { url: 'date', valueDateTime: at },
    ],
  };
}
