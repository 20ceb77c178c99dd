import type { Patient } from '@medplum/fhirtypes';
import type { Ref, RelaisResource, ResourceType } from '../fhir/types.ts';
import { EXTENSION } from '../fhir/vocabulary.ts';
import { isIns } from '../identity/ins.ts';
import { identityStatusOf } from '../identity/status.ts';
import type { Instant } from '../platform/instant.ts';
import { extensionsOf } from './elements.ts';
import type { NumberFact, PatientFacts } from './facts.ts';
import { firstMomentOf } from './moments.ts';
import type { Author } from './traits.ts';

/** Types by which an establishment tells who somebody is. */
const IDENTITY_SOURCES: ReadonlySet<ResourceType> = new Set<ResourceType>(['Patient', 'Encounter', 'DocumentReference']);

/** Who the person is, and which establishments sent her identity (basis OWN): they stay sources when their message is corrected. */
export function patientFactsOf(
  known: PatientFacts,
  type: ResourceType,
  resource: RelaisResource | undefined,
  author: Author,
  at: Instant,
): PatientFacts {
  const sources = sourcesAfter(known.sources, resource && IDENTITY_SOURCES.has(type) ? author : undefined);
  if (resource?.resourceType !== 'Patient') return sources === known.sources ? known : { ...known, sources };
  const deceasedAt = deathOf(resource, known, at);
  const isUndisclosed = extensionsOf(resource, EXTENSION.nonDivulgation).some(({ valueBoolean }) => valueBoolean === true);
  const isReplaced = (resource.link ?? []).some(({ type: kind }) => kind === 'replaced-by');
  return {
    id: known.id,
    ...(resource.birthDate ? { birthDate: resource.birthDate } : {}),
    ...(deceasedAt ? { deceasedAt } : {}),
    identity: identityStatusOf(resource),
    ...(isUndisclosed ? { nonDivulgation: true } : {}),
    ...(isReplaced ? { enteredInError: true } : {}),
    ...insOf(resource, known),
    sources,
  };
}

/** What she had and has no more was withdrawn, until it is hers again. */
function insOf({ identifier = [] }: Patient, known: PatientFacts): Pick<PatientFacts, 'ins' | 'withdrawnIns'> {
  const ins = identifier.filter(isIns).map(({ system = '', value = '' }): NumberFact => ({ system, value }));
  const isHers = (one: NumberFact): boolean => ins.some(({ system, value }) => system === one.system && value === one.value);
  const withdrawnIns = [...(known.withdrawnIns ?? []), ...(known.ins ?? [])].filter((one) => !isHers(one));
  return { ...(ins.length > 0 ? { ins } : {}), ...(withdrawnIns.length > 0 ? { withdrawnIns } : {}) };
}

function sourcesAfter(known: readonly Ref[], author: Author | undefined): readonly Ref[] {
  const isEstablishment = author?.reference.startsWith('Organization/') === true;
  return author && isEstablishment && !known.includes(author.reference) ? [...known, author.reference].sort() : known;
}

/** A death without its moment is taken as of the first time that it was told. */
function deathOf({ deceasedDateTime, deceasedBoolean }: Patient, { deceasedAt }: PatientFacts, at: Instant): Instant | undefined {
  return firstMomentOf(deceasedDateTime) ?? (deceasedBoolean === true ? (deceasedAt ?? at) : undefined);
}
