import type { Facts, PatientKey } from '../access/facts.ts';
import { emptyFacts } from '../access/facts-of.ts';
import type { Requester } from '../access/requester.ts';
import { created, mayCarry } from '../coordination/machines.ts';
import type { Effects } from '../coordination/types.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { Ref, RelaisResource, ResourceType } from '../fhir/types.ts';
import { parseAs } from '../fhir/validate.ts';
import { NO_PATIENT } from '../platform/ids.ts';
import type { Instant } from '../platform/instant.ts';
import { accepted, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import type { DocumentWrite } from '../store/commit.ts';
import { admission } from './admission.ts';
import type { Caller } from './caller.ts';
import { authorOf, commitGroups, factsAfter, refOf, turnOf, untilSettled } from './commit.ts';
import { disclose, notFound, type Shown, writeTrace } from './disclose.ts';
import { type Entered, enter } from './enter.ts';
import type { Ports } from './ports.ts';
import { outsideReferences, relativised } from './references.ts';
import { notServed, writeNotAllowed } from './refusals.ts';
import { admitsUnknownPatient, hearsConsents, mayCreate, newcomer } from './requests.ts';
import { mentionOf, type PatientMention, patientOf } from './resolve-patient.ts';
import { surroundingsOf } from './situation.ts';

/** What a write answers: where it is, and what the writer may see of it. */
export type Written = { readonly ref: string; readonly version: number; readonly at: Instant; readonly shown: Shown | undefined };

/**
 * FHIR create: parsed by our profile, its patient found, decided, run through its machine when it carries one, written
 * with the facts that follow in one transaction.
 * @see https://hl7.org/fhir/R4/http.html#create
 */
export async function create(ports: Ports, caller: Caller, type: ResourceType, body: unknown): Promise<Result<Written>> {
  const parsed = parseNew(ports, type, body);
  if (!parsed.ok) return parsed;
  return untilSettled(() => createParsed(ports, caller, parsed.value), turnOfNew(ports, parsed.value));
}

/** What a create queues behind: the record that it names, however it names it. */
export function turnOfNew(ports: Ports, resource: RelaisResource): string | undefined {
  const mention = mentionOf(resource, ports.fhirBase);
  if (mention.kind === 'reference') return turnOf(ports, mention.ref);
  return mention.kind === 'identifier' ? `${mention.identifier.system}|${mention.identifier.value}` : undefined;
}

/** A body that may be created: of a type that is, valid, its references by our own URL in their relative form. */
export function parseNew(ports: Ports, type: ResourceType, body: unknown): Result<RelaisResource> {
  if (!RESOURCE_TYPES[type].interactions.includes('create')) return refused(notServed(type, 'create'));
  return parseAs(type, relativised(body, ports.fhirBase));
}

/**
 * One attempt of a create of a parsed body.
 * @param chosen an id within the caller's prefix (else a fresh one is drawn); the claim of the condition that found nothing
 */
export async function createParsed(
  ports: Ports,
  caller: Caller,
  resource: RelaisResource,
  chosen: { readonly id?: string; readonly claim?: DocumentWrite } = {},
): Promise<Result<Written>> {
  const type = resource.resourceType;
  const at = ports.now();
  const mention = mentionOf(resource, ports.fhirBase);
  const known = await patientOf(ports, mention, [caller.network]);
  const target = await targetOf(ports, caller, resource, mention, known);
  if (!target.ok) return target;
  const { entered, patient, facts, isNew } = target.value;
  const { requester } = entered;
  const author = authorOf(requester);
  const withId = withIdentity(resource, chosen.id ?? ports.keys.newId(patient ?? NO_PATIENT), facts);

  const permitted = mayCreate(facts, requester, withId, author, at);
  const isHeard = hearsConsents(withId, requester, emptyFacts(requester.network.id, ''), at);
  if (isHeard && (!permitted.ok || (isNew && mention.kind === 'reference'))) return heardOnly(ports, requester, withId, facts, at);
  if (!permitted.ok) {
    await writeTrace(
      ports,
      at,
      [{ requester, ...(patient ? { patient } : {}), interaction: 'create', outcome: 'deny', rules: permitted.rules, entities: [type] }],
      () => facts?.patient.id,
    );
    return refused(permitted.visible ? writeNotAllowed(type) : notFound(type));
  }
  // Not before: a record that is hidden costs what one that is absent costs. Only a machine looks at the whole record.
  const { stored } = patient && !isNew && mayCarry(type) ? await ports.store.compartment(patient) : { stored: [] };
  const effects = await effectsOf(ports, entered, patient, facts, withId, stored, at);
  if (!effects.ok) return effects;
  const newcomerWrites = isNew && patient && facts ? [newcomer(mention, facts.patient.id)] : [];
  const writes = [...newcomerWrites, ...effects.value.writes];
  const mustExist = outsideReferences(ports, { patient, resources: [withId], known: new Set(writes.map(refOf)) });
  if (!mustExist.ok) return mustExist;
  const group = { patient, facts, writes, previous: (ref: Ref) => stored.find(({ resource: one }) => refOf(one) === ref), author };
  const committed = await commitGroups(ports, {
    network: facts?.network ?? requester.network.id,
    at,
    groups: [group],
    mustExist: mustExist.value,
    ...(chosen.claim ? { documents: [chosen.claim] } : {}),
    trace: [
      {
        requester,
        ...(patient ? { patient } : {}),
        interaction: 'create',
        outcome: 'permit',
        rules: permitted.rules,
        entities: writes.map(refOf),
      },
    ],
  });
  if (!committed.ok) return committed;
  const ref = refOf(effects.value.carrier);
  const after = committed.value.find((one) => refOf(one.resource) === ref);
  // What the writer may see now: his own request about somebody new, for one.
  const shown = after ? disclose({ requester, facts: factsAfter(group, at) }, after, 'read', at) : undefined;
  return accepted({ ref, version: after?.version ?? 1, at, shown });
}

type Target = {
  readonly entered: Entered;
  readonly patient: PatientKey | undefined;
  readonly facts: Facts | undefined;
  readonly isNew: boolean;
};

async function targetOf(
  ports: Ports,
  caller: Caller,
  resource: RelaisResource,
  mention: PatientMention,
  known: PatientKey | undefined,
): Promise<Result<Target>> {
  const type = resource.resourceType;
  if (RESOURCE_TYPES[type].compartment === 'none') {
    const entered = await enter(ports, caller, undefined);
    return entered.ok ? accepted({ entered: entered.value, patient: undefined, facts: undefined, isNew: false }) : entered;
  }
  const entered = await enter(ports, caller, known ?? NO_PATIENT);
  if (!entered.ok) return entered;
  const { facts } = entered.value;
  if (known && facts) return accepted({ entered: entered.value, patient: known, facts, isNew: false });
  if (mention.kind === 'none') return refused(noSubject(type));
  const { requester } = entered.value;
  const patient = ports.newPatientKey();
  const newborn = emptyFacts(requester.network.id, ports.keys.newId(patient));
  const at = ports.now();
  if (!admitsUnknownPatient(resource, mention, requester, newborn, at)) {
    const line = { requester, patient: NO_PATIENT, interaction: 'create', outcome: 'deny', rules: ['A-15'], entities: [type] } as const;
    await writeTrace(ports, at, [line], () => undefined);
    return refused(notFound(type));
  }
  return accepted({ entered: entered.value, patient, facts: newborn, isNew: true });
}

/**
 * What a professional was told and may not record (an accord of somebody in whose circle he is not, a reference that
 * points at nobody) is checked and answered like any other Consent, changes nothing, and leaves its trace
 * (contracts.md 3, Consent; A-66).
 */
async function heardOnly(
  ports: Ports,
  requester: Requester,
  consent: RelaisResource,
  known: Facts | undefined,
  at: Instant,
): Promise<Result<Written>> {
  const patient = ports.newPatientKey();
  const id = ports.keys.newId(patient);
  const nobody = surroundingsOf(ports, patient, emptyFacts(requester.network.id, id), requester, at, []);
  const effects = created(consent, nobody.situation);
  if (!effects.ok) return effects;
  const mustExist = outsideReferences(ports, { patient, resources: [consent], known: new Set([refOf(consent)]) });
  if (!mustExist.ok) return mustExist;
  const checked = await commitGroups(ports, { network: requester.network.id, at, groups: [], mustExist: mustExist.value });
  if (!checked.ok) return checked;
  const { resourceType } = consent;
  const line = { requester, interaction: 'create', outcome: 'deny', rules: ['A-66'], entities: [resourceType] } as const;
  const key = known ? ports.keys.patientKeyOf(known.patient.id) : undefined;
  await writeTrace(ports, at, [{ ...line, ...(key && known?.version ? { patient: key } : {}) }], () => known?.patient.id);
  return accepted({ ref: `${resourceType}/${id}`, version: 1, at, shown: undefined });
}

/** With its id, and the patient by his literal reference however he was named. */
function withIdentity(resource: RelaisResource, id: string, facts: Facts | undefined): RelaisResource {
  const element = RESOURCE_TYPES[resource.resourceType].compartment;
  if (!facts || element === 'none' || element === 'self' || element === 'securityContext') return { ...resource, id };
  return { ...resource, id, [element]: { reference: `Patient/${facts.patient.id}` } };
}

async function effectsOf(
  ports: Ports,
  { requester }: Entered,
  patient: PatientKey | undefined,
  facts: Facts | undefined,
  resource: RelaisResource,
  stored: readonly Stored[],
  at: Instant,
): Promise<Result<Effects>> {
  if (!patient || !facts) {
    const kept = admission(ports, requester, resource);
    return kept.ok ? accepted({ writes: [kept.value], carrier: kept.value }) : kept;
  }
  return created(resource, surroundingsOf(ports, patient, facts, requester, at, stored).situation);
}

function noSubject(type: ResourceType) {
  return {
    category: 'unprocessable',
    code: 'subject-missing',
    expression: `${type}.${RESOURCE_TYPES[type].compartment}`,
    diagnostics: 'The patient is named neither by reference, nor by INS, nor by contained traits.',
    remedy: 'Indiquez la personne : référence, INS ou traits d’identité.',
  } as const;
}
