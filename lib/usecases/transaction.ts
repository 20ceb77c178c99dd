import type { Bundle, BundleEntry } from '@medplum/fhirtypes';
import { decide } from '../access/decide.ts';
import type { Facts, PatientKey } from '../access/facts.ts';
import type { Requester } from '../access/requester.ts';
import { traitsOf } from '../access/traits.ts';
import { created, updated } from '../coordination/machines.ts';
import type { Effects } from '../coordination/types.ts';
import { responseBundle } from '../fhir/bundle.ts';
import { isResourceType, RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { Ref, RelaisResource } from '../fhir/types.ts';
import { parseBundle, parseResource } from '../fhir/validate.ts';
import { NO_PATIENT } from '../platform/ids.ts';
import type { Instant } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import { admission } from './admission.ts';
import type { Caller } from './caller.ts';
import { authorOf, commitGroups, referencesOf, refOf, untilSettled, type WriteGroup } from './commit.ts';
import { disclose, notFound, type TraceLine, writeTrace } from './disclose.ts';
import { type Entered, enter, locate } from './enter.ts';
import type { Ports } from './ports.ts';
import { mayCreate } from './requests.ts';
import { mentionOf, patientOf } from './resolve-patient.ts';
import { surroundingsOf } from './situation.ts';

type Planned = {
  readonly index: number;
  readonly method: 'POST' | 'PUT';
  readonly patient: PatientKey | undefined;
  readonly resource: RelaisResource;
  readonly ifMatch: string | undefined;
};

/**
 * FHIR transaction: creates and updates, references between entries rewritten, all in one DynamoDB transaction.
 * @see https://hl7.org/fhir/R4/http.html#transaction
 */
export async function transact(ports: Ports, caller: Caller, body: unknown): Promise<Result<Bundle>> {
  const parsed = parseBundle(body);
  if (!parsed.ok) return parsed;
  if (parsed.value.type !== 'transaction') return refused(NOT_A_TRANSACTION);
  const entries = parsed.value.entry ?? [];
  return untilSettled(() => attempt(ports, caller, entries));
}

async function attempt(ports: Ports, caller: Caller, entries: readonly BundleEntry[]): Promise<Result<Bundle>> {
  const at = ports.now();
  const plan = await planOf(ports, caller, entries);
  if (!plan.ok) return plan;
  const written = new Map<Ref, Stored>();
  const groups: WriteGroup[] = [];
  const lines: TraceLine[] = [];
  const enteredBy = new Map<PatientKey | undefined, Entered>();
  let network = caller.network;
  for (const patient of new Set(plan.value.map((entry) => entry.patient))) {
    const some = plan.value.filter((entry) => entry.patient === patient);
    const group = await groupOf(ports, caller, patient, some, at);
    if (!group.ok) return group;
    groups.push(group.value.group);
    enteredBy.set(patient, group.value.entered);
    network = group.value.entered.facts?.network ?? network;
    lines.push({
      requester: group.value.entered.requester,
      ...(patient ? { patient } : {}),
      interaction: 'transaction',
      outcome: 'permit',
      rules: group.value.rules,
      entities: group.value.group.writes.map(refOf),
    });
  }
  const known = new Set(groups.flatMap(({ writes }) => writes.map(refOf)));
  const committed = await commitGroups(ports, {
    network,
    at,
    groups,
    mustExist: referencesOf(
      ports,
      plan.value.map(({ resource }) => resource),
      known,
    ),
  });
  if (!committed.ok) return committed;
  for (const stored of committed.value) written.set(refOf(stored.resource), stored);
  await writeTrace(ports, at, lines, (patient) => enteredBy.get(patient)?.facts?.patient.id);
  return accepted(
    responseBundle(
      'transaction-response',
      plan.value.map(({ resource, patient }) => {
        const stored = written.get(refOf(resource));
        const entered = enteredBy.get(patient);
        const shown = stored && entered ? disclose(entered, stored, 'read', at) : undefined;
        return {
          success: stored?.version === 1 ? ('created' as const) : ('ok' as const),
          location: `${refOf(resource)}/_history/${stored?.version ?? 1}`,
          lastModified: at,
          ...(shown ? { etag: shown.etag } : {}),
        };
      }),
    ),
  );
}

/** Ids for what is new, references by `fullUrl` rewritten, the compartment of each entry. */
async function planOf(ports: Ports, caller: Caller, entries: readonly BundleEntry[]): Promise<Result<readonly Planned[]>> {
  const prepared: {
    index: number;
    method: 'POST' | 'PUT';
    json: BundleEntry;
    patient: PatientKey | undefined;
    id: string;
    type: string;
  }[] = [];
  const renamed = new Map<string, Ref>();
  for (const [index, entry] of entries.entries()) {
    const { method, url = '' } = entry.request ?? {};
    const [type = '', putId] = url.split('/');
    if ((method !== 'POST' && method !== 'PUT') || !isResourceType(type) || entry.resource?.resourceType !== type)
      return refused(badEntry(index));
    const interaction = method === 'POST' ? 'create' : 'update';
    if (!RESOURCE_TYPES[type].interactions.includes(interaction)) return refused(badEntry(index));
    const parsed = parseResource(entry.resource);
    if (!parsed.ok) return parsed;
    const patient =
      RESOURCE_TYPES[type].compartment === 'none'
        ? undefined
        : await patientOf(ports, mentionOf(parsed.value, ports.fhirBase), [caller.network]);
    if (RESOURCE_TYPES[type].compartment !== 'none' && patient === undefined) return refused(notFound('Patient'));
    const id = method === 'PUT' ? (putId ?? '') : ports.keys.newId(patient ?? NO_PATIENT);
    if (entry.fullUrl) renamed.set(entry.fullUrl, `${type}/${id}`);
    prepared.push({ index, method, json: entry, patient, id, type });
  }
  const plan: Planned[] = [];
  for (const { index, method, json, patient, id } of prepared) {
    const rewritten = parseResource({ ...rewrite(json.resource, renamed), id });
    if (!rewritten.ok) return rewritten;
    plan.push({ index, method, patient, resource: rewritten.value, ifMatch: json.request?.ifMatch });
  }
  return accepted(plan);
}

function rewrite(value: BundleEntry['resource'], renamed: ReadonlyMap<string, Ref>): object {
  const text = JSON.stringify(value, (name: string, child: unknown) =>
    name === 'reference' && typeof child === 'string' ? (renamed.get(child) ?? child) : child,
  );
  const json: unknown = JSON.parse(text);
  return typeof json === 'object' && json !== null ? json : {};
}

type Group = { readonly group: WriteGroup; readonly entered: Entered; readonly rules: readonly string[] };

/** All entries of one patient, each decided, each through its machine, later ones seeing what earlier ones write. */
async function groupOf(
  ports: Ports,
  caller: Caller,
  patient: PatientKey | undefined,
  entries: readonly Planned[],
  at: Instant,
): Promise<Result<Group>> {
  const entered = await enter(ports, caller, patient);
  if (!entered.ok) return entered;
  const { requester, facts } = entered.value;
  if (patient && !facts) return refused(notFound('Patient'));
  const stored = patient ? (await ports.store.compartment(patient)).stored : [];
  const current = new Map(stored.map((one) => [refOf(one.resource), one]));
  const author = authorOf(requester);
  const rules = new Set<string>();
  const writes = new Map<Ref, RelaisResource>();
  for (const { resource, method, ifMatch } of entries) {
    const before = current.get(refOf(resource));
    if (method === 'PUT' && (before || !(await isNewOfHis(ports, requester, resource)))) {
      const shown = before ? disclose(entered.value, before, 'read', at) : undefined;
      if (!before || !shown) return refused(notFound(resource.resourceType));
      if (shown.cut) return refused(cutView(resource));
      if (ifMatch !== undefined && ifMatch !== `W/"${before.version}"`) return refused(staleEntry(refOf(resource), before.version));
      const decision = decide(facts, { requester, interaction: 'update', traits: traitsOf(before.resource, before.author), at });
      if (decision.outcome === 'deny') return refused(forbiddenEntry(resource));
      for (const rule of decision.rules) rules.add(rule);
    } else {
      const permitted = mayCreate(facts, requester, asHeardInCircle(resource), author, at);
      if (!permitted.ok) return refused(permitted.visible ? forbiddenEntry(resource) : notFound(resource.resourceType));
      for (const rule of permitted.rules) rules.add(rule);
    }
    const effects = effectsOf(ports, patient, facts, entered.value, [...stored], writes, resource, before, at);
    if (!effects.ok) return effects;
    for (const write of effects.value.writes) writes.set(refOf(write), write);
  }
  return accepted({
    entered: entered.value,
    rules: [...rules],
    group: { patient, facts, writes: [...writes.values()], previous: (ref) => current.get(ref), author },
  });
}

/**
 * Inside a transaction a Consent is taken from members of the circle alone, whatever it says: elsewhere the same answer
 * for a person known or not (contracts.md 3, Consent) could not be kept beside the other entries.
 */
function asHeardInCircle(resource: RelaisResource): RelaisResource {
  return resource.resourceType === 'Consent' ? { ...resource, status: 'proposed' } : resource;
}

/** PUT to an id that does not exist yet, within the requester's own prefix: a create (contracts.md 3). */
async function isNewOfHis(ports: Ports, { idPrefix }: Requester, { resourceType, id = '' }: RelaisResource): Promise<boolean> {
  return idPrefix !== '' && id.startsWith(idPrefix) && (await locate(ports, resourceType, id)).patient === undefined;
}

function effectsOf(
  ports: Ports,
  patient: PatientKey | undefined,
  facts: Facts | undefined,
  { requester }: Entered,
  stored: readonly Stored[],
  writes: ReadonlyMap<Ref, RelaisResource>,
  resource: RelaisResource,
  before: Stored | undefined,
  at: Instant,
): Result<Effects> {
  if (!patient || !facts) {
    const kept = admission(ports, requester, resource);
    return kept.ok ? accepted({ writes: [kept.value], carrier: kept.value }) : kept;
  }
  const { situation } = surroundingsOf(ports, patient, facts, requester, at, stored);
  const seen = [...situation.compartment.filter((one) => !writes.has(refOf(one))), ...writes.values()];
  if (!before) return created(resource, { ...situation, compartment: seen });
  return updated(before.resource, resource, { ...situation, compartment: seen });
}

const NOT_A_TRANSACTION: Refusal = {
  category: 'unprocessable',
  code: 'bundle-type',
  expression: 'Bundle.type',
  diagnostics: 'Only Bundles of type transaction are processed here.',
  remedy: 'Envoyez un Bundle de type « transaction ».',
};

function badEntry(index: number): Refusal {
  return {
    category: 'not-understood',
    code: 'bundle-entry',
    expression: `Bundle.entry[${index}]`,
    diagnostics: 'An entry needs request.method POST or PUT, a url of a served type, and a resource of that type.',
    remedy: 'Corrigez l’entrée : POST <Type> ou PUT <Type>/<id>, ressource du même type.',
  };
}

function cutView(resource: RelaisResource): Refusal {
  return {
    category: 'method-not-allowed',
    code: 'subsetted-view',
    expression: refOf(resource),
    diagnostics: 'You see a part of this resource only.',
    remedy: 'Utilisez PATCH ou $event.',
  };
}

function staleEntry(ref: Ref, version: number): Refusal {
  return {
    category: 'precondition-failed',
    code: 'stale-version',
    expression: ref,
    diagnostics: `ifMatch names another version than the current one (${version}).`,
    remedy: 'Relisez la ressource et recommencez.',
  };
}

function forbiddenEntry(resource: RelaisResource): Refusal {
  return {
    category: 'forbidden',
    code: 'write-not-allowed',
    expression: resource.resourceType,
    diagnostics: 'Your role may not write this entry.',
    remedy: 'Demandez au coordinateur du réseau de le faire.',
  };
}
