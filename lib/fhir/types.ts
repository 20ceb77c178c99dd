import type {
  AuditEvent,
  Binary,
  CarePlan,
  CareTeam,
  Condition,
  Consent,
  Device,
  DocumentReference,
  Encounter,
  EpisodeOfCare,
  Goal,
  Measure,
  MeasureReport,
  Organization,
  Patient,
  Practitioner,
  PractitionerRole,
  QuestionnaireResponse,
  RelatedPerson,
  ServiceRequest,
  Subscription,
  Task,
} from '@medplum/fhirtypes';

/** Every resource that Relais stores, by its type name. */
export type ResourceByType = {
  AuditEvent: AuditEvent;
  Binary: Binary;
  CarePlan: CarePlan;
  CareTeam: CareTeam;
  Condition: Condition;
  Consent: Consent;
  Device: Device;
  DocumentReference: DocumentReference;
  Encounter: Encounter;
  EpisodeOfCare: EpisodeOfCare;
  Goal: Goal;
  Measure: Measure;
  MeasureReport: MeasureReport;
  Organization: Organization;
  Patient: Patient;
  Practitioner: Practitioner;
  PractitionerRole: PractitionerRole;
  QuestionnaireResponse: QuestionnaireResponse;
  RelatedPerson: RelatedPerson;
  ServiceRequest: ServiceRequest;
  Subscription: Subscription;
  Task: Task;
};

export type ResourceType = keyof ResourceByType;
export type RelaisResource = ResourceByType[ResourceType];

/** A literal reference as FHIR writes it: `Type/id`. */
export type Ref = string;
