import { basesOf } from '../access/decide.ts';
import type { Facts, PatientKey } from '../access/facts.ts';
import type { Requester } from '../access/requester.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import { type Reach, reachOf } from '../fhir/search/reach.ts';
import type { Search, Test } from '../fhir/search/search.ts';
import type { Ref, ResourceType } from '../fhir/types.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import { isOpenTask } from '../store/rows.ts';
import type { IndexRow } from '../store/store.ts';
import { KEY, type Locator } from '../store/table.ts';
import type { Caller } from './caller.ts';
import { refOf } from './commit.ts';
import { enter, factsOf, requesterIn } from './enter.ts';
import type { Ports } from './ports.ts';
import { recordTypes, typesRead } from './search-around.ts';

/** Stored resources of one patient (or of none), with what they are decided on. */
export type Candidates = {
  readonly requester: Requester;
  readonly facts: Facts | undefined;
  readonly patient: PatientKey | undefined;
  readonly stored: readonly Stored[];
  /** What else is at hand for chains, `_has` and includes: the rest of the record, or of the directory. */
  readonly beside: readonly Stored[];
};

/** A search across patients looks at so many at most (DESIGN.md, "Bounds"). */
const PATIENTS_MAX = 1_000;
const QUERIES_AT_ONCE = 8;
/** Resources of several records that are evaluated together at most (DESIGN.md, "Bounds"). */
const RESOURCES_MAX = 10_000;

/**
 * Searches that name no patient (contracts.md 3): directory, worklist of an owner, business identifier, and else the
 * requester's own patients. Index rows are keys only: each hit is read again and decided.
 */
export async function candidatesAcross(ports: Ports, caller: Caller, criteria: Search): Promise<Result<readonly Candidates[]>> {
  const entered = await enter(
    ports,
    { ...caller, strong: caller.strong || RESOURCE_TYPES[criteria.type].compartment === 'none' },
    undefined,
  );
  if (!entered.ok) return entered;
  const { requester } = entered.value;
  const { type } = criteria;
  const network = requester.network.id;
  const reach = reachOf(criteria);
  if (RESOURCE_TYPES[type].compartment === 'none' && recordTypes(reach).length + (reach.targets.has('Patient') ? 1 : 0) > 0) {
    return refused(outOfDirectory(type));
  }
  const read = { ports, caller, requester, type, reach };

  const identifiers = testsOf(criteria, 'identifier').flatMap((test) =>
    test.kind === 'token' && test.wanted.system !== undefined && test.wanted.code !== undefined ? [test.wanted] : [],
  );
  if (identifiers.length > 0) {
    const rows = await Promise.all(
      identifiers.map(({ system = '', code = '' }) => ports.store.rows(`L#${ports.keys.hash(network, type, system, code)}`)),
    );
    return reRead(read, rows.flat());
  }
  if (RESOURCE_TYPES[type].compartment === 'none') {
    const rows = await ports.store.rows(`X#${network}#${type}`, { limit: PATIENTS_MAX + 1 });
    return reRead(read, rows);
  }
  const owners =
    type === 'Task'
      ? testsOf(criteria, 'owner').flatMap((test) =>
          test.kind === 'reference' && 'id' in test.wanted && test.wanted.type ? [`${test.wanted.type}/${test.wanted.id}`] : [],
        )
      : [];
  if (owners.length > 0) {
    const statuses = testsOf(criteria, 'status').flatMap((test) => (test.kind === 'token' ? [test.wanted.code ?? ''] : []));
    const prefix = statuses.length > 0 && statuses.every(isOpenTask) ? 'o#' : undefined;
    const rows = await Promise.all(
      owners.map((owner: Ref) => ports.store.rows(KEY.worklist(network, owner, true, '').pk, prefix ? { prefix } : {})),
    );
    return reRead(read, rows.flat());
  }
  return ownPatients(read);
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
  const listed = new Set<PatientKey>();
  for (const reference of new Set([requester.reference, ...(requester.structure ? [requester.structure.reference] : [])])) {
    const documents = await ports.store.documents(KEY.member('', reference).pk, { prefix: 'p#' });
    for (const { key } of documents) listed.add(key.sk.split('#')[2] ?? '');
  }
  if (listed.size > PATIENTS_MAX) return refused(tooMany(type));
  const patients = [...listed];
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
async function reRead(reading: Reading, rows: readonly IndexRow[]): Promise<Result<readonly Candidates[]>> {
  const { ports, caller, requester, type, reach } = reading;
  const beside = await directoryRows(reading);
  // A list cut in silence would be read as a whole one (peers.md T12).
  if (Math.max(rows.length, beside.length) > PATIENTS_MAX) return refused(tooMany(type));
  // Two values of one search may hit the same resource, which stands in the answer once.
  const hits = new Map(rows.map(({ target }) => [nameOf(target), target]));
  const targets = [...hits.values()];
  const around = beside.map(({ target }) => target).filter((target) => !hits.has(nameOf(target)));
  const patients = [...new Set(targets.flatMap(({ patient }) => patient ?? []))];
  const loaded = await ports.store.load([...patients.map(KEY.facts), ...[...targets, ...around].map(KEY.resource)]);
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
    return { requester: by, facts, patient, stored, beside: [...others, ...record.beside] };
  });
  if (!byPatient.ok) return byPatient;
  const without = storedOf(targets.filter(({ patient }) => patient === undefined));
  const outside = { requester, facts: undefined, patient: undefined, stored: without, beside: storedOf(around) };
  return accepted([...byPatient.value, outside]);
}

