import type { Instant } from '../platform/instant.ts';
import { livingBases, opens } from './bases.ts';
import { isOpposed } from './consent-state.ts';
import type { Decision, Interaction, Verdict } from './decision.ts';
import { exclusionOf, touches } from './exclusions.ts';
import type { Facts } from './facts.ts';
import { GIVES } from './gives.ts';
import { closedTo } from './membership.ts';
import { obligationsOf } from './obligations.ts';
import { decideOutside, isOfNobody, isWrite } from './outside.ts';
import { mayContinueRecord } from './recording.ts';
import type { Basis } from './remains.ts';
import type { Requester } from './requester.ts';
import type { RuleId } from './rule.ts';
import { leaveOpen } from './scopes.ts';
import { isMinor, opposableReferences, type Row, type Standing, standingOf } from './standing.ts';
import { type Author, type ResourceTraits, traitsOf } from './traits.ts';
import { mayAsk, mayWrite } from './writes.ts';

export type { Decision, Interaction } from './decision.ts';
export { mayRecordConsent } from './recording.ts';

/** What is asked: by whom, to do what, of which resource, when. */
export type AccessRequest = {
  readonly requester: Requester;
  readonly interaction: Interaction;
  readonly traits: ResourceTraits;
  readonly at: Instant;
};

/**
 * Decides one access. The first that applies wins (domain.md 4.1): membership and purpose, network, the person's state,
 * oppositions; then the bases that live, strongest first, each with its exclusions, cut by the requester's row; a write
 * needs the read and the row's W. What no row mentions is denied; so is what the scopes of the token do not leave open.
 * @param facts of the patient; `undefined` when the resource belongs to none, or the patient is unknown (denied)
 * @returns never throws; a deny says only whether the requester sees the resource anyway
 * @see domain.md 4.1 to 4.5, 4.7
 */
export function decide(facts: Facts | undefined, request: AccessRequest): Decision {
  const verdict = decideScoped(facts, request);
  return { ...verdict, obligations: obligationsOf(verdict) };
}

function decideScoped(facts: Facts | undefined, request: AccessRequest): Verdict {
  const decision = decideUnscoped(facts, request);
  const { requester, interaction, traits } = request;
  if (decision.outcome === 'deny' || leaveOpen(requester.scopes, interaction, traits.type)) return decision;
  // What a token may do is part of what its holder asked for: a right of his that it does not carry is none.
  return denied(isWrite(interaction), ...decision.rules, 'A-12');
}

function decideUnscoped(facts: Facts | undefined, { requester, interaction, traits, at }: AccessRequest): Verdict {
  const closed = closedTo(requester);
  if (closed) return denied(false, closed);
  if (isOfNobody(traits.type)) return decideOutside(requester, interaction, traits);
  if (!facts) return denied(false, 'A-15');
  if (facts.network !== requester.network.id) return denied(false, 'A-01');
  const standing = standingOf(facts, requester, at);
  if (!standing) return denied(false, 'A-15');
  switch (interaction) {
    case 'create':
      return creation(standing, traits);
    case 'update':
    case 'event':
      return change(standing, traits, interaction);
    case 'delete':
      return change(standing, traits, 'update');
    case 'read':
    case 'vread':
    case 'search':
    case 'search-type':
    case 'history-instance':
      return reading(standing, traits);
  }
}

/**
 * The bases that live for a requester towards a patient, before any resource is looked at: when none does, no Query is
 * made. `rules` say why, for the trace of an empty answer.
 */
export function basesOf(
  facts: Facts,
  requester: Requester,
  at: Instant,
): { readonly bases: readonly Basis[]; readonly rules: readonly RuleId[] } {
  const closed = closedTo(requester);
  if (closed) return { bases: [], rules: [closed] };
  if (facts.network !== requester.network.id) return { bases: [], rules: ['A-01'] };
  const standing = standingOf(facts, requester, at);
  if (!standing) return { bases: [], rules: ['A-15'] };
  const shut = shutBy(standing);
  if (shut) return { bases: [], rules: [shut] };
  return livingBases(standing);
}

