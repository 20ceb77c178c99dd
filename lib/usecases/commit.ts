import assert from 'node:assert/strict';
import type { Facts, PatientKey } from '../access/facts.ts';
import { applyResource, changesFacts } from '../access/facts-of.ts';
import type { Requester } from '../access/requester.ts';
import { dueAt } from '../coordination/deadlines.ts';
import type { Ref, RelaisResource } from '../fhir/types.ts';
import { NO_PATIENT } from '../platform/ids.ts';
import type { Instant } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Author, Stored } from '../store/codec.ts';
import type { DocumentWrite, FailedCondition, Write } from '../store/commit.ts';
import { inTurn, whileLosing } from '../store/patience.ts';
import type { DerivedRow } from '../store/rows.ts';
import { KEY, type Locator } from '../store/table.ts';
import { type TraceLine, traceRecords } from './disclose.ts';
import type { Ports } from './ports.ts';

/** What is to be written about one patient (or about none), with the facts it was decided on. */
export type WriteGroup = {
  readonly patient: PatientKey | undefined;
  readonly facts: Facts | undefined;
  readonly writes: readonly RelaisResource[];
  /** Logical deletions: each of a resource that `previous` knows. */
  readonly deletions?: readonly Ref[];
  /** The current version of a resource as it was read; `undefined` = it is new. */
  readonly previous: (ref: Ref) => Stored | undefined;
  readonly author: Author;
};

export type CommitRequest = {
  readonly network: string;
  readonly at: Instant;
  readonly groups: readonly WriteGroup[];
  readonly documents?: readonly DocumentWrite[];
  readonly mustExist?: readonly Locator[];
  /** What the trace says of it: of several patients, one line each. */
  readonly trace?: readonly TraceLine[];
};

/** Code of the refusal after which the use case reads again and starts over: somebody else wrote first. */
export const MOVED = 'moved-meanwhile';

/**
 * One transaction: resources, versions, rows, facts, membership index and trace. Nothing, or all of it; only the trace of a
 * transaction that fills DynamoDB's hundred items is written after it.
 */
export async function commitGroups(ports: Ports, request: CommitRequest): Promise<Result<readonly Stored[]>> {
  const documents: DocumentWrite[] = [...(request.documents ?? [])];
  for (const group of request.groups) documents.push(...factsDocuments(group, request));
  const writes = request.groups.flatMap((group) => [...writesOf(group), ...deletionsOf(group)]);
  const ids = new Map(request.groups.map(({ patient, facts }) => [patient, facts?.patient.id]));
  const records = traceRecords(ports, request.at, request.trace ?? [], (patient) => ids.get(patient));
  const outcome = await ports.store.commit({
    network: request.network,
    at: request.at,
    writes,
    documents,
    timerOf: dueAt,
    rows: writes.flatMap(({ resource, patient, previous }) => (previous ? [] : pointerRow(ports, resource, patient))),
    ...(request.mustExist ? { mustExist: request.mustExist } : {}),
    beside: ports.trace.items(records),
  });
  if (outcome.ok) {
    if (!outcome.besideToo) await ports.trace.append(records);
    return accepted(outcome.stored);
  }
  if (outcome.reason === 'too-many-items') return refused(tooMany(outcome.items));
  const [first, ...others] = outcome.failed.map(refusalOf);
  return first ? refused(first, ...others) : refused(MOVED_REFUSAL);
}

function writesOf({ patient, writes, previous, author }: WriteGroup): readonly Write[] {
  return writes.map((resource) => {
    const before = previous(refOf(resource));
    return { resource, author, ...(patient ? { patient } : {}), ...(before ? { previous: before } : {}) };
  });
}

function deletionsOf({ patient, deletions = [], previous, author }: WriteGroup): readonly Write[] {
  return deletions.map((ref) => {
    const before = previous(ref);
    assert(before, 'what is deleted was read');
    return { resource: before.resource, author, previous: before, deletes: true, ...(patient ? { patient } : {}) };
  });
}

/**
 * Runs an attempt again, with fresh reads, while it lost a race that the server may win on its own, as long as a request may last.
 * @param turn what it writes about (`turnOf`): those of this process that would lose to one another go one after the other
 */
export async function untilSettled<T>(attempt: () => Promise<Result<T>>, turn?: string): Promise<Result<T>> {
  const settled = (): Promise<Result<T>> =>
    whileLosing(attempt, (result) => !result.ok && result.refusals.some(({ code }) => code === MOVED));
  return turn === undefined ? settled() : inTurn(turn, settled);
}

