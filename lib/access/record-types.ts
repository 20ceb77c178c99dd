import type { ResourceType } from '../fhir/types.ts';

/** Types of which a person's record is made: each carries a fact, or a label that hides it from representatives. */
export const RECORD_TYPES: ReadonlySet<ResourceType> = new Set<ResourceType>([
  'CarePlan',
  'CareTeam',
  'Condition',
  'Consent',
  'DocumentReference',
  'Encounter',
  'EpisodeOfCare',
  'Goal',
  'Patient',
  'QuestionnaireResponse',
  'RelatedPerson',
  'ServiceRequest',
  'Task',
]);
