import type { CarePlan, CarePlanActivity, CarePlanActivityDetail, Extension } from '@medplum/fhirtypes';
import type { RelaisResource } from '../../fhir/types.ts';
import { EXTENSION } from '../../fhir/vocabulary.ts';
import { etatOf, extensionOf, stateIn, withEtat, withExtension } from '../etat.ts';
import { refOf } from '../refs.ts';
import { find, type Situation } from '../types.ts';
import { DRAFT, PPS_STATES } from './states.ts';

export function isPlan(resource: RelaisResource): resource is CarePlan {
  return resource.resourceType === 'CarePlan';
}

export function planStateOf(plan: CarePlan): string {
  return etatOf(plan) ?? PPS_STATES.find(({ status }) => status === plan.status)?.code ?? 'entered-in-error';
}

export function withPlanState(plan: CarePlan, code: string): CarePlan {
  const state = PPS_STATES.find((row) => row.code === code);
  return state ? { ...withEtat(plan, state), status: state.status } : plan;
}

/** The version that a revision took the place of: closed, and revoked as FHIR says it. */
export function replacedBy(plan: CarePlan): CarePlan {
  return { ...withEtat(plan, stateIn(PPS_STATES, 'cloture')), status: 'revoked' };
}

/** The plan that this one revises. */
export function revisedBy(plan: CarePlan, situation: Situation): CarePlan | undefined {
  return find(situation.compartment, 'CarePlan', (one) => plan.replaces?.some(({ reference }) => reference === refOf(one)) === true);
}

/** The draft that revises this plan. */
export function revisionOf(plan: CarePlan, situation: Situation): CarePlan | undefined {
  return find(
    situation.compartment,
    'CarePlan',
    (one) => DRAFT.includes(planStateOf(one)) && one.replaces?.some(({ reference }) => reference === refOf(plan)) === true,
  );
}

/** What an activity says of itself beside FHIR; both places are read, the activity's own wins. */
export function activityExtension({ extension, detail }: CarePlanActivity, url: string): Extension | undefined {
  return extensionOf(extension ? { extension } : {}, url) ?? extensionOf(detail ?? {}, url);
}

export function rankOf(activity: CarePlanActivity): number | undefined {
  const rank = activityExtension(activity, EXTENSION.rang);
  return rank?.valuePositiveInt ?? rank?.valueInteger;
}

/** The name of an activity from one version of the plan to the next. */
export function activityIdOf(activity: CarePlanActivity): string | undefined {
  const said = activityExtension(activity, EXTENSION.activiteId);
  return said?.valueId ?? said?.valueString ?? said?.valueCode ?? activity.id;
}

/** The activity that a parameter names: by its id, else by its rank. */
export function activityNamed({ activity = [] }: CarePlan, name: string | undefined): CarePlanActivity | undefined {
  if (name === undefined) return undefined;
  return activity.find((one) => activityIdOf(one) === name) ?? activity.find((one) => String(rankOf(one)) === name);
}

/** Every activity gets a name that the plan does not use yet: `a1`, `a2`… */
export function withActivityIds(plan: CarePlan): CarePlan {
  if (!plan.activity) return plan;
  const used = new Set(plan.activity.map(activityIdOf));
  let count = 0;
  const fresh = (): string => {
    do count += 1;
    while (used.has(`a${count}`));
    return `a${count}`;
  };
  return {
    ...plan,
    activity: plan.activity.map((one) =>
      activityIdOf(one) === undefined ? withExtension(one, { url: EXTENSION.activiteId, valueId: fresh() }) : one,
    ),
  };
}

/** The plan with one activity changed. */
export function withActivity(
  plan: CarePlan,
  activity: CarePlanActivity,
  change: (detail: CarePlanActivityDetail) => CarePlanActivityDetail,
): CarePlan {
  return {
    ...plan,
    activity: (plan.activity ?? []).map((one) => (one === activity && one.detail ? { ...one, detail: change(one.detail) } : one)),
  };
}

/** An activity that nothing follows: done, abandoned, declined. */
export function isOver({ detail }: CarePlanActivity): boolean {
  return ['completed', 'cancelled', 'stopped', 'entered-in-error'].includes(detail?.status ?? '');
}
