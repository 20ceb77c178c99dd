import type { Bundle, BundleEntryRequest, Resource } from '@medplum/fhirtypes';
import { event } from './coordination.ts';

/** A request as an exit makes it, without who asks. */
export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** A way by which something of a resource could come out: the route that it goes through, and a request about one id. */
export type Exit = {
  readonly route: string;
  readonly does: string;
  readonly ask: (type: Resource['resourceType'], id: string) => Asked;
};

const FHIR = 'application/fhir+json';
const JSON_PATCH = 'application/json-patch+json';
const PATCH = [{ op: 'add', path: '/language', value: 'fr' }];

/** A request with a FHIR body. */
export function sent(
  method: string,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
  contentType = FHIR,
): Asked {
  return { method, path, contentType, headers, body: JSON.stringify(body) };
}

/** A body that is valid as a Goal, and enough for the answer of any other type; its subject is somebody whom nobody knows. */
function bodyOf(resourceType: string, id?: string): object {
  const subject = { reference: 'Patient/aaaaaaaaaaaaaaaaaaaaaaaaaa' };
  return { resourceType, ...(id === undefined ? {} : { id }), lifecycleStatus: 'active', description: { text: 'Sortir' }, subject };
}

/** A Bundle of one entry. */
export function bundled(type: 'batch' | 'transaction', request: BundleEntryRequest, resource?: object): Asked {
  const bundle: Omit<Bundle, 'entry'> & { readonly entry: readonly object[] } = {
    resourceType: 'Bundle',
    type,
    entry: [{ request, ...(resource ? { resource } : {}) }],
  };
  return sent('POST', '/fhir', bundle);
}

const PATCH_IN_BUNDLE = {
  resourceType: 'Binary',
  contentType: JSON_PATCH,
  data: Buffer.from(JSON.stringify(PATCH)).toString('base64'),
};

