import { isDeepStrictEqual } from 'node:util';
import type { Ref, RelaisResource, ResourceType } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import type { Facts } from './facts.ts';
import { consentFactsOf } from './facts-of-consent.ts';
import { patientFactsOf } from './facts-of-patient.ts';
import { addressedFactsOf, circleOf, involvedOf, referralsOf, representativesOf, statisticsOpposition, staysOf } from './facts-of-work.ts';
import { recognisedBy } from './recognition.ts';
import { RECORD_TYPES } from './record-types.ts';
import { type Author, traitsOf } from './traits.ts';

/** One written resource; `resource` is `undefined` when it was deleted. */
export type WrittenResource = {
  readonly type: ResourceType;
  readonly id: string;
  readonly resource: RelaisResource | undefined;
  readonly author: Author;
};

/** What is known of somebody of whom nothing was written yet: nothing, so that nobody gets anything. */
export function emptyFacts(network: string, patientId: string): Facts {
  return {
    version: 0,
    network,
    patient: { id: patientId, identity: 'provisoire', sources: [] },
    circle: [],
    recognised: [],
    consents: [],
    referrals: [],
    stays: [],
    representatives: [],
    addressed: [],
    involved: [],
    secrets: [],
  };
}

/** Whether writes of a type may change the facts. */
export function changesFacts(type: ResourceType): boolean {
  return RECORD_TYPES.has(type);
}

/**
 * The facts after one write. Each fact stands under the resource that says it and is replaced with it, so the same
 * write again changes nothing and the order of writes does not matter.
 * @param at when it is written: the moment of acts that do not say their own
 * @returns the same object when nothing changes, else a copy with the next version
 */
export function applyResource(facts: Facts, { type, id, resource, author }: WrittenResource, at: Instant): Facts {
  const ref: Ref = `${type}/${id}`;
  const traits = resource && resource.resourceType === type ? traitsOf({ ...resource, id }, author) : undefined;
  const said = traits?.enteredInError === true ? undefined : resource;
  const next: Facts = {
    ...facts,
    patient: patientFactsOf(facts.patient, type, said, author, at),
    circle: type === 'CareTeam' ? under(facts.circle, id, circleOf(facts, id, said, at)) : facts.circle,
    recognised: under(facts.recognised, ref, recognisedBy(facts, ref, said, at)),
    consents: type === 'Consent' ? under(facts.consents, id, consentFactsOf(facts, id, said, author, at)) : facts.consents,
    referrals: type === 'Task' ? under(facts.referrals, id, referralsOf(id, said)) : facts.referrals,
    stays: type === 'Encounter' ? under(facts.stays, id, staysOf(id, said, author)) : facts.stays,
    representatives: type === 'RelatedPerson' ? representativesOf(facts.representatives, ref, said) : facts.representatives,
    addressed: under(facts.addressed ?? [], ref, addressedFactsOf(facts, said, traits, at)),
    involved: under(facts.involved ?? [], ref, involvedOf(said, traits)),
    secrets: secretsAfter(facts.secrets ?? [], ref, traits?.invisibleToRepresentatives === true),
    ...statisticsOpposition(facts, said, at),
  };
  const isFirst = facts.version === 0 && type === 'Patient' && resource !== undefined;
  return isFirst ||
    !isDeepStrictEqual(next, { ...facts, addressed: facts.addressed ?? [], involved: facts.involved ?? [], secrets: facts.secrets ?? [] })
    ? { ...next, version: facts.version + 1 }
    : facts;
}

/** The facts of all other sources and those that this one says now, in an order that does not depend on that of the writes. */
function under<T extends { readonly source?: string }>(known: readonly T[], source: string, said: readonly T[]): readonly T[] {
  const others = known.filter((fact) => fact.source !== source);
  if (said.length === 0) return others.length === known.length ? known : others;
  return [...others, ...said].sort((one, other) => compare(one.source ?? '', other.source ?? ''));
}

function secretsAfter(known: readonly Ref[], ref: Ref, isSecret: boolean): readonly Ref[] {
  if (known.includes(ref) === isSecret) return known;
  return isSecret ? [...known, ref].sort(compare) : known.filter((one) => one !== ref);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
