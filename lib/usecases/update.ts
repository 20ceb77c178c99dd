import { decide } from '../access/decide.ts';
import { traitsOf } from '../access/traits.ts';
import { mayCarry, updated } from '../coordination/machines.ts';
import type { Effects } from '../coordination/types.ts';
import { ifMatchHolds } from '../fhir/preconditions.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { Ref, RelaisResource, ResourceType } from '../fhir/types.ts';
import { parseAs } from '../fhir/validate.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import { KEY, type Locator } from '../store/table.ts';
import { admission } from './admission.ts';
import type { Caller } from './caller.ts';
import { authorOf, commitGroups, refOf, turnOf, untilSettled } from './commit.ts';
import type { Written } from './create.ts';
import { createWithId } from './create-with-id.ts';
import { disclose, notFound, type Shown, traceOf, writeTrace } from './disclose.ts';
import { addressed, type Entered, enter } from './enter.ts';
import type { Ports } from './ports.ts';
import { outsideReferences, relativised } from './references.ts';
import { cutView, deleted, nothingToMatch, notServed, staleVersion, writeNotAllowed } from './refusals.ts';
import { mentionOf, patientOf } from './resolve-patient.ts';
import { surroundings } from './situation.ts';

/** What the client says of the version that it changes. */
export type Precondition = {
  /** `If-Match`, as sent. */
  readonly ifMatch?: string;
  /** Nothing may be there yet: `If-None-Match: *`, or a condition that found nothing. */
  readonly onlyNew?: boolean;
};

/**
 * FHIR update. `If-Match` looks at the version alone; a view cut by a filter is never written back whole (405); a PUT
 * that moves the resource to another patient is 422; a carrier goes through its machine.
 * @see https://hl7.org/fhir/R4/http.html#update
 */
export async function update(
  ports: Ports,
  caller: Caller,
  type: ResourceType,
  id: string,
  body: unknown,
  condition: Precondition,
): Promise<Result<Written & { readonly isNew: boolean }>> {
  const parsed = parseChanged(ports, type, body);
  if (!parsed.ok) return parsed;
  if (parsed.value.id !== id) return refused(idMismatch(type, id));
  return change(ports, caller, 'update', { type, id }, condition, () => accepted(parsed.value), parsed.value);
}

/** A body that may be put: of a type that is updated, valid, its references by our own URL in their relative form. */
export function parseChanged(ports: Ports, type: ResourceType, body: unknown): Result<RelaisResource> {
  if (!RESOURCE_TYPES[type].interactions.includes('update')) return refused(notServed(type, 'update'));
  return parseAs(type, relativised(body, ports.fhirBase));
}

/**
 * Reads, decides, changes, writes: what PUT and PATCH share. What was deleted is brought back by PUT alone, by whoever
 * could change its last version.
 * @param next   the new body from the current one as stored and as the requester sees it
 * @param wholly the body of a PUT, which may create
 */
export async function change(
  ports: Ports,
  caller: Caller,
  interaction: 'update' | 'patch',
  { type, id }: Locator,
  condition: Precondition,
  next: (current: Stored, shown: Shown) => Result<RelaisResource>,
  wholly?: RelaisResource,
): Promise<Result<Written & { readonly isNew: boolean }>> {
  return untilSettled(
    async () => {
      const at = ports.now();
      const target = await addressed(ports, type, id);
      const { patient } = target;
      const entered = await enter(ports, caller, patient, [KEY.resource(target)]);
      if (!entered.ok) return entered;
      const { requester, facts } = entered.value;
      const current = entered.value.loaded.resource(target);
      const shown = current ? disclose(entered.value, current, 'read', at) : undefined;
      const line = { requester, ...(patient ? { patient } : {}), interaction };
      const ref = `${type}/${id}`;
      if (!current || !shown) {
        const isHis = requester.idPrefix !== '' && id.startsWith(requester.idPrefix);
        if (!current && wholly && isHis)
          return condition.ifMatch === undefined ? createWithId(ports, caller, wholly) : refused(nothingToMatch(ref));
        await writeTrace(ports, at, [{ ...line, outcome: 'deny', rules: ['A-15'], entities: [ref] }], () => facts?.patient.id);
        return refused(notFound(type));
      }
      const unmet = unmetBy(condition, current, shown, wholly !== undefined);
      if (unmet) return refused(unmet);
      const decision = decide(facts, { requester, interaction: 'update', traits: traitsOf(current.resource, current.author), at });
      if (decision.outcome === 'deny') return refused(writeNotAllowed(type));
      const changed = next(current, shown);
      if (!changed.ok) return changed;
      if (await movesToAnother(ports, caller, changed.value, patient)) return refused(moved(type));
      const effects = await effectsOf(ports, entered.value, patient, current, changed.value);
      if (!effects.ok) return effects;
      const { writes, carrier } = effects.value.effects;
      const known = new Set(writes.map(refOf));
      const before = current.deleted ? {} : { before: current.resource };
      const mustExist = outsideReferences(ports, { patient, resources: [changed.value], known, ...before });
      if (!mustExist.ok) return mustExist;
      const committed = await commitGroups(ports, {
        network: facts?.network ?? requester.network.id,
        at,
        groups: [{ patient, facts, writes, previous: effects.value.previous, author: authorOf(requester) }],
        mustExist: mustExist.value,
        trace: [{ ...line, outcome: 'permit', ...traceOf([shown]), entities: writes.map(refOf) }],
      });
      if (!committed.ok) return committed;
      const after = committed.value.find(({ resource }) => refOf(resource) === refOf(carrier));
      const view = after ? disclose(entered.value, after, 'read', at) : undefined;
      return accepted({ ref, version: after?.version ?? current.version, at, shown: view, isNew: current.deleted });
    },
    turnOf(ports, `${type}/${id}`),
  );
}

