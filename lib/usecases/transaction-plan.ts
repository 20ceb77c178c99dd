import { conditionalReferencesIn, fullUrlsMeant, renamed } from '../fhir/bundle-references.ts';
import {
  type EntryRequest,
  entryRequest,
  entryResult,
  type FetchRequest,
  isFetch,
  type SentEntry,
  type Target,
  type WriteRequest,
} from '../fhir/bundle-request.ts';
import { isResourceType, RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { Ref, RelaisResource, ResourceType } from '../fhir/types.ts';
import { NO_PATIENT } from '../platform/ids.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { DocumentWrite } from '../store/commit.ts';
import type { Locator } from '../store/table.ts';
import type { Caller } from './caller.ts';
import { type Matching, matching } from './conditional.ts';
import { parseNew } from './create.ts';
import { notFound } from './disclose.ts';
import { locate } from './enter.ts';
import { type Patcher, patcher } from './patch.ts';
import type { Ports } from './ports.ts';
import { mentionOf, patientOf } from './resolve-patient.ts';
import { idMismatch, parseChanged } from './update.ts';

/** An entry that changes something, its target and its body known. */
export type PlannedWrite = { readonly index: number; readonly target: Locator; readonly ifMatch?: string } & (
  | { readonly does: 'create'; readonly resource: RelaisResource }
  | { readonly does: 'update'; readonly resource: RelaisResource; readonly onlyNew?: boolean }
  | { readonly does: 'patch'; readonly patch: Patcher }
  | { readonly does: 'delete' }
);

export type Plan = {
  readonly writes: readonly PlannedWrite[];
  /** Conditional creates that found their resource, or stand for another entry's: the reference that answers them. */
  readonly found: ReadonlyMap<number, Locator>;
  readonly fetches: ReadonlyMap<number, FetchRequest>;
  /** Conditions that found nothing, to be true still when the transaction is made. */
  readonly claims: readonly DocumentWrite[];
};

type Prepared = { readonly index: number; readonly fullUrl: string | undefined; readonly request: EntryRequest };

/**
 * What a transaction means: conditions looked up, ids drawn, each entry called by the same name everywhere. Reads only.
 * @see https://hl7.org/fhir/R4/http.html#trules
 */
export async function planOf(ports: Ports, caller: Caller, entries: readonly SentEntry[]): Promise<Result<Plan>> {
  const prepared: Prepared[] = [];
  for (const [index, entry] of entries.entries()) {
    const request = entryResult(index, entryRequest(entry, ports.fhirBase));
    if (!request.ok) return request;
    prepared.push({ index, fullUrl: entry.fullUrl, request: request.value });
  }
  const ask = askOnce(ports, caller);
  const names = new Map<string, Ref>();
  const located = new Map<number, Located>();
  const byClaim = new Map<string, Locator>();
  for (const { index, fullUrl, request } of prepared) {
    if (isFetch(request)) continue;
    const place = entryResult(index, await locatedOf(ports, caller, request, ask, byClaim));
    if (!place.ok) return place;
    located.set(index, place.value);
    const { target, condition } = place.value;
    if (!target) continue;
    if (fullUrl !== undefined) names.set(fullUrl, `${target.type}/${target.id}`);
    if (condition !== undefined) names.set(condition, `${target.type}/${target.id}`);
  }
  const twice = targetTwice(located);
  if (twice !== undefined) return entryResult(twice, refused(DUPLICATE_TARGET));
  return planned(ports, prepared, located, names, ask);
}

type Located = {
  /** `undefined` = a delete that means nothing. */
  readonly target: Locator | undefined;
  /** Nothing is written: the condition of a create found it, or another entry makes it. */
  readonly exists: boolean;
  readonly claim?: DocumentWrite;
  /** `Type?condition` as a reference would say it. */
  readonly condition?: string;
};

type Ask = (type: ResourceType, query: string) => Promise<Result<Matching>>;

/** Each condition is looked up once, so that it means the same in the whole Bundle. */
function askOnce(ports: Ports, caller: Caller): Ask {
  const asked = new Map<string, Promise<Result<Matching>>>();
  return (type, query) => {
    const name = `${type}?${query}`;
    const answer = asked.get(name) ?? matching(ports, caller, type, query);
    asked.set(name, answer);
    return answer;
  };
}

async function locatedOf(
  ports: Ports,
  caller: Caller,
  request: WriteRequest,
  ask: Ask,
  byClaim: Map<string, Locator>,
): Promise<Result<Located>> {
  const { type } = request;
  const query = request.method === 'POST' ? request.ifNoneExist?.replace(/^.*\?/, '') : queryIn(request.target);
  if (query === undefined) {
    if (request.method === 'POST') return newPlace(ports, caller, request, ask);
    const id = 'id' in request.target ? request.target.id : '';
    const there = await locate(ports, type, id);
    if (there.patient !== undefined || request.method !== 'PUT') return accepted({ target: there, exists: false });
    return newPlace(ports, caller, request, ask, id);
  }
  const found = await ask(type, query);
  if (!found.ok) return found;
  const condition = `${type}?${query}`;
  if (found.value.kind === 'one') {
    const { id, patient } = found.value;
    const target = { type, id, ...(patient === undefined ? {} : { patient }) };
    return accepted({ target, exists: request.method === 'POST', condition });
  }
  if (request.method === 'DELETE') return accepted({ target: undefined, exists: false });
  if (request.method === 'PATCH') return refused(notFound(type));
  const { claim } = found.value;
  const same = byClaim.get(claim.key.pk);
  if (same && request.method === 'POST') return accepted({ target: same, exists: true, condition });
  const said = request.method === 'PUT' ? idIn(request.body) : undefined;
  const place = await newPlace(ports, caller, request, ask, said);
  if (!place.ok || !place.value.target) return place;
  byClaim.set(claim.key.pk, place.value.target);
  return accepted({ ...place.value, claim, condition });
}

/** Where something new goes: the compartment of the patient that its body names. */
async function newPlace(
  ports: Ports,
  caller: Caller,
  { type, body }: { readonly type: ResourceType; readonly body: unknown },
  ask: Ask,
  id?: string,
): Promise<Result<Located>> {
  if (RESOURCE_TYPES[type].compartment === 'none')
    return accepted({ target: { type, id: id ?? ports.keys.newId(NO_PATIENT) }, exists: false });
  const resolved = await resolvedBody(body, ask);
  if (!resolved.ok) return resolved;
  const parsed = parseNew(ports, type, resolved.value);
  if (!parsed.ok) return parsed;
  const patient = await patientOf(ports, mentionOf(parsed.value, ports.fhirBase), [caller.network]);
  if (patient === undefined) return refused(notFound('Patient'));
  return accepted({ target: { type, id: id ?? ports.keys.newId(patient), patient }, exists: false });
}

/** @param names what the Bundle calls its own; until they are known, a condition that means nothing yet may still be one of them */
async function resolvedBody(body: unknown, ask: Ask, names?: ReadonlyMap<string, Ref>): Promise<Result<unknown>> {
  const meant = new Map<string, Ref>();
  for (const reference of conditionalReferencesIn(body)) {
    const [type = '', ...query] = reference.split('?');
    if (names?.has(reference) || !isResourceType(type)) continue;
    const found = await ask(type, query.join('?'));
    if (!found.ok) return found;
    if (found.value.kind === 'one') meant.set(reference, found.value.ref);
    else if (names || type === 'Patient') return refused(meansNothing(type));
  }
  return accepted(renamed(body, (name) => names?.get(name) ?? meant.get(name)));
}

async function planned(
  ports: Ports,
  prepared: readonly Prepared[],
  located: ReadonlyMap<number, Located>,
  names: ReadonlyMap<string, Ref>,
  ask: Ask,
): Promise<Result<Plan>> {
  const writes: PlannedWrite[] = [];
  const found = new Map<number, Locator>();
  const fetches = new Map<number, FetchRequest>();
  const claims: DocumentWrite[] = [];
  for (const { index, fullUrl, request } of prepared) {
    if (isFetch(request)) {
      fetches.set(index, request);
      continue;
    }
    const { target, exists = false, claim } = located.get(index) ?? {};
    if (claim) claims.push(claim);
    if (!target) continue;
    if (exists) found.set(index, target);
    else {
      const write = entryResult(index, await writeOf(ports, request, target, { fullUrl, names, ask, foundNothing: claim !== undefined }));
      if (!write.ok) return write;
      writes.push({ index, target, ...write.value });
    }
  }
  return accepted({ writes, found, fetches, claims });
}

type Unplaced = PlannedWrite extends infer W ? (W extends PlannedWrite ? Omit<W, 'index' | 'target'> : never) : never;

type Saying = {
  readonly fullUrl: string | undefined;
  readonly names: ReadonlyMap<string, Ref>;
  readonly ask: Ask;
  /** The condition of the entry found nothing. */
  readonly foundNothing: boolean;
};

async function writeOf(
  ports: Ports,
  request: WriteRequest,
  { type, id }: Locator,
  { fullUrl, names, ask, foundNothing }: Saying,
): Promise<Result<Unplaced>> {
  if (request.method === 'DELETE') return accepted({ does: 'delete', ...ifMatchOf(request) });
  const resolved = await resolvedBody(request.body, ask, names);
  if (!resolved.ok) return resolved;
  const body = renamed(resolved.value, (name) => fullUrlsMeant(name, fullUrl).flatMap((one) => names.get(one) ?? [])[0]);
  if (request.method === 'PATCH') {
    const patch = patcher(ports, type, body);
    return patch.ok ? accepted({ does: 'patch', patch: patch.value, ...ifMatchOf(request) }) : patch;
  }
  if (request.method === 'POST') {
    const made = parseNew(ports, type, body);
    return made.ok ? accepted({ does: 'create', resource: { ...made.value, id } }) : made;
  }
  const put = parseChanged(ports, type, body);
  if (!put.ok) return put;
  const isConditional = 'query' in request.target;
  if (put.value.id !== id && !(isConditional && put.value.id === undefined)) return refused(idMismatch(type, id));
  const resource = { ...put.value, id };
  if (foundNothing && put.value.id === undefined) return accepted({ does: 'create', resource });
  return accepted({ does: 'update', resource, ...(foundNothing ? { onlyNew: true } : {}), ...ifMatchOf(request) });
}

function queryIn(target: Target): string | undefined {
  return 'query' in target ? target.query : undefined;
}

function idIn(body: unknown): string | undefined {
  return typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string' ? body.id : undefined;
}

function ifMatchOf({ ifMatch }: { readonly ifMatch?: string }): { readonly ifMatch?: string } {
  return ifMatch === undefined ? {} : { ifMatch };
}

/** The second entry about one resource: which of both would count, nobody could tell. */
function targetTwice(located: ReadonlyMap<number, Located>): number | undefined {
  const seen = new Set<Ref>();
  for (const [index, { target, exists }] of located) {
    if (!target || exists) continue;
    const ref = `${target.type}/${target.id}`;
    if (seen.has(ref)) return index;
    seen.add(ref);
  }
  return undefined;
}

const DUPLICATE_TARGET: Refusal = {
  category: 'unprocessable',
  code: 'duplicate-target',
  diagnostics: 'Another entry of the transaction changes the same resource.',
  remedy: 'Gardez une seule entrée par ressource.',
};

function meansNothing(type: ResourceType): Refusal {
  return {
    category: 'precondition-failed',
    code: 'reference-condition',
    diagnostics: `A conditional reference means no ${type} that you see.`,
    remedy: 'Corrigez la condition de la référence, ou créez d’abord la ressource.',
  };
}
