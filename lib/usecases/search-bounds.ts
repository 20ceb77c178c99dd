import type { ResourceType } from '../fhir/types.ts';
import type { Refusal } from '../platform/refusal.ts';

/** What one search evaluates, of how many records. */
export type Amount = { readonly patients: number; readonly resources: number; readonly bytes: number };

/** DESIGN.md, "Bounds": at most 16 MB of stored bytes, about 10 000 resources, of at most 1 000 patients. */
export const BOUNDS: Amount = { patients: 1_000, resources: 10_000, bytes: 16_000_000 };

export const NOTHING_READ: Amount = { patients: 0, resources: 0, bytes: 0 };

/** What the records read so far come to. */
export function added(amount: Amount, more: Amount): Amount {
  return {
    patients: amount.patients + more.patients,
    resources: amount.resources + more.resources,
    bytes: amount.bytes + more.bytes,
  };
}

/** Whether a search has gone beyond what one may evaluate. */
export function isTooMuch(amount: Amount, bounds: Amount = BOUNDS): boolean {
  return amount.patients > bounds.patients || amount.resources > bounds.resources || amount.bytes > bounds.bytes;
}

/** An index, or the list of one's own patients, is longer than a search may follow. */
export function tooMany(type: ResourceType): Refusal {
  return {
    category: 'too-costly',
    code: 'too-costly',
    diagnostics: `A search of ${type} without patient runs over at most ${BOUNDS.patients} patients of yours, or hits of an index.`,
    remedy:
      'Ajoutez patient=…, patient.identifier=système|valeur, _id=…, identifier=système|valeur, ou owner=… et status=requested,accepted,in-progress (Task).',
  };
}

/** The directory is read whole, one network at a time: a larger one is looked up, not searched. */
export function tooLargeDirectory(type: ResourceType): Refusal {
  return {
    category: 'too-costly',
    code: 'too-costly',
    diagnostics: `The directory of this network has more than ${BOUNDS.resources} ${type}.`,
    remedy: 'Ajoutez identifier=système|valeur (RPPS, FINESS) ou _id=….',
  };
}

/** The records together are more than one search may evaluate. */
export function tooMuch(type: ResourceType): Refusal {
  return {
    category: 'too-costly',
    code: 'too-costly',
    diagnostics: `A search of ${type} without patient, with what its chains, _has and includes look at, evaluates at most ${BOUNDS.resources} resources and ${BOUNDS.bytes / 1_000_000} MB.`,
    remedy: 'Ajoutez patient=… ou patient.identifier=…, ou retirez la chaîne, _has ou _include qui lit les dossiers entiers.',
  };
}

/** One record alone is more than one search may evaluate: by its type, or with what the search looks at beside it. */
export function tooLargeRecord(type: ResourceType, looksAround: boolean): Refusal {
  return {
    category: 'too-costly',
    code: 'too-costly',
    diagnostics: `The search would evaluate more than ${BOUNDS.bytes / 1_000_000} MB of one record.`,
    remedy: looksAround
      ? 'Retirez la chaîne, _has, _include ou _revinclude, qui lit tout le dossier, puis cherchez chaque type à part.'
      : `Ajoutez _id=…${type === 'Patient' ? '' : ' ou identifier=système|valeur'} à la place de patient=… : seules ces ressources sont alors lues.`,
  };
}

/** The directory knows nobody's record: from a professional no search leads to all of his patients. */
export function outOfDirectory(type: ResourceType): Refusal {
  return {
    category: 'too-costly',
    code: 'too-costly',
    diagnostics: `A search of ${type} follows references within the directory (Practitioner, PractitionerRole, Organization) only.`,
    remedy: 'Partez du dossier : Task?owner=…, CareTeam?patient=…&_include=CareTeam:participant.',
  };
}
