import type { Patient } from '@medplum/fhirtypes';
import type { Ref, RelaisResource, ResourceType } from '../fhir/types.ts';
import { EXTENSION, FR_CORE_EXTENSION, FR_CORE_SYSTEM, HL7, OID_SYSTEM } from '../fhir/vocabulary.ts';
import type { Instant } from '../platform/instant.ts';
import { extensionsOf } from './elements.ts';
import type { PatientFacts } from './facts.ts';
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
    identity: identityOf(resource),
    ...(isUndisclosed ? { nonDivulgation: true } : {}),
    ...(isReplaced ? { enteredInError: true } : {}),
    sources,
  };
}

function sourcesAfter(known: readonly Ref[], author: Author | undefined): readonly Ref[] {
  const isEstablishment = author?.reference.startsWith('Organization/') === true;
  return author && isEstablishment && !known.includes(author.reference) ? [...known, author.reference].sort() : known;
}

/** A death without its moment is taken as of the first time that it was told. */
function deathOf({ deceasedDateTime, deceasedBoolean }: Patient, { deceasedAt }: PatientFacts, at: Instant): Instant | undefined {
  return firstMomentOf(deceasedDateTime) ?? (deceasedBoolean === true ? (deceasedAt ?? at) : undefined);
}

const STATUS: Readonly<Record<string, PatientFacts['identity']>> = {
  PROV: 'provisoire',
  RECUP: 'recuperee',
  VALI: 'validee',
  QUAL: 'qualifiee',
};

/**
 * RNIV status that fr-core-identity-reliability says; nothing said, provisional. No INS, neither qualified nor retrieved;
 * in the former vocabulary VALI beside an INS says qualified.
 * @see interop.md 1.2
 */
function identityOf(patient: Patient): PatientFacts['identity'] {
  const parts = extensionsOf(patient, FR_CORE_EXTENSION.identityReliability).flatMap(({ extension }) => extension ?? []);
  const comments = parts.flatMap(({ url, valueCodeableConcept }) => (url === 'comment' ? (valueCodeableConcept?.coding ?? []) : []));
  if (comments.some(({ code }) => code === 'DOUT')) return 'douteuse';
  const said = parts.find(({ url }) => url === 'identityStatus')?.valueCoding;
  const status = STATUS[said?.code ?? ''] ?? 'provisoire';
  if (!hasIns(patient)) return status === 'qualifiee' ? 'validee' : status === 'recuperee' ? 'provisoire' : status;
  return status === 'validee' && said?.system === FR_CORE_SYSTEM.identityStatusFormer ? 'qualifiee' : status;
}

const INS_SYSTEMS: ReadonlySet<string> = new Set([OID_SYSTEM.insNir, OID_SYSTEM.insNia, OID_SYSTEM.insTest, OID_SYSTEM.insDemo]);

/** An INS, and not the billing NIR that shares its domain (types NH and SS). */
function hasIns({ identifier = [] }: Patient): boolean {
  return identifier.some(
    ({ system, type }) =>
      INS_SYSTEMS.has(system ?? '') &&
      !(type?.coding ?? []).some((coding) => coding.system === HL7.identifierType && (coding.code === 'NH' || coding.code === 'SS')),
  );
}
