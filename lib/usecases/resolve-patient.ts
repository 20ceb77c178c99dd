import type { Identifier, Patient, Reference } from '@medplum/fhirtypes';
import type { PatientKey } from '../access/facts.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { Ref, RelaisResource } from '../fhir/types.ts';
import { isIns } from '../identity/ins.ts';
import { NO_PATIENT } from '../platform/ids.ts';
import { KEY } from '../store/table.ts';
import { addressed } from './enter.ts';
import type { Ports } from './ports.ts';

/** How a body names its patient: literally, by an identifier, or by traits of its own. */
export type PatientMention =
  | { readonly kind: 'reference'; readonly ref: Ref }
  | { readonly kind: 'identifier'; readonly identifier: Identifier }
  | { readonly kind: 'contained'; readonly patient: Patient }
  | { readonly kind: 'none' };

/** The element that RESOURCE_TYPES names for the type, read as a mention. */
export function mentionOf(resource: RelaisResource, fhirBase: string): PatientMention {
  const element = RESOURCE_TYPES[resource.resourceType].compartment;
  if (element === 'none' || element === 'self') return { kind: 'none' };
  const value: unknown = Reflect.get(resource, element);
  if (!isReference(value)) return { kind: 'none' };
  if (value.reference?.startsWith('#')) {
    const contained = 'contained' in resource ? resource.contained?.find(({ id }) => `#${id}` === value.reference) : undefined;
    return contained?.resourceType === 'Patient' ? { kind: 'contained', patient: contained } : { kind: 'none' };
  }
  if (value.reference) return { kind: 'reference', ref: relativeOf(value.reference, fhirBase) };
  return value.identifier?.value ? { kind: 'identifier', identifier: value.identifier } : { kind: 'none' };
}

/** Our own absolute URL equals the relative form. */
export function relativeOf(reference: string, fhirBase: string): Ref {
  return reference.startsWith(`${fhirBase}/`) ? reference.slice(fhirBase.length + 1) : reference;
}

/**
 * The compartment that a mention points at, in the first of `networks` that knows the identifier; NO_PATIENT, where nothing
 * stands, when nobody is meant. Whether the caller may know it is not decided here. One round trip for an identifier, none for a server id.
 */
export async function patientOf(ports: Ports, mention: PatientMention, networks: readonly string[]): Promise<PatientKey | undefined> {
  switch (mention.kind) {
    case 'none':
      return undefined;
    case 'reference': {
      const [type, id] = mention.ref.split('/');
      return type === 'Patient' && id ? (await addressed(ports, 'Patient', id)).patient : undefined;
    }
    case 'identifier':
      return byIdentifiers(ports, [mention.identifier], networks);
    case 'contained':
      return byIdentifiers(ports, (mention.patient.identifier ?? []).filter(isIns), networks);
  }
}

/** Guards of unique identifiers (INS, IPP) first, strongest identifier first. */
async function byIdentifiers(ports: Ports, identifiers: readonly Identifier[], networks: readonly string[]): Promise<PatientKey> {
  const keys = identifiers.flatMap(({ system = '', value = '' }) =>
    networks.map((network) => KEY.guard(ports.keys.hash(network, 'Patient', system, value))),
  );
  if (keys.length === 0) return NO_PATIENT;
  const loaded = await ports.store.load(keys);
  return keys.map((key) => loaded.row(key)?.target.patient).find((patient) => patient !== undefined) ?? NO_PATIENT;
}

function isReference(value: unknown): value is Reference {
  return typeof value === 'object' && value !== null && ('reference' in value || 'identifier' in value);
}