/** Writers of one record queue; of what stands outside of all records, those of one resource. */
export function turnOf(ports: Ports, ref: Ref): string {
  const key = ports.keys.patientKeyOf(ref.split('/')[1] ?? '');
  return key === undefined || key === NO_PATIENT ? ref : key;
}

export function authorOf({ reference, structure }: Requester): Author {
  return structure ? { reference, structure: structure.reference } : { reference };
}

export function refOf(resource: RelaisResource): Ref {
  return `${resource.resourceType}/${resource.id}`;
}

/** Facts follow from what is written and deleted: what will be known of the patient once a group is committed. */
export function factsAfter(
  { facts, writes, deletions = [], previous, author }: Omit<WriteGroup, 'patient'>,
  at: Instant,
): Facts | undefined {
  if (!facts) return undefined;
  const written = writes.map((resource) => ({ type: resource.resourceType, id: resource.id ?? '', resource, author }));
  const gone = deletions.flatMap((ref) => {
    const before = previous(ref);
    return before ? [{ type: before.resource.resourceType, id: before.resource.id ?? '', resource: undefined, author: before.author }] : [];
  });
  return [...gone, ...written].reduce((known, one) => (changesFacts(one.type) ? applyResource(known, one, at) : known), facts);
}

/** Rewritten facts with the superseded ones, kept for `$explain-access`, and the membership index that follows. */
function factsDocuments(group: WriteGroup, { network, at }: CommitRequest): readonly DocumentWrite[] {
  const { patient, facts } = group;
  const next = factsAfter(group, at);
  if (!patient || !facts || !next) return [];
  if (next === facts || next.version === facts.version) return [];
  const before = facts.version === 0 ? new Set<Ref>() : membersIn(facts);
  const after = membersIn(next);
  return [
    { key: KEY.facts(patient), value: next, version: { from: facts.version, to: next.version } },
    ...(facts.version === 0 ? [] : [{ key: KEY.supersededFacts(patient, at, facts.version), value: facts }]),
    ...[...after]
      .filter((member) => !before.has(member))
      .map((member) => ({ key: KEY.patientOfMember(network, member, patient), value: {} })),
    ...[...before]
      .filter((member) => !after.has(member))
      .map((member) => ({ key: KEY.patientOfMember(network, member, patient), remove: true as const })),
  ];
}

/** Everybody in whose list of patients this one stands; what each may see is decided at every read. */
function membersIn(facts: Facts): ReadonlySet<Ref> {
  const members = [
    ...facts.circle.map(({ member }) => member),
    ...facts.recognised.map(({ member }) => member),
    ...facts.referrals.flatMap(({ requester, owner }) => [requester, owner]),
    ...facts.stays.map(({ structure }) => structure),
    ...facts.patient.sources,
  ];
  return new Set(members.flatMap((member) => (member ? [member] : [])));
}

function pointerRow(ports: Ports, resource: RelaisResource, patient: PatientKey | undefined): readonly DerivedRow[] {
  const id = resource.id ?? '';
  const key = ports.keys.patientKeyOf(id);
  if (key === (patient ?? NO_PATIENT)) return [];
  const target: Locator = { type: resource.resourceType, id, ...(patient ? { patient } : {}) };
  return patient ? [{ key: KEY.pointer(target.type, id), guard: false, target }] : [];
}

const MOVED_REFUSAL: Refusal = {
  category: 'conflict',
  code: MOVED,
  diagnostics: 'Somebody else wrote at the same time.',
  remedy: 'Relisez la ressource et recommencez.',
};

function refusalOf(failed: FailedCondition): Refusal {
  switch (failed.kind) {
    case 'version':
      return { ...MOVED_REFUSAL, diagnostics: `${failed.ref} was written by somebody else meanwhile.` };
    case 'document':
      return MOVED_REFUSAL;
    case 'guard':
      return {
        category: 'conflict',
        code: 'duplicate-identifier',
        diagnostics: `Another ${failed.claimed.type} of the network already has one of these identifiers.`,
        remedy: 'Vérifiez les identifiants (INS, IPP, identifiant de document) ; signalez le doublon au coordinateur.',
      };
    case 'reference':
      return {
        category: 'unprocessable',
        code: 'reference-not-found',
        diagnostics: `A reference points at nothing that you can see: ${failed.ref}.`,
        remedy: 'Corrigez la référence ou créez d’abord la ressource.',
      };
  }
}

function tooMany(items: number): Refusal {
  return {
    category: 'too-costly',
    code: 'transaction-too-large',
    diagnostics: `The transaction weighs ${items} items; the limit is 100.`,
    remedy: 'Découpez le lot en plusieurs transactions.',
  };
}
