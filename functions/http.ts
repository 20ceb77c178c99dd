import type { OperationOutcome, Resource } from '@medplum/fhirtypes';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { cors } from 'hono/cors';
import { outcomeOf, statusOf } from '../lib/fhir/outcome.ts';
import { jsonText, parseJson } from '../lib/fhir/xml/json-text.ts';
import { machineNow } from '../lib/platform/clock.ts';
import { log } from '../lib/platform/log.ts';
import { accepted, type Refusal, type Result, refused } from '../lib/platform/refusal.ts';
import { engineFaultOf, OutcomeUnknownError } from '../lib/store/engine-fault.ts';
import { type Caller, callerOf } from '../lib/usecases/caller.ts';
import { methodsAt, tellAllowed } from './allow.ts';
import { type Runtime, runtime } from './runtime.ts';

const FHIR_JSON = 'application/fhir+json; charset=utf-8';

/** `Cache-Control` of every answer: kept by its reader alone, and asked again before each use. */
export const KEPT = 'private, no-cache';

/** Body limit of the API (contracts.md 3): 4 MB. */
const BODY_MAX_BYTES = 4_000_000;

/** A Lambda entry of an app, made once per process: API Gateway payload 2.0 in, response out. */
export function lambdaOf(create: (run: Runtime) => Hono): (event: LambdaEvent, context?: LambdaContext) => Promise<unknown> {
  let made: { readonly run: Runtime; readonly serve: ReturnType<typeof handle> } | undefined;
  return async (event, context) => {
    const run = await runtime();
    if (made?.run !== run) made = { run, serve: handle(create(run)) };
    return made.serve(event, context);
  };
}

/** Who calls: token verified in the Lambda, claims parsed once. */
export async function callerFrom(context: Context, { verify }: Runtime): Promise<Result<Caller>> {
  const payload = await verify(context.req.header('authorization'), machineNow());
  return payload.ok ? callerOf(payload.value) : payload;
}

export function fhir(resource: Resource | OperationOutcome, status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(jsonText(resource), {
    status,
    headers: { 'content-type': FHIR_JSON, 'cache-control': KEPT, ...headers },
  });
}

/** Refusals as an OperationOutcome; the first one gives the status. */
export function refusal(refusals: readonly [Refusal, ...Refusal[]]): Response {
  const [{ category }] = refusals;
  return fhir(outcomeOf(refusals), statusOf(category), {
    ...(category === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
    ...(category === 'throttled' || category === 'unavailable' ? { 'retry-after': '5' } : {}),
  });
}

/** Headers of ours that a page of another origin may read, and those that it may send (R4 http.html 2.21.0.2: "SHOULD … CORS"). */
const EXPOSED = ['ETag', 'Location', 'Last-Modified', 'Retry-After', 'X-Relais-Warnings'];
const SENT = ['Authorization', 'Content-Type', 'Accept', 'If-Match', 'If-None-Match', 'If-Modified-Since', 'If-None-Exist', 'Prefer'];

/** Pages of any origin may call: who calls is told by the bearer token, which no browser adds on its own. */
export function openToPages(): MiddlewareHandler {
  return cors({
    origin: '*',
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: SENT,
    exposeHeaders: EXPOSED,
    maxAge: 600,
  });
}

/** The bytes of the body, or 413 with the limit. */
export async function bodyBytes(context: Context, maxBytes = BODY_MAX_BYTES): Promise<Result<Uint8Array>> {
  const bytes = new Uint8Array(await context.req.arrayBuffer());
  if (bytes.length <= maxBytes) return accepted(bytes);
  return refused({
    category: 'too-large',
    code: 'body-too-large',
    diagnostics: `The body has ${bytes.length} bytes; the limit is ${maxBytes}.`,
    remedy: `Envoyez au plus ${maxBytes} octets, ou déposez le document à part.`,
  });
}

/** The query as it was sent, still encoded. */
export function queryOf(context: Context): string {
  const [, query = ''] = context.req.url.split('?');
  return query;
}

/** How an unknown search parameter is to be taken. @see https://hl7.org/fhir/R4/search.html#errors */
export function handlingOf(context: Context): 'strict' | 'lenient' {
  return /handling=strict/.test(context.req.header('prefer') ?? '') ? 'strict' : 'lenient';
}

/** The parameters of a search by POST; 415 for anything but a form. @see https://hl7.org/fhir/R4/http.html#search */
export async function formBody(context: Context): Promise<Result<string>> {
  const type = mediaTypeOf(context);
  if (type !== FORM) return refused(unsupported(type, FORM));
  const bytes = await bodyBytes(context);
  return bytes.ok ? accepted(new TextDecoder().decode(bytes.value)) : bytes;
}

/** The media types of FHIR in XML and in JSON, R4's own, the plain ones and the older ones (http.html#mime-type). */
const XML = /^(?:application\/(?:fhir\+)?xml|text\/xml(?:\+fhir)?)$/;
const JSON_TYPE = /^(?:application\/(?:fhir\+)?json|text\/json)$/;
const JSON_PATCH = 'application/json-patch+json';
const FORM = 'application/x-www-form-urlencoded';

function mediaTypeOf(context: Context): string {
  return (context.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** FHIR is written in UTF-8 alone, and here in the words of R4 (http.html#mime-type, #version-parameter). */
function parameterRefused(context: Context): Refusal | undefined {
  const said = context.req.header('content-type') ?? '';
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(said) ?? [];
  const [, version = '4.0'] = /;\s*fhirVersion\s*=\s*"?([^";\s]*)/i.exec(said) ?? [];
  if (!/^utf-?8$/i.test(charset)) return unsupported(said, 'du UTF-8');
  return version === '4.0' ? undefined : unsupported(said, 'du FHIR R4 (fhirVersion=4.0)');
}

function unsupported(type: string, wanted: string): Refusal {
  return {
    category: 'unsupported-media-type',
    code: 'media-type',
    expression: 'Content-Type',
    diagnostics: `Content-Type ${type.slice(0, 100) || '(none)'} is not served here.`,
    remedy: `Envoyez ${wanted}.`,
  };
}

/** A body that changes a resource: FHIR, or a JSON Patch. */
export function patchBody(context: Context): Promise<Result<unknown>> {
  return mediaTypeOf(context) === JSON_PATCH ? parsedBody(context) : jsonBody(context);
}

/** A FHIR body in JSON or XML, as JSON; 415 for another media type, 400 for what is neither. */
export async function jsonBody(context: Context): Promise<Result<unknown>> {
  const type = mediaTypeOf(context);
  if (!XML.test(type) && !JSON_TYPE.test(type)) return refused(unsupported(type, 'application/fhir+json ou application/fhir+xml'));
  const unread = parameterRefused(context);
  if (unread) return refused(unread);
  if (!XML.test(type)) return parsedBody(context);
  const bytes = await bodyBytes(context);
  if (!bytes.ok) return bytes;
  const { fromXml } = await import('../lib/fhir/xml/read.ts');
  return fromXml(bytes.value);
}

/** The body as JSON, whatever its media type says. */
export async function parsedBody(context: Context): Promise<Result<unknown>> {
  const bytes = await bodyBytes(context);
  if (!bytes.ok) return bytes;
  try {
    return accepted(parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes.value)));
  } catch (error) {
    // SyntaxError (not JSON) or TypeError (not UTF-8): the client's bytes; nothing else can be thrown here.
    const what = error instanceof SyntaxError ? 'not JSON' : 'not valid UTF-8';
    return refused({
      category: 'not-understood',
      code: 'not-json',
      diagnostics: `The body is ${what}.`,
      remedy: 'Envoyez une ressource FHIR en JSON, encodée en UTF-8.',
    });
  }
}

