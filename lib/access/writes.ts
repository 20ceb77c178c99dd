import type { ResourceType } from '../fhir/types.ts';
import { isAuthor, isBound } from './exclusions.ts';
import type { Row, Standing } from './standing.ts';
import type { ResourceTraits } from './traits.ts';

/** `any`: what he reads; `bound`: what is his to do, addressed to him or written by him; `own`: what he wrote. */
type Scope = 'any' | 'bound' | 'own';
type Right = { readonly create?: true; readonly update?: Scope; readonly event?: Scope };
type Rights = Readonly<Partial<Record<ResourceType, Right>>>;

const WRITES_OWN: Right = { create: true, update: 'own' };
/** A plan is written by who wrote it; its events (avis, progress of an activity) are for the machine to guard. */
const PLAN: Right = { create: true, update: 'own', event: 'any' };
const TASK: Right = { create: true, update: 'bound', event: 'bound' };
const ALL: Right = { create: true, update: 'any', event: 'any' };

/** Who asks for support, and answers what is asked of him (contracts.md 3, Referral; A-44). */
const REQUESTS: Rights = { ServiceRequest: { create: true }, Task: { event: 'bound' } };
const CARE: Rights = { CarePlan: PLAN, Goal: WRITES_OWN, ServiceRequest: WRITES_OWN, Task: TASK, EpisodeOfCare: { event: 'any' } };
const PHYSICIAN: Rights = { ...CARE, DocumentReference: WRITES_OWN, Condition: WRITES_OWN };
const PERSON: Rights = {
  CareTeam: ALL,
  RelatedPerson: ALL,
  Consent: ALL,
  Goal: WRITES_OWN,
  CarePlan: { event: 'any' },
  ServiceRequest: WRITES_OWN,
  Task: TASK,
};

/** domain.md 4.4, W. A type that a row does not mention is not written by it; AuditEvent, Measure and MeasureReport by nobody. */
const WRITES: Readonly<Record<Row, Rights>> = {
  'A-40': { Encounter: WRITES_OWN, DocumentReference: WRITES_OWN, ServiceRequest: WRITES_OWN, Task: TASK },
  'A-41': REQUESTS,
  'A-42': PHYSICIAN,
  'A-43': PHYSICIAN,
  'A-44': REQUESTS,
  'A-45': CARE,
  'A-30': { ...CARE, QuestionnaireResponse: WRITES_OWN },
  'A-46': {
    Encounter: ALL,
    EpisodeOfCare: { event: 'any' },
    CarePlan: ALL,
    Goal: ALL,
    CareTeam: ALL,
    RelatedPerson: ALL,
    Consent: ALL,
    ServiceRequest: ALL,
    Task: ALL,
    QuestionnaireResponse: ALL,
  },
  'A-47': {},
  'A-49': PERSON,
  'A-50': PERSON,
  'A-51': { DocumentReference: { create: true } },
  'A-52': {},
  'A-53': { Task: { event: 'any' } },
  'A-55': { ...REQUESTS, Task: TASK },
  'A-56': { ServiceRequest: { create: true } },
};

/** Relais alone says that a glass was broken; the review is moved by its events. */
const REVIEW = 'revue-bris-de-glace';

/** Whether a row may do that to an item that its requester reads. */
export function mayWrite(standing: Standing, item: ResourceTraits, interaction: 'create' | 'update' | 'event'): boolean {
  const right = WRITES[standing.row][item.type]?.[interaction];
  if (right === undefined || (interaction !== 'event' && item.taskCode === REVIEW)) return false;
  if (right === 'own') return isAuthor(standing, item);
  return right === 'bound' ? isBound(standing, item) : true;
}

/** Asking for support needs no right towards the person (contracts.md 3, Referral): only a row that asks. */
export function mayAsk({ row }: Standing): boolean {
  return WRITES[row].ServiceRequest?.create === true;
}
