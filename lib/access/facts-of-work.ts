import type { Task } from '@medplum/fhirtypes';
import type { Ref, RelaisResource } from '../fhir/types.ts';
import { EXTENSION, LETTRE_DE_LIAISON_SORTIE, SYSTEM, TRE_R259 } from '../fhir/vocabulary.ts';
import type { Instant } from '../platform/instant.ts';
import { codeOf, extensionsOf } from './elements.ts';
import type { AddressedFact, CircleMember, Facts, InvolvedFact, ReferralFact, RepresentativeFact, StayFact } from './facts.ts';
import { firstMomentOf, momentAfter } from './moments.ts';
import { type Author, type ResourceTraits, traitsOf } from './traits.ts';

const CLOSED_TASKS: ReadonlySet<Task['status']> = new Set(['completed', 'cancelled', 'rejected', 'failed', 'entered-in-error']);

/** Accepted members of an active circle; who is médecin traitant is said here and nowhere else. */
export function circleOf(facts: Facts, id: string, resource: RelaisResource | undefined, at: Instant): readonly CircleMember[] {
  if (resource?.resourceType !== 'CareTeam' || resource.status !== 'active') return [];
  const ends = momentAfter(resource.period?.end);
  return (resource.participant ?? []).flatMap(({ member, role, period }) => {
    const reference = member?.reference;
    if (!reference) return [];
    const known = facts.circle.find((place) => place.source === id && place.member === reference);
    const until = earlier(momentAfter(period?.end), ends);
    const medecinTraitant = (role ?? []).some(
      (one) => codeOf(one, SYSTEM.roleCercle) === 'medecin-traitant' || codeOf(one, TRE_R259) === 'PCP',
    );
    const from = firstMomentOf(period?.start) ?? firstMomentOf(resource.period?.start) ?? known?.from ?? at;
    return [{ member: reference, medecinTraitant, from, ...(until ? { until } : {}), source: id }];
  });
}

/** A demande d'appui that was sent; a draft is no request yet. */
export function referralsOf(id: string, resource: RelaisResource | undefined): readonly ReferralFact[] {
  if (resource?.resourceType !== 'Task' || resource.status === 'draft') return [];
  if (codeOf(resource.code, SYSTEM.tache) !== 'demande-appui') return [];
  const requester = resource.requester?.reference;
  const owner = resource.owner?.reference;
  return [{ source: id, open: !CLOSED_TASKS.has(resource.status), ...(requester ? { requester } : {}), ...(owner ? { owner } : {}) }];
}

/** Every request, and every task while it is open or is itself a request. */
export function involvedOf(resource: RelaisResource | undefined, traits: ResourceTraits | undefined): readonly InvolvedFact[] {
  if (!traits || (resource?.resourceType !== 'Task' && resource?.resourceType !== 'ServiceRequest')) return [];
  const isKept = resource.resourceType === 'ServiceRequest' || traits.taskCode === 'demande-appui' || !CLOSED_TASKS.has(resource.status);
  if (!isKept) return [];
  const { ref, owner, requester, taskCode, about, author } = traits;
  return [
    {
      source: ref,
      ...(owner ? { owner } : {}),
      ...(requester ? { requester } : {}),
      ...(resource.resourceType === 'ServiceRequest' && author.reference !== requester ? { author: author.reference } : {}),
      ...(taskCode ? { code: taskCode } : {}),
      ...(about.length > 0 ? { about } : {}),
    },
  ];
}

/** A visit at home is no stay: nobody is under the care of an establishment by it. */
const NO_STAY: ReadonlySet<string> = new Set(['HH', 'VR', 'FLD']);

const STAY_STATUS: Readonly<Record<string, StayFact['status']>> = {
  planned: 'planned',
  arrived: 'in-progress',
  triaged: 'in-progress',
  'in-progress': 'in-progress',
  onleave: 'in-progress',
  finished: 'finished',
  cancelled: 'cancelled',
};

export function staysOf(id: string, resource: RelaisResource | undefined, author: Author): readonly StayFact[] {
  if (resource?.resourceType !== 'Encounter' || NO_STAY.has(resource.class.code ?? '')) return [];
  const status = STAY_STATUS[resource.status];
  const structure = resource.serviceProvider?.reference ?? author.structure;
  if (!status || !structure) return [];
  const from = firstMomentOf(resource.period?.start);
  const until = momentAfter(resource.period?.end);
  const episodes = (resource.episodeOfCare ?? []).flatMap(({ reference }) => reference ?? []);
  const isUndisclosed = extensionsOf(resource, EXTENSION.nonDivulgation).some(({ valueBoolean }) => valueBoolean === true);
  return [
    {
      source: id,
      structure,
      status,
      ...(from ? { from } : {}),
      ...(until ? { until } : {}),
      ...(traitsOf(resource, author).invisibleToRepresentatives ? { secretMineur: true } : {}),
      ...(isUndisclosed ? { nonDivulgation: true } : {}),
      ...(episodes.length > 0 ? { episodes } : {}),
    },
  ];
}

