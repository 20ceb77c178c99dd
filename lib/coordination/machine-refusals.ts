import type { RelaisResource } from '../fhir/types.ts';
import type { Refusal } from '../platform/refusal.ts';

/** 422 that names a parameter of `$event`. */
export function parameterRefusal(name: string, code: string, diagnostics: string, remedy: string): Refusal {
  return { category: 'unprocessable', code, expression: `Parameters.parameter.where(name='${name}')`, diagnostics, remedy };
}

/** 422 of a POST in a state that no event reaches. */
export function unreachable(resource: RelaisResource, reachable: string): Refusal {
  return {
    category: 'unprocessable',
    code: 'state-not-reachable',
    expression: `${resource.resourceType}.status`,
    diagnostics: `A new ${resource.resourceType} has one of these statuses: ${reachable}.`,
    remedy: `Créez la ressource avec l’un de ces statuts (${reachable}), puis envoyez les événements suivants.`,
  };
}

export const NOT_CARRIED: Refusal = {
  category: 'unprocessable',
  code: 'no-machine',
  diagnostics: 'This resource does not carry this state machine.',
  remedy: 'Envoyez l’événement à la demande d’appui, au PPS, à l’épisode ou au consentement.',
};

export const REASON_MISSING: Refusal = parameterRefusal('reason', 'reason-missing', 'This event needs a reason.', 'Indiquez le motif.');

export function unknownEvent(event: string, known: readonly string[]): Refusal {
  return {
    ...parameterRefusal('event', 'unknown-event', `No event ${event} exists for this resource.`, 'Choisissez un événement de la liste.'),
    allowed: known,
  };
}

export function intakeOnly(event: string): Refusal {
  return parameterRefusal(
    'event',
    'intake-only',
    `${event} comes by intake only.`,
    'Envoyez le mouvement ou la lettre par /intake/hl7v2 ou /intake/cda.',
  );
}

export function notAllowed(event: string, state: string, allowed: readonly string[]): Refusal {
  return {
    category: 'conflict',
    code: 'event-not-allowed',
    ...(event === '' ? {} : { expression: "Parameters.parameter.where(name='event')" }),
    diagnostics: `${event === '' ? 'This change of state' : event} is no event of the state ${state}; allowed: ${allowed.join(', ') || 'none'}.`,
    remedy:
      allowed.length > 0 ? `Événements possibles maintenant : ${allowed.join(', ')}.` : 'Aucun événement n’est possible dans cet état.',
    allowed,
  };
}

export function ambiguous(events: readonly string[]): Refusal {
  return {
    category: 'conflict',
    code: 'event-ambiguous',
    diagnostics: `Several events lead to this state: ${events.join(', ')}.`,
    remedy: `Dites lequel avec $event : ${events.join(', ')}.`,
    allowed: events,
  };
}

export function notYours(event: string): Refusal {
  return {
    category: 'forbidden',
    code: 'event-not-yours',
    diagnostics: `${event} is sent by somebody else in this network.`,
    remedy: 'Demandez à la personne responsable de cette étape, ou au coordinateur du réseau.',
  };
}

export function frozen(state: string): Refusal {
  return {
    category: 'conflict',
    code: 'body-frozen',
    diagnostics: `The content is not edited in the state ${state}.`,
    remedy: 'Passez par un événement ($events donne ceux qui sont possibles) ; le contenu ne se modifie pas dans cet état.',
  };
}
