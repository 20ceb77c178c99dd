import type { ResourceType } from './types.ts';
import { BASE } from './vocabulary.ts';

/** Codes of the FHIR value set `type-restful-interaction`. */
export type Interaction = 'read' | 'vread' | 'create' | 'update' | 'patch' | 'delete' | 'search-type' | 'history-instance' | 'history-type';

export type ResourceTypeRow = {
  /** Element that names the patient whose compartment holds the resource; `self` = it is the patient; `none` = it belongs to no patient. */
  readonly compartment: 'self' | 'none' | 'subject' | 'patient' | 'for' | 'securityContext';
  readonly interactions: readonly Interaction[];
  /** A carrier of a state machine: PUT and POST go through it, `$event` exists. */
  readonly carrier: boolean;
};

const RECORD: readonly Interaction[] = ['read', 'vread', 'search-type', 'history-instance', 'history-type'];
const CLINICAL: readonly Interaction[] = [...RECORD, 'create', 'update', 'patch'];
/** What its author may take back. A carrier has events for that, a document or a stay is corrected, never removed. */
const REMOVABLE: readonly Interaction[] = [...CLINICAL, 'delete'];
const DIRECTORY: readonly Interaction[] = ['read', 'search-type'];

/** One row a type: router, CapabilityStatement, compartment keys and tests iterate it. A type without a row does not exist. */
export const RESOURCE_TYPES: Readonly<Record<ResourceType, ResourceTypeRow>> = {
  Patient: { compartment: 'self', interactions: RECORD, carrier: false },
  RelatedPerson: { compartment: 'patient', interactions: REMOVABLE, carrier: false },
  CareTeam: { compartment: 'subject', interactions: CLINICAL, carrier: false },
  Consent: { compartment: 'patient', interactions: CLINICAL, carrier: true },
  ServiceRequest: { compartment: 'subject', interactions: CLINICAL, carrier: false },
  Task: { compartment: 'for', interactions: CLINICAL, carrier: true },
  CarePlan: { compartment: 'subject', interactions: CLINICAL, carrier: true },
  Goal: { compartment: 'subject', interactions: REMOVABLE, carrier: false },
  Encounter: { compartment: 'subject', interactions: CLINICAL, carrier: false },
  EpisodeOfCare: { compartment: 'patient', interactions: RECORD, carrier: true },
  DocumentReference: { compartment: 'subject', interactions: CLINICAL, carrier: false },
  Binary: { compartment: 'securityContext', interactions: ['read'], carrier: false },
  Condition: { compartment: 'subject', interactions: REMOVABLE, carrier: false },
  QuestionnaireResponse: { compartment: 'subject', interactions: REMOVABLE, carrier: false },
  AuditEvent: { compartment: 'none', interactions: ['search-type'], carrier: false },
  Practitioner: { compartment: 'none', interactions: DIRECTORY, carrier: false },
  PractitionerRole: { compartment: 'none', interactions: DIRECTORY, carrier: false },
  Organization: { compartment: 'none', interactions: DIRECTORY, carrier: false },
  Device: { compartment: 'none', interactions: ['read'], carrier: false },
  Subscription: { compartment: 'none', interactions: ['read', 'create', 'update', 'patch', 'delete', 'search-type'], carrier: false },
  Measure: { compartment: 'none', interactions: ['read', 'search-type'], carrier: false },
  MeasureReport: { compartment: 'none', interactions: ['read'], carrier: false },
};

/** Canonical of our profile of a type. */
export function profileOf(type: ResourceType): string {
  return `${BASE}/StructureDefinition/relais-${type.toLowerCase()}`;
}

export function isResourceType(text: string): text is ResourceType {
  return Object.hasOwn(RESOURCE_TYPES, text);
}
