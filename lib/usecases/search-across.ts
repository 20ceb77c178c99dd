import { basesOf } from '../access/decide.ts';
import type { Facts, PatientKey } from '../access/facts.ts';
import type { Requester } from '../access/requester.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import { type Reach, reachOf } from '../fhir/search/reach.ts';
import type { Search } from '../fhir/search/search.ts';
import type { Ref, ResourceType } from '../fhir/types.ts';
import { NO_PATIENT } from '../platform/ids.ts';
import { accepted, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import type { IndexRow } from '../store/store.ts';
import { KEY, type Key, type Locator } from '../store/table.ts';
import type { Caller } from './caller.ts';
import { refOf } from './commit.ts';
import { addressed, enter, factsOf, requesterIn, STEP_UP } from './enter.ts';
import type { Ports } from './ports.ts';
import { recordTypes, typesRead } from './search-around.ts';
import { added, BOUNDS, isTooMuch, NOTHING_READ, outOfDirectory, tooLargeDirectory, tooMany, tooMuch } from './search-bounds.ts';
import { indexOf } from './search-index.ts';

/** Stored resources of one patient (or of none), with what they are decided on. */
export type Candidates = {
  readonly requester: Requester;
  readonly facts: Facts | undefined;
  readonly patient: PatientKey | undefined;
  readonly stored: readonly Stored[];
  /** What else is at hand for chains, `_has` and includes: the rest of the record, or of the directory. */
  readonly beside: readonly Stored[];
};

const QUERIES_AT_ONCE = 8;

/**
 * Searches that name no patient (contracts.md 3): ids, business identifier, directory, worklist of an owner, and else the
 * requester's own patients. Index rows are keys only: each hit is read again and decided.
 */
export async function candidatesAcross(ports: Ports, caller: Caller, criteria: Search): Promise<Result<readonly Candidates[]>> {
  const { type } = criteria;
  const isDirectory = RESOURCE_TYPES[type].compartment === 'none';
  // nobody is named, yet it is patient data that would be told.
  if (!isDirectory && !caller.strong) return refused(STEP_UP);
  const entered = await enter(ports, caller, undefined);
  if (!entered.ok) return entered;
  const { requester } = entered.value;
  const network = requester.network.id;
  const reach = reachOf(criteria);
  if (isDirectory && recordTypes(reach).length + (reach.targets.has('Patient') ? 1 : 0) > 0) return refused(outOfDirectory(type));
  const reading = { ports, caller, requester, type, reach };

  if (criteria.ids) {
    if (criteria.ids.length > BOUNDS.patients) return refused(tooMany(type));
    return reRead(reading, await Promise.all(criteria.ids.map((id) => addressed(ports, type, id))));
  }
  const index = indexOf(criteria);
  if (index.kind === 'identifier') {
    const rows = await Promise.all(
      index.wanted.map(({ system = '', code = '' }) => ports.store.rows(`L#${ports.keys.hash(network, type, system, code)}`)),
    );
    return reRead(reading, targetsOf(rows.flat()));
  }
  if (isDirectory) return reRead(reading, targetsOf(await listed(reading, type)));
  if (index.kind === 'owner') {
    const prefix = index.openOnly ? { prefix: 'o#' } : {};
    const rows = await Promise.all(index.owners.map((owner) => ports.store.rows(KEY.worklist(network, owner, true, '').pk, prefix)));
    return reRead(reading, targetsOf(rows.flat()));
  }
  return ownPatients(reading);
}

/** Rows of a directory type in the requester's network. */
function listed({ ports, requester }: Reading, type: ResourceType): Promise<readonly IndexRow[]> {
  return ports.store.rows(`X#${requester.network.id}#${type}`, { limit: BOUNDS.resources + 1 });
}

function targetsOf(rows: readonly IndexRow[]): readonly Locator[] {
  return rows.map(({ target }) => target);
}

/** A search across patients under way. */
type Reading = {
  readonly ports: Ports;
  readonly caller: Caller;
  readonly requester: Requester;
  readonly type: ResourceType;
  readonly reach: Reach;
};

/** The membership index, facts of each patient, and one Query for each in whom a basis lives. */
async function ownPatients(reading: Reading): Promise<Result<readonly Candidates[]>> {
  const { ports, caller, requester, type } = reading;
  const own = new Set<PatientKey>();
  for (const reference of new Set([requester.reference, ...(requester.structure ? [requester.structure.reference] : [])])) {
    const documents = await ports.store.documents(KEY.member('', reference).pk, { prefix: 'p#' });
    for (const { key } of documents) own.add(key.sk.split('#')[2] ?? '');
  }
  if (own.size > BOUNDS.patients) return refused(tooMany(type));
  const patients = [...own];
  const loaded = await ports.store.load(patients.map(KEY.facts));
  const inNetwork = requesters(ports, caller, requester);
  return inBatches(type, patients, async (patient) => {
    const document = loaded.document(KEY.facts(patient));
    const facts = document ? factsOf(document) : undefined;
    const by = await inNetwork(facts?.network);
    const record = await recordOf(reading, { requester: by, facts, patient });
    return record && { requester: by, facts, patient, ...record };
  });
}

/** Hits of an index: resource and facts of each, read again strongly; with the rest of each record when the search looks there. */
async function reRead(reading: Reading, asked: readonly Locator[]): Promise<Result<readonly Candidates[]>> {
  const { ports, caller, requester, type, reach } = reading;
  const beside = await directoryRows(reading);
  // A list cut in silence would be read as a whole one (peers.md T12).
  const isDirectory = RESOURCE_TYPES[type].compartment === 'none';
  if (isDirectory && Math.max(asked.length, beside.length) > BOUNDS.resources) return refused(tooLargeDirectory(type));
  if (!isDirectory && asked.length > BOUNDS.patients) return refused(tooMany(type));
  // Two values of one search may hit the same resource, which stands in the answer once.
  const hits = new Map(asked.map((target) => [nameOf(target), target]));
  const targets = [...hits.values()];
  const around = beside.map(({ target }) => target).filter((target) => !hits.has(nameOf(target)));
  const patients = [...new Set(targets.flatMap(({ patient }) => patient ?? []))];
  const keys = [...patients.map(KEY.facts), ...[...targets, ...around].map(KEY.resource)];
  const loaded = await ports.store.load(keys.length > 0 ? keys : nowhere(type));
  const inNetwork = requesters(ports, caller, requester);
  const storedOf = (some: readonly Locator[]): readonly Stored[] =>
    some.flatMap((target) => loaded.resource(target) ?? []).filter(({ deleted }) => !deleted);
  const looksAround = recordTypes(reach).length > 0;
  const byPatient = await inBatches(type, patients, async (patient) => {
    const document = loaded.document(KEY.facts(patient));
    const facts = document ? factsOf(document) : undefined;
    const by = await inNetwork(facts?.network);
    const stored = storedOf(targets.filter((target) => target.patient === patient));
    const record = looksAround ? await recordOf(reading, { requester: by, facts, patient }) : NOTHING;
    if (!record) return undefined;
    const others = record.stored.filter(({ resource }) => !hits.has(refOf(resource)));
    return { requester: by, facts, patient, stored, beside: [...others, ...record.beside], bytes: record.bytes };
  });
  if (!byPatient.ok) return byPatient;
  const without = storedOf(targets.filter(({ patient }) => patient === undefined));
  const outside = { requester, facts: undefined, patient: undefined, stored: without, beside: storedOf(around) };
  return accepted([...byPatient.value, outside]);
}

/** Where nothing stands: an index that hits nothing is followed like one that hits what is hidden. */
function nowhere(type: ResourceType): readonly Key[] {
  return [KEY.facts(NO_PATIENT), KEY.resource({ type, id: NO_PATIENT, patient: NO_PATIENT })];
}

/** Rows of the directory types from which references may come: `PractitionerRole` for `Practitioner?_has:PractitionerRole:…`. */
async function directoryRows(reading: Reading): Promise<readonly IndexRow[]> {
  const types = [...reading.reach.referrers].filter((type) => RESOURCE_TYPES[type].compartment === 'none');
  const rows = await Promise.all(types.map((type) => listed(reading, type)));
  return rows.flat();
}

function nameOf({ type, id }: Locator): Ref {
  return `${type}/${id}`;
}

/** What was read of one record, and what it weighs. */
type Read = Pick<Candidates, 'stored' | 'beside'> & { readonly bytes: number };

const NOTHING: Read = { stored: [], beside: [], bytes: 0 };

/** What is read of a patient, in whom a basis must live: one Query. `undefined` when it is too large. */
async function recordOf(
  { ports, type, reach }: Reading,
  { requester, facts, patient }: Pick<Candidates, 'requester' | 'facts'> & { readonly patient: PatientKey },
): Promise<Read | undefined> {
  if (!facts || basesOf(facts, requester, ports.now()).bases.length === 0) return NOTHING;
  const { stored, complete, bytes } = await ports.store.compartment(patient, typesRead(type, reach));
  return complete ? { ...byType(stored, type), bytes } : undefined;
}

/** What may match, and the rest of the record. */
export function byType(stored: readonly Stored[], type: ResourceType): Pick<Candidates, 'stored' | 'beside'> {
  const isOfType = ({ resource }: Stored): boolean => resource.resourceType === type;
  return { stored: stored.filter(isOfType), beside: stored.filter((one) => !isOfType(one)) };
}

/** Some patients at a time, until more was read than one search may evaluate. */
async function inBatches(
  type: ResourceType,
  patients: readonly PatientKey[],
  candidatesOf: (patient: PatientKey) => Promise<(Candidates & Pick<Read, 'bytes'>) | undefined>,
): Promise<Result<readonly Candidates[]>> {
  const found: Candidates[] = [];
  let amount = NOTHING_READ;
  for (let from = 0; from < patients.length; from += QUERIES_AT_ONCE) {
    for (const one of await Promise.all(patients.slice(from, from + QUERIES_AT_ONCE).map(candidatesOf))) {
      if (!one) return refused(tooMuch(type));
      const { bytes, ...candidates } = one;
      found.push(candidates);
      amount = added(amount, { patients: 1, resources: one.stored.length + one.beside.length, bytes });
    }
    if (isTooMuch(amount)) return refused(tooMuch(type));
  }
  return accepted(found);
}

/** The requester as he stands in a patient's network; another network than the token's is read once. */
function requesters(ports: Ports, caller: Caller, requester: Requester): (network: string | undefined) => Promise<Requester> {
  const known = new Map<string, Promise<Requester>>();
  return async (network) => {
    if (network === undefined || network === requester.network.id) return requester;
    const other = known.get(network) ?? requesterIn(ports, caller, network, requester.ownPatient);
    known.set(network, other);
    return other;
  };
}
