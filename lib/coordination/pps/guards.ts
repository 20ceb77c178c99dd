import type { CarePlan, CarePlanActivity } from '@medplum/fhirtypes';
import { EXTENSION, SYSTEM } from '../../fhir/vocabulary.ts';
import { epochMsOf, parisDay } from '../../platform/instant.ts';
import type { Refusal } from '../../platform/refusal.ts';
import { addMonths } from '../calendar.ts';
import { extensionOf } from '../etat.ts';
import type { Guard, Step } from '../machine.ts';
import { parameterRefusal } from '../machine-refusals.ts';
import { isRef, refOf } from '../refs.ts';
import { rulesOf } from '../rules.ts';
import { all, type Situation } from '../types.ts';
import { activityExtension, activityNamed, isOver, rankOf } from './plan.ts';

function missing(code: string, expression: string, diagnostics: string, remedy: string): Refusal {
  return { category: 'unprocessable', code, expression, diagnostics, remedy };
}

/**
 * M3, guards of `soumettre`: projet de vie or why there is none, unique ranks, and for each activity its need, its
 * performer and its dates (S1-29). That the plan comes from a finalised diagnostic cannot be looked at before M2 exists.
 */
export const isComplete: Guard<CarePlan> = ({ carrier, situation }) => [
  ...(hasProjetDeVie(carrier, situation) ? [] : [PROJET_DE_VIE_MISSING]),
  ...((carrier.activity ?? []).length > 0 ? [] : [ACTIVITY_MISSING]),
  ...rankRefusals(carrier),
  ...(carrier.activity ?? []).flatMap((activity, index) => (isOver(activity) ? [] : activityRefusals(activity, index))),
];

function hasProjetDeVie(plan: CarePlan, situation: Situation): boolean {
  if (extensionOf(plan, EXTENSION.projetDeVieNonExprime)) return true;
  const goals = new Set((plan.goal ?? []).map(({ reference }) => reference));
  return all(situation.compartment, 'Goal').some(
    (goal) =>
      goals.has(refOf(goal)) &&
      goal.category?.some(({ coding }) =>
        coding?.some(({ system, code }) => system === SYSTEM.categorieObjectif && code === 'projet-de-vie'),
      ) === true,
  );
}

function rankRefusals({ activity = [] }: CarePlan): readonly Refusal[] {
  const ranks = activity.filter((one) => !isOver(one)).flatMap((one) => rankOf(one) ?? []);
  return new Set(ranks).size === ranks.length ? [] : [RANK_TWICE];
}

function activityRefusals(activity: CarePlanActivity, index: number): readonly Refusal[] {
  const { detail } = activity;
  const at = `CarePlan.activity[${index}]`;
  const hasNeed =
    activityExtension(activity, EXTENSION.besoin) !== undefined ||
    [detail?.reasonCode, detail?.reasonReference, detail?.goal].some((values) => (values ?? []).length > 0);
  const hasDates = [detail?.scheduledPeriod, detail?.scheduledTiming, detail?.scheduledString].some((value) => value !== undefined);
  return [
    ...(rankOf(activity) === undefined
      ? [missing('rank-missing', `${at}.extension('${EXTENSION.rang}')`, 'An activity has a rank (S1-29).', 'Donnez un rang à l’activité.')]
      : []),
    ...(hasNeed
      ? []
      : [
          missing(
            'need-missing',
            `${at}.extension('${EXTENSION.besoin}')`,
            'An activity answers a need (S1-29).',
            'Indiquez le besoin auquel l’activité répond.',
          ),
        ]),
    ...((detail?.performer ?? []).length > 0
      ? []
      : [missing('performer-missing', `${at}.detail.performer`, 'An activity has a performer.', 'Indiquez qui réalise l’activité.')]),
    ...(hasDates
      ? []
      : [missing('dates-missing', `${at}.detail.scheduledPeriod`, 'An activity has dates.', 'Indiquez les dates de l’activité.')]),
  ];
}

/**
 * M3, guards of `valider` told by its parameters: the person's (or her representative's) accord, by whom, how and when.
 * An accord that the plan already carries (a body sent by PUT) counts.
 */
