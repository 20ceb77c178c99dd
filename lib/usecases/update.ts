import { decide } from '../access/decide.ts';
import { traitsOf } from '../access/traits.ts';
import { mayCarry, updated } from '../coordination/machines.ts';
import type { Effects } from '../coordination/types.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { RelaisResource, ResourceType } from '../fhir/types.ts';
import { parseAs } from '../fhir/validate.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import { KEY } from '../store/table.ts';
import { admission } from './admission.ts';
import type { Caller } from './caller.ts';
import { authorOf, commitGroups, referencesOf, refOf, untilSettled } from './commit.ts';
import type { Written } from './create.ts';
import { createWithId } from './create-with-id.ts';
import { disclose, notFound, type Shown, traceOf, writeTrace } from './disclose.ts';
import { type Entered, enter, locate } from './enter.ts';
import type { Ports } from './ports.ts';
import { mentionOf, patientOf } from './resolve-patient.ts';
import { surroundings } from './situation.ts';

/** How the client names the version that it changes: `If-Match`, as FHIR writes it. */
export type Precondition = { readonly ifMatch?: string };

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
  if (!RESOURCE_TYPES[type].interactions.includes('update')) return refused(notUpdatable(type));
  const parsed = parseAs(type, body);
  if (!parsed.ok) return parsed;
  if (parsed.value.id !== id) return refused(idMismatch(type, id));
  return change(ports, caller, type, id, condition, () => accepted(parsed.value), parsed.value);
}

/**
 * Reads, decides, changes, writes: what PUT and PATCH share.
 * @param next   the new body from the current one as stored and as the requester sees it
 * @param wholly the body of a PUT, which may create
 */
export async function change(
  ports: Ports,
  caller: Caller,
  type: ResourceType,
  id: string,
  { ifMatch }: Precondition,
  next: (current: Stored, shown: Shown) => Result<RelaisResource>,
  wholly?: RelaisResource,
): Promise<Result<Written & { readonly isNew: boolean }>> {
  return untilSettled(async () => {
    const at = ports.now();
    const target = await locate(ports, type, id);
    const entered = await enter(ports, caller, target.patient, [KEY.resource(target)]);
    if (!entered.ok) return entered;
    const { requester, facts } = entered.value;
    const current = entered.value.loaded.resource(target);
    const shown = current ? disclose(entered.value, current, 'read', at) : undefined;
    if (!current || !shown) {
      if (!current && wholly && requester.idPrefix !== '' && id.startsWith(requester.idPrefix)) return createWithId(ports, caller, wholly);
      await writeTrace(
        ports,
        at,
        [
          {
            requester,
            ...(target.patient ? { patient: target.patient } : {}),
            interaction: 'update',
            outcome: 'deny',
            rules: ['A-15'],
            entities: [`${type}/${id}`],
          },
        ],
        () => facts?.patient.id,
      );
      return refused(notFound(type));
    }
    if (wholly && shown.cut) return refused(subsetted(type));
    if (ifMatch !== undefined && ifMatch !== `W/"${current.version}"` && ifMatch !== shown.etag) return refused(stale(current.version));
    const decision = decide(facts, { requester, interaction: 'update', traits: traitsOf(current.resource, current.author), at });
    if (decision.outcome === 'deny') return refused(forbidden(type));
    const changed = next(current, shown);
    if (!changed.ok) return changed;
    if (await movesToAnother(ports, caller, changed.value, target.patient)) return refused(moved(type));
    const effects = await effectsOf(ports, entered.value, target.patient, current, changed.value);
    if (!effects.ok) return effects;
    const { writes, carrier } = effects.value.effects;
    const committed = await commitGroups(ports, {
      network: facts?.network ?? requester.network.id,
      at,
      groups: [{ patient: target.patient, facts, writes, previous: effects.value.previous, author: authorOf(requester) }],
      mustExist: referencesOf(ports, [changed.value], new Set(writes.map(refOf))),
    });
    if (!committed.ok) return committed;
    const after = committed.value.find(({ resource }) => refOf(resource) === refOf(carrier));
    const view = after ? disclose(entered.value, after, 'read', at) : undefined;
    await writeTrace(
      ports,
      at,
      [
        {
          requester,
          ...(target.patient ? { patient: target.patient } : {}),
          interaction: 'update',
          outcome: 'permit',
          ...traceOf([shown]),
          entities: writes.map(refOf),
        },
      ],
      () => facts?.patient.id,
    );
    return accepted({ ref: `${type}/${id}`, version: after?.version ?? current.version, at, shown: view, isNew: false });
  });
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
async function movesToAnother(ports: Ports, caller: Caller, next: RelaisResource, patient: string | undefined): Promise<boolean> {
  const mention = mentionOf(next, ports.fhirBase);
  if (mention.kind === 'none' || patient === undefined || next.resourceType === 'Binary') return false;
  return (await patientOf(ports, mention, [caller.network])) !== patient;
}

function notUpdatable(type: ResourceType): Refusal {
  return {
    category: 'method-not-allowed',
    code: 'update-not-supported',
    diagnostics: `${type} is not updated through the API.`,
    remedy: 'Consultez /fhir/metadata : les types modifiables y sont listés.',
  };
}

function idMismatch(type: ResourceType, id: string): Refusal {
  return {
    category: 'not-understood',
    code: 'id-mismatch',
    expression: `${type}.id`,
    diagnostics: `The body's id is not the one of the URL (${id}).`,
    remedy: 'Mettez le même identifiant dans l’URL et dans le corps.',
  };
}

function subsetted(type: ResourceType): Refusal {
  return {
    category: 'method-not-allowed',
    code: 'subsetted-view',
    expression: type,
    diagnostics: `You see a part of this ${type} only (SUBSETTED); writing it back whole would erase the rest.`,
    remedy: 'Utilisez PATCH sur les éléments que vous voyez, ou $event.',
  };
}

function stale(version: number): Refusal {
  return {
    category: 'precondition-failed',
    code: 'stale-version',
    diagnostics: `If-Match names another version than the current one (${version}).`,
    remedy: 'Relisez la ressource, reportez vos changements et recommencez.',
  };
}

function forbidden(type: ResourceType): Refusal {
  return {
    category: 'forbidden',
    code: 'write-not-allowed',
    expression: type,
    diagnostics: `You may read this ${type}, not write it.`,
    remedy: 'Demandez à son auteur ou au coordinateur du réseau.',
  };
}

function moved(type: ResourceType): Refusal {
  return {
    category: 'unprocessable',
    code: 'subject-changed',
    expression: `${type}.${RESOURCE_TYPES[type].compartment}`,
    diagnostics: 'A resource never moves to another patient.',
    remedy: 'Marquez-la « entered-in-error » et créez-la pour la bonne personne.',
  };
}
