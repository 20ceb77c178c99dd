import type { Ref, ResourceType } from '../fhir/types.ts';
import type { Refusal } from '../platform/refusal.ts';

/** Refusals that several interactions share: each is written once, so that the same cause reads the same everywhere. */

/** Code of a refused `If-Match`. */
export const STALE = 'stale-version';

/** `If-Match` (or `ifMatch` of an entry) names another version. */
export function staleVersion(ref: Ref, version: number): Refusal {
  return {
    category: 'precondition-failed',
    code: STALE,
    expression: ref,
    diagnostics: `If-Match names another version than the current one (${version}).`,
    remedy: 'Relisez la ressource, reportez vos changements et recommencez.',
  };
}

/** `If-Match` about something that is not there, or was deleted. */
export function nothingToMatch(ref: Ref): Refusal {
  return {
    category: 'precondition-failed',
    code: STALE,
    expression: ref,
    diagnostics: 'If-Match names a version, and there is no current one.',
    remedy: 'Retirez If-Match pour créer la ressource.',
  };
}

/** Told only to who could read the last version (contracts.md, head). */
export function deleted(ref: Ref): Refusal {
  return {
    category: 'gone',
    code: 'deleted',
    expression: ref,
    diagnostics: 'The resource was deleted.',
    remedy: 'Lisez son historique si vous en avez besoin ; un PUT la rétablit.',
  };
}

/** A view cut by a filter is never written back whole (contracts.md 3). */
export function cutView(ref: Ref): Refusal {
  return {
    category: 'method-not-allowed',
    code: 'subsetted-view',
    expression: ref,
    diagnostics: 'You see a part of this resource only (SUBSETTED); writing it back whole would erase the rest.',
    remedy: 'Utilisez PATCH sur les éléments que vous voyez, ou $event.',
  };
}

/** Seen, but not this role's to write. */
export function writeNotAllowed(type: ResourceType): Refusal {
  return {
    category: 'forbidden',
    code: 'write-not-allowed',
    expression: type,
    diagnostics: `Your role may not write this ${type}.`,
    remedy: 'Demandez à son auteur ou au coordinateur du réseau de le faire.',
  };
}

const VERBS = {
  read: 'read',
  create: 'created',
  update: 'updated',
  patch: 'patched',
  delete: 'deleted',
  history: 'told version by version',
} as const;

/** The type has no such interaction in its row (405): its `remedy` when the type has one of its own. */
export function notServed(type: ResourceType, interaction: keyof typeof VERBS, remedy?: string): Refusal {
  return {
    category: 'method-not-allowed',
    code: `${interaction}-not-supported`,
    expression: type,
    diagnostics: `${type} is not ${VERBS[interaction]} through the API.`,
    remedy: remedy ?? 'Consultez /fhir/metadata : les interactions de chaque type y sont listées.',
  };
}

/** A condition that several resources meet (http.html#ccreate and the others). */
export function severalMatches(type: ResourceType): Refusal {
  return {
    category: 'precondition-failed',
    code: 'several-matches',
    expression: type,
    diagnostics: `More than one ${type} that you see meets the condition.`,
    remedy: 'Précisez la condition (identifiant, patient, date) pour qu’elle n’en désigne qu’une.',
  };
}

/** A record larger than what one request evaluates (DESIGN.md, "Bounds"). */
export const TOO_MUCH: Refusal = {
  category: 'too-costly',
  code: 'too-costly',
  diagnostics: 'The request would evaluate more than 16 MB.',
  remedy: 'Ajoutez un critère : un type plus étroit, une date, un statut.',
};