/** Every exit about one resource. A route of the API that no row names fails `exits.test.ts`. */
export const EXITS: readonly Exit[] = [
  { route: 'GET /fhir/:type/:id', does: 'read', ask: (type, id) => ({ method: 'GET', path: `/fhir/${type}/${id}` }) },
  { route: 'GET /fhir/:type/:id', does: 'head', ask: (type, id) => ({ method: 'HEAD', path: `/fhir/${type}/${id}` }) },
  { route: 'GET /fhir/:type/:id', does: 'read as XML', ask: (type, id) => ({ method: 'GET', path: `/fhir/${type}/${id}?_format=xml` }) },
  { route: 'GET /fhir/:type/:id', does: 'summary', ask: (type, id) => ({ method: 'GET', path: `/fhir/${type}/${id}?_summary=true` }) },
  {
    route: 'GET /fhir/:type/:id',
    does: 'read unless it is that version',
    ask: (type, id) => ({ method: 'GET', path: `/fhir/${type}/${id}`, headers: { 'if-none-match': 'W/"1"' } }),
  },
  {
    route: 'GET /fhir/:type/:id',
    does: 'read if it changed since',
    ask: (type, id) => ({
      method: 'GET',
      path: `/fhir/${type}/${id}`,
      headers: { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' },
    }),
  },
  ...[1, 2, 99].map(
    (version): Exit => ({
      route: 'GET /fhir/:type/:id/_history/:version',
      does: `vread of version ${version}`,
      ask: (type, id) => ({ method: 'GET', path: `/fhir/${type}/${id}/_history/${version}` }),
    }),
  ),
  {
    route: 'GET /fhir/:type/:id/_history',
    does: 'history',
    ask: (type, id) => ({ method: 'GET', path: `/fhir/${type}/${id}/_history` }),
  },
  { route: 'GET /fhir/:type', does: 'search by _id', ask: (type, id) => ({ method: 'GET', path: `/fhir/${type}?_id=${id}` }) },
  {
    route: 'GET /fhir/:type',
    does: 'count by _id',
    ask: (type, id) => ({ method: 'GET', path: `/fhir/${type}?_id=${id}&_summary=count` }),
  },
  {
    route: 'POST /fhir/:type/_search',
    does: 'search by _id and POST',
    ask: (type, id) => ({
      method: 'POST',
      path: `/fhir/${type}/_search`,
      contentType: 'application/x-www-form-urlencoded',
      body: `_id=${id}`,
    }),
  },
  { route: 'PUT /fhir/:type/:id', does: 'update', ask: (type, id) => sent('PUT', `/fhir/${type}/${id}`, bodyOf(type, id)) },
  {
    route: 'PUT /fhir/:type/:id',
    does: 'update of that version',
    ask: (type, id) => sent('PUT', `/fhir/${type}/${id}`, bodyOf(type, id), { 'if-match': 'W/"7"' }),
  },
  {
    route: 'PUT /fhir/:type/:id',
    does: 'update if it is new',
    ask: (type, id) => sent('PUT', `/fhir/${type}/${id}`, bodyOf(type, id), { 'if-none-match': '*' }),
  },
  {
    route: 'PUT /fhir/:type',
    does: 'conditional update',
    ask: (type, id) => sent('PUT', `/fhir/${type}?_id=${id}`, bodyOf(type)),
  },
  {
    route: 'PATCH /fhir/:type/:id',
    does: 'patch',
    ask: (type, id) => sent('PATCH', `/fhir/${type}/${id}`, PATCH, {}, JSON_PATCH),
  },
  {
    route: 'PATCH /fhir/:type/:id',
    does: 'patch that only tests a value',
    ask: (type, id) =>
      sent('PATCH', `/fhir/${type}/${id}`, [{ op: 'test', path: '/status', value: 'active' }], { 'if-match': 'W/"1"' }, JSON_PATCH),
  },
  {
    route: 'PATCH /fhir/:type',
    does: 'conditional patch',
    ask: (type, id) => sent('PATCH', `/fhir/${type}?_id=${id}`, PATCH, {}, JSON_PATCH),
  },
  { route: 'DELETE /fhir/:type/:id', does: 'delete', ask: (type, id) => ({ method: 'DELETE', path: `/fhir/${type}/${id}` }) },
  {
    route: 'DELETE /fhir/:type/:id',
    does: 'delete of that version',
    ask: (type, id) => ({ method: 'DELETE', path: `/fhir/${type}/${id}`, headers: { 'if-match': 'W/"9"' } }),
  },
  {
    route: 'DELETE /fhir/:type',
    does: 'conditional delete',
    ask: (type, id) => ({ method: 'DELETE', path: `/fhir/${type}?_id=${id}` }),
  },
  {
    route: 'POST /fhir/:type',
    does: 'conditional create',
    ask: (type, id) => sent('POST', `/fhir/${type}`, bodyOf(type), { 'if-none-exist': `_id=${id}` }),
  },
  {
    route: 'POST /fhir/:type/:id/$event',
    does: 'event',
    ask: (type, id) => sent('POST', `/fhir/${type}/${id}/$event`, event('soumettre', { id: { valueId: 'once' } })),
  },
  {
    route: 'GET /fhir/:type/:id/$events',
    does: 'possible events',
    ask: (type, id) => ({ method: 'GET', path: `/fhir/${type}/${id}/$events` }),
  },
  {
    route: 'GET /fhir/:type/:id/$validate',
    does: 'validation of what is stored',
    ask: (type, id) => ({ method: 'GET', path: `/fhir/${type}/${id}/$validate` }),
  },
  {
    route: 'POST /fhir/:type/:id/$validate',
    does: 'whether it may be deleted',
    ask: (type, id) => sent('POST', `/fhir/${type}/${id}/$validate?mode=delete`, { resourceType: 'Parameters' }),
  },
  ...(['batch', 'transaction'] as const).flatMap((kind): readonly Exit[] => [
    { route: 'POST /fhir', does: `read in a ${kind}`, ask: (type, id) => bundled(kind, { method: 'GET', url: `${type}/${id}` }) },
    {
      route: 'POST /fhir',
      does: `history in a ${kind}`,
      ask: (type, id) => bundled(kind, { method: 'GET', url: `${type}/${id}/_history` }),
    },
    { route: 'POST /fhir', does: `search in a ${kind}`, ask: (type, id) => bundled(kind, { method: 'GET', url: `${type}?_id=${id}` }) },
    {
      route: 'POST /fhir',
      does: `update in a ${kind}`,
      ask: (type, id) => bundled(kind, { method: 'PUT', url: `${type}/${id}` }, bodyOf(type, id)),
    },
    {
      route: 'POST /fhir',
      does: `conditional create in a ${kind}`,
      ask: (type, id) => bundled(kind, { method: 'POST', url: type, ifNoneExist: `_id=${id}` }, bodyOf(type)),
    },
    {
      route: 'POST /fhir',
      does: `patch in a ${kind}`,
      ask: (type, id) => bundled(kind, { method: 'PATCH', url: `${type}/${id}` }, PATCH_IN_BUNDLE),
    },
    { route: 'POST /fhir', does: `delete in a ${kind}`, ask: (type, id) => bundled(kind, { method: 'DELETE', url: `${type}/${id}` }) },
  ]),
];

/** Routes that tell nothing of any patient, and why. */
export const TELL_OF_NOBODY: Readonly<Record<string, string>> = {
  'GET /health': 'whether the engine answers',
  'GET /fhir/metadata': 'what the server does',
  'GET /fhir/.well-known/smart-configuration': 'where tokens come from',
  'GET /fhir/Measure': 'what the indicators mean',
  'GET /fhir/Measure/:id': 'what an indicator means',
  'GET /fhir/Measure/:id/$evaluate-measure': 'figures of a network, small cells suppressed (test/observatory, dashboard.test.ts)',
  'GET /observatory': 'public figures, small cells suppressed',
  'GET /observatory.css': 'how the page looks',
  'POST /fhir/:type/$validate': 'what is wrong with the body that was sent',
  'GET /fhir/CodeSystem/$lookup': 'terminology',
  'POST /fhir/CodeSystem/$lookup': 'terminology',
  'GET /fhir/CodeSystem/$validate-code': 'terminology',
  'POST /fhir/CodeSystem/$validate-code': 'terminology',
  'GET /fhir/ValueSet/$validate-code': 'terminology',
  'POST /fhir/ValueSet/$validate-code': 'terminology',
  'GET /fhir/ValueSet/$expand': 'terminology',
  'POST /fhir/ValueSet/$expand': 'terminology',
  'POST /intake/hl7v2': 'an acknowledgement that names nobody (hospital-ack.test.ts)',
  'POST /intake/cda': 'the document that was sent, to who sent it (hospital-cda.test.ts)',
  'GET /intake/parked': 'what the caller’s own client sent (bad-input.test.ts)',
  'GET /intake/parked/:id': 'the bytes that the caller’s own client sent',
  'POST /intake/parked/:id/$replay': 'an acknowledgement to who sent the message',
};