/**
 * v3-RoleCode (and its French copies): holders of parental authority, and those whom a measure of representation charges. A
 * curatelle (CURTL) assists and does not represent, nor does a proxy, a personne de confiance or who pays (L-17, L-21).
 */
const PARENTS: ReadonlySet<string> = new Set(['PRN', 'MTH', 'FTH', 'NMTH', 'NFTH', 'NPRN', 'ADOPTP', 'ADOPTF', 'ADOPTM']);
const GUARDIANS: ReadonlySet<string> = new Set(['GUARD', 'GUADLTM', 'GRD', 'CUR']);

export function representativesOf(
  known: readonly RepresentativeFact[],
  ref: Ref,
  resource: RelaisResource | undefined,
): readonly RepresentativeFact[] {
  const others = known.filter(({ member }) => member !== ref);
  const said = resource?.resourceType === 'RelatedPerson' && resource.active !== false ? resource : undefined;
  const codes = (said?.relationship ?? []).flatMap(({ coding }) => coding ?? []).map(({ code }) => code ?? '');
  const parental = codes.some((code) => PARENTS.has(code));
  if (!said || !(parental || codes.some((code) => GUARDIANS.has(code)))) return others.length === known.length ? known : others;
  const from = firstMomentOf(said.period?.start);
  const until = momentAfter(said.period?.end);
  // Who is parent and guardian of an adult keeps the measure, which has its own period.
  const isParentOnly = parental && !codes.some((code) => GUARDIANS.has(code));
  const fact: RepresentativeFact = {
    member: ref,
    ...(isParentOnly ? { parental: true } : {}),
    ...(from ? { from } : {}),
    ...(until ? { until } : {}),
  };
  return [...others, fact].sort((one, other) => (one.member < other.member ? -1 : 1));
}

/** current documents that are addressed to somebody, letters of a discharge among them. */
export function addressedFactsOf(
  facts: Facts,
  resource: RelaisResource | undefined,
  traits: ResourceTraits | undefined,
  at: Instant,
): readonly AddressedFact[] {
  if (!traits || resource?.resourceType !== 'DocumentReference' || resource.status !== 'current' || traits.masked) return [];
  const letter = traits.documentType === LETTRE_DE_LIAISON_SORTIE;
  if (!letter && traits.addressees.length === 0) return [];
  const known = (facts.addressed ?? []).find(({ source }) => source === traits.ref);
  const stay = traits.about.find((ref) => ref.startsWith('Encounter/'));
  return [
    {
      source: traits.ref,
      to: traits.addressees,
      letter,
      // A letter entered later than it was written counts from its writing: an old one does not become new.
      at: earlier(firstMomentOf(resource.date), known?.at ?? at) ?? at,
      ...(stay ? { stay } : {}),
      categories: traits.categories,
      ...(traits.about.length > 0 ? { about: traits.about } : {}),
      ...(traits.confidentiality === 'N' ? {} : { confidentiality: traits.confidentiality }),
    },
  ];
}

/** A-39, L-39: from the person's request on she is in no counter; the first request counts. */
export function statisticsOpposition(
  facts: Facts,
  resource: RelaisResource | undefined,
  at: Instant,
): { readonly statisticsOpposedSince?: Instant } {
  if (facts.statisticsOpposedSince) return { statisticsOpposedSince: facts.statisticsOpposedSince };
  if (resource?.resourceType !== 'Task' || codeOf(resource.code, SYSTEM.tache) !== 'demande-rgpd' || resource.status === 'draft') return {};
  const asked = (resource.input ?? []).flatMap(({ type, valueCode, valueString, valueCoding, valueCodeableConcept }) => [
    ...(type.coding ?? []).map(({ code }) => code),
    type.text,
    valueCode,
    valueString,
    valueCoding?.code,
    ...(valueCodeableConcept?.coding ?? []).map(({ code }) => code),
  ]);
  return asked.includes('opposition-statistiques') ? { statisticsOpposedSince: at } : {};
}

function earlier(one: Instant | undefined, other: Instant | undefined): Instant | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one < other ? one : other;
}