/** Last resort of an app: no stack, no message of the failure (it may quote data). The engine being away is 503. */
export function handleFailures(app: Hono): void {
  app.use('*', tellAllowed(app));
  app.onError((error) => {
    const away = engineFaultOf(error) !== undefined;
    if (error instanceof OutcomeUnknownError) {
      log('error', 'RLS-0003', { errorName: error.name });
      return refusal([OUTCOME_UNKNOWN]);
    }
    log('error', away ? 'RLS-0003' : 'RLS-0002', { errorName: error.name });
    if (process.env.LOCAL_PROFILE === 'true' && !away) process.stderr.write(`${error.stack?.split('\n').slice(1, 6).join('\n')}\n`);
    return away
      ? refusal([
          {
            category: 'unavailable',
            code: 'engine-away',
            diagnostics: 'The database does not answer; nothing was written.',
            remedy: 'Renvoyez la même requête dans quelques instants.',
          },
        ])
      : fhir(
          {
            resourceType: 'OperationOutcome',
            issue: [
              {
                severity: 'fatal',
                code: 'exception',
                diagnostics: 'Unexpected failure; it was logged.',
                details: { text: 'Renvoyez la même requête ; si l’erreur persiste, contactez le réseau.' },
              },
            ],
          },
          500,
        );
  });
  app.notFound(({ req: { method, path } }) =>
    refusal([
      methodsAt(app, path).length > 0
        ? {
            category: 'method-not-allowed',
            code: 'method-not-allowed',
            diagnostics: `${method} is not served here; header Allow says what is.`,
            remedy: 'Consultez /fhir/metadata : les interactions de chaque type y sont listées.',
          }
        : { category: 'not-found', code: 'no-such-route', diagnostics: 'Nothing is served here.', remedy: 'Consultez /fhir/metadata.' },
    ]),
  );
}

/** The engine went away in the midst, for long: only here may something have been written, and the sender hears how to find out. */
const OUTCOME_UNKNOWN: Refusal = {
  category: 'unavailable',
  code: 'outcome-unknown',
  diagnostics: 'The database stopped answering while it was writing; whether all was written or nothing is not known.',
  remedy: 'Renvoyez la même requête avec If-None-Exist (création) ou If-Match (modification) : rien ne sera écrit deux fois.',
};
