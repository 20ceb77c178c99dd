import { type Context, Hono } from 'hono';
import { historyBundle } from '../../lib/fhir/bundle.ts';
import { capabilityStatement } from '../../lib/fhir/capability.ts';
import { SUCCESS } from '../../lib/fhir/outcome.ts';
import { isResourceType, RESOURCE_TYPES } from '../../lib/fhir/resource-types.ts';
import type { ResourceType } from '../../lib/fhir/types.ts';
import type { Refusal, Result } from '../../lib/platform/refusal.ts';
import { acceptPublication, publishes } from '../../lib/usecases/accept-publication.ts';
import type { Caller } from '../../lib/usecases/caller.ts';
import { create, type Written } from '../../lib/usecases/create.ts';
import type { Shown } from '../../lib/usecases/disclose.ts';
import { patch } from '../../lib/usecases/patch.ts';
import { history, read } from '../../lib/usecases/read.ts';
import { remove } from '../../lib/usecases/remove.ts';
import { everything, type SearchAnswer, search } from '../../lib/usecases/search.ts';
import { possibleEvents, sendEvent } from '../../lib/usecases/send-event.ts';
import { transact } from '../../lib/usecases/transaction.ts';
import { update } from '../../lib/usecases/update.ts';
import { negotiateFormat } from '../format.ts';
import { callerFrom, fhir, formBody, handleFailures, handlingOf, jsonBody, queryOf, refusal } from '../http.ts';
import type { Runtime } from '../runtime.ts';
import { observatoryRoutes } from './observatory.ts';
import { operationRoutes } from './operations.ts';

/** The FHIR API as a Hono app: routes to use cases, results to HTTP; no rule of its own. */
export function createApi(run: Runtime): Hono {
  // Many clients write the base with its slash.
  const app = new Hono({ strict: false });
  handleFailures(app);
  app.use('/fhir/*', negotiateFormat);
  const { ports } = run;

  /** Token, then type, then the use case. */
  const asCaller =
    (serve: (context: Context, caller: Caller, type: ResourceType) => Promise<Response>) =>
    async (context: Context): Promise<Response> => {
      const caller = await callerFrom(context, run);
      if (!caller.ok) return refusal(caller.refusals);
      const type = context.req.param('type') ?? 'Patient';
      if (!isResourceType(type)) return refusal([unknownType(type)]);
      return serve(context, caller.value, type);
    };

  app.get('/health', async () => {
    await ports.store.load([{ pk: 'health', sk: 'health' }]);
    return new Response('{"status":"ok"}', { status: SUCCESS.ok, headers: { 'content-type': 'application/json' } });
  });
  app.get('/fhir/metadata', () => fhir(capabilityStatement(ports.fhirBase, ports.now()), SUCCESS.ok));
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
    const answer = await transact(ports, caller.value, body.value);
    return answer.ok ? fhir(answer.value, SUCCESS.ok) : refusal(answer.refusals);
  });

  app.get(
    '/fhir/Patient/:id/$everything',
    asCaller(async (context, caller) => searchResponse(context, await everything(ports, caller, idOf(context)))),
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
      const version = Number(context.req.param('version'));
      return shownResponse(context, await read(ports, caller, type, idOf(context), Number.isSafeInteger(version) ? version : 0));
    }),
  );
  app.get(
    '/fhir/:type/:id/_history',
    asCaller(async (context, caller, type) => {
      const shown = await history(ports, caller, type, idOf(context));
      if (!shown.ok) return refusal(shown.refusals);
      const lines = shown.value.map(({ stored, view }) => ({
        done: stored.version === 1 ? ('create' as const) : ('update' as const),
        versionId: String(stored.version),
        at: stored.at,
        resource: view,
      }));
      return fhir(historyBundle(ports.fhirBase, type, idOf(context), lines), SUCCESS.ok);
    }),
  );
  app.get(
    '/fhir/:type/:id',
    asCaller(async (context, caller, type) => shownResponse(context, await read(ports, caller, type, idOf(context)))),
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
      const written = await create(ports, caller, type, body.value);
      if (!written.ok) return refusal(written.refusals);
      // The same headers and bytes whether or not the writer may see what he recorded (contracts.md 3, Consent).
      const answer = type === 'Consent' ? { ...written.value, shown: undefined } : written.value;
      return writtenResponse(run, answer, SUCCESS.created, preferOf(context));
    }),
  );
  app.put(
    '/fhir/:type/:id',
    asCaller(async (context, caller, type) => {
      const body = await jsonBody(context);
      if (!body.ok) return refusal(body.refusals);
      const written = await update(ports, caller, type, idOf(context), body.value, precondition(context));
      if (!written.ok) return refusal(written.refusals);
      return writtenResponse(run, written.value, written.value.isNew ? SUCCESS.created : SUCCESS.ok, preferOf(context));
    }),
  );
  app.patch(
    '/fhir/:type/:id',
    asCaller(async (context, caller, type) => {
      const body = await jsonBody(context);
      if (!body.ok) return refusal(body.refusals);
      const written = await patch(ports, caller, type, idOf(context), body.value, precondition(context));
      return written.ok ? writtenResponse(run, written.value, SUCCESS.ok, preferOf(context)) : refusal(written.refusals);
    }),
  );
  app.delete(
    '/fhir/:type/:id',
    asCaller(async (context, caller, type) => {
      const removed = await remove(ports, caller, type, idOf(context));
      return removed.ok ? new Response(null, { status: SUCCESS.noContent }) : refusal(removed.refusals);
    }),
  );
  return app;
}

