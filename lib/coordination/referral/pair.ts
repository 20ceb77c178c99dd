import type { CodeableConcept, Coding, ServiceRequest, Task } from '@medplum/fhirtypes';
import type { RelaisResource } from '../../fhir/types.ts';
import { SYSTEM } from '../../fhir/vocabulary.ts';
import type { Instant } from '../../platform/instant.ts';
import { codingOf, etatOf, stateIn, withEtat } from '../etat.ts';
import { refOf } from '../refs.ts';
import { conceptOf, ended, isOpen, taskCodeOf } from '../tasks.ts';
import { all, find, type Situation } from '../types.ts';
import { REFERRAL_STATES } from './states.ts';

/** A demande d'appui: the Task that carries M1. */
export function isReferral(resource: RelaisResource): resource is Task {
  return resource.resourceType === 'Task' && taskCodeOf(resource) === 'demande-appui';
}

/** The state that the Task says, else the first one with its status (a body of a client). */
export function referralStateOf(task: Task): string {
  return etatOf(task) ?? REFERRAL_STATES.find(({ status }) => status === task.status)?.code ?? 'entered-in-error';
}

export function withReferralState(task: Task, code: string): Task {
  const state = REFERRAL_STATES.find((row) => row.code === code);
  return state ? { ...task, status: state.status, businessStatus: { coding: [codingOf(state)] } } : task;
}

/** What the Task asks to be done. */
export function requestOf(task: Task, situation: Situation): ServiceRequest | undefined {
  const ref = task.focus?.reference;
  return find(situation.compartment, 'ServiceRequest', (request) => refOf(request) === ref);
}

/** The ServiceRequest follows its Task: status and state (domain.md 2, M1). */
export function following(task: Task, request: ServiceRequest | undefined): readonly ServiceRequest[] {
  if (!request) return [];
  const state = stateIn(REFERRAL_STATES, referralStateOf(task));
  return [{ ...withEtat(request, state), status: state.request }];
}

/** Relays proposed for this request and not yet answered. */
export function openRelays(task: Task, situation: Situation): readonly Task[] {
  return all(situation.compartment, 'Task').filter(
    (one) => taskCodeOf(one) === 'relais' && isOpen(one) && one.partOf?.some(({ reference }) => reference === refOf(task)) === true,
  );
}

/** Why something ended, of the closed list of ends; a bare code of the list becomes its coding. */
export function endReason(reason: Coding | string | undefined, codes: readonly string[]): CodeableConcept | undefined {
  if (reason === undefined) return undefined;
  const code = typeof reason === 'string' ? reason.trim() : reason.code;
  const ours = typeof reason === 'string' || reason.system === undefined || reason.system === SYSTEM.motifFin;
  if (code !== undefined && ours && codes.includes(code)) {
    const display = typeof reason === 'string' ? undefined : reason.display;
    return { coding: [{ system: SYSTEM.motifFin, code, ...(display ? { display } : {}) }] };
  }
  return conceptOf(reason);
}

/**
 * Closes every open request of the patient, with its relays: withdrawal of the consent (`retrait`) and death (`deces`)
 * move any open state to clôturée and stop the tasks; the trace stays (domain.md 2, M1).
 */
export function closeReferrals(situation: Situation, reason: 'retrait' | 'deces', at: Instant): readonly RelaisResource[] {
  const coding: Coding = { system: SYSTEM.motifFin, code: reason };
  return all(situation.compartment, 'Task')
    .filter((task) => isReferral(task) && isOpen(task))
    .flatMap((task): readonly RelaisResource[] => {
      const closed = ended(withReferralState(task, 'cloturee'), 'completed', at, coding);
      const relays = openRelays(task, situation).map((relay) => ended(relay, 'cancelled', at, coding));
      return [closed, ...following(closed, requestOf(task, situation)), ...relays];
    });
}
