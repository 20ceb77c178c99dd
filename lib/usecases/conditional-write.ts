import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { ResourceType } from '../fhir/types.ts';
import { accepted, type Result, refused } from '../platform/refusal.ts';
import type { Caller } from './caller.ts';
import { MOVED, untilSettled } from './commit.ts';
import { matching } from './conditional.ts';
import { createParsed, parseNew, turnOfNew, type Written } from './create.ts';
import { notFound } from './disclose.ts';
import { patch } from './patch.ts';
import type { Ports } from './ports.ts';
import { read } from './read.ts';
import { nothingToMatch, notServed, STALE } from './refusals.ts';
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
  return untilSettled(
    async () => {
      const found = await matching(ports, caller, type, condition);
      if (!found.ok) return found;
      if (found.value.kind === 'one') return existing(ports, caller, type, found.value.id);
      return asNew(await createParsed(ports, caller, parsed.value, { claim: found.value.claim }));
    },
    turnOfNew(ports, parsed.value),
  );
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
      if (said !== undefined && said !== id) return refused(idMismatch(type, id));
      return overFound(found.value, precondition, (held) => update(ports, caller, type, id, { ...parsed.value, id }, held));
    }
    if (said !== undefined) return update(ports, caller, type, said, parsed.value, { ...precondition, onlyNew: true });
    if (precondition.ifMatch !== undefined) return refused(nothingToMatch(type));
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
  return untilSettled(async () => {
    const found = await matching(ports, caller, type, condition);
    if (!found.ok) return found;
    if (found.value.kind !== 'one') return refused(notFound(type));
    const { id } = found.value;
    return overFound(found.value, precondition, (held) => patch(ports, caller, type, id, body, held));
  });
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
  return untilSettled(async () => {
    const found = await matching(ports, caller, type, condition);
    if (!found.ok) return found;
    if (found.value.kind !== 'one') return accepted('nothing');
    const { id } = found.value;
    return overFound(found.value, precondition, (held) => remove(ports, caller, type, id, held));
  });
}

/** Writes over the version that met the condition, and no other: when it was changed meanwhile, the condition is asked again (peers.md T25). */
async function overFound<T>(
  { version }: { readonly version: number },
  precondition: Precondition,
  write: (precondition: Precondition) => Promise<Result<T>>,
): Promise<Result<T>> {
  if (precondition.ifMatch !== undefined) return write(precondition);
  const done = await write({ ...precondition, ifMatch: `W/"${version}"` });
  if (done.ok || done.refusals[0].code !== STALE) return done;
  return refused({ ...done.refusals[0], category: 'conflict', code: MOVED });
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
