import type { Consent } from '@medplum/fhirtypes';
import type { DemoAlias } from '../../functions/local/demo/people.ts';
import type { MemberRole } from '../../functions/local/demo/roles.ts';
import { LOINC, SYSTEM } from '../../lib/fhir/vocabulary.ts';
import type { Answer } from './http.ts';
import type { TestService } from './service.ts';

/** An opposition of a person to somebody, told to a nurse of her circle: a Consent of its own, a nested deny with its actor. */
export function oppose(service: TestService, alias: DemoAlias, role: MemberRole): Promise<Answer> {
  const reference = service.demo.patients[alias].reference;
  const actor = {
    role: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' }] },
    reference: { reference: service.demo.roles[role].reference },
  };
  return service.fhir('nurse').post('Consent', {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: LOINC, code: '59284-0' }] }],
    patient: { reference },
    policyRule: { coding: [{ system: SYSTEM.regle, code: 'partage-sur-consentement' }] },
    provision: { provision: [{ type: 'deny', actor: [actor] }] },
  } satisfies Consent);
}
