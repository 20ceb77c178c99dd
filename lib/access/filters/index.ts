import type { ResourceType } from '../../fhir/types.ts';
import { F1, STATE_OF_CONSENT } from './consent.ts';
import { F6, F10, F11 } from './data.ts';
import { F4, F8 } from './documents.ts';
import type { FilterId, TypeFilter } from './filter.ts';
import { F7, F14, F14_CIRCLE, IDENTITY } from './identity.ts';
import { F9, F9_GOAL, F15 } from './plan.ts';
import { F5, STATE_OF_REQUEST, STATE_OF_TASK, WORKLIST } from './request.ts';
import { F2 } from './social-analysis.ts';
import { F3, F3_EPISODE, HEADER, HEADER_EPISODE } from './stay.ts';

/** domain.md 4.6: a filter is a row a type; a type without a row does not pass. */
export const FILTERS: Readonly<Record<FilterId, Readonly<Partial<Record<ResourceType, TypeFilter>>>>> = {
  F1: { Consent: F1 },
  F2: { QuestionnaireResponse: F2 },
  F3: { Encounter: F3, EpisodeOfCare: F3_EPISODE },
  F4: { DocumentReference: F4 },
  F5: { ServiceRequest: F5 },
  F6: { Condition: F6 },
  F7: { Patient: F7 },
  F8: { DocumentReference: F8 },
  F9: { CarePlan: F9, Goal: F9_GOAL },
  F10: { Condition: F10 },
  F11: { Condition: F11 },
  F14: { Patient: F14, CareTeam: F14_CIRCLE },
  F15: { CarePlan: F15 },
  identity: { Patient: IDENTITY },
  header: { Encounter: HEADER, EpisodeOfCare: HEADER_EPISODE },
  state: { Consent: STATE_OF_CONSENT, ServiceRequest: STATE_OF_REQUEST, Task: STATE_OF_TASK },
  worklist: { Task: WORKLIST },
};
