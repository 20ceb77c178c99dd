import {
  type EntryRequest,
  entryRequest,
  entryResult,
  type FetchRequest,
  isFetch,
  type SentEntry,
  type WriteRequest,
} from '../fhir/bundle-request.ts';
import type { RelaisResource } from '../fhir/types.ts';
import { accepted, type Result, refused } from '../platform/refusal.ts';
import type { DocumentWrite } from '../store/commit.ts';
import type { Locator } from '../store/table.ts';
import type { Caller } from './caller.ts';
import { parseNew } from './create.ts';
import { type Patcher, patcher } from './patch.ts';
import type { Ports } from './ports.ts';
import { nothingToMatch } from './refusals.ts';
import { type Ask, askOnce, type Names, resolvedBody } from './transaction-names.ts';
import { placesOf } from './transaction-places.ts';
import { idMismatch, type Precondition, parseChanged } from './update.ts';

/** An entry as sent, its request understood. */
export type Prepared = { readonly index: number; readonly fullUrl: string | undefined; readonly request: EntryRequest };

/** An entry that changes something, its target and its body known. */
export type PlannedWrite = {
  readonly index: number;
  readonly target: Locator;
  /** The version that met the condition of the entry. */
  readonly foundAt?: number;
} & Precondition &
  (
    | { readonly does: 'create' | 'update'; readonly resource: RelaisResource }
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
  const placed = await placesOf(ports, caller, prepared, ask);
  if (!placed.ok) return placed;
  const { places, names } = placed.value;
  const writes: PlannedWrite[] = [];
  const found = new Map<number, Locator>();
  const fetches = new Map<number, FetchRequest>();
  const claims: DocumentWrite[] = [];
  for (const { index, fullUrl, request } of prepared) {
    if (isFetch(request)) {
      fetches.set(index, request);
      continue;
    }
    const { target, exists = false, claim, foundAt } = places.get(index) ?? {};
    if (claim) claims.push(claim);
    if (!target) continue;
    if (exists) found.set(index, target);
    else {
      const write = entryResult(index, await writeOf(ports, request, target, { fullUrl, names, ask, foundNothing: claim !== undefined }));
      if (!write.ok) return write;
      writes.push({ index, target, ...write.value, ...(foundAt === undefined ? {} : { foundAt }) });
    }
  }
  return accepted({ writes, found, fetches, claims });
}

type Unplaced = PlannedWrite extends infer W ? (W extends PlannedWrite ? Omit<W, 'index' | 'target' | 'foundAt'> : never) : never;

type Saying = {
  readonly fullUrl: string | undefined;
  readonly names: Names;
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
  const condition = preconditionOf(request);
  if (request.method === 'DELETE') return accepted({ does: 'delete', ...condition });
  const body = await resolvedBody(ports, { body: request.body, fullUrl, names, ask, complete: true });
  if (!body.ok) return body;
  if (request.method === 'PATCH') {
    const patch = patcher(ports, type, body.value);
    return patch.ok ? accepted({ does: 'patch', patch: patch.value, ...condition }) : patch;
  }
  if (request.method === 'POST') {
    const made = parseNew(ports, type, body.value);
    return made.ok ? accepted({ does: 'create', resource: { ...made.value, id } }) : made;
  }
  const put = parseChanged(ports, type, body.value);
  if (!put.ok) return put;
  const isConditional = 'query' in request.target;
  if (put.value.id !== id && !(isConditional && put.value.id === undefined)) return refused(idMismatch(type, id));
  const resource = { ...put.value, id };
  if (!foundNothing) return accepted({ does: 'update', resource, ...condition });
  if (condition.ifMatch !== undefined) return refused(nothingToMatch(type));
  return accepted(put.value.id === undefined ? { does: 'create', resource } : { does: 'update', resource, onlyNew: true });
}

function preconditionOf(request: WriteRequest): Precondition {
  if (request.method === 'POST') return {};
  const { ifMatch } = request;
  const onlyNew = request.method === 'PUT' && request.onlyNew === true;
  return { ...(ifMatch === undefined ? {} : { ifMatch }), ...(onlyNew ? { onlyNew } : {}) };
}
