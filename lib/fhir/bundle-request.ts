import type { BundleEntry } from '@medplum/fhirtypes';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import { isResourceType } from './resource-types.ts';
import type { ResourceType } from './types.ts';

/** Which resource an entry is about: by its id, or the one that meets a condition. */
export type Target = { readonly id: string } | { readonly query: string };

/** What an entry of a transaction or batch asks, as the same request alone would (R4 http.html#transaction). */
export type EntryRequest = WriteRequest | FetchRequest;

export type WriteRequest =
  | { readonly type: ResourceType; readonly method: 'POST'; readonly body: unknown; readonly ifNoneExist?: string }
  | {
      readonly type: ResourceType;
      readonly method: 'PUT' | 'PATCH';
      readonly target: Target;
      readonly body: unknown;
      readonly ifMatch?: string;
      /** `ifNoneMatch: *` of a PUT: nothing may be there yet. */
      readonly onlyNew?: boolean;
    }
  | { readonly type: ResourceType; readonly method: 'DELETE'; readonly target: Target; readonly ifMatch?: string };

export type FetchRequest = {
  readonly type: ResourceType;
  readonly method: 'GET' | 'HEAD';
  readonly what: Wanted;
  readonly ifNoneMatch?: string;
  /** An instant. */
  readonly ifModifiedSince?: string;
};

/** What a GET or HEAD reads. */
export type Wanted =
  | { readonly kind: 'read'; readonly id: string; readonly version?: number; readonly query: string }
  /** Without id: of the type. */
  | { readonly kind: 'history'; readonly id?: string; readonly query: string }
  | { readonly kind: 'everything'; readonly id: string }
  | { readonly kind: 'search'; readonly query: string };

export function isFetch(request: EntryRequest): request is FetchRequest {
  return request.method === 'GET' || request.method === 'HEAD';
}

const ID = /^[A-Za-z0-9.-]{1,64}$/;

/** An entry as sent: its request is understood, its resource not looked at yet. */
export type SentEntry = Pick<BundleEntry, 'fullUrl' | 'request'> & { readonly resource?: unknown };

/** `request` of an entry, its url relative to our base or absolute; 400 for what no single request could be. */
export function entryRequest(entry: SentEntry, fhirBase: string): Result<EntryRequest> {
  const { method, url: said = '', ifMatch, ifNoneMatch, ifNoneExist, ifModifiedSince } = entry.request ?? {};
  const url = (said.startsWith(`${fhirBase}/`) ? said.slice(fhirBase.length) : said).replace(/^\/+/, '');
  const [path = '', ...rest] = url.split('?');
  const query = rest.join('?');
  const [type = '', id, history, version, ...more] = path.split('/').filter((part) => part !== '');
  if (!isResourceType(type) || more.length > 0) return refused(UNREADABLE);
  const base = { type };
  if (method === 'GET' || method === 'HEAD') {
    const what = wantedOf(type, id, history, version, query);
    const known = { ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }), ...(ifModifiedSince === undefined ? {} : { ifModifiedSince }) };
    return what ? accepted({ ...base, method, what, ...known }) : refused(UNREADABLE);
  }
  if (history !== undefined || (id !== undefined && !ID.test(id))) return refused(UNREADABLE);
  if (method === 'POST') {
    if (id !== undefined) return refused(UNREADABLE);
    return accepted({ ...base, method, body: entry.resource, ...(ifNoneExist === undefined ? {} : { ifNoneExist }) });
  }
  if (id === undefined && query === '') return refused(UNREADABLE);
  const common = { ...base, target: id === undefined ? { query } : { id }, ...(ifMatch === undefined ? {} : { ifMatch }) };
  if (method === 'DELETE') return accepted({ ...common, method });
  if (method === 'PUT')
    return accepted({ ...common, method, body: entry.resource, ...(ifNoneMatch?.trim() === '*' ? { onlyNew: true } : {}) });
  if (method !== 'PATCH') return refused(UNREADABLE);
  const body = patchBody(entry.resource);
  return body.ok ? accepted({ ...common, method, body: body.value }) : body;
}

function wantedOf(
  type: ResourceType,
  id: string | undefined,
  below: string | undefined,
  version: string | undefined,
  query: string,
): Wanted | undefined {
  if (id === undefined) return { kind: 'search', query };
  if (id === '_history') return below === undefined ? { kind: 'history', query } : undefined;
  if (!ID.test(id)) return undefined;
  if (below === undefined) return { kind: 'read', id, query };
  if (below === '$everything') return type === 'Patient' && version === undefined ? { kind: 'everything', id } : undefined;
  if (below !== '_history') return undefined;
  if (version === undefined) return { kind: 'history', id, query };
  return /^[1-9]\d{0,9}$/.test(version) ? { kind: 'read', id, version: Number(version), query } : undefined;
}

/** A FHIRPath Patch is its Parameters; a JSON Patch comes in a Binary (R4 http.html#patch). */
function patchBody(resource: unknown): Result<unknown> {
  const { resourceType, data }: { resourceType?: unknown; data?: unknown } =
    typeof resource === 'object' && resource !== null ? resource : {};
  if (resourceType !== 'Binary') return accepted(resource);
  try {
    const body: unknown = JSON.parse(Buffer.from(typeof data === 'string' ? data : '', 'base64').toString('utf8'));
    return accepted(body);
  } catch (error) {
    // The client's bytes; nothing else can be thrown here.
    if (error instanceof SyntaxError) return refused(PATCH_UNREADABLE);
    throw error;
  }
}

/** A refusal of one entry's request, said of the entry: its element within the Bundle. */
export function inEntry(index: number, { expression, ...refusal }: Refusal): Refusal {
  const [, element = ''] = /^[A-Z][A-Za-z]*(\..+)$/.exec(expression ?? '') ?? [];
  const place = expression?.startsWith('Bundle.') ? expression : `Bundle.entry[${index}]${element ? `.resource${element}` : ''}`;
  return { ...refusal, expression: place };
}

/** As `inEntry`, of a result. */
export function entryResult<T>(index: number, result: Result<T>): Result<T> {
  if (result.ok) return result;
  const [first, ...others] = result.refusals;
  return refused(inEntry(index, first), ...others.map((one) => inEntry(index, one)));
}

const UNREADABLE: Refusal = {
  category: 'not-understood',
  code: 'bundle-entry',
  diagnostics: 'request.method and request.url of the entry are none that this server takes in a Bundle.',
  remedy: 'Corrigez l’entrée : GET, HEAD, POST, PUT, PATCH ou DELETE, avec <Type>, <Type>/<id> ou <Type>?<condition>.',
};

const PATCH_UNREADABLE: Refusal = {
  category: 'not-understood',
  code: 'patch-malformed',
  diagnostics: 'The Binary of a PATCH entry holds a JSON Patch in base64.',
  remedy: 'Envoyez le JSON Patch en base64 dans Binary.data, ou un FHIRPath Patch (Parameters).',
};
