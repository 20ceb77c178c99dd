import type { ServiceRequest, Task } from '@medplum/fhirtypes';
import type { RelaisResource } from '../../fhir/types.ts';
import { accepted, type Refusal, type Result, refused } from '../../platform/refusal.ts';
import { afterWorkingDays } from '../calendar.ts';
import { stateIn, withEtat } from '../etat.ts';
import { unreachable } from '../machine-refusals.ts';
import { refOf } from '../refs.ts';
import { rulesOf } from '../rules.ts';
import { dueOn, newTask } from '../tasks.ts';
import { type Effects, find, type Situation } from '../types.ts';
import { following, isReferral, requestOf, withReferralState } from './pair.ts';
import { REFERRAL_STATES } from './states.ts';

/**
 * POST of a ServiceRequest (contracts.md 3, Referral; 4): an active one is a request sent, and makes its Task
 * demande-appui for the coordinator; a draft waits for its author. Anybody may ask: hospital, professional, patient.
 */
export function createRequest(request: ServiceRequest, situation: Situation): Result<Effects> {
  const asked: ServiceRequest = {
    ...request,
    requester: request.requester ?? { reference: situation.by.reference },
    authoredOn: request.authoredOn ?? situation.now,
  };
  if (asked.status === 'draft') {
    const draft = withEtat(asked, stateIn(REFERRAL_STATES, 'brouillon'));
    return accepted({ writes: [draft], carrier: draft });
  }
  if (asked.status !== 'active') return refused(unreachable(request, 'draft, active'));
  const [first, ...others] = motiveMissing(asked);
  return first ? refused(first, ...others) : accepted(sent(asked, situation));
}

/** PUT or PATCH of a ServiceRequest: it follows its Task, except that a draft without Task is sent by becoming active. */
export function updateRequest(before: ServiceRequest, after: ServiceRequest, situation: Situation): Result<Effects> {
  const task = find(situation.compartment, 'Task', (one) => isReferral(one) && one.focus?.reference === refOf(before));
  if (task) {
    if (after.status !== before.status) return refused(FOLLOWS);
    const [kept = after] = following(task, after);
    return accepted({ writes: [kept], carrier: kept });
  }
  return createRequest(after, situation);
}

/** POST of a Task demande-appui: a draft of its author, or sent to the coordinator. */
export function createReferral(task: Task, situation: Situation): Result<Effects> {
  if (task.status !== 'draft' && task.status !== 'requested') return refused(unreachable(task, 'draft, requested'));
  const request = requestOf(task, situation);
  const twin = find(
    situation.compartment,
    'Task',
    (one) => isReferral(one) && one.focus?.reference !== undefined && one.focus.reference === task.focus?.reference,
  );
  if (twin) return refused(DUPLICATE);
  const isDraft = task.status === 'draft';
  const asked: Task = {
    ...task,
    requester: task.requester ?? request?.requester ?? { reference: situation.by.reference },
    owner: isDraft ? (task.owner ?? { reference: situation.by.reference }) : { reference: situation.coordinator },
    authoredOn: task.authoredOn ?? situation.now,
  };
  const carrier = dueOn(withReferralState(asked, isDraft ? 'brouillon' : 'envoyee'), acknowledgeBy(situation));
  const [first, ...others] = isDraft ? [] : missingIn(carrier, request);
  if (first) return refused(first, ...others);
  return accepted({ writes: [carrier, ...following(carrier, request)], carrier });
}

/** M1, guards of `envoyer`: who asks and why; never how severe it is (S1-15). */
export function missingIn(task: Task, request: ServiceRequest | undefined): readonly Refusal[] {
  const hasMotive = task.reasonCode !== undefined || task.reasonReference !== undefined || task.description !== undefined;
  return [
    ...(task.requester?.reference || task.requester?.identifier ? [] : [REQUESTER_MISSING]),
    ...(hasMotive || request === undefined ? [] : motiveMissing(request)),
  ];
}

function motiveMissing({ reasonCode, reasonReference, code, note }: ServiceRequest): readonly Refusal[] {
  const said = [reasonCode, reasonReference, note].some((values) => (values ?? []).length > 0) || code !== undefined;
  return said ? [] : [MOTIVE_MISSING];
}

function sent(request: ServiceRequest, situation: Situation): Effects {
  const carrier = withEtat(request, stateIn(REFERRAL_STATES, 'envoyee'));
  const requester = request.requester;
  const task = newTask(situation, {
    code: 'demande-appui',
    owner: situation.coordinator,
    due: acknowledgeBy(situation),
    focus: refOf(request),
  });
  const asked: Task = {
    ...task,
    ...(requester ? { requester } : {}),
    ...(request.priority ? { priority: request.priority } : {}),
    ...(request.reasonCode?.[0] ? { reasonCode: request.reasonCode[0] } : {}),
  };
  const writes: readonly RelaisResource[] = [carrier, withReferralState(asked, 'envoyee')];
  return { writes, carrier };
}

function acknowledgeBy(situation: Situation): string {
  const rules = rulesOf(situation);
  return afterWorkingDays(situation.now, rules.accuserReceptionWorkingDays, rules);
}

const REQUESTER_MISSING: Refusal = {
  category: 'unprocessable',
  code: 'requester-missing',
  expression: 'Task.requester',
  diagnostics: 'The request names nobody who asks.',
  remedy: 'Indiquez qui demande l’appui.',
};

const MOTIVE_MISSING: Refusal = {
  category: 'unprocessable',
  code: 'motive-missing',
  expression: 'ServiceRequest.reasonCode',
  diagnostics: 'The request says no motive.',
  remedy: 'Indiquez le motif de la demande ; aucun critère de gravité n’est exigé.',
};

const DUPLICATE: Refusal = {
  category: 'conflict',
  code: 'referral-duplicate',
  expression: 'Task.focus',
  diagnostics: 'This ServiceRequest already has its Task.',
  remedy: 'Utilisez la tâche de la demande existante.',
};

const FOLLOWS: Refusal = {
  category: 'conflict',
  code: 'follows-its-task',
  expression: 'ServiceRequest.status',
  diagnostics: 'A ServiceRequest follows its Task demande-appui.',
  remedy: 'Envoyez l’événement à la tâche de la demande d’appui.',
};
