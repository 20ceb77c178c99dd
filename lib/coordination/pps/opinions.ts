import type { CarePlan, CarePlanActivity, Extension, Task } from '@medplum/fhirtypes';
import type { Ref } from '../../fhir/types.ts';
import { EXTENSION } from '../../fhir/vocabulary.ts';
import { epochMsOf, type Instant } from '../../platform/instant.ts';
import { afterWorkingDays } from '../calendar.ts';
import type { Guard, Step } from '../machine.ts';
import { parameterRefusal } from '../machine-refusals.ts';
import { isOpposed, medecinTraitantOf, refOf, speaksFor } from '../refs.ts';
import { rulesOf } from '../rules.ts';
import { ended, isOpen, newTask, patientRef, tasksAbout } from '../tasks.ts';
import type { Situation } from '../types.ts';
import { activityIdOf, activityNamed, isOver } from './plan.ts';

type Act = Step<CarePlan>;

const OPINIONS = ['accepte', 'decline', 'modifie'] as const;

/** Tasks that ask for an opinion on this plan. */
function opinionTasks(plan: CarePlan, situation: Situation): readonly Task[] {
  return tasksAbout(situation, 'avis-pps', 'basedOn', refOf(plan));
}

/**
 * Whom the plan is submitted to: each performer, once, and the médecin traitant unless the person opposes him (S1-28).
 * The person says her word in the accord; whoever submits gives his opinion by submitting.
 */
export function askOpinions(plan: CarePlan, at: Instant, situation: Situation): readonly Task[] {
  const doctor = medecinTraitantOf(situation.facts, at);
  const performers = (plan.activity ?? []).filter((one) => !isOver(one)).flatMap(performersOf);
  const asked = [...new Set([...performers, ...(doctor ? [doctor] : [])])].filter(
    (owner) => isProfessional(owner) && !speaksFor(situation.by, owner) && !isOpposed(situation.facts, owner, at),
  );
  return asked.map((owner) => opinionTask(plan, owner, at, situation));
}

export function opinionTask(plan: CarePlan, owner: Ref, at: Instant, situation: Situation): Task {
  const rules = rulesOf(situation);
  const input = (plan.activity ?? [])
    .filter((one) => performersOf(one).includes(owner))
    .flatMap((one) => activityIdOf(one) ?? [])
    .map((valueString) => ({ type: { text: 'Activité' }, valueString }));
  return {
    ...newTask(situation, {
      code: 'avis-pps',
      owner,
      due: afterWorkingDays(at, rules.avisWorkingDays, rules),
      focus: refOf(plan),
      basedOn: refOf(plan),
      requester: situation.by.reference,
    }),
    ...(input.length > 0 ? { input } : {}),
  };
}

function performersOf({ detail }: CarePlanActivity): readonly Ref[] {
  return (detail?.performer ?? []).flatMap(({ reference }) => reference ?? []);
}

function isProfessional(ref: Ref): boolean {
  return /^(PractitionerRole|Practitioner|Organization)\//.test(ref);
}

/** The open Tasks that an opinion answers: the sender's own, or those of the activity that the coordinator speaks for. */
export function answeredBy({ carrier, request, situation }: Act): readonly Task[] {
  const open = opinionTasks(carrier, situation).filter(isOpen);
  const own = open.filter(({ owner }) => speaksFor(situation.by, owner?.reference));
  const activity = activityNamed(carrier, request.parameters.activite);
  if (own.length > 0 || !activity || situation.by.role !== 'coordinator') return own;
  return open.filter(({ owner }) => performersOf(activity).some((ref) => ref === owner?.reference));
}

/** Everybody who was asked, the person, and the coordinator for somebody who told him. */
export function mayGiveOpinion({ carrier, situation }: Act): boolean {
  const { by } = situation;
  const isAsked = opinionTasks(carrier, situation).some(({ owner }) => speaksFor(by, owner?.reference));
  return isAsked || ['patient', 'representative', 'coordinator'].includes(by.role);
}

/** Whether nobody is left to answer once these Tasks are answered; who let his time pass counts as informed (S1-28). */
export function isHeard(plan: CarePlan, situation: Situation, at: Instant, answered: readonly Task[] = []): boolean {
  return opinionTasks(plan, situation)
    .filter(isOpen)
    .every((task) => answered.some(({ id }) => id === task.id) || isPast(task, at));
}

function isPast({ restriction }: Task, at: Instant): boolean {
  const end = restriction?.period?.end;
  return end !== undefined && epochMsOf(end) < epochMsOf(at);
}

/** Tasks that nobody answered in time, ended as such. */
export function unanswered(plan: CarePlan, situation: Situation, at: Instant): readonly Task[] {
  return opinionTasks(plan, situation)
    .filter((task) => isOpen(task) && isPast(task, at))
    .map((task) => ended(task, 'cancelled', at, 'Sans réponse dans le délai'));
}

/** The plan with the opinion on it, or on the activity that it is about; a declined activity is stopped. */
export function withOpinion({ carrier, request, situation }: Act): CarePlan {
  const { avis = '', activite } = request.parameters;
  const opinion = opinionExtension(avis, situation, request);
  const named = activityNamed(carrier, activite);
  if (!named) return { ...carrier, extension: [...(carrier.extension ?? []), opinion] };
  return {
    ...carrier,
    activity: (carrier.activity ?? []).map((one) => (one === named ? answered(one, opinion, avis === 'decline', reasonOf(request)) : one)),
  };
}

function answered(activity: CarePlanActivity, opinion: Extension, isDeclined: boolean, reason: string | undefined): CarePlanActivity {
  const { detail } = activity;
  const stopped =
    isDeclined && detail
      ? { detail: { ...detail, status: 'stopped' as const, ...(reason ? { statusReason: { text: reason } } : {}) } }
      : {};
  return { ...activity, extension: [...(activity.extension ?? []), opinion], ...stopped };
}

function opinionExtension(avis: string, { by, facts }: Situation, request: Act['request']): Extension {
  const reason = reasonOf(request);
  const who = by.role === 'patient' ? patientRef({ facts }) : by.reference;
  return {
    url: EXTENSION.avis,
    extension: [
      { url: 'avis', valueCode: avis },
      { url: 'par', valueReference: { reference: who } },
      { url: 'le', valueDateTime: request.at },
      ...(reason ? [{ url: 'motif', valueString: reason }] : []),
    ],
  };
}

function reasonOf({ reason }: Act['request']): string | undefined {
  return typeof reason === 'string' ? reason : (reason?.display ?? reason?.code);
}

export const opinionIsKnown: Guard<CarePlan> = ({ request: { parameters } }) =>
  OPINIONS.some((one) => one === parameters.avis)
    ? []
    : [parameterRefusal('avis', 'avis-unknown', `avis is one of ${OPINIONS.join(', ')}.`, `Choisissez un avis : ${OPINIONS.join(', ')}.`)];

export const opinionConcernsPlan: Guard<CarePlan> = ({ carrier, request: { parameters } }) =>
  parameters.activite === undefined || activityNamed(carrier, parameters.activite)
    ? []
    : [
        parameterRefusal(
          'activite',
          'activity-unknown',
          'activite names no activity of this plan.',
          'Indiquez l’identifiant (ou le rang) d’une activité du plan.',
        ),
      ];
