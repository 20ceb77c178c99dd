import type { Ref } from '../fhir/types.ts';
import { shift } from '../platform/instant.ts';
import { isExcepted } from './consent-state.ts';
import type { Facts } from './facts.ts';
import { DAY_MS } from './moments.ts';
import type { Basis } from './remains.ts';
import type { RuleId } from './rule.ts';
import type { Standing } from './standing.ts';
import type { ResourceTraits } from './traits.ts';

/** Domain.md 4.4, *, [ours]: after so many days a document not yet visible to the person becomes so. */
const DAYS_UNTIL_VISIBLE_TO_PATIENT = 30;

/** Bases of the person herself and of who wrote it: what limits others does not limit them. */
const OF_ORIGIN: readonly Basis[] = ['SELF', 'OWN'];
/** Among bases; coordinator and DPO see oppositions by their row. */
const SEES_OPPOSITIONS: readonly Basis[] = ['SELF', 'REP'];

/** What nobody gets by this basis, whatever the row says; the rule, or `undefined` when nothing stands against it. */
export function exclusionOf(standing: Standing, item: ResourceTraits, basis: Basis): RuleId | undefined {
  const { facts, at, row } = standing;
  const isPerson = basis === 'SELF' || basis === 'REP';
  const isWriter = isAuthor(standing, item);
  // before every permit, for the person and its author too; it is read on the spot, and not through Relais.
  if (item.onSite) return 'A-48';
  if (item.enteredInError && !isWriter) return 'A-08';
  if (item.masked && !isPerson && !isWriter) return 'A-08';
  if (!OF_ORIGIN.includes(basis) && isExcepted(facts, item, at)) return 'A-08';
  if (item.opposition && !SEES_OPPOSITIONS.includes(basis) && row !== 'A-46' && row !== 'A-53') return 'A-16';
  if (item.draft && !worksOn(standing, item, basis)) return 'A-08';
  if (isPerson && isWithheldFromPerson(item, standing)) return 'A-49';
  if (basis === 'REP' && (item.invisibleToRepresentatives || touches(item, secretsOf(facts)))) return 'A-24';
  if (basis !== 'SELF' && basis !== 'OWN' && row !== 'A-40' && touches(item, undisclosedOf(facts))) return 'A-09';
  return undefined;
}

/** Wrote it, or works where it was written for establishments (A-11: "his structure's same unit"). */
export function isAuthor({ mine }: Standing, { author }: ResourceTraits): boolean {
  return mine.includes(author.reference) || (author.structure !== undefined && mine.includes(author.structure));
}

/** What is his to do or addressed to him: the O of domain.md 4.4. */
export function isBound(standing: Standing, item: ResourceTraits): boolean {
  const named = [item.owner, item.requester, ...item.performers, ...item.addressees];
  return isAuthor(standing, item) || named.some((ref) => ref !== undefined && standing.mine.includes(ref));
}

/** Whether the item is one of these, or speaks of one. */
export function touches({ ref, about }: ResourceTraits, refs: readonly Ref[]): boolean {
  return refs.includes(ref) || about.some((one) => refs.includes(one));
}

/** A draft is for its author and who works on it: whom it names, who has a task about it, the coordinator; the person once it is sent (contracts.md 3). */
function worksOn(standing: Standing, item: ResourceTraits, basis: Basis): boolean {
  if (isBound(standing, item) || standing.row === 'A-46') return true;
  if (basis === 'SELF' || basis === 'REP') return item.etat !== undefined && item.etat !== 'brouillon';
  return (standing.facts.involved ?? []).some(
    ({ owner, about }) => owner !== undefined && standing.mine.includes(owner) && (about ?? []).includes(item.ref),
  );
}

/** Domain.md 4.4, *: until it was announced to her or 30 days have passed; never what a third party told (L-22). */
function isWithheldFromPerson({ invisibleToPatient, thirdParty, receivedAt }: ResourceTraits, { at }: Standing): boolean {
  if (thirdParty) return true;
  return invisibleToPatient && (receivedAt === undefined || at < shift(receivedAt, DAYS_UNTIL_VISIBLE_TO_PATIENT * DAY_MS));
}

/** Secrets of a minor: labelled items, and stays with their episodes (L-16). */
function secretsOf(facts: Facts): readonly Ref[] {
  return [...(facts.secrets ?? []), ...staysWhere(facts, ({ secretMineur }) => secretMineur === true)];
}

/** Stays of which nothing is told outside of their unit (L-18). */
function undisclosedOf(facts: Facts): readonly Ref[] {
  return staysWhere(facts, ({ nonDivulgation }) => nonDivulgation === true);
}

function staysWhere({ stays }: Facts, test: (stay: Facts['stays'][number]) => boolean): readonly Ref[] {
  return stays.filter(test).flatMap(({ source, episodes }) => [`Encounter/${source}`, ...(episodes ?? [])]);
}
