import type { CarePlan, CarePlanActivityDetail } from '@medplum/fhirtypes';
import type { Refusal } from '../../platform/refusal.ts';
import type { Step, Transition } from '../machine.ts';
import { sameContent } from '../same.ts';
import { conceptOf } from '../tasks.ts';
import type { Effects } from '../types.ts';
import { activityIsNamed } from './guards.ts';
import { activityNamed, withActivity } from './plan.ts';
import { RUNNING } from './states.ts';

const progress =
  (status: CarePlanActivityDetail['status']) =>
  ({ carrier, request }: Step<CarePlan>): Effects => {
    const named = activityNamed(carrier, request.parameters.activite);
    if (!named) return { writes: [carrier], carrier };
    const { reason } = request;
    const plan = withActivity(carrier, named, ({ statusReason: _former, ...detail }) => ({
      ...detail,
      status,
      ...(reason === undefined ? {} : { statusReason: conceptOf(reason) }),
    }));
    return { writes: [plan], carrier: plan };
  };

/** Events on one activity; they leave the plan in its state. */
const PROGRESS = [
  { event: 'realiser-activite', status: 'completed', needsReason: false },
  { event: 'reporter-activite', status: 'on-hold', needsReason: true },
  { event: 'abandonner-activite', status: 'cancelled', needsReason: true },
] as const;

/** Activity states of M3, as events: réalisée, reportée (r), abandonnée (r). */
export const PROGRESS_TRANSITIONS: readonly Transition<CarePlan>[] = PROGRESS.flatMap(({ event, status, needsReason }) =>
  RUNNING.map(
    (state): Transition<CarePlan> => ({
      event,
      from: [state],
      next: state,
      needsReason,
      parameters: [activityIsNamed],
      effect: progress(status),
    }),
  ),
);

/** In a plan that runs, a body may change what its activities say of their progress, as the events would. */
export function progressRefusals(before: CarePlan, after: CarePlan): readonly Refusal[] | undefined {
  if (!sameContent(withoutProgress(before), withoutProgress(after))) return undefined;
  return (after.activity ?? []).flatMap(({ detail }, index) => {
    const from = before.activity?.[index]?.detail?.status;
    if (!detail || detail.status === from) return [];
    const row = PROGRESS.find(({ status }) => status === detail.status);
    const isOver = from === 'completed' || from === 'cancelled' || from === 'stopped';
    if (isOver || (!row && detail.status !== 'in-progress' && detail.status !== 'scheduled'))
      return [progressRefused(index, `${from} → ${detail.status}`)];
    return row?.needsReason && !detail.statusReason ? [progressUnexplained(index)] : [];
  });
}

function withoutProgress(plan: CarePlan): CarePlan {
  const activity = (plan.activity ?? []).map(({ detail, progress: _progress, ...one }) => {
    const { status: _status, statusReason: _reason, ...rest } = detail ?? {};
    return { ...one, detail: { ...rest, status: 'unknown' as const } };
  });
  return { ...plan, ...(plan.activity ? { activity } : {}) };
}

function progressRefused(index: number, change: string): Refusal {
  return {
    category: 'conflict',
    code: 'activity-progress',
    expression: `CarePlan.activity[${index}].detail.status`,
    diagnostics: `An activity does not go ${change}.`,
    remedy: 'Envoyez l’événement de l’activité : realiser-activite, reporter-activite ou abandonner-activite.',
  };
}

function progressUnexplained(index: number): Refusal {
  return {
    category: 'unprocessable',
    code: 'reason-missing',
    expression: `CarePlan.activity[${index}].detail.statusReason`,
    diagnostics: 'An activity is postponed or abandoned for a reason.',
    remedy: 'Indiquez le motif (statusReason).',
  };
}
