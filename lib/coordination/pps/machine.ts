import type { CarePlan, Coding } from '@medplum/fhirtypes';
import { EXTENSION } from '../../fhir/vocabulary.ts';
import { accepted } from '../../platform/refusal.ts';
import type { Definition, Step, Transition } from '../machine.ts';
import { ended } from '../tasks.ts';
import type { Effects } from '../types.ts';
import { createPlan } from './create.ts';
import { accordIsSaid, hasVadOrRcp, isComplete, reviewIsNear, sharingIsCovered } from './guards.ts';
import { answeredBy, askOpinions, isHeard, mayGiveOpinion, opinionConcernsPlan, opinionIsKnown, withOpinion } from './opinions.ts';
import { isPlan, planStateOf, revisedBy, revisionOf, withActivityIds, withPlanState } from './plan.ts';
import { PROGRESS_TRANSITIONS, progressRefusals } from './progress.ts';
import { accordIn, activate, reopen, revise } from './revision.ts';
import { PPS_STATES, RUNNING } from './states.ts';

type Act = Step<CarePlan>;

function alone(carrier: CarePlan): Effects {
  return { writes: [carrier], carrier };
}

/** The plan in a state, with the reason of the act as a note: R4 has no statusReason there. */
function moved({ carrier, request }: Act, next: string): CarePlan {
  return withPlanState(withNote(carrier, request), next);
}

const move =
  (next: string) =>
  (step: Act): Effects =>
    alone(moved(step, next));

function close(step: Act): Effects {
  const plan = moved(step, 'cloture');
  return alone({ ...plan, period: { ...plan.period, end: step.request.at } });
}

function withNote(plan: CarePlan, { reason, at }: Act['request']): CarePlan {
  const text = textOf(reason);
  return text === '' ? plan : { ...plan, note: [...(plan.note ?? []), { time: at, text }] };
}

function textOf(reason: Coding | string | undefined): string {
  return typeof reason === 'string' ? reason.trim() : (reason?.display ?? reason?.code ?? '');
}

function submit({ carrier, request, situation }: Act): Effects {
  const plan = withPlanState(withActivityIds(carrier), 'en-concertation');
  return { writes: [plan, ...askOpinions(plan, request.at, situation)], carrier: plan };
}

function giveOpinion(step: Act, next: string): Effects {
  const plan = withPlanState(withOpinion(step), next);
  const answered = answeredBy(step).map((task) => ended(task, 'completed', step.request.at));
  return { writes: [plan, ...answered], carrier: plan };
}

const isLastOpinion = (step: Act): boolean => isHeard(step.carrier, step.situation, step.request.at, answeredBy(step));
const isRevision = ({ carrier, situation }: Act): boolean => revisedBy(carrier, situation) !== undefined;
const wasReplaced = ({ carrier }: Act): boolean => carrier.status === 'revoked' && planStateOf(carrier) === 'cloture';

/** The person says no: her refusal of a revision leaves the plan that it would have replaced as it was. */
function refusedByPerson(step: Act): Effects {
  const carrier = moved(step, 'refuse-par-la-personne');
  const former = revisedBy(carrier, step.situation);
  const kept = former && planStateOf(former) === 'en-revision' ? [withPlanState(former, 'actif')] : [];
  return { writes: [carrier, ...kept], carrier };
}

/** `valider` said to the plan under revision means its revision. */
const onRevision =
  <T>(act: (step: Act) => T, otherwise: T) =>
  (step: Act): T => {
    const revision = revisionOf(step.carrier, step.situation);
    return revision ? act({ ...step, carrier: revision }) : otherwise;
  };

const VALID_PLAN = [hasVadOrRcp, sharingIsCovered, reviewIsNear];

/** M3, events (contracts.md 4; domain.md 2). */
const TRANSITIONS: readonly Transition<CarePlan>[] = [
  { event: 'soumettre', from: ['brouillon'], next: 'en-concertation', guards: [isComplete], effect: submit },
  ...(['pret', 'en-concertation'] as const).map(
    (next): Transition<CarePlan> => ({
      event: 'donner-avis',
      from: ['en-concertation'],
      next,
      when: (step) => isLastOpinion(step) === (next === 'pret'),
      sender: mayGiveOpinion,
      parameters: [opinionIsKnown, opinionConcernsPlan],
      effect: (step) => giveOpinion(step, next),
    }),
  ),
  { event: 'valider', from: ['pret'], next: 'actif', parameters: [accordIsSaid], guards: VALID_PLAN, effect: activate },
  {
    // Who was asked and let his time pass was informed (S1-28): no deadline changes the state, the next event does.
    event: 'valider',
    from: ['en-concertation'],
    next: 'actif',
    when: ({ carrier, situation }) => isHeard(carrier, situation, situation.now),
    parameters: [accordIsSaid],
    guards: VALID_PLAN,
    effect: activate,
  },
  {
    event: 'valider',
    from: ['brouillon'],
    next: 'actif',
    when: isRevision,
    parameters: [accordIsSaid],
    guards: [isComplete, ...VALID_PLAN],
    effect: activate,
  },
  {
    event: 'valider',
    from: ['en-revision'],
    next: 'cloture',
    when: ({ carrier, situation }) => revisionOf(carrier, situation) !== undefined,
    parameters: [accordIsSaid],
    guards: [isComplete, ...VALID_PLAN].map((guard) => onRevision(guard, [])),
    effect: (step) => onRevision(activate, alone(step.carrier))(step),
  },
  { event: 'refuser', from: ['pret'], next: 'refuse-par-la-personne', effect: refusedByPerson },
  {
    event: 'refuser',
    from: ['brouillon', 'en-concertation'],
    next: 'refuse-par-la-personne',
    when: isRevision,
    effect: refusedByPerson,
  },
  ...PROGRESS_TRANSITIONS,
  { event: 'reviser', from: ['actif'], next: 'en-revision', effect: revise },
  {
    // Its draft was deleted: the revision begins again.
    event: 'reviser',
    from: ['en-revision'],
    next: 'en-revision',
    when: ({ carrier, situation }) => revisionOf(carrier, situation) === undefined,
    effect: revise,
  },
  { event: 'suspendre', from: ['actif'], next: 'suspendu', needsReason: true, effect: move('suspendu') },
  { event: 'reprendre', from: ['suspendu'], next: 'actif', effect: move('actif') },
  { event: 'cloturer', from: ['actif', 'suspendu'], next: 'cloture', needsReason: true, effect: close },
  {
    event: 'rouvrir',
    from: ['cloture', 'refuse-par-la-personne'],
    next: 'brouillon',
    when: (step) => !wasReplaced(step),
    effect: reopen,
  },
];

/** M3, PPS: its CarePlan carries the state; a revision is a second CarePlan. */
export const PPS: Definition<CarePlan> = {
  id: 'M3',
  is: isPlan,
  states: PPS_STATES,
  stateOf: planStateOf,
  withState: withPlanState,
  transitions: TRANSITIONS,
  created: createPlan,
  update: {
    stateElements: ['status', 'note', 'period'],
    stateExtensions: [EXTENSION.etat, EXTENSION.accord, EXTENSION.dateRevision],
    editable: ['brouillon', 'en-concertation', 'pret'],
    requestOf: (after) => {
      const reason = after.note?.at(-1)?.text;
      return { parameters: accordIn(after), ...(reason === undefined ? {} : { reason }) };
    },
    edit: ({ before, after }) => (RUNNING.includes(planStateOf(before)) ? progressRefusals(before, after) : undefined),
    edited: (after) => {
      const carrier = withActivityIds(after);
      return accepted({ writes: [carrier], carrier });
    },
  },
};
