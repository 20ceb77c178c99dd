import type { RelaisResource } from '../fhir/types.ts';
import { epochMsOf, type Instant, instantOf } from '../platform/instant.ts';
import { etatOf } from './etat.ts';
import { isOpen, taskCodeOf } from './tasks.ts';

/** States of a task of this code in which its date is still watched: once late, it has been said. */
const WATCHED: Readonly<Record<string, readonly string[]>> = { 'lettre-de-liaison': ['sorti'] };

/** a hospital treats until 30 days after a discharge. One that is told later than that is history: nobody is alarmed. */
const HISTORY_AFTER_MS = 30 * 86_400_000;

/**
 * When somebody must look at a resource again: the first second at which it is late (L-08: due 23:59:59, late from the
 * next second). `undefined` for what nobody waits for.
 */
export function dueAt(resource: RelaisResource): Instant | undefined {
  if (resource.resourceType !== 'Task' || !isOpen(resource)) return undefined;
  const watched = WATCHED[taskCodeOf(resource) ?? '']?.includes(etatOf(resource) ?? '') === true;
  const end = resource.restriction?.period?.end;
  return watched && end !== undefined && !isHistory(resource.authoredOn, end) ? lateFrom(end) : undefined;
}

function isHistory(toldAt: string | undefined, due: string): boolean {
  return toldAt !== undefined && epochMsOf(toldAt) - epochMsOf(due) > HISTORY_AFTER_MS;
}

/** Every moment at which a resource must be looked at again. */
export function timersOf(resource: RelaisResource): readonly Instant[] {
  const due = dueAt(resource);
  return due === undefined ? [] : [due];
}

/** The second after the last one on time. */
export function lateFrom(due: string): Instant {
  return instantOf(epochMsOf(due) + 1000);
}
