import type { Bundle } from '@medplum/fhirtypes';
import { type Context, Hono } from 'hono';
import { capabilityStatement } from '../../lib/fhir/capability.ts';
import { doneOutcome, SUCCESS } from '../../lib/fhir/outcome.ts';
import { noneMatchNames } from '../../lib/fhir/preconditions.ts';
import { isResourceType, RESOURCE_TYPES } from '../../lib/fhir/resource-types.ts';
import type { ResourceType } from '../../lib/fhir/types.ts';
import type { Refusal, Result } from '../../lib/platform/refusal.ts';
import { TRANSACTION_ITEMS_MAX } from '../../lib/store/steps.ts';
import { acceptPublication, publishes } from '../../lib/usecases/accept-publication.ts';
import type { Caller } from '../../lib/usecases/caller.ts';
import { createUnless, patchMatching, removeMatching, updateMatching } from '../../lib/usecases/conditional-write.ts';
import { create, type Written } from '../../lib/usecases/create.ts';
import type { Shown } from '../../lib/usecases/disclose.ts';
import { history, historyOfType } from '../../lib/usecases/history.ts';
import { patch } from '../../lib/usecases/patch.ts';
import { BATCH_ENTRIES_MAX, processBundle } from '../../lib/usecases/process-bundle.ts';
import { read } from '../../lib/usecases/read.ts';
import { isKnown, partOf } from '../../lib/usecases/read-part.ts';
import { notServed } from '../../lib/usecases/refusals.ts';
import { remove } from '../../lib/usecases/remove.ts';
import { everything, type SearchAnswer, search } from '../../lib/usecases/search.ts';
import { searchCompartment } from '../../lib/usecases/search-compartment.ts';
import { possibleEvents, sendEvent } from '../../lib/usecases/send-event.ts';
import { type Precondition, update } from '../../lib/usecases/update.ts';
import { ID_IN_PATH } from '../allow.ts';
import { negotiateFormat } from '../format.ts';
import {
  callerFrom,
  fhir,
  formBody,
  handleFailures,
  handlingOf,
  jsonBody,
  KEPT,
  openToPages,
  patchBody,
  queryOf,
  refusal,
} from '../http.ts';
import type { Runtime } from '../runtime.ts';
import { observatoryRoutes } from './observatory.ts';
import { operationRoutes } from './operations.ts';

const LIMITS = { transactionItemsMax: TRANSACTION_ITEMS_MAX, batchEntriesMax: BATCH_ENTRIES_MAX };
const ONE = `/fhir/:type/${ID_IN_PATH}`;