function isSearchable(type: ResourceType): boolean {
  return RESOURCE_TYPES[type].interactions.includes('search-type');
}

function idOf(context: Context): string {
  return context.req.param('id') ?? '';
}

function precondition(context: Context): { ifMatch?: string } {
  const ifMatch = context.req.header('if-match');
  return ifMatch === undefined ? {} : { ifMatch };
}

function preferOf(context: Context): 'minimal' | 'representation' {
  return /return=minimal/.test(context.req.header('prefer') ?? '') ? 'minimal' : 'representation';
}

function notModified(context: Context, etag: string): boolean {
  const wanted = context.req.header('if-none-match');
  return wanted?.split(',').some((one) => one.trim() === etag) === true;
}

function shownResponse(context: Context, result: Result<Shown>): Response {
  if (!result.ok) return refusal(result.refusals);
  const { view, etag, stored } = result.value;
  const headers = { etag, 'last-modified': new Date(stored.at).toUTCString() };
  if (notModified(context, etag)) return new Response(null, { status: SUCCESS.notModified, headers });
  const accept = context.req.header('accept') ?? '*/*';
  if (view.resourceType === 'Binary' && view.data !== undefined && !/json|fhir\+xml/.test(context.req.query('_format') ?? accept)) {
    return new Response(Buffer.from(view.data, 'base64'), {
      status: SUCCESS.ok,
      headers: { ...headers, 'content-type': view.contentType ?? 'application/octet-stream', 'cache-control': 'private, no-store' },
    });
  }
  return fhir(view, SUCCESS.ok, headers);
}

function searchResponse(context: Context, result: Result<SearchAnswer>): Response {
  if (!result.ok) return refusal(result.refusals);
  const { bundle, etag } = result.value;
  if (notModified(context, etag)) return new Response(null, { status: SUCCESS.notModified, headers: { etag } });
  return fhir(bundle, SUCCESS.ok, { etag });
}

function writtenResponse(
  { ports }: Runtime,
  { ref, version, at, shown }: Written,
  status: number,
  prefer: 'minimal' | 'representation',
): Response {
  const headers = {
    location: `${ports.fhirBase}/${ref}/_history/${version}`,
    ...(shown ? { etag: shown.etag, 'last-modified': new Date(at).toUTCString() } : {}),
  };
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
