import type { CodeableConcept, Coding, Reference, Task } from '@medplum/fhirtypes';
import type { Ref } from '../fhir/types.ts';
import { SYSTEM, type TASK_CODES } from '../fhir/vocabulary.ts';
import type { Instant } from '../platform/instant.ts';
import { all, type Situation } from './types.ts';

export type TaskCode = (typeof TASK_CODES)[number];

/** French title of each kind of task that the machines make. */
const TITLES: Partial<Record<TaskCode, string>> = {
  'demande-appui': 'Demande d’appui',
  'lettre-de-liaison': 'Lettre de liaison de sortie',
  'prise-en-compte': 'Prendre en compte la lettre de liaison',
  'fixer-rdv': 'Fixer le rendez-vous de suivi',
  'recherche-mt': 'Chercher un médecin traitant',
  dysfonctionnement: 'Dysfonctionnement',
  relais: 'Accepter ou refuser le relais',
  'avis-pps': 'Donner un avis sur le PPS',
};

export type TaskOrder = {
  readonly code: TaskCode;
  readonly owner: Ref;
  /** S0-03: no task without a date. */
  readonly due: Instant;
  readonly focus?: Ref;
  readonly basedOn?: Ref;
  readonly partOf?: Ref;
  readonly encounter?: Ref;
  readonly requester?: Ref;
  readonly description?: string;
};

/** A task that somebody must do about this patient until a date. */
export function newTask(situation: Situation, order: TaskOrder): Task {
  const title = TITLES[order.code];
  return {
    resourceType: 'Task',
    id: situation.newId(),
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: SYSTEM.tache, code: order.code, ...(title ? { display: title } : {}) }] },
    ...(order.description ? { description: order.description } : {}),
    ...(order.basedOn ? { basedOn: [{ reference: order.basedOn }] } : {}),
    ...(order.partOf ? { partOf: [{ reference: order.partOf }] } : {}),
    ...(order.focus ? { focus: { reference: order.focus } } : {}),
    for: { reference: patientRef(situation) },
    ...(order.encounter ? { encounter: { reference: order.encounter } } : {}),
    authoredOn: situation.now,
    ...(order.requester ? { requester: { reference: order.requester } } : {}),
    owner: { reference: order.owner },
    restriction: { period: { end: order.due } },
  };
}

export function patientRef({ facts }: Pick<Situation, 'facts'>): Ref {
  return `Patient/${facts.patient.id}`;
}

export function taskCodeOf({ code }: Task): string | undefined {
  return code?.coding?.find(({ system }) => system === SYSTEM.tache)?.code;
}

const CLOSED: ReadonlySet<Task['status']> = new Set(['completed', 'cancelled', 'rejected', 'failed', 'entered-in-error']);

export function isOpen({ status }: Task): boolean {
  return !CLOSED.has(status);
}

/** Tasks of a kind that point at `ref` by the named element. */
export function tasksAbout(
  situation: Situation,
  code: TaskCode,
  element: 'focus' | 'basedOn' | 'partOf' | 'encounter',
  ref: Ref,
): readonly Task[] {
  return all(situation.compartment, 'Task').filter((task) => taskCodeOf(task) === code && pointsAt(task[element], ref));
}

function pointsAt(value: Reference | readonly Reference[] | undefined, ref: Ref): boolean {
  const references = value === undefined ? [] : 'length' in value ? value : [value];
  return references.some(({ reference }) => reference === ref);
}

/** The task, ended. */
export function ended(task: Task, status: 'completed' | 'cancelled' | 'rejected', at: Instant, reason?: Coding | string): Task {
  return {
    ...task,
    status,
    ...(reason === undefined ? {} : { statusReason: conceptOf(reason) }),
    executionPeriod: { ...task.executionPeriod, end: at },
    lastModified: at,
  };
}

/** The task with another due date. */
export function dueOn(task: Task, due: Instant): Task {
  return { ...task, restriction: { ...task.restriction, period: { ...task.restriction?.period, end: due } } };
}

/** A reason as FHIR carries it; a code of ours said as a bare text is recognised. */
export function conceptOf(reason: Coding | string): CodeableConcept {
  return typeof reason === 'string' ? { text: reason } : { coding: [reason] };
}
