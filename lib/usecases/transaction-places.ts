import { entryResult, isFetch, type Target, type WriteRequest } from '../fhir/bundle-request.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { Ref } from '../fhir/types.ts';
import { NO_PATIENT } from '../platform/ids.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { DocumentWrite } from '../store/commit.ts';
import type { Locator } from '../store/table.ts';
import type { Caller } from './caller.ts';
import { parseNew } from './create.ts';
import { notFound } from './disclose.ts';
import { addressed, locate } from './enter.ts';
import type { Ports } from './ports.ts';
import { mentionOf, patientOf } from './resolve-patient.ts';
import { type Ask, conditionHere, type Names, namesInCondition, resolvedBody } from './transaction-names.ts';
import type { Prepared } from './transaction-plan.ts';

/** Which resource an entry that writes is about. */
export type Place = {
  /** `undefined` = a delete that means nothing. */
  readonly target: Locator | undefined;
  /** Nothing is written: the condition of a create found it, or another entry makes it. */
  readonly exists: boolean;
  /** The version that met the condition: what is written, is written over this one. */
  readonly foundAt?: number;
  /** The condition found nothing, which must be true still when the transaction is made. */
  readonly claim?: DocumentWrite;
};

type Placing = {
  readonly ports: Ports;
  readonly caller: Caller;
  readonly ask: Ask;
  readonly names: Map<string, Ref>;
  readonly byClaim: Map<string, Locator>;
};

/**
 * Where each entry that writes stands or will stand, in rounds: an entry whose patient or whose condition is named by
 * another entry's `fullUrl` waits for that one. Fills in `names`. Refused: two entries that change one resource.
 */
export async function placesOf(
  ports: Ports,
  caller: Caller,
  prepared: readonly Prepared[],
  ask: Ask,
): Promise<Result<{ readonly places: ReadonlyMap<number, Place>; readonly names: Names }>> {
  const placing: Placing = { ports, caller, ask, names: new Map(), byClaim: new Map() };
  const places = new Map<number, Place>();
  let waiting = prepared.filter(({ request }) => !isFetch(request));
  while (waiting.length > 0) {
    const unplaced = new Set(waiting.flatMap(({ fullUrl }) => fullUrl ?? []));
    const ready = waiting.filter((one) => !needs(one).some((name) => name !== one.fullUrl && unplaced.has(name)));
    // Entries that wait for each other are taken as they are.
    const now = new Set(ready.length > 0 ? ready : waiting);
    for (const { index, fullUrl, request } of now) {
      if (isFetch(request)) continue;
      const place = entryResult(index, await placeOf(placing, request, fullUrl));
      if (!place.ok) return place;
      places.set(index, place.value);
    }
    waiting = waiting.filter((one) => !now.has(one));
  }
  const twice = changedTwice(places);
  return twice === undefined ? accepted({ places, names: placing.names }) : entryResult(twice, refused(DUPLICATE_TARGET));
}

/** Names of other entries without which the place of this one cannot be told. */
function needs({ request }: Prepared): readonly string[] {
  if (isFetch(request)) return [];
  const condition = conditionOf(request);
  const { compartment } = RESOURCE_TYPES[request.type];
  const named = 'body' in request && isObject(request.body) ? Reflect.get(request.body, compartment) : undefined;
  const reference = isObject(named) && 'reference' in named && typeof named.reference === 'string' ? [named.reference] : [];
  return [...reference, ...(condition === undefined ? [] : namesInCondition(condition))];
}

async function placeOf(placing: Placing, request: WriteRequest, fullUrl: string | undefined): Promise<Result<Place>> {
  const { names } = placing;
  const condition = conditionOf(request);
  const place = condition === undefined ? await byId(placing, request, fullUrl) : await byCondition(placing, request, condition, fullUrl);
  if (!place.ok || !place.value.target) return place;
  const { type, id } = place.value.target;
  if (fullUrl !== undefined) names.set(fullUrl, `${type}/${id}`);
  if (condition !== undefined) names.set(`${type}?${condition}`, `${type}/${id}`);
  return place;
}

async function byId(placing: Placing, request: WriteRequest, fullUrl: string | undefined): Promise<Result<Place>> {
  if (request.method === 'POST') return newPlace(placing, request, fullUrl);
  const id = 'id' in request.target ? request.target.id : '';
  if (request.method !== 'PUT') return accepted({ target: await addressed(placing.ports, request.type, id), exists: false });
  const target = await locate(placing.ports, request.type, id);
  if (target.patient !== undefined) return accepted({ target, exists: false });
  return newPlace(placing, request, fullUrl, id);
}

async function byCondition(placing: Placing, request: WriteRequest, said: string, fullUrl: string | undefined): Promise<Result<Place>> {
  const { type, method } = request;
  const found = await placing.ask(type, conditionHere(said, placing.names));
  if (!found.ok) return found;
  if (found.value.kind === 'one') {
    const { id, patient, version } = found.value;
    const target = { type, id, ...(patient === undefined ? {} : { patient }) };
    return accepted({ target, exists: method === 'POST', foundAt: version });
  }
  if (method === 'DELETE') return accepted({ target: undefined, exists: false });
  if (method === 'PATCH') return refused(notFound(type));
  const { claim } = found.value;
  const same = placing.byClaim.get(claim.key.pk);
  if (same && method === 'POST') return accepted({ target: same, exists: true });
  const id = method === 'PUT' ? idIn(request.body) : undefined;
  const place = await newPlace(placing, request, fullUrl, id);
  if (!place.ok || !place.value.target) return place;
  placing.byClaim.set(claim.key.pk, place.value.target);
  return accepted({ ...place.value, claim });
}

/** Where something new goes: the compartment of the patient that its body names. */
async function newPlace(
  { ports, caller, ask, names }: Placing,
  { type, body }: Extract<WriteRequest, { readonly method: 'POST' | 'PUT' | 'PATCH' }>,
  fullUrl: string | undefined,
  id?: string,
): Promise<Result<Place>> {
  if (RESOURCE_TYPES[type].compartment === 'none')
    return accepted({ target: { type, id: id ?? ports.keys.newId(NO_PATIENT) }, exists: false });
  const resolved = await resolvedBody(ports, { body, fullUrl, names, ask, complete: false });
  if (!resolved.ok) return resolved;
  const parsed = parseNew(ports, type, resolved.value);
  if (!parsed.ok) return parsed;
  const patient = await patientOf(ports, mentionOf(parsed.value, ports.fhirBase), [caller.network]);
  if (patient === undefined) return refused(notFound('Patient'));
  return accepted({ target: { type, id: id ?? ports.keys.newId(patient), patient }, exists: false });
}

function conditionOf(request: WriteRequest): string | undefined {
  return request.method === 'POST' ? request.ifNoneExist : queryIn(request.target);
}

function queryIn(target: Target): string | undefined {
  return 'query' in target ? target.query : undefined;
}

function idIn(body: unknown): string | undefined {
  return isObject(body) && 'id' in body && typeof body.id === 'string' ? body.id : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The second entry about one resource: which of both would count, nobody could tell. */
function changedTwice(places: ReadonlyMap<number, Place>): number | undefined {
  const seen = new Set<Ref>();
  for (const [index, { target, exists }] of [...places].toSorted(([one], [other]) => one - other)) {
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
