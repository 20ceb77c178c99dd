import { decide } from '../access/decide.ts';
import type { PatientKey } from '../access/facts.ts';
import { traitsOf } from '../access/traits.ts';
import { created, updated } from '../coordination/machines.ts';
import type { Effects } from '../coordination/types.ts';
import { entryResult } from '../fhir/bundle-request.ts';
import type { Ref, RelaisResource } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import { KEY, type Locator } from '../store/table.ts';
import { admission } from './admission.ts';
import type { Caller } from './caller.ts';
import { authorOf, MOVED, refOf, type WriteGroup } from './commit.ts';
import { disclose, notFound, writeTrace } from './disclose.ts';
import { type Entered, enter } from './enter.ts';
import type { Ports } from './ports.ts';
import { outsideReferences, pointsAtNothing } from './references.ts';
import { nothingToMatch, writeNotAllowed } from './refusals.ts';
import { referrerOf, stillReferenced, whyNotRemoved } from './remove.ts';
import { mayCreate } from './requests.ts';
import { surroundingsOf } from './situation.ts';
import type { PlannedWrite } from './transaction-plan.ts';
import { moved, movesToAnother, unmetBy } from './update.ts';

/** All that a transaction does about one patient (or about none), decided. */
export type Group = {
  readonly entered: Entered;
  readonly write: WriteGroup;
  readonly rules: readonly string[];
};

type State = {
  readonly entered: Entered;
  readonly patient: PatientKey | undefined;
  readonly current: ReadonlyMap<Ref, Stored>;
  readonly writes: Map<Ref, RelaisResource>;
  readonly deletions: Set<Ref>;
  readonly rules: Set<string>;
  readonly at: Instant;
};

/** In the order of the verbs, each entry decided, each through its machine, later ones seeing what earlier ones write. */
export async function groupOf(
  ports: Ports,
  caller: Caller,
  patient: PatientKey | undefined,
  entries: readonly PlannedWrite[],
  at: Instant,
): Promise<Result<Group>> {
  const entered = await enter(ports, caller, patient, patient ? [] : entries.map(({ target }) => KEY.resource(target)));
  if (!entered.ok) return entered;
  const { requester, facts, loaded } = entered.value;
  const record = patient
    ? (await ports.store.compartment(patient, undefined, { deletedToo: true })).stored
    : entries.flatMap(({ target }) => loaded.resource(target) ?? []);
  const current = new Map(record.map((one) => [refOf(one.resource), one]));
  const [writes, deletions] = [new Map<Ref, RelaisResource>(), new Set<Ref>()];
  const state: State = { entered: entered.value, patient, current, writes, deletions, rules: new Set(), at };
  for (const entry of entries.toSorted((one, next) => VERBS.indexOf(one.does) - VERBS.indexOf(next.does))) {
    const done = entryResult(entry.index, await effectOf(ports, caller, state, entry));
    if (done.ok) continue;
    const line = { requester, ...(patient ? { patient } : {}), interaction: 'transaction', outcome: 'deny', rules: ['A-15'] } as const;
    const isDenied = ['forbidden', 'not-found'].includes(done.refusals[0].category);
    const entities = [`${entry.target.type}/${entry.target.id}`];
    if (isDenied) await writeTrace(ports, at, [{ ...line, entities }], () => facts?.patient.id);
    return done;
  }
  const left = leftBehind(state);
  if (!left.ok) return left;
  const previous = (ref: Ref): Stored | undefined => current.get(ref);
  return accepted({
    entered: entered.value,
    rules: [...state.rules],
    write: { patient, facts, writes: [...writes.values()], deletions: [...deletions], previous, author: authorOf(requester) },
  });
}

const VERBS: readonly PlannedWrite['does'][] = ['delete', 'create', 'update', 'patch'];