function reading(standing: Standing, item: ResourceTraits): Verdict {
  const shut = shutBy(standing);
  if (shut) return denied(false, shut);
  const { rules, bases } = livingBases(standing);
  const against: RuleId[] = [];
  const permits: Permit[] = [];
  for (const basis of bases) {
    const exclusion = exclusionOf(standing, item, basis);
    const given = exclusion ? undefined : GIVES[basis](standing, item);
    if (exclusion) against.push(exclusion);
    if (given) permits.push({ outcome: 'permit', basis, rules: [...new Set([...rules, ...given.rules])], filter: given.filter });
  }
  // The strongest that gives the whole; else what sharing gives, which is more than a header or a worklist.
  const best = permits.find(({ filter }) => filter === 'full') ?? permits.find(({ basis }) => SHARING.includes(basis)) ?? permits[0];
  return best ?? denied(false, ...rules, ...against);
}

type Permit = Extract<Verdict, { outcome: 'permit' }>;

/** Rows that write by what they sent or are; every other one needs to share. */
const CREATES_BY: Readonly<Partial<Record<Row, readonly Basis[]>>> = {
  'A-40': ['OWN', 'EDS', 'CONS'],
  'A-49': ['SELF'],
  'A-50': ['REP'],
  'A-51': ['OWN'],
};
const SHARING: readonly Basis[] = ['EDS', 'CONS'];

/** A create needs what reading it back would need, and the row's W; a request for support neither (contracts.md 3). */
function creation(standing: Standing, item: ResourceTraits): Verdict {
  const { row, facts } = standing;
  if (item.type === 'ServiceRequest' && mayAsk(standing) && opens(standing.requester.purpose, 'REQ')) {
    return { outcome: 'permit', basis: 'REQ', rules: [row], filter: 'full' };
  }
  // L-28: nothing goes into or comes from a DMP under an identity that is not qualified
  const isPush = row === 'A-51' && facts.patient.identity !== 'qualifiee';
  const read = reading(standing, item);
  const bases = CREATES_BY[row] ?? SHARING;
  if (
    !isPush &&
    read.outcome === 'permit' &&
    bases.includes(read.basis) &&
    mayWrite(standing, item, 'create') &&
    mayConsent(standing, item)
  ) {
    return { ...read, rules: [...new Set([...read.rules, 'A-65' as const])] };
  }
  return denied(seesPerson(standing), ...(read.outcome === 'deny' ? read.rules : [row]), 'A-65');
}

function change(standing: Standing, item: ResourceTraits, interaction: 'update' | 'event'): Verdict {
  const read = reading(standing, item);
  if (interaction === 'event' && mayContinueRecord(standing, item)) {
    return read.outcome === 'permit' ? read : { outcome: 'permit', basis: 'REC', rules: ['A-66'], filter: 'full' };
  }
  if (read.outcome === 'deny') return read;
  return mayWrite(standing, item, interaction) && mayConsent(standing, item) ? read : denied(true, ...read.rules, 'A-65');
}

/** a minor gives or withdraws consent by himself only for what is secret. */
function mayConsent({ row, facts, at }: Standing, item: ResourceTraits): boolean {
  if (item.type !== 'Consent' || row !== 'A-49' || !isMinor(facts, at)) return true;
  const secrets = [
    ...(facts.secrets ?? []),
    ...facts.stays.flatMap(({ source, secretMineur }) => (secretMineur ? [`Encounter/${source}`] : [])),
  ];
  return touches(item, secrets);
}

/** What shuts the whole record to somebody; the person herself and the DPO are not opposed. */
function shutBy({ facts, requester, at, row }: Standing): RuleId | undefined {
  const isSelf = row === 'A-49';
  if (facts.patient.enteredInError === true) return 'A-04';
  if (!isSelf && row !== 'A-53' && isOpposed(facts, opposableReferences(requester), at)) return 'A-07';
  const isParent = row === 'A-50' && isMinor(facts, at); // L-18: minors under parental authority excepted
  if (facts.patient.nonDivulgation === true && !isSelf && !isParent && row !== 'A-40') return 'A-09';
  return undefined;
}

/** The record itself, whoever wrote it first. */
const NOBODY: Author = { reference: '' };

function seesPerson(standing: Standing): boolean {
  const { id } = standing.facts.patient;
  return reading(standing, traitsOf({ resourceType: 'Patient', id }, NOBODY)).outcome === 'permit';
}

function denied(visible: boolean, ...rules: readonly RuleId[]): Verdict {
  return { outcome: 'deny', rules: [...new Set(rules)], visible };
}
