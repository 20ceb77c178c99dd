import type { PatientKey } from '../access/facts.ts';
import { isResourceType, RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { Ref, RelaisResource } from '../fhir/types.ts';
import { NO_PATIENT } from '../platform/ids.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Locator } from '../store/table.ts';
import type { Ports } from './ports.ts';
import { relativeOf } from './resolve-patient.ts';

/** Resources of one patient (or of none) that are to be written, and what they may point at without a look. */
export type Pointing = {
  readonly patient: PatientKey | undefined;
  readonly resources: readonly RelaisResource[];
  /** Written in the same transaction. */
  readonly known?: ReadonlySet<Ref>;
  /** The version that is superseded: what it points at already is not asked again. */
  readonly before?: RelaisResource;
};

/** A literal reference to this server, of a version or not. */
const OURS = /^([A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/\d+)?$/;

/**
 * What literal references need to be true: targets that must exist when the transaction is made. Refused: what can be
 * nothing of ours, and what stands in another patient's record, in one breath, so that nothing of it can be learnt.
 * References to other servers, contained resources and identifiers are not followed.
 *
 * A Consent or a ServiceRequest may name any person: its answer is the same whether or not she is known (A-66; contracts.md 3).
 * @see https://hl7.org/fhir/R4/references.html#literal
 */
export function outsideReferences(ports: Ports, { patient, resources, known, before }: Pointing): Result<readonly Locator[]> {
  const kept = new Set(before ? referencesIn(before) : []);
  const targets = new Map<Ref, Locator>();
  for (const resource of resources) {
    const isBlind = resource.resourceType === 'Consent' || resource.resourceType === 'ServiceRequest';
    for (const reference of referencesIn(resource)) {
      if (kept.has(reference) || /^(#|https?:|urn:oid:)/.test(reference)) continue;
      const [, type = '', id = ''] = OURS.exec(reference) ?? [];
      if (known?.has(`${type}/${id}`)) continue;
      const target = isResourceType(type) ? placeOf(ports, { type, id }, patient, isBlind) : undefined;
      if (!target) return refused(pointsAtNothing(reference));
      if (type !== 'Patient') targets.set(`${type}/${id}`, target);
    }
  }
  return accepted([...targets.values()]);
}

/** Where the target stands if it is there at all; a Patient needs no look, since it is never deleted. */
function placeOf(ports: Ports, { type, id }: Locator, patient: PatientKey | undefined, isBlind: boolean): Locator | undefined {
  if (RESOURCE_TYPES[type].compartment === 'none') return { type, id };
  const key = ports.keys.patientKeyOf(id) ?? (type === 'Patient' ? NO_PATIENT : patient);
  if (key === undefined || (key !== patient && !isBlind)) return undefined;
  return { type, id, patient: key };
}

/** Every `reference` of a body, contained resources excepted. */
export function referencesIn(resource: RelaisResource): readonly Ref[] {
  const found: Ref[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) walk(item);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, child] of Object.entries(value)) {
        if (name === 'reference' && typeof child === 'string') found.push(child);
        else if (name !== 'contained') walk(child);
      }
    }
  };
  walk(resource);
  return found;
}

/**
 * The body with references by our own absolute URL in their relative form: both are the same reference. What holds none
 * stays the same object, with the decimals that are noted of it.
 */
export function relativised(body: unknown, fhirBase: string): unknown {
  if (Array.isArray(body)) {
    const items = body.map((item: unknown) => relativised(item, fhirBase));
    return items.some((item, index) => item !== body[index]) ? items : body;
  }
  if (typeof body !== 'object' || body === null) return body;
  const changed = Object.entries(body).flatMap(([name, child]: [string, unknown]) => {
    const next = name === 'reference' && typeof child === 'string' ? relativeOf(child, fhirBase) : relativised(child, fhirBase);
    return next === child ? [] : [[name, next] as const];
  });
  return changed.length > 0 ? { ...body, ...Object.fromEntries(changed) } : body;
}

export function pointsAtNothing(reference: string): Refusal {
  const said = OURS.test(reference) ? reference : 'a reference that is none of this server';
  return {
    category: 'unprocessable',
    code: 'reference-not-found',
    diagnostics: `A reference points at nothing that you can see: ${said}.`,
    remedy: 'Corrigez la référence ou créez d’abord la ressource.',
  };
}
