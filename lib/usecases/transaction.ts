import type { Bundle } from '@medplum/fhirtypes';
import type { PatientKey } from '../access/facts.ts';
import { type EntryAnswer, responseBundle } from '../fhir/bundle.ts';
import { entryResult, type SentEntry } from '../fhir/bundle-request.ts';
import type { Ref } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import { inTurn } from '../store/patience.ts';
import { TRANSACTION_ITEMS_MAX } from '../store/steps.ts';
import { KEY, type Locator } from '../store/table.ts';
import { fetchEntry } from './bundle-fetch.ts';
import type { Caller } from './caller.ts';
import { commitGroups, factsAfter, refOf, untilSettled } from './commit.ts';
import { disclose } from './disclose.ts';
import type { Entered } from './enter.ts';
import { enter } from './enter.ts';
import type { Ports } from './ports.ts';
import { type Group, groupOf, referencesOut } from './transaction-group.ts';
import { type Plan, planOf } from './transaction-plan.ts';

/**
 * FHIR transaction: deletes, creates, updates and patches in this order, references between entries rewritten, all in one
 * DynamoDB transaction or not at all; then what it reads. A read that would be refused refuses the whole beforehand, unless
 * it reads what the transaction itself writes.
 * @see https://hl7.org/fhir/R4/http.html#transaction
 */
export async function transact(
  ports: Ports,
  caller: Caller,
  entries: readonly SentEntry[],
  prefer: 'minimal' | 'representation',
): Promise<Result<Bundle>> {
  const changes = entries.filter(({ request }) => request?.method !== 'GET' && request?.method !== 'HEAD').length;
  if (changes > TRANSACTION_ITEMS_MAX) return refused(tooManyEntries(changes));
  return untilSettled(() => attempt(ports, caller, entries, prefer));
}

async function attempt(
  ports: Ports,
  caller: Caller,
  entries: readonly SentEntry[],
  prefer: 'minimal' | 'representation',
): Promise<Result<Bundle>> {
  const planned = await planOf(ports, caller, entries);
  if (!planned.ok) return planned;
  const [patient] = planned.value.writes.flatMap(({ target }) => target.patient ?? []).toSorted();
  const made = (): Promise<Result<Bundle>> => carriedOut(ports, caller, entries, prefer, planned.value);
  return patient === undefined ? made() : inTurn(patient, made);
}

async function carriedOut(
  ports: Ports,
  caller: Caller,
  entries: readonly SentEntry[],
  prefer: 'minimal' | 'representation',
  plan: Plan,
): Promise<Result<Bundle>> {
  const at = ports.now();
  const groups = new Map<PatientKey | undefined, Group>();
  for (const patient of new Set(plan.writes.map(({ target }) => target.patient))) {
    const some = plan.writes.filter(({ target }) => target.patient === patient);
    const group = await groupOf(ports, caller, patient, some, at);
    if (!group.ok) return group;
    groups.set(patient, group.value);
  }
  const unreadable = await firstUnreadable(ports, caller, plan);
  if (unreadable) return unreadable;
  const committed = await commitAll(ports, caller, plan, [...groups.values()], at);
  if (!committed.ok) return committed;
  const answers: EntryAnswer[] = [];
  for (const index of entries.keys())
    answers.push(await answerOf(ports, caller, { plan, groups, written: committed.value, at, prefer }, index));
  const failed = plan.writes.length === 0 ? answers.findIndex((answer) => 'refusals' in answer) : -1;
  const failure = answers[failed];
  if (failure && 'refusals' in failure) return entryResult(failed, refused(...failure.refusals));
  return accepted(responseBundle('transaction-response', answers));
}

