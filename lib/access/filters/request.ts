import type { CodeableConcept } from '@medplum/fhirtypes';
import { EXTENSION, SYSTEM } from '../../fhir/vocabulary.ts';
import type { Keeps, TypeFilter } from './filter.ts';

const REQUEST: Keeps = {
  status: 'whole',
  intent: 'whole',
  priority: 'whole',
  subject: 'reference',
  authoredOn: 'whole',
  requester: 'reference',
};

/** F5: motive category, level, urgency, requester, state; no narrative, no clinical code. */
export const F5: TypeFilter = {
  keep: { ...REQUEST, reasonCode: 'codes', extension: [EXTENSION.etat, EXTENSION.niveauReponse] },
  shape: (resource) =>
    resource.resourceType === 'ServiceRequest' ? { ...resource, reasonCode: (resource.reasonCode ?? []).flatMap(motiveOf) } : resource,
};

/** A request as who is not in the care sees it: where it stands, and the level of the answer (S1-13). */
export const STATE_OF_REQUEST: TypeFilter = { keep: { ...REQUEST, extension: [EXTENSION.etat, EXTENSION.niveauReponse] } };

const TASK: Keeps = {
  status: 'whole',
  statusReason: 'codes',
  businessStatus: 'codes',
  intent: 'whole',
  priority: 'whole',
  code: 'codes',
  for: 'reference',
  authoredOn: 'whole',
  lastModified: 'whole',
  requester: 'reference',
  owner: 'reference',
  restriction: { period: 'whole' },
};

/** The requester always learns state and reason category (domain.md 2, M1). */
export const STATE_OF_TASK: TypeFilter = { keep: { ...TASK, extension: [EXTENSION.niveauReponse] } };

/** What, about what, until when; no description, no note, no input. */
export const WORKLIST: TypeFilter = {
  keep: {
    ...TASK,
    focus: 'reference',
    basedOn: 'reference',
    partOf: 'reference',
    encounter: 'reference',
    executionPeriod: 'whole',
    extension: [EXTENSION.niveauReponse],
  },
};

/** Codes of motives of support, which say why help is asked and no diagnosis. */
function motiveOf({ coding }: CodeableConcept): readonly CodeableConcept[] {
  const motives = (coding ?? []).filter(({ system }) => system === SYSTEM.motifAppui);
  return motives.length > 0 ? [{ coding: motives }] : [];
}
