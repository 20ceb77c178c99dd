import type { Ref } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import type { Category, ConsentFact, ConsentState, Facts } from './facts.ts';
import { covers } from './moments.ts';

/** Columns of domain.md 4.5; `limite` is read in column `given`, its denies beside it; `informe` is none yet. */
export type StateColumn = 'none' | 'given' | 'refused' | 'withdrawn' | 'expired';

const COLUMN: Readonly<Record<ConsentState | 'none', StateColumn>> = {
  none: 'none',
  informe: 'none',
  donne: 'given',
  limite: 'given',
  refuse: 'refused',
  retire: 'withdrawn',
  expire: 'expired',
};

/** Of two acts of one moment the more protective wins. */
const PROTECTION: readonly ConsentState[] = ['informe', 'donne', 'limite', 'expire', 'refuse', 'retire'];

/**
 * Where the person stands towards the network: her latest act wins; one whose period is over is expired; an agreement
 * without recorded information is no act (S0-11, L-05), and being informed is none yet.
 * @see domain.md 2, M14
 */
export function consentState(facts: Facts, at: Instant): ConsentState | 'none' {
  const act = latestAct(facts, at);
  if (act) return grants(act.state) && !covers(period(act), at) ? 'expire' : act.state;
  return facts.consents.some((fact) => fact.kind === 'sharing' && fact.at <= at) ? 'informe' : 'none';
}

export function columnOf(state: ConsentState | 'none'): StateColumn {
  return COLUMN[state];
}

/** When the act was made that puts the person where she stands. */
export function stateSince(facts: Facts, at: Instant): Instant | undefined {
  return latestAct(facts, at)?.at;
}

function latestAct(facts: Facts, at: Instant): ConsentFact | undefined {
  return facts.consents
    .filter((fact) => fact.kind === 'sharing' && fact.at <= at && isAct(fact))
    .reduce<ConsentFact | undefined>((latest, fact) => (latest && !isLater(fact, latest) ? latest : fact), undefined);
}

function isAct({ state, informed }: ConsentFact): boolean {
  return state !== 'informe' && (informed || !grants(state));
}

function grants(state: ConsentState): boolean {
  return state === 'donne' || state === 'limite';
}

function isLater(one: ConsentFact, other: ConsentFact): boolean {
  if (one.at !== other.at) return one.at > other.at;
  return PROTECTION.indexOf(one.state) > PROTECTION.indexOf(other.state);
}

function period({ from, until }: ConsentFact): { readonly from?: Instant; readonly until?: Instant } {
  return { ...(from ? { from } : {}), ...(until ? { until } : {}) };
}

/** somebody told her, with all that L-05 asks for. */
export function isInformed(facts: Facts, at: Instant): boolean {
  return facts.consents.some((fact) => fact.informed && fact.at <= at);
}

/** L-14: informed a second time, of the exchange between the medical and the social category. */
export function isInformedTwice(facts: Facts, at: Instant): boolean {
  return facts.consents.filter((fact) => fact.informed && fact.at <= at).length > 1;
}

/** the latest act covers one of these references; an accord that names nobody covers all who take part. */
export function isPermitted(facts: Facts, refs: readonly Ref[], at: Instant): boolean {
  const act = latestAct(facts, at);
  if (!act || !grants(act.state) || !covers(period(act), at)) return false;
  return act.permittedActors === undefined || act.permittedActors.some((actor) => refs.includes(actor));
}

/** A narrower deny wins over a broader permit whatever the dates (M14): the denies of all that is in force, united. */
function denying(facts: Facts, at: Instant): readonly ConsentFact[] {
  return facts.consents.filter((fact) => grants(fact.state) && fact.at <= at && covers(period(fact), at));
}

/** an active opposition to one of these references. */
export function isOpposed(facts: Facts, refs: readonly Ref[], at: Instant): boolean {
  return denying(facts, at).some(({ deniedActors }) => deniedActors.some((actor) => refs.includes(actor)));
}

/** what a limited consent excepts. */
export function isExcepted(facts: Facts, item: { readonly ref: Ref; readonly categories: readonly Category[] }, at: Instant): boolean {
  return denying(facts, at).some(
    ({ deniedCategories, deniedResources }) =>
      deniedResources.includes(item.ref) || deniedCategories.some((category) => item.categories.includes(category)),
  );
}
