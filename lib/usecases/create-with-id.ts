import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { RelaisResource } from '../fhir/types.ts';
import { type Result, refused } from '../platform/refusal.ts';
import type { Caller } from './caller.ts';
import { createParsed, type Written } from './create.ts';
import type { Ports } from './ports.ts';
import { notServed } from './refusals.ts';

/**
 * PUT to an id that does not exist yet, within the caller's own prefix (contracts.md 3): a create whose id a pointer
 * remembers, since it does not tell its compartment.
 */
export async function createWithId(
  ports: Ports,
  caller: Caller,
  resource: RelaisResource,
): Promise<Result<Written & { readonly isNew: boolean }>> {
  const type = resource.resourceType;
  if (!RESOURCE_TYPES[type].interactions.includes('create')) return refused(notServed(type, 'create'));
  if (type === 'Consent') return refused(CONSENT_BY_POST);
  const written = await createParsed(ports, caller, resource, resource.id === undefined ? {} : { id: resource.id });
  return written.ok ? { ok: true, value: { ...written.value, isNew: true } } : written;
}

/** An id of the writer's own would tell, at the second PUT, whether the first one was about somebody known. */
const CONSENT_BY_POST = {
  category: 'method-not-allowed',
  code: 'create-by-post',
  expression: 'Consent.id',
  diagnostics: 'A Consent is created by POST: its id is drawn by the server.',
  remedy: 'Envoyez le consentement par POST /fhir/Consent.',
} as const;
