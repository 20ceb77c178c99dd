import type { CarePlan, CarePlanActivity, CodeableConcept } from '@medplum/fhirtypes';
import type { Ref } from '../../fhir/types.ts';
import { EXTENSION, SYSTEM } from '../../fhir/vocabulary.ts';
import { codeOf } from '../elements.ts';
import type { Keeps, TypeFilter } from './filter.ts';

const PLAN: Keeps = { status: 'whole', intent: 'whole', subject: 'reference', period: 'whole', created: 'whole', replaces: 'reference' };
const AGENDA: Keeps = { status: 'whole', scheduledTiming: 'whole', scheduledPeriod: 'whole', scheduledString: 'whole' };

/** Goals that a social worker works on (contracts.md 3, goal categories); clinical ones are not among them. */
const SOCIAL_GOALS: ReadonlySet<string> = new Set(['projet-de-vie', 'social', 'autonomie', 'droits', 'logement']);

/** What others do is "care" to a social worker: when, and no more. */
const CARE: CodeableConcept = { text: 'soin' };

/**
 * F9: own and social activities, the agenda of all others with the label "soin". References to goals are removed with the
 * clinical ones among them: the goals that stay are found by `Goal?patient=`.
 */
export const F9: TypeFilter = {
  keep: {
    ...PLAN,
    author: 'reference',
    careTeam: 'reference',
    activity: {
      id: 'whole',
      extension: [EXTENSION.activiteId, EXTENSION.rang, EXTENSION.avis],
      detail: {
        ...AGENDA,
        kind: 'whole',
        code: 'whole',
        performer: 'reference',
        location: 'reference',
        description: 'whole',
      },
    },
    extension: [EXTENSION.etat, EXTENSION.dateRevision],
  },
  shape: (resource, own) => (resource.resourceType === 'CarePlan' ? withActivities(resource, (one) => forSocial(one, own)) : resource),
};

/** F9, goals: projet de vie, social, autonomy, rights, housing; a goal that is clinical too is not shown. */
export const F9_GOAL: TypeFilter = {
  keep: {
    lifecycleStatus: 'whole',
    achievementStatus: 'codes',
    category: 'codes',
    priority: 'codes',
    description: 'whole',
    subject: 'reference',
    startDate: 'whole',
    target: { dueDate: 'whole' },
    statusDate: 'whole',
    expressedBy: 'reference',
  },
  passes: (resource) => {
    const categories =
      resource.resourceType === 'Goal' ? (resource.category ?? []).map((one) => codeOf(one, SYSTEM.categorieObjectif)) : [];
    return categories.length > 0 && categories.every((code) => code !== undefined && SOCIAL_GOALS.has(code));
  },
};

/** F15: own accompaniment: date, time, place, state. */
export const F15: TypeFilter = {
  keep: { ...PLAN, activity: { detail: { ...AGENDA, location: 'reference', performer: 'reference' } } },
  needs: ['activity'],
  shape: (resource, own) =>
    resource.resourceType === 'CarePlan' ? withActivities(resource, (activity) => (isOwn(activity, own) ? activity : undefined)) : resource,
};

function withActivities(plan: CarePlan, shown: (activity: CarePlanActivity) => CarePlanActivity | undefined): CarePlan {
  return { ...plan, activity: (plan.activity ?? []).flatMap((activity) => shown(activity) ?? []) };
}

function forSocial(activity: CarePlanActivity, own: readonly Ref[]): CarePlanActivity | undefined {
  const { detail } = activity;
  if (!detail) return undefined;
  if (isOwn(activity, own) || isSocial(activity)) return activity;
  const { status, scheduledTiming, scheduledPeriod } = detail;
  return {
    detail: {
      status,
      code: CARE,
      ...(scheduledTiming ? { scheduledTiming } : {}),
      ...(scheduledPeriod ? { scheduledPeriod } : {}),
    },
  };
}

function isOwn({ detail }: CarePlanActivity, own: readonly Ref[]): boolean {
  return (detail?.performer ?? []).some(({ reference }) => reference !== undefined && own.includes(reference));
}

/** Says itself social: by our data category or our goal categories, in its code. */
function isSocial({ detail }: CarePlanActivity): boolean {
  const codings = detail?.code?.coding ?? [];
  return codings.some(
    ({ system, code }) =>
      (system === SYSTEM.categorie && code === 'social') ||
      (system === SYSTEM.categorieObjectif && code !== undefined && SOCIAL_GOALS.has(code)),
  );
}
