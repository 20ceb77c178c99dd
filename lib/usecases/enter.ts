import type { Facts, PatientKey } from '../access/facts.ts';
import type { Member, Network, Requester } from '../access/requester.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import { NO_PATIENT } from '../platform/ids.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Loaded, StoredDocument } from '../store/store.ts';
import { KEY, type Key, type Locator } from '../store/table.ts';
import { type Caller, requesterOf } from './caller.ts';
import type { Ports } from './ports.ts';

/** What the first round trip of a request brings: who asks, about whom, and what was addressed by id. */
export type Entered = {
  readonly requester: Requester;
  readonly facts: Facts | undefined;
  readonly factsDocument: StoredDocument | undefined;
  readonly loaded: Loaded;
};

/**
 * The one strong BatchGet with which a request begins (DESIGN.md): facts, membership, network, and what is read by id.
 * A second one happens only for a requester whose membership says that he works in several networks.
 */
export async function enter(
  ports: Ports,
  caller: Caller,
  patient: PatientKey | undefined,
  others: readonly Key[] = [],
): Promise<Result<Entered>> {
  const memberKey = KEY.member(caller.network, caller.reference);
  const networkKey = KEY.network(caller.network);
  const loaded = await ports.store.load([...(patient ? [KEY.facts(patient)] : []), memberKey, networkKey, ...others]);
  const factsDocument = patient ? loaded.document(KEY.facts(patient)) : undefined;
  const facts = factsDocument ? factsOf(factsDocument) : undefined;
  const member = memberOf(loaded.document(memberKey));
  const own = ownPatientOf(ports, caller);
  const requester =
    facts && facts.network !== caller.network && member?.alsoIn?.includes(facts.network)
      ? await requesterIn(ports, caller, facts.network, own)
      : requesterOf(caller, member, networkOf(loaded.document(networkKey)), own);
  if (!caller.strong && patient) return refused(STEP_UP);
  return accepted({ requester, facts, factsDocument, loaded });
}

/** The requester as member of another network of his than the one his token names. */
export async function requesterIn(ports: Ports, caller: Caller, network: string, own: PatientKey | undefined): Promise<Requester> {
  const memberKey = KEY.member(network, caller.reference);
  const networkKey = KEY.network(network);
  const loaded = await ports.store.load([memberKey, networkKey]);
  return requesterOf(caller, memberOf(loaded.document(memberKey)), networkOf(loaded.document(networkKey)), own);
}

/** a password alone opens no patient data. */
export const STEP_UP: Refusal = {
  category: 'unauthenticated',
  code: 'step-up-required',
  diagnostics: 'The authentication level (acr) of the token is too low for patient data.',
  remedy: 'Authentifiez-vous avec Pro Santé Connect ou un second facteur.',
};

/** Compartment that the id of a patient-scoped resource names; `undefined` for ids of clients and of the directory. */
function patientKeyOf(ports: Ports, id: string): PatientKey | undefined {
  const key = ports.keys.patientKeyOf(id);
  return key === NO_PATIENT ? undefined : key;
}

/** Compartment of the person that a patient's or representative's token speaks for. */
export function ownPatientOf(ports: Ports, caller: Caller): PatientKey | undefined {
  const [type = '', id = ''] = caller.reference.split('/');
  return type === 'Patient' || type === 'RelatedPerson' ? patientKeyOf(ports, id) : undefined;
}

/** Where a resource stands: by its server id, or by the pointer that a client-chosen id left. */
export async function locate(ports: Ports, type: Locator['type'], id: string): Promise<Locator> {
  const key = ports.keys.patientKeyOf(id);
  if (key !== undefined) return { type, id, ...(key === NO_PATIENT ? {} : { patient: key }) };
  const pointer = KEY.pointer(type, id);
  return (await ports.store.load([pointer])).row(pointer)?.target ?? { type, id };
}

/**
 * Where what a request addresses stands. What stands nowhere is looked for as if it stood in somebody's record, so that the
 * cost of the answer says no more than its bytes.
 */
export async function addressed(ports: Ports, type: Locator['type'], id: string): Promise<Locator> {
  const target = await locate(ports, type, id);
  return target.patient === undefined && RESOURCE_TYPES[type].compartment !== 'none' ? { ...target, patient: NO_PATIENT } : target;
}

/** Documents are ours: what stands under a facts key is facts, checked by its shape. */
export function factsOf({ value }: StoredDocument): Facts | undefined {
  return isFacts(value) ? value : undefined;
}

function isFacts(value: unknown): value is Facts {
  return (
    typeof value === 'object' && value !== null && 'network' in value && 'circle' in value && 'patient' in value && 'consents' in value
  );
}

export function memberOf(document: StoredDocument | undefined): Member | undefined {
  return document && isMember(document.value) ? document.value : undefined;
}

function isMember(value: unknown): value is Member {
  return typeof value === 'object' && value !== null && 'role' in value && 'state' in value && 'reference' in value;
}

export function networkOf(document: StoredDocument | undefined): Network | undefined {
  return document && isNetwork(document.value) ? document.value : undefined;
}

function isNetwork(value: unknown): value is Network {
  return typeof value === 'object' && value !== null && 'kind' in value && 'charterInForce' in value;
}
