import type { Task } from '@medplum/fhirtypes';
import type { RelaisResource, ResourceType } from '../fhir/types.ts';
import { accepted, type Result, refused } from '../platform/refusal.ts';
import { CONSENT } from './consent/machine.ts';
import { EPISODE, letterLate } from './discharge/index.ts';
import { type Machine, machine } from './machine.ts';
import { NOT_CARRIED } from './machine-refusals.ts';
import { PPS } from './pps/machine.ts';
import { createRequest, updateRequest } from './referral/create.ts';
import { REFERRAL } from './referral/machine.ts';
import { taskCodeOf } from './tasks.ts';
import type { Effects, EventRequest, PossibleEvent, Situation } from './types.ts';

/** Every machine (domain.md 2). To add one is to add a folder and a row. */
export const MACHINES: readonly Machine[] = [machine(REFERRAL), machine(PPS), machine(EPISODE), machine(CONSENT)];

/** Types whose PUT and PATCH look at what surrounds them; a ServiceRequest follows its Task. */
const CARRYING: ReadonlySet<ResourceType> = new Set<ResourceType>(['CarePlan', 'Consent', 'EpisodeOfCare', 'ServiceRequest', 'Task']);

export function mayCarry(type: ResourceType): boolean {
  return CARRYING.has(type);
}

/** The machine that a resource carries. */
export function machineOf(resource: RelaisResource): Machine | undefined {
  return MACHINES.find(({ carries }) => carries(resource));
}

/**
 * One event on its carrier: what is to be written, all of it or nothing.
 * Refused: 409 when the state does not know it (with those it knows), 403 when somebody else sends it, 422 with every
 * unmet guard.
 */
export function sendEvent(carrier: RelaisResource, request: EventRequest, situation: Situation): Result<Effects> {
  return machineOf(carrier)?.sendEvent(carrier, request, situation) ?? refused(NOT_CARRIED);
}

/** The events that this requester could send now, each with the guards that would stop it. */
export function eventsNow(carrier: RelaisResource, situation: Situation): readonly PossibleEvent[] {
  return machineOf(carrier)?.eventsNow(carrier, situation) ?? [];
}

/** A new resource: a carrier begins its machine, a ServiceRequest makes its Task, anything else is written as it is. */
export function created(resource: RelaisResource, situation: Situation): Result<Effects> {
  if (resource.resourceType === 'ServiceRequest') return createRequest(resource, situation);
  return machineOf(resource)?.created(resource, situation) ?? accepted({ writes: [resource], carrier: resource });
}

/** A new version by PUT or PATCH: of a carrier, it means the event that leads there. */
export function updated(before: RelaisResource, after: RelaisResource, situation: Situation): Result<Effects> {
  if (before.resourceType === 'ServiceRequest' && after.resourceType === 'ServiceRequest') return updateRequest(before, after, situation);
  const carried = machineOf(before) ?? machineOf(after);
  return carried?.updated(before, after, situation) ?? accepted({ writes: [after], carrier: after });
}

/** What a deadline does, by `Task.code`; a passed deadline that has no row here changes nothing. */
const WHEN_LATE: Readonly<Record<string, (task: Task, situation: Situation) => Effects>> = { 'lettre-de-liaison': letterLate };

/** The deadline of a task passed. Idempotent: what was said, or came meanwhile, writes nothing. */
export function deadlinePassed(task: Task, situation: Situation): Result<Effects> {
  return accepted(WHEN_LATE[taskCodeOf(task) ?? '']?.(task, situation) ?? { writes: [], carrier: task });
}
