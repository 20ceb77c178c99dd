import type { Coding, Parameters, ParametersParameter, ServiceRequest } from '@medplum/fhirtypes';
import { SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { type Answer, outcomeIn } from './http.ts';

type Values = Readonly<Record<string, Omit<ParametersParameter, 'name'>>>;

/** Body of `$event` (contracts.md 4). */
export function event(slug: string, values: Values = {}): Parameters {
  return {
    resourceType: 'Parameters',
    parameter: [{ name: 'event', valueCode: slug }, ...Object.entries(values).map(([name, value]) => ({ name, ...value }))],
  };
}

/** Our codes in a refusal, one an issue. */
export function rulesIn(answer: Answer): readonly string[] {
  return outcomeIn(answer).issue.flatMap(({ details }) => details?.coding?.find(({ system }) => system === SYSTEM.regle)?.code ?? []);
}

/** Events that a 409 names as possible instead. */
export function allowedIn(answer: Answer): readonly string[] {
  return outcomeIn(answer).issue.flatMap(({ details }) =>
    (details?.coding ?? []).flatMap(({ system, code }) => (system === SYSTEM.evenement && code ? [code] : [])),
  );
}

const MOTIVE: Coding = { system: SYSTEM.motifAppui, code: 'retour-a-domicile', display: 'Préparer le retour à domicile' };

/** A demande d'appui that is sent. */
export function request(subject: ServiceRequest['subject'], over: Partial<ServiceRequest> = {}): ServiceRequest {
  return { resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject, reasonCode: [{ coding: [MOTIVE] }], ...over };
}
