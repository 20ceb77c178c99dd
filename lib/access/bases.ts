import { shift } from '../platform/instant.ts';
import { addressedTo } from './addressed.ts';
import { isInformed, isInformedTwice, isPermitted, stateSince } from './consent-state.ts';
import type { RepresentativeFact } from './facts.ts';
import { covers, DAY_MS } from './moments.ts';
import { BASES, type Basis, remainingOf } from './remains.ts';
import type { Purpose } from './requester.ts';
import type { RuleId } from './rule.ts';
import { actsOnOpenWork, isMinor, opposableReferences, type Standing, takesPart } from './standing.ts';
import { livingUnder } from './states.ts';

/** A-18, [ours]: how long members keep reading after a death, to close. */
const CLOSING_DAYS_AFTER_DEATH = 30;
/** A-77, [ours]: how long a coordinator sees who withdrew, to close the administrative part. */
const CLOSING_DAYS_AFTER_WITHDRAWAL = 30;

/** what a purpose opens, when it does not open all of a role's bases. Who says BTG gets the directory alone while no glass is broken: a purpose is no motive. */
const OPENED_BY_PURPOSE: Readonly<Partial<Record<Purpose, readonly Basis[]>>> = {
  BTG: ['DIR'],
  HOPERAT: ['AGG', 'DIR'],
  HCOMPL: ['MISSION', 'AGG', 'DIR'],
};

/** Bases that a doubtful identity leaves: nobody but its source learns of it until it is resolved. */
const WITHOUT_IDENTITY: readonly Basis[] = ['SELF', 'OWN', 'MISSION', 'REQ'];

const LIVES: Readonly<Record<Basis, (standing: Standing) => boolean>> = {
  SELF: ({ facts, requester }) => requester.role === 'patient' && requester.reference === `Patient/${facts.patient.id}`,
  REP: (standing) =>
    standing.requester.role === 'representative' && standing.facts.representatives.some((fact) => represents(standing, fact)),
  OWN: ({ facts, mine, requester }) =>
    requester.role !== 'hospital' ||
    [
      ...facts.patient.sources,
      ...facts.stays.map(({ structure }) => structure),
      ...(facts.involved ?? []).flatMap(({ owner, requester: asker, author }) => [owner, asker, author]),
    ].some((ref) => ref !== undefined && mine.includes(ref)),
  ECH: (standing) => addressedTo(standing).length > 0,
  EDS: (standing) =>
    (standing.requester.network.kind === 'dac' || isRecognised(standing)) &&
    takesPart(standing) &&
    isInformed(standing.facts, standing.at) &&
    // L-14: crossing from the medical to the social category needs the information of its own
    (standing.row !== 'A-30' || isInformedTwice(standing.facts, standing.at)) &&
    isTimeToRead(standing),
  CONS: (standing) =>
    takesPart(standing) &&
    isPermitted(standing.facts, [...opposableReferences(standing.requester), standing.requester.network.reference], standing.at) &&
    isTimeToRead(standing),
  MISSION: (standing) => standing.row === 'A-53' || (standing.row === 'A-46' && hasMission(standing)),
  REQ: ({ facts, mine }) =>
    (facts.involved ?? []).some(({ owner, requester, author }) =>
      [owner, requester, author].some((ref) => ref !== undefined && mine.includes(ref)),
    ),
  AGG: () => false, // of no single person
  DIR: () => false,
  REC: () => false, // gives no read
};

/** The bases that live for this requester towards this person now, strongest first, and the rows of 4.5 and 4.3 that say so. */
export function livingBases(standing: Standing): { readonly rules: readonly RuleId[]; readonly bases: readonly Basis[] } {
  const { row, state, column, requester, facts } = standing;
  const under = livingUnder(state);
  const { rule, bases } = remainingOf(row, column, requester.network.kind);
  const isKnown = facts.patient.identity !== 'provisoire' && facts.patient.identity !== 'douteuse';
  const living = BASES.filter(
    (basis) =>
      bases.includes(basis) &&
      under.bases.includes(basis) &&
      opens(requester.purpose, basis) &&
      (isKnown || WITHOUT_IDENTITY.includes(basis)) &&
      LIVES[basis](standing),
  );
  return { rules: [rule, under.rule], bases: living };
}

/** Whether a purpose of use admits a basis. */
export function opens(purpose: Purpose | 'refused', basis: Basis): boolean {
  return purpose !== 'refused' && (OPENED_BY_PURPOSE[purpose]?.includes(basis) ?? true);
}

/** recognised by the person; a fact of its own. */
function isRecognised({ facts, mine, at }: Standing): boolean {
  return facts.recognised.some(({ member, at: since }) => mine.includes(member) && since <= at);
}

/** parental authority ends with childhood, every measure with death. */
function represents({ facts, mine, at }: Standing, fact: RepresentativeFact): boolean {
  const isAlive = facts.patient.deceasedAt === undefined || at < facts.patient.deceasedAt;
  return mine.includes(fact.member) && covers(fact, at) && isAlive && (fact.parental !== true || isMinor(facts, at));
}

/** */
function isTimeToRead({ facts: { patient }, at }: Standing): boolean {
  return patient.deceasedAt === undefined || at < shift(patient.deceasedAt, CLOSING_DAYS_AFTER_DEATH * DAY_MS);
}

/** what a coordinator needs to inform somebody, to take a request in, or to close one. */
function hasMission(standing: Standing): boolean {
  const { facts, column, inCircle, at } = standing;
  switch (column) {
    case 'none':
    case 'expired':
      return actsOnOpenWork(standing);
    case 'refused':
      return inCircle || facts.referrals.length > 0;
    case 'withdrawn': {
      const since = stateSince(facts, at);
      const isOpen = since !== undefined && at < shift(since, CLOSING_DAYS_AFTER_WITHDRAWAL * DAY_MS);
      return isOpen && (inCircle || facts.referrals.length > 0);
    }
    case 'given':
      return false;
  }
}
