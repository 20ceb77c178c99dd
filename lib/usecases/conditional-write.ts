import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { ResourceType } from '../fhir/types.ts';
import { accepted, type Result, refused } from '../platform/refusal.ts';
import type { Caller } from './caller.ts';
import { untilSettled } from './commit.ts';
import { matching } from './conditional.ts';
import { createParsed, parseNew, type Written } from './create.ts';
import { notFound } from './disclose.ts';
import { patch } from './patch.ts';
import type { Ports } from './ports.ts';
import { read } from './read.ts';
import { notServed } from './refusals.ts';
import { remove } from './remove.ts';
import { idMismatch, type Precondition, parseChanged, update } from './update.ts';

type Answered = Written & { readonly isNew: boolean };

/**
 * FHIR conditional create: nothing that the requester sees meets `If-None-Exist` → a create; one does → that one, nothing
 * written; several → 412. Two of the same at the same time make one resource.
 * @see https://hl7.org/fhir/R4/http.html#ccreate
 */
export async function createUnless(
  ports: Ports,
  caller: Caller,
  type: ResourceType,
  body: unknown,
  condition: string,
): Promise<Result<Answered>> {
  const parsed = parseNew(ports, type, body);
  if (!parsed.ok) return parsed;
  return untilSettled(async () => {
    const found = await matching(ports, caller, type, condition);
    if (!found.ok) return found;
    if (found.value.kind === 'one') return existing(ports, caller, type, found.value.id);
    return asNew(await createParsed(ports, caller, parsed.value, { claim: found.value.claim }));
  });
}

/**
 * FHIR conditional update: none → a create (with the body's id, within the caller's prefix, an update as create); one →
 * its update, unless the body says another id (400); several → 412.
 * @see https://hl7.org/fhir/R4/http.html#cond-update
 */
export async function updateMatching(
  ports: Ports,
  caller: Caller,
  type: ResourceType,
  body: unknown,
  condition: string,
  precondition: Precondition,
): Promise<Result<Answered>> {
  const parsed = parseChanged(ports, type, body);
  if (!parsed.ok) return parsed;
  const said = parsed.value.id;
  return untilSettled(async () => {
    const found = await matching(ports, caller, type, condition);
    if (!found.ok) return found;
    if (found.value.kind === 'one') {
      const { id } = found.value;
      return said === undefined || said === id
        ? update(ports, caller, type, id, { ...parsed.value, id }, precondition)
        : refused(idMismatch(type, id));
    }
    if (said !== undefined) return update(ports, caller, type, said, parsed.value, { ...precondition, onlyNew: true });
    return asNew(await createParsed(ports, caller, parsed.value, { claim: found.value.claim }));
  });
}

/** FHIR conditional patch: of the one that meets the condition; none → 404. @see https://hl7.org/fhir/R4/http.html#patch */
export async function patchMatching(
  ports: Ports,
  caller: Caller,
  type: ResourceType,
  body: unknown,
  condition: string,
  precondition: Precondition,
): Promise<Result<Written>> {
  const found = await matching(ports, caller, type, condition);
  if (!found.ok) return found;
  return found.value.kind === 'one' ? patch(ports, caller, type, found.value.id, body, precondition) : refused(notFound(type));
}

/** FHIR conditional delete of one; none → no effect, several → 412. @see https://hl7.org/fhir/R4/http.html#3.1.0.7.1 */
export async function removeMatching(
  ports: Ports,
  caller: Caller,
  type: ResourceType,
  condition: string,
  precondition: Precondition,
): Promise<Result<'removed' | 'nothing'>> {
  if (!RESOURCE_TYPES[type].interactions.includes('delete')) return refused(notServed(type, 'delete'));
  const found = await matching(ports, caller, type, condition);
  if (!found.ok) return found;
  return found.value.kind === 'one' ? remove(ports, caller, type, found.value.id, precondition) : accepted('nothing');
}

async function existing(ports: Ports, caller: Caller, type: ResourceType, id: string): Promise<Result<Answered>> {
  const shown = await read(ports, caller, type, id);
  if (!shown.ok) return shown;
  const { stored } = shown.value;
  return accepted({ ref: `${type}/${id}`, version: stored.version, at: stored.at, shown: shown.value, isNew: false });
}

function asNew(written: Result<Written>): Result<Answered> {
  return written.ok ? accepted({ ...written.value, isNew: true }) : written;
}