/** The FHIR API as a Hono app: routes to use cases, results to HTTP; no rule of its own. */
export function createApi(run: Runtime): Hono {
  // Many clients write the base with its slash.
  const app = new Hono({ strict: false });
  handleFailures(app);
  app.use('/fhir/*', openToPages());
  app.use('/fhir/*', negotiateFormat);
  const { ports } = run;

  /** Token, then type, then the use case. */
  const asCaller =
    (serve: (context: Context, caller: Caller, type: ResourceType) => Promise<Response>) =>
    async (context: Context): Promise<Response> => {
      const caller = await callerFrom(context, run);
      if (!caller.ok) return refusal(caller.refusals);
      const type = context.req.param('type') ?? 'Patient';
      if (!isResourceType(type)) return refusal([OF_SYSTEM.includes(type) ? NOT_OF_SYSTEM : unknownType(type)]);
      return serve(context, caller.value, type);
    };

  app.get('/health', async () => {
    await ports.store.load([{ pk: 'health', sk: 'health' }]);
    return new Response('{"status":"ok"}', { status: SUCCESS.ok, headers: { 'content-type': 'application/json' } });
  });
  app.get('/fhir/metadata', () => fhir(capabilityStatement(ports.fhirBase, ports.now(), LIMITS), SUCCESS.ok));
  app.get(
    '/fhir/.well-known/smart-configuration',
    () => new Response(JSON.stringify(smartConfiguration(run)), { headers: { 'content-type': 'application/json' } }),
  );
  observatoryRoutes(app, run);
  operationRoutes(app, run);

  app.post('/fhir', async (context) => {
    const caller = await callerFrom(context, run);
    if (!caller.ok) return refusal(caller.refusals);
    const body = await jsonBody(context);
    if (!body.ok) return refusal(body.refusals);
    const isFull = /return=representation/i.test(context.req.header('prefer') ?? '');
    return bundleResponse(await processBundle(ports, caller.value, body.value, isFull ? 'representation' : 'minimal'));
  });

  app.get(
    '/fhir/Patient/:id/$everything',
    asCaller(async (context, caller) => searchResponse(context, await everything(ports, caller, idOf(context)))),
  );
  app.get(
    '/fhir/Patient/:id/:type{[A-Z][A-Za-z]+}',
    asCaller(async (context, caller, type) => {
      const request = { type, rawQuery: queryOf(context), handling: handlingOf(context) };
      return searchResponse(context, await searchCompartment(ports, caller, idOf(context), request));
    }),
  );
  app.get(
    '/fhir/:type/:id/$events',
    asCaller(async (context, caller, type) => {
      const answer = await possibleEvents(ports, caller, type, idOf(context));
      return answer.ok ? fhir(answer.value, SUCCESS.ok) : refusal(answer.refusals);
    }),
  );
  app.post(
    '/fhir/:type/:id/$event',
    asCaller(async (context, caller, type) => {
      const body = await jsonBody(context);
      if (!body.ok) return refusal(body.refusals);
      const sent = await sendEvent(ports, caller, type, idOf(context), body.value, precondition(context));
      return sent.ok ? writtenResponse(run, sent.value, SUCCESS.ok, 'representation') : refusal(sent.refusals);
    }),
  );
  app.post(
    '/fhir/:type/_search',
    asCaller(async (context, caller, type) => {
      if (!isSearchable(type)) return refusal([notSearchable(type)]);
      const form = await formBody(context);
      if (!form.ok) return refusal(form.refusals);
      const query = [queryOf(context), form.value].filter(Boolean).join('&');
      return searchResponse(context, await search(ports, caller, { type, rawQuery: query, handling: handlingOf(context) }));
    }),
  );
  app.get(
    '/fhir/:type/:id/_history/:version',
    asCaller(async (context, caller, type) => {
      if (!RESOURCE_TYPES[type].interactions.includes('vread')) return refusal([notServed(type, 'history')]);
      const version = context.req.param('version') ?? '';
      return shownResponse(
        context,
        type,
        await read(ports, caller, type, idOf(context), /^[1-9]\d{0,9}$/.test(version) ? Number(version) : 0),
      );
    }),
  );
  app.get(
    '/fhir/:type/:id/_history',
    asCaller(async (context, caller, type) => bundleResponse(await history(ports, caller, type, idOf(context), queryOf(context)))),
  );
  app.get(
    '/fhir/:type/_history',
    asCaller(async (context, caller, type) => bundleResponse(await historyOfType(ports, caller, type, queryOf(context)))),
  );
  app.get(
    ONE,
    asCaller(async (context, caller, type) =>
      RESOURCE_TYPES[type].interactions.includes('read')
        ? shownResponse(context, type, await read(ports, caller, type, idOf(context)))
        : refusal([notServed(type, 'read')]),
    ),
  );
  app.get(
    '/fhir/:type',
    asCaller(async (context, caller, type) =>
      isSearchable(type)
        ? searchResponse(context, await search(ports, caller, { type, rawQuery: queryOf(context), handling: handlingOf(context) }))
        : refusal([notSearchable(type)]),
    ),
  );
  app.post(
    '/fhir/:type',
    asCaller(async (context, caller, type) => {
      const body = await jsonBody(context);
      if (!body.ok) return refusal(body.refusals);
      if (publishes(caller, type)) {
        const published = await acceptPublication(ports, caller, body.value);
        if (!published.ok) return refusal(published.refusals);
        return writtenResponse(run, published.value, published.value.isNew ? SUCCESS.created : SUCCESS.ok, preferOf(context));
      }
      const condition = context.req.header('if-none-exist');
      if (condition !== undefined) {
        const once = await createUnless(ports, caller, type, body.value, condition);
        if (!once.ok) return refusal(once.refusals);
        return writtenResponse(run, once.value, once.value.isNew ? SUCCESS.created : SUCCESS.ok, preferOf(context));
      }
      const written = await create(ports, caller, type, body.value);
      if (!written.ok) return refusal(written.refusals);
      // The same headers and bytes whether or not the writer may see what he recorded (contracts.md 3, Consent).
      const answer = type === 'Consent' ? { ...written.value, shown: undefined } : written.value;
      return writtenResponse(run, answer, SUCCESS.created, preferOf(context));
    }),
  );
  const put = asCaller(async (context, caller, type) => {
    const body = await jsonBody(context);
    if (!body.ok) return refusal(body.refusals);
    const id = context.req.param('id');
    const written =
      id === undefined
        ? await updateMatching(ports, caller, type, body.value, queryOf(context), precondition(context))
        : await update(ports, caller, type, id, body.value, precondition(context));
    if (!written.ok) return refusal(written.refusals);
    return writtenResponse(run, written.value, written.value.isNew ? SUCCESS.created : SUCCESS.ok, preferOf(context));
  });
  app.put(ONE, put);
  app.put('/fhir/:type', put);
  const patched = asCaller(async (context, caller, type) => {
    const body = await patchBody(context);
    if (!body.ok) return refusal(body.refusals);
    const id = context.req.param('id');
    const written =
      id === undefined
        ? await patchMatching(ports, caller, type, body.value, queryOf(context), precondition(context))
        : await patch(ports, caller, type, id, body.value, precondition(context));
    return written.ok ? writtenResponse(run, written.value, SUCCESS.ok, preferOf(context)) : refusal(written.refusals);
  });
  app.patch(ONE, patched);
  app.patch('/fhir/:type', patched);
  const removed = asCaller(async (context, caller, type) => {
    const id = context.req.param('id');
    const done =
      id === undefined
        ? await removeMatching(ports, caller, type, queryOf(context), precondition(context))
        : await remove(ports, caller, type, id, precondition(context));
    return done.ok ? new Response(null, { status: SUCCESS.noContent }) : refusal(done.refusals);
  });
  app.delete(ONE, removed);
  app.delete('/fhir/:type', removed);
  return app;
}