async function commitAll(
  ports: Ports,
  caller: Caller,
  plan: Plan,
  groups: readonly Group[],
  at: Instant,
): Promise<Result<ReadonlyMap<Ref, Stored>>> {
  const networks = new Set(groups.flatMap(({ write: { facts } }) => facts?.network ?? []));
  if (networks.size > 1) return refused(SEVERAL_NETWORKS);
  const ofNobody = groups.filter(({ write }) => write.patient === undefined);
  const gone = new Set(groups.flatMap(({ write }) => write.deletions ?? []));
  const mustExist = new Map<Ref, Locator>();
  for (const group of groups) {
    const known = new Set([...ofNobody, group].flatMap(({ write }) => write.writes.map(refOf)));
    const outside = referencesOut(ports, group, known, gone);
    if (!outside.ok) return outside;
    for (const target of outside.value) mustExist.set(`${target.type}/${target.id}`, target);
  }
  const written = new Set(groups.flatMap(({ write }) => write.writes.map(refOf)));
  const lines = groups.map(({ entered, write: { patient, writes, deletions = [] }, rules }) => ({
    requester: entered.requester,
    ...(patient ? { patient } : {}),
    interaction: 'transaction',
    outcome: 'permit' as const,
    rules,
    entities: [...deletions, ...writes.map(refOf)],
  }));
  const committed = await commitGroups(ports, {
    network: [...networks][0] ?? caller.network,
    at,
    groups: groups.map(({ write }) => write),
    documents: plan.claims,
    mustExist: [...mustExist].flatMap(([ref, target]) => (written.has(ref) ? [] : [target])),
    trace: lines,
  });
  if (!committed.ok) return committed;
  return accepted(new Map(committed.value.map((stored) => [refOf(stored.resource), stored])));
}

/** Nothing is written beside a read that fails; a transaction that only reads is judged by its answers. */
async function firstUnreadable(ports: Ports, caller: Caller, { fetches, writes }: Plan): Promise<Result<never> | undefined> {
  if (writes.length === 0) return undefined;
  const own = new Set(writes.map(({ target }) => `${target.type}/${target.id}`));
  for (const [index, request] of fetches) {
    if ('id' in request.what && own.has(`${request.type}/${request.what.id}`)) continue;
    const answer = await fetchEntry(ports, caller, request);
    if ('refusals' in answer) return entryResult(index, refused(...answer.refusals));
  }
  return undefined;
}

type Done = {
  readonly plan: Plan;
  readonly groups: ReadonlyMap<PatientKey | undefined, Group>;
  readonly written: ReadonlyMap<Ref, Stored>;
  readonly at: Instant;
  readonly prefer: 'minimal' | 'representation';
};

async function answerOf(ports: Ports, caller: Caller, done: Done, index: number): Promise<EntryAnswer> {
  const { plan, groups, written, at } = done;
  const fetch = plan.fetches.get(index);
  if (fetch) return fetchEntry(ports, caller, fetch);
  const found = plan.found.get(index);
  const write = plan.writes.find((one) => one.index === index);
  const target = found ?? write?.target;
  if (!target || write?.does === 'delete') return { success: 'noContent' };
  const group = groups.get(target.patient);
  const made = written.get(`${target.type}/${target.id}`);
  if (made && group) {
    const isNew = write !== undefined && (made.version === 1 || group.write.previous(refOf(made.resource))?.deleted === true);
    return answerWith(done, { requester: group.entered.requester, facts: factsAfter(group.write, at) }, made, isNew);
  }
  const entered = await enter(ports, caller, target.patient, [KEY.resource(target)]);
  const stored = entered.ok ? entered.value.loaded.resource(target) : undefined;
  return entered.ok && stored ? answerWith(done, entered.value, stored, false) : { success: 'ok' };
}

function answerWith({ at, prefer }: Done, entered: Pick<Entered, 'facts' | 'requester'>, stored: Stored, isNew: boolean): EntryAnswer {
  const shown = disclose(entered, stored, 'read', at);
  return {
    success: isNew ? 'created' : 'ok',
    location: `${refOf(stored.resource)}/_history/${stored.version}`,
    ...(shown ? { etag: shown.etag, lastModified: stored.at } : {}),
    ...(shown && prefer === 'representation' ? { resource: shown.view } : {}),
  };
}

const SEVERAL_NETWORKS: Refusal = {
  category: 'unprocessable',
  code: 'several-networks',
  expression: 'Bundle.entry',
  diagnostics: 'The entries are about patients of several networks.',
  remedy: 'Envoyez une transaction par réseau.',
};

function tooManyEntries(changes: number): Refusal {
  return {
    category: 'too-costly',
    code: 'transaction-too-large',
    expression: 'Bundle.entry',
    diagnostics: `The transaction weighs ${changes} items at least; the limit is ${TRANSACTION_ITEMS_MAX}.`,
    remedy: 'Découpez le lot en plusieurs transactions.',
  };
}
