import { basesOf } from '../access/decide.ts';
import type { Facts, PatientKey } from '../access/facts.ts';
import type { Requester } from '../access/requester.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { Search, Test } from '../fhir/search/search.ts';
import type { Ref, ResourceType } from '../fhir/types.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import { isOpenTask } from '../store/rows.ts';
import type { IndexRow } from '../store/store.ts';
import { KEY, type Locator } from '../store/table.ts';
import type { Caller } from './caller.ts';
import { enter, factsOf, requesterIn } from './enter.ts';
import type { Ports } from './ports.ts';

/** Stored resources of one patient (or of none), with what they are decided on. */
export type Candidates = {
  readonly requester: Requester;
  readonly facts: Facts | undefined;
  readonly patient: PatientKey | undefined;
  readonly stored: readonly Stored[];
};

/** A search across patients looks at so many at most (DESIGN.md, "Bounds"). */
const PATIENTS_MAX = 1_000;
const QUERIES_AT_ONCE = 8;

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

  const identifiers = testsOf(criteria, 'identifier').flatMap((test) =>
    test.kind === 'token' && test.wanted.system !== undefined && test.wanted.code !== undefined ? [test.wanted] : [],
  );
  if (identifiers.length > 0) {
    const rows = await Promise.all(
      identifiers.map(({ system = '', code = '' }) => ports.store.rows(`L#${ports.keys.hash(network, type, system, code)}`)),
    );
    return accepted(await reRead(ports, caller, requester, rows.flat()));
  }
  if (RESOURCE_TYPES[type].compartment === 'none') {
    const rows = await ports.store.rows(`X#${network}#${type}`, { limit: PATIENTS_MAX });
    return accepted(await reRead(ports, caller, requester, rows));
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
    return accepted(await reRead(ports, caller, requester, rows.flat()));
  }
  return ownPatients(ports, caller, requester, type);
}

/** The membership index, facts of each patient, and one Query for each in whom a basis lives. */
async function ownPatients(ports: Ports, caller: Caller, requester: Requester, type: ResourceType): Promise<Result<readonly Candidates[]>> {
  const listed = new Map<PatientKey, string>();
  for (const reference of new Set([requester.reference, ...(requester.structure ? [requester.structure.reference] : [])])) {
    const documents = await ports.store.documents(KEY.member('', reference).pk, { prefix: 'p#' });
    for (const { key } of documents) {
      const [, network = '', patient = ''] = key.sk.split('#');
      listed.set(patient, network);
    }
  }
  if (listed.size > PATIENTS_MAX) return refused(tooMany(type));
  const patients = [...listed.keys()];
  const loaded = await ports.store.load(patients.map(KEY.facts));
  const inNetwork = requesters(ports, caller, requester);
  const found: Candidates[] = [];
  for (let from = 0; from < patients.length; from += QUERIES_AT_ONCE) {
    const some = await Promise.all(
      patients.slice(from, from + QUERIES_AT_ONCE).map(async (patient): Promise<Candidates> => {
        const document = loaded.document(KEY.facts(patient));
        const facts = document ? factsOf(document) : undefined;
        const by = await inNetwork(facts?.network);
        const lives = facts !== undefined && basesOf(facts, by, ports.now()).bases.length > 0;
        const stored = lives ? (await ports.store.compartment(patient, type)).stored : [];
        return { requester: by, facts, patient, stored };
      }),
    );
    found.push(...some);
  }
  return accepted(found);
}

/** Hits of an index: resource and facts of each, read again strongly. */
async function reRead(ports: Ports, caller: Caller, requester: Requester, rows: readonly IndexRow[]): Promise<readonly Candidates[]> {
  const targets = rows.map(({ target }) => target).slice(0, PATIENTS_MAX);
  const patients = [...new Set(targets.flatMap(({ patient }) => patient ?? []))];
  const loaded = await ports.store.load([...patients.map(KEY.facts), ...targets.map(KEY.resource)]);
  const inNetwork = requesters(ports, caller, requester);
  const storedOf = (some: readonly Locator[]): readonly Stored[] =>
    some.flatMap((target) => loaded.resource(target) ?? []).filter(({ deleted }) => !deleted);
  const byPatient = await Promise.all(
    patients.map(async (patient): Promise<Candidates> => {
      const document = loaded.document(KEY.facts(patient));
      const facts = document ? factsOf(document) : undefined;
      return {
        requester: await inNetwork(facts?.network),
        facts,
        patient,
        stored: storedOf(targets.filter((target) => target.patient === patient)),
      };
    }),
  );
  const without = storedOf(targets.filter(({ patient }) => patient === undefined));
  return [...byPatient, { requester, facts: undefined, patient: undefined, stored: without }];
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
    diagnostics: `A search of ${type} without patient runs over at most ${PATIENTS_MAX} patients of yours.`,
    remedy: 'Ajoutez patient=…, patient.identifier=…, identifier=… ou owner=… (Task).',
  };
}