function isSearchable(type: ResourceType): boolean {
  return RESOURCE_TYPES[type].interactions.includes('search-type');
}

function idOf(context: Context): string {
  return context.req.param('id') ?? '';
}

function precondition(context: Context): Precondition {
  const ifMatch = context.req.header('if-match');
  const onlyNew = context.req.header('if-none-match')?.trim() === '*';
  return { ...(ifMatch === undefined ? {} : { ifMatch }), ...(onlyNew ? { onlyNew } : {}) };
}

type Preference = 'minimal' | 'representation' | 'OperationOutcome';

/** @see https://hl7.org/fhir/R4/http.html#ops */
function preferOf(context: Context): Preference {
  const [, said = ''] = /return=(minimal|OperationOutcome)/i.exec(context.req.header('prefer') ?? '') ?? [];
  return said === '' ? 'representation' : said.toLowerCase() === 'minimal' ? 'minimal' : 'OperationOutcome';
}

/** A view that is cut carries no date (`isKnown`). */
function shownResponse(context: Context, type: ResourceType, result: Result<Shown>): Response {
  if (!result.ok) return refusal(result.refusals);
  const { view, etag, stored, cut } = result.value;
  const headers = { etag, ...(cut ? {} : { 'last-modified': new Date(stored.at).toUTCString() }) };
  const having = { ifNoneMatch: context.req.header('if-none-match'), ifModifiedSince: context.req.header('if-modified-since') };
  if (isKnown(result.value, having)) return notModified(headers);
  const accept = context.req.header('accept') ?? '*/*';
  if (view.resourceType === 'Binary' && view.data !== undefined && !/json|fhir\+xml/.test(context.req.query('_format') ?? accept)) {
    return new Response(Buffer.from(view.data, 'base64'), {
      status: SUCCESS.ok,
      headers: { ...headers, 'content-type': view.contentType ?? 'application/octet-stream', 'cache-control': 'private, no-store' },
    });
  }
  const part = partOf(type, view, queryOf(context));
  return part.ok ? fhir(part.value, SUCCESS.ok, headers) : refusal(part.refusals);
}

/** What the answer would have said of its keeping, without its content (RFC 9110, 15.4.5). */
function notModified(headers: Readonly<Record<string, string>>): Response {
  return new Response(null, { status: SUCCESS.notModified, headers: { 'cache-control': KEPT, ...headers } });
}

function bundleResponse(result: Result<Bundle>): Response {
  return result.ok ? fhir(result.value, SUCCESS.ok) : refusal(result.refusals);
}

function searchResponse(context: Context, result: Result<SearchAnswer>): Response {
  if (!result.ok) return refusal(result.refusals);
  const { bundle, etag } = result.value;
  if (noneMatchNames(context.req.header('if-none-match') ?? '', etag)) return notModified({ etag });
  return fhir(bundle, SUCCESS.ok, { etag });
}

function writtenResponse({ ports }: Runtime, { ref, version, at, shown }: Written, status: number, prefer: Preference): Response {
  const headers = {
    location: `${ports.fhirBase}/${ref}/_history/${version}`,
    ...(shown ? { etag: shown.etag, 'last-modified': new Date(at).toUTCString() } : {}),
  };
  if (prefer === 'OperationOutcome' && shown) return fhir(doneOutcome(`${ref}, version ${version}`), status, headers);
  if (prefer === 'minimal' || !shown) return new Response(null, { status, headers });
  return fhir(shown.view, status, headers);
}

function smartConfiguration({ baseUrl }: Runtime): object {
  return {
    issuer: process.env.ISSUER,
    jwks_uri: process.env.JWKS_URL ?? `${baseUrl}/.well-known/jwks.json`,
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
    grant_types_supported: ['client_credentials'],
    capabilities: ['client-confidential-asymmetric', 'permission-v2'],
  };
}

/** What other servers serve at their base. */
const OF_SYSTEM: readonly string[] = ['_history', '_search', 'metadata'];
const NOT_OF_SYSTEM: Refusal = {
  category: 'method-not-allowed',
  code: 'system-level-not-supported',
  diagnostics: 'Searches and histories are of one type; metadata is read.',
  remedy: 'Adressez-vous à un type : GET /fhir/<Type>?…, GET /fhir/<Type>/_history?…',
};

function unknownType(type: string): Refusal {
  return {
    category: 'not-found',
    code: 'unknown-type',
    diagnostics: `${type} is not a resource type of this server.`,
    remedy: 'Consultez /fhir/metadata : les types servis y sont listés.',
  };
}

function notSearchable(type: ResourceType): Refusal {
  return {
    category: 'method-not-allowed',
    code: 'search-not-supported',
    diagnostics: `${type} is not searched.`,
    remedy: 'Lisez la ressource par son identifiant.',
  };
}