export const accordIsSaid: Guard<CarePlan> = ({ request: { parameters, at } }) => {
  const { accordPar = '', accordComment = '', accordLe = '' } = parameters;
  const isPerson = accordPar !== '' && (!isRef(accordPar) || /^(Patient|RelatedPerson)\//.test(accordPar));
  const isMoment =
    /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$/.test(accordLe) && epochMsOf(accordLe) <= epochMsOf(at);
  return [
    ...(isPerson
      ? []
      : [
          parameterRefusal(
            'accordPar',
            'accord-par-missing',
            'accordPar is who gave the accord: the person or a representative (Patient or RelatedPerson).',
            'Indiquez qui a donné son accord : la personne ou son représentant.',
          ),
        ]),
    ...(accordComment.trim() === ''
      ? [
          parameterRefusal(
            'accordComment',
            'accord-comment-missing',
            'accordComment is how the accord was given.',
            'Indiquez comment l’accord a été recueilli.',
          ),
        ]
      : []),
    ...(isMoment
      ? []
      : [
          parameterRefusal(
            'accordLe',
            'accord-le-missing',
            'accordLe is the day or moment of the accord, not after the event.',
            'Indiquez quand l’accord a été donné.',
          ),
        ]),
  ];
};

/** S1-30: a visit at home or a meeting came before, or the plan says why not. */
export const hasVadOrRcp: Guard<CarePlan> = ({ carrier, situation }) => {
  const isSaid = extensionOf(carrier, EXTENSION.sansVadNiRcp) !== undefined;
  const supports = (carrier.supportingInfo ?? []).some(({ reference = '' }) => /^(Encounter|Appointment)\//.test(reference));
  const visited = all(situation.compartment, 'Encounter').some(({ class: kind, status }) => kind?.code === 'HH' && status === 'finished');
  return isSaid || supports || visited ? [] : [VAD_OR_RCP_MISSING];
};

/** Accord to the plan is no consent to share: both are needed. An équipe de soins shares on information alone. */
export const sharingIsCovered: Guard<CarePlan> = ({ situation: { facts, by, now } }) => {
  const acts = facts.consents.filter(({ kind, until }) => kind === 'sharing' && (until === undefined || now < until));
  const latest = acts.toSorted((one, other) => (one.at < other.at ? 1 : -1))[0];
  const isGiven = latest?.state === 'donne' || latest?.state === 'limite';
  const isTeam = by.network.kind === 'dac' && latest?.informed === true && latest.state === 'informe';
  return isGiven || isTeam ? [] : [CONSENT_MISSING];
};

/** Review date mandatory, six months at the latest [ours]; the longest time is taken when none is said. */
export const reviewIsNear: Guard<CarePlan> = ({ carrier, request, situation }) => {
  const said = extensionOf(carrier, EXTENSION.dateRevision);
  const date = (said?.valueDate ?? said?.valueDateTime)?.slice(0, 10);
  if (date === undefined) return [];
  return date >= parisDay(request.at) && date <= latestReview({ request, situation }) ? [] : [REVIEW_TOO_FAR];
};

/** The last day on which a plan that becomes active now may be reviewed. */
export function latestReview({ request, situation }: Pick<Step<CarePlan>, 'request' | 'situation'>): string {
  return addMonths(parisDay(request.at), rulesOf(situation).revisionMonths);
}

export const activityIsNamed: Guard<CarePlan> = ({ carrier, request: { parameters } }) => {
  const named = activityNamed(carrier, parameters.activite);
  if (!named) return [ACTIVITY_UNKNOWN];
  return isOver(named) || !named.detail ? [ACTIVITY_OVER] : [];
};

const PROJET_DE_VIE_MISSING = missing(
  'projet-de-vie-missing',
  'CarePlan.goal',
  'No goal of the category projet-de-vie, and no reason why there is none (M3).',
  'Ajoutez un objectif de catégorie « projet-de-vie », ou indiquez pourquoi il n’est pas exprimé.',
);
const ACTIVITY_MISSING = missing('activity-missing', 'CarePlan.activity', 'The plan has no activity.', 'Ajoutez au moins une activité.');
const RANK_TWICE = missing(
  'rank-twice',
  'CarePlan.activity',
  'Two activities have the same rank (S1-29).',
  'Donnez à chaque activité un rang différent.',
);
const VAD_OR_RCP_MISSING = missing(
  'vad-or-rcp-missing',
  `CarePlan.extension('${EXTENSION.sansVadNiRcp}')`,
  'Neither a visit at home nor a meeting, nor the reason why (S1-30).',
  'Indiquez la VAD ou la RCP, ou pourquoi il n’y en a pas eu.',
);
const CONSENT_MISSING = missing(
  'consent-missing',
  'Consent',
  'The person has not consented to share; the accord to the plan does not replace it.',
  'Recueillez le consentement au partage (Consent, événement donner), puis validez.',
);
const REVIEW_TOO_FAR = missing(
  'review-date',
  `CarePlan.extension('${EXTENSION.dateRevision}')`,
  'The review date is in the past or too far.',
  'Indiquez une date de révision à six mois au plus.',
);
const ACTIVITY_UNKNOWN = parameterRefusal(
  'activite',
  'activity-unknown',
  'activite names no activity of this plan.',
  'Indiquez l’identifiant (ou le rang) d’une activité du plan.',
);
const ACTIVITY_OVER = parameterRefusal(
  'activite',
  'activity-over',
  'This activity is done, abandoned or declined.',
  'Choisissez une activité en cours.',
);