/** Rows of the directory types from which references may come: `PractitionerRole` for `Practitioner?_has:PractitionerRole:…`. */
async function directoryRows({ ports, requester, reach }: Reading): Promise<readonly IndexRow[]> {
  const types = [...reach.referrers].filter((type) => RESOURCE_TYPES[type].compartment === 'none');
  const rows = await Promise.all(types.map((type) => ports.store.rows(`X#${requester.network.id}#${type}`, { limit: PATIENTS_MAX + 1 })));
  return rows.flat();
}

function nameOf({ type, id }: Locator): Ref {
  return `${type}/${id}`;
}

const NOTHING: Pick<Candidates, 'stored' | 'beside'> = { stored: [], beside: [] };

/** What is read of a patient, in whom a basis must live: one Query. `undefined` when it is too large. */
async function recordOf(
  { ports, type, reach }: Reading,
  { requester, facts, patient }: Pick<Candidates, 'requester' | 'facts'> & { readonly patient: PatientKey },
): Promise<Pick<Candidates, 'stored' | 'beside'> | undefined> {
  if (!facts || basesOf(facts, requester, ports.now()).bases.length === 0) return NOTHING;
  const { stored, complete } = await ports.store.compartment(patient, typesRead(type, reach));
  return complete ? byType(stored, type) : undefined;
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
  candidatesOf: (patient: PatientKey) => Promise<Candidates | undefined>,
): Promise<Result<readonly Candidates[]>> {
  const found: Candidates[] = [];
  let count = 0;
  for (let from = 0; from < patients.length; from += QUERIES_AT_ONCE) {
    const some = await Promise.all(patients.slice(from, from + QUERIES_AT_ONCE).map(candidatesOf));
    for (const one of some) {
      if (one) found.push(one);
      count += one ? one.stored.length + one.beside.length : RESOURCES_MAX + 1;
    }
    if (count > RESOURCES_MAX) return refused(tooMuch(type));
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

/** Positive alternatives of a parameter: what an index can answer. */
function testsOf({ criteria }: Search, name: string): readonly Test[] {
  return criteria.flatMap((criterion) =>
    criterion.name === name && 'anyOf' in criterion && criterion.not !== true ? criterion.anyOf : [],
  );
}

function tooMany(type: ResourceType): Refusal {
  return {
    category: 'too-costly',
    code: 'too-costly',
    diagnostics: `A search of ${type} without patient runs over at most ${PATIENTS_MAX} patients of yours, or hits of an index.`,
    remedy: 'Ajoutez patient=…, patient.identifier=…, identifier=…, ou owner=… et status=requested,accepted,in-progress (Task).',
  };
}

function tooMuch(type: ResourceType): Refusal {
  return {
    category: 'too-costly',
    code: 'too-costly',
    diagnostics: `A search of ${type} without patient, with what its chains, _has and includes look at, evaluates at most ${RESOURCES_MAX} resources.`,
    remedy: 'Ajoutez patient=… ou patient.identifier=…, ou retirez la chaîne, _has ou _include qui lit les dossiers entiers.',
  };
}

/** The directory knows nobody's record: from a professional no search leads to all of his patients. */
function outOfDirectory(type: ResourceType): Refusal {
  return {
    category: 'too-costly',
    code: 'too-costly',
    diagnostics: `A search of ${type} follows references within the directory (Practitioner, PractitionerRole, Organization) only.`,
    remedy: 'Partez du dossier : Task?owner=…, CareTeam?patient=…&_include=CareTeam:participant.',
  };
}