/** Why the version that is there, and seen, may not be written over like this. */
export function unmetBy({ ifMatch, onlyNew }: Precondition, current: Stored, { cut }: Shown, isPut: boolean): Refusal | undefined {
  const ref = refOf(current.resource);
  if (current.deleted) {
    if (!isPut) return deleted(ref);
    return ifMatch === undefined ? undefined : nothingToMatch(ref);
  }
  if (isPut && cut) return cutView(ref);
  if (onlyNew) return alreadyThere(ref);
  return ifMatch === undefined || ifMatchHolds(ifMatch, current.version) ? undefined : staleVersion(ref, current.version);
}

async function effectsOf(
  ports: Ports,
  { facts, requester }: Entered,
  patient: string | undefined,
  current: Stored,
  next: RelaisResource,
): Promise<Result<{ effects: Effects; previous: (ref: string) => Stored | undefined }>> {
  const own = (ref: string): Stored | undefined => (ref === refOf(current.resource) ? current : undefined);
  if (!patient || !facts || !mayCarry(current.resource.resourceType)) {
    const kept = admission(ports, requester, next);
    return kept.ok ? accepted({ effects: { writes: [kept.value], carrier: kept.value }, previous: own }) : kept;
  }
  const { situation, previous } = await surroundings(ports, patient, facts, requester, ports.now());
  const effects = updated(current.resource, next, situation);
  return effects.ok ? accepted({ effects: effects.value, previous: (ref) => own(ref) ?? previous(ref) }) : effects;
}

/** One compartment each, for ever: a wrong-patient correction writes new items (DESIGN.md, "One compartment each"). */
export async function movesToAnother(ports: Ports, caller: Caller, next: RelaisResource, patient: string | undefined): Promise<boolean> {
  const mention = mentionOf(next, ports.fhirBase);
  if (mention.kind === 'none' || patient === undefined || next.resourceType === 'Binary') return false;
  return (await patientOf(ports, mention, [caller.network])) !== patient;
}

export function idMismatch(type: ResourceType, id: string): Refusal {
  return {
    category: 'not-understood',
    code: 'id-mismatch',
    expression: `${type}.id`,
    diagnostics: `The body's id is not the one of the URL (${id}).`,
    remedy: 'Mettez le même identifiant dans l’URL et dans le corps.',
  };
}

function alreadyThere(ref: Ref): Refusal {
  return {
    category: 'precondition-failed',
    code: 'exists-already',
    expression: ref,
    diagnostics: 'The resource exists; the request asked to create it only.',
    remedy: 'Relisez la ressource, ou retirez la condition pour la modifier.',
  };
}

export function moved(type: ResourceType): Refusal {
  return {
    category: 'unprocessable',
    code: 'subject-changed',
    expression: `${type}.${RESOURCE_TYPES[type].compartment}`,
    diagnostics: 'A resource never moves to another patient.',
    remedy: 'Marquez-la « entered-in-error » et créez-la pour la bonne personne.',
  };
}
