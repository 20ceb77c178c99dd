import type { Coding } from '@medplum/fhirtypes';
import type { RelaisResource } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import { etatOf, type State, stateIn } from './etat.ts';
import { ambiguous, frozen, intakeOnly, NOT_CARRIED, notAllowed, notYours, REASON_MISSING, unknownEvent } from './machine-refusals.ts';
import { sameContent } from './same.ts';

import type { Effects, EventRequest, PossibleEvent, Situation } from './types.ts';

/** An event about to move a carrier. */
export type Step<C> = { readonly carrier: C; readonly request: EventRequest; readonly situation: Situation };

/** What stops a step; empty = nothing. Guards of one event are all told at once. */
export type Guard<C> = (step: Step<C>) => readonly Refusal[];

/** One row of a machine: an event, the states that know it, and where it leads. */
export type Transition<C> = {
  readonly event: string;
  readonly from: readonly string[];
  /** The state after it. */
  readonly next: string;
  /** Further condition for the event to exist here at all. */
  readonly when?: (step: Step<C>) => boolean;
  readonly needsReason?: boolean;
  /** Who may send it, among those whom access lets move the carrier; absent = all of them. */
  readonly sender?: (step: Step<C>) => boolean;
  /** Look at what the request says. */
  readonly parameters?: readonly Guard<C>[];
  /** Look at the carrier and what surrounds it; told by `$events` before anything is sent. */
  readonly guards?: readonly Guard<C>[];
  readonly effect: (step: Step<C>) => Effects;
};

export type Definition<C extends RelaisResource> = {
  readonly id: 'M1' | 'M3' | 'M6' | 'M14';
  readonly is: (resource: RelaisResource) => resource is C;
  readonly states: readonly State[];
  readonly stateOf: (carrier: C, now: Instant) => string;
  readonly withState: (carrier: C, code: string) => C;
  readonly transitions: readonly Transition<C>[];
  /** Events that exist, but do not come by `$event`. */
  readonly elsewhere?: readonly string[];
  readonly created: (carrier: C, situation: Situation) => Result<Effects>;
  /** PUT and PATCH. */
  readonly update: {
    /** Elements and extensions that say the state or an event's parameters, so no edit of the body. */
    readonly stateElements: readonly string[];
    readonly stateExtensions: readonly string[];
    /** States in which the body is freely edited. */
    readonly editable: readonly string[];
    /** What the new body says of the event that it stands for. */
    readonly requestOf: (after: C) => { readonly reason?: Coding | string; readonly parameters: Readonly<Record<string, string>> };
    /** State that the new body means, where the plain comparison of etat and status does not tell. */
    readonly targetOf?: (before: C, after: C, now: Instant) => string | undefined;
    /** Whether this edit is allowed in a state that is not editable: `undefined` = no. */
    readonly edit?: (step: { readonly before: C; readonly after: C; readonly situation: Situation }) => readonly Refusal[] | undefined;
    /** What an allowed edit writes; the carrier alone when absent. */
    readonly edited?: (after: C, situation: Situation) => Result<Effects>;
  };
};

/** A machine as the registry knows it, its carrier's type closed over. */
export type Machine = {
  readonly id: Definition<RelaisResource>['id'];
  readonly states: readonly State[];
  readonly events: readonly string[];
  readonly carries: (resource: RelaisResource) => boolean;
  readonly sendEvent: (carrier: RelaisResource, request: EventRequest, situation: Situation) => Result<Effects>;
  readonly eventsNow: (carrier: RelaisResource, situation: Situation) => readonly PossibleEvent[];
  readonly created: (carrier: RelaisResource, situation: Situation) => Result<Effects>;
  readonly updated: (before: RelaisResource, after: RelaisResource, situation: Situation) => Result<Effects>;
};

/** Closes a definition over its carrier's type. */
export function machine<C extends RelaisResource>(definition: Definition<C>): Machine {
  const { id, is, states, transitions } = definition;
  return {
    id,
    states,
    events: [...new Set(transitions.map(({ event }) => event))],
    carries: (resource) => is(resource),
    sendEvent: (carrier, request, situation) => (is(carrier) ? send(definition, { carrier, request, situation }) : refused(NOT_CARRIED)),
    eventsNow: (carrier, situation) => (is(carrier) ? possible(definition, carrier, situation) : []),
    created: (carrier, situation) => (is(carrier) ? definition.created(carrier, situation) : refused(NOT_CARRIED)),
    updated: (before, after, situation) => (is(before) && is(after) ? update(definition, before, after, situation) : refused(NOT_CARRIED)),
  };
}