async function effectOf(ports: Ports, caller: Caller, state: State, entry: PlannedWrite): Promise<Result<unknown>> {
  const { entered, patient, current, deletions, at } = state;
  const { requester, facts } = entered;
  const { type, id } = entry.target;
  const ref = `${type}/${id}`;
  const before = current.get(ref);
  const shown = before ? disclose(entered, before, 'read', at) : undefined;
  // Written by somebody else since it met the condition: whether it still does is to be asked again (peers.md T25).
  if (entry.foundAt !== undefined && before?.version !== entry.foundAt) return refused(changedSince(ref));
  if (patient && !facts) return entry.does === 'delete' ? NO_EFFECT : refused(notFound(type));
  if (entry.does === 'delete') {
    if (!before || before.deleted || !shown) return NO_EFFECT;
    const why = whyNotRemoved(entered, before, entry.ifMatch, at);
    return why ? refused(why) : accepted(deletions.add(ref));
  }
  if (entry.does === 'create' || (entry.does === 'update' && !before && isHis(entered, id))) {
    if (entry.does === 'update' && entry.ifMatch !== undefined) return refused(nothingToMatch(ref));
    const permitted = mayCreate(facts, requester, asHeardInCircle(entry.resource), authorOf(requester), at);
    if (!permitted.ok) return refused(permitted.visible ? writeNotAllowed(type) : notFound(type));
    for (const rule of permitted.rules) state.rules.add(rule);
    return written(state, effectsOf(ports, state, entry.resource, undefined));
  }
  if (!before || !shown) return refused(notFound(type));
  const unmet = unmetBy(entry, before, shown, entry.does === 'update');
  if (unmet) return refused(unmet);
  const decision = decide(facts, { requester, interaction: 'update', traits: traitsOf(before.resource, before.author), at });
  if (decision.outcome === 'deny') return refused(writeNotAllowed(type));
  for (const rule of decision.rules) state.rules.add(rule);
  const next = entry.does === 'patch' ? entry.patch(before, shown) : accepted(entry.resource);
  if (!next.ok) return next;
  if (await movesToAnother(ports, caller, next.value, patient)) return refused(moved(type));
  return written(state, effectsOf(ports, state, next.value, before));
}

function written({ writes }: State, effects: Result<Effects>): Result<unknown> {
  if (!effects.ok) return effects;
  for (const write of effects.value.writes) writes.set(refOf(write), write);
  return accepted(undefined);
}

/** Nobody is told: everything is read again. */
function changedSince(ref: Ref): Refusal {
  return {
    category: 'conflict',
    code: MOVED,
    expression: ref,
    diagnostics: `${ref} was written by somebody else since it met the condition.`,
    remedy: 'Renvoyez la transaction.',
  };
}

/** A delete of what is not there, or not the requester's to see (contracts.md 3). */
const NO_EFFECT: Result<unknown> = accepted(undefined);

/** PUT to an id that does not exist yet, within the requester's own prefix: a create (contracts.md 3). */
function isHis({ requester: { idPrefix } }: Entered, id: string): boolean {
  return idPrefix !== '' && id.startsWith(idPrefix);
}

/**
 * Inside a transaction a Consent is taken from members of the circle alone, whatever it says: elsewhere the same answer
 * for a person known or not (contracts.md 3, Consent) could not be kept beside the other entries.
 */
function asHeardInCircle(resource: RelaisResource): RelaisResource {
  return resource.resourceType === 'Consent' ? { ...resource, status: 'proposed' } : resource;
}

function effectsOf(
  ports: Ports,
  { entered, patient, current, writes, deletions, at }: State,
  resource: RelaisResource,
  before: Stored | undefined,
): Result<Effects> {
  const { requester, facts } = entered;
  if (!patient || !facts) {
    const kept = admission(ports, requester, resource);
    return kept.ok ? accepted({ writes: [kept.value], carrier: kept.value }) : kept;
  }
  const lives = [...current.values()].filter((one) => !one.deleted && !deletions.has(refOf(one.resource)));
  const { situation } = surroundingsOf(ports, patient, facts, requester, at, lives);
  const seen = [...situation.compartment.filter((one) => !writes.has(refOf(one))), ...writes.values()];
  const surroundings = { ...situation, compartment: seen };
  return before ? updated(before.resource, resource, surroundings) : created(resource, surroundings);
}

/** What is deleted is pointed at by nothing that stays, as the requester sees it. */
function leftBehind({ entered, current, writes, deletions, at }: State): Result<unknown> {
  const stays = [...current.values()].flatMap((one) => {
    const next = writes.get(refOf(one.resource));
    return one.deleted || deletions.has(refOf(one.resource)) ? [] : [next ? { ...one, resource: next } : one];
  });
  for (const ref of deletions) {
    if (writes.has(ref)) return refused(pointsAtNothing(ref));
    const referrer = referrerOf(entered, ref, stays, at);
    if (referrer) return refused(stillReferenced(ref, referrer));
  }
  return accepted(undefined);
}

/** References of a group that must hold when the transaction is made; what it writes itself, and what stays as it was, is not looked at. */
export function referencesOut(ports: Ports, { write }: Group, known: ReadonlySet<Ref>, gone: ReadonlySet<Ref>): Result<readonly Locator[]> {
  const targets = new Map<Ref, Locator>();
  for (const resource of write.writes) {
    const before = write.previous(refOf(resource));
    const outside = outsideReferences(ports, {
      patient: write.patient,
      resources: [resource],
      known,
      ...(before && !before.deleted ? { before: before.resource } : {}),
    });
    if (!outside.ok) return outside;
    for (const target of outside.value) targets.set(`${target.type}/${target.id}`, target);
  }
  const lost = [...targets.keys()].find((ref) => gone.has(ref));
  return lost === undefined ? accepted([...targets.values()]) : refused(pointsAtNothing(lost));
}
