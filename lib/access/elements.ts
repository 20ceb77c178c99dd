import type { CodeableConcept, Consent, Extension, Reference } from '@medplum/fhirtypes';
import type { Ref } from '../fhir/types.ts';
import { EXTENSION, SYSTEM } from '../fhir/vocabulary.ts';

/** State of a carrier's machine in our extension. */
export function etatOf(resource: { readonly extension?: Extension[] }): string | undefined {
  const [said] = extensionsOf(resource, EXTENSION.etat);
  return said?.valueCode ?? said?.valueCoding?.code ?? codeOf(said?.valueCodeableConcept, SYSTEM.etat);
}

export function extensionsOf(resource: { readonly extension?: Extension[] }, url: string): readonly Extension[] {
  return (resource.extension ?? []).filter((extension) => extension.url === url);
}

/** The first code of a concept, or the first of one system. */
export function codeOf(concept: CodeableConcept | undefined, system?: string): string | undefined {
  return (concept?.coding ?? []).find((coding) => system === undefined || coding.system === system)?.code;
}

/** The literal references of a list. */
export function refsOf(references: readonly Reference[] | undefined): readonly (Ref | undefined)[] {
  return (references ?? []).map(({ reference }) => reference);
}

/** An opposition permits nothing and names whom or what it denies; it stands beside any accord (domain.md 0, M14). */
export function isOpposition({ provision }: Consent): boolean {
  const nested = provision?.provision ?? [];
  const names = nested.some(({ type, actor, data }) => type === 'deny' && (actor ?? []).length + (data ?? []).length > 0);
  return names && nested.every(({ type }) => type === 'deny');
}