function send<C extends RelaisResource>(definition: Definition<C>, step: Step<C>): Result<Effects> {
  const { event, reason } = step.request;
  if (definition.elsewhere?.includes(event)) return refused(intakeOnly(event));
  if (!definition.transitions.some((row) => row.event === event)) return refused(unknownEvent(event, slugs(definition.transitions)));
  const here = rowsHere(definition, step);
  const row = here.find((one) => one.event === event);
  if (!row) return refused(notAllowed(event, definition.stateOf(step.carrier, step.situation.now), slugs(here)));
  if (row.sender && !row.sender(step)) return refused(notYours(event));
  const unmet = [
    ...(row.needsReason && reasonText(reason) === '' ? [REASON_MISSING] : []),
    ...[...(row.parameters ?? []), ...(row.guards ?? [])].flatMap((guard) => guard(step)),
  ];
  const [first, ...others] = unmet;
  return first ? refused(first, ...others) : accepted(row.effect(step));
}

function possible<C extends RelaisResource>(definition: Definition<C>, carrier: C, situation: Situation): readonly PossibleEvent[] {
  const found = new Map<string, PossibleEvent>();
  for (const row of rowsHere(definition, { carrier, situation, request: bare('', situation) })) {
    const step = { carrier, situation, request: bare(row.event, situation) };
    if (row.sender && !row.sender(step)) continue;
    const unmet = (row.guards ?? []).flatMap((guard) => guard(step)).map(({ code, remedy }) => ({ code, remedy }));
    found.set(row.event, { event: row.event, unmet });
  }
  return [...found.values()];
}

/** A change of state in a body must equal an event; a change of the rest needs a state that permits it. */
function update<C extends RelaisResource>(definition: Definition<C>, before: C, after: C, situation: Situation): Result<Effects> {
  const { update: rules, withState } = definition;
  const state = definition.stateOf(before, situation.now);
  const rows = rowsMeant(definition, before, after, situation);
  if (rows === undefined) return edit(definition, before, withState(after, state), situation);
  const events = slugs(rows);
  const [event] = events;
  if (event === undefined) {
    const here = rowsHere(definition, { carrier: before, situation, request: bare('', situation) });
    return refused(notAllowed('', state, slugs(here)));
  }
  if (events.length > 1) return refused(ambiguous(events));
  const onlyState = sameContent(before, after, rules.stateElements, rules.stateExtensions);
  if (!onlyState && !rules.editable.includes(state) && event !== 'retirer') return refused(frozen(state));
  // A withdrawal is never refused for form: whatever else the body changes is left out.
  const carrier = event === 'retirer' ? before : withState(after, state);
  return send(definition, { carrier, situation, request: { event, at: situation.now, ...rules.requestOf(after) } });
}

function edit<C extends RelaisResource>(definition: Definition<C>, before: C, after: C, situation: Situation): Result<Effects> {
  const { update: rules, stateOf } = definition;
  if (sameContent(before, after)) return accepted({ writes: [after], carrier: after });
  const state = stateOf(before, situation.now);
  const unmet = rules.editable.includes(state) ? [] : rules.edit?.({ before, after, situation });
  if (unmet === undefined) return refused(frozen(state));
  const [first, ...others] = unmet;
  if (first) return refused(first, ...others);
  return rules.edited?.(after, situation) ?? accepted({ writes: [after], carrier: after });
}

/** Rows that lead where the new body says; `undefined` when it says no other state. */
function rowsMeant<C extends RelaisResource>(
  definition: Definition<C>,
  before: C,
  after: C,
  situation: Situation,
): readonly Transition<C>[] | undefined {
  const here = rowsHere(definition, { carrier: before, situation, request: bare('', situation) });
  const target = definition.update.targetOf?.(before, after, situation.now);
  if (target !== undefined) return here.filter(({ next }) => next === target);
  const etat = etatOf(after);
  const etatSaid = etat !== undefined && etat !== etatOf(before) ? etat : undefined;
  const statusSaid = statusOf(after) === statusOf(before) ? undefined : statusOf(after);
  if (etatSaid === undefined && statusSaid === undefined) return undefined;
  return here.filter(
    ({ next }) =>
      (etatSaid === undefined || next === etatSaid) && (statusSaid === undefined || stateIn(definition.states, next).status === statusSaid),
  );
}

function rowsHere<C extends RelaisResource>(definition: Definition<C>, step: Step<C>): readonly Transition<C>[] {
  const state = definition.stateOf(step.carrier, step.situation.now);
  return definition.transitions.filter(({ from, when }) => from.includes(state) && (when === undefined || when(step)));
}

function bare(event: string, { now }: Situation): EventRequest {
  return { event, at: now, parameters: {} };
}

function statusOf(resource: RelaisResource): string | undefined {
  return 'status' in resource ? resource.status : undefined;
}

function slugs<C>(rows: readonly Transition<C>[]): readonly string[] {
  return [...new Set(rows.map(({ event }) => event))];
}

function reasonText(reason: Coding | string | undefined): string {
  return typeof reason === 'string' ? reason.trim() : (reason?.code ?? reason?.display ?? '');
}
