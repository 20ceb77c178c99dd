import type { Resource } from '@medplum/fhirtypes';
import type { Context, Next } from 'hono';
import { accepts } from 'hono/accepts';
import { jsonText, parseJson } from '../lib/fhir/xml/json-text.ts';
import { refusal } from './http.ts';

const FHIR_XML = 'application/fhir+xml; charset=utf-8';

/** What a client may call each format, in `_format` or Accept (R4 http.html#mime-type, #parameters). */
const NAMES: Readonly<Record<string, 'json' | 'xml'>> = {
  json: 'json',
  'application/json': 'json',
  'application/fhir+json': 'json',
  'text/json': 'json',
  xml: 'xml',
  'application/xml': 'xml',
  'application/fhir+xml': 'xml',
  'text/xml': 'xml',
};
const ACCEPTED: readonly string[] = [
  'application/fhir+json',
  'application/json',
  'text/json',
  'application/fhir+xml',
  'application/xml',
  'text/xml',
];

/**
 * Content negotiation of all that speaks FHIR: every answer is made in JSON, and told in XML to who asks for it, so that
 * no route knows of formats. `_format` wins over Accept; `_pretty=true` indents. A Binary may be asked for in any type.
 * @see https://hl7.org/fhir/R4/http.html#mime-type
 */
export async function negotiateFormat(context: Context, next: Next): Promise<Response | undefined> {
  const format = formatOf(context);
  if (format === undefined && !context.req.path.startsWith('/fhir/Binary/')) {
    return refusal([
      {
        category: 'not-acceptable',
        code: 'format',
        expression: context.req.query('_format') === undefined ? 'Accept' : '_format',
        diagnostics: 'FHIR is served here as JSON and as XML.',
        remedy: 'Demandez application/fhir+json ou application/fhir+xml.',
      },
    ]);
  }
  await next();
  const isPretty = context.req.query('_pretty') === 'true';
  if ((format !== 'xml' && !isPretty) || !context.res.headers.get('content-type')?.startsWith('application/fhir+json')) return undefined;
  const resource: unknown = parseJson(await context.res.clone().text());
  if (!isResource(resource)) return undefined;
  const text = format === 'xml' ? (await import('../lib/fhir/xml/write.ts')).toXml(resource, { pretty: isPretty }) : jsonText(resource, 2);
  const headers = new Headers(context.res.headers);
  headers.delete('content-length');
  if (format === 'xml') headers.set('content-type', FHIR_XML);
  context.res = new Response(text, { status: context.res.status, headers });
  return undefined;
}

/** `undefined`: none of ours. */
function formatOf(context: Context): 'json' | 'xml' | undefined {
  const asked = context.req.query('_format');
  if (asked !== undefined) {
    const [name = '', ...parameters] = asked.split(';').map((part) => part.trim());
    const [version = '4.0'] = parameters.flatMap((parameter) => (parameter.startsWith('fhirVersion=') ? parameter.slice(12) : []));
    return isOurs(version) ? NAMES[name.replace(' ', '+').toLowerCase()] : undefined;
  }
  const accept = context.req.header('accept');
  if (accept === undefined || accept.trim() === '') return 'json';
  const type = accepts(context, { header: 'Accept', supports: [...ACCEPTED], default: '', match: bestOf });
  return NAMES[type];
}

/** The accepted type that weighs most; of equal ones the first that the client names; a wildcard is JSON. */
function bestOf(accepted: { type: string; params: Record<string, string>; q: number }[]): string {
  const sorted = accepted.filter(({ q, params }) => q > 0 && isOurs(params.fhirVersion ?? '4.0')).toSorted((one, other) => other.q - one.q);
  for (const { type } of sorted) {
    if (type === '*/*' || type === 'application/*') return 'application/fhir+json';
    if (ACCEPTED.includes(type)) return type;
  }
  return '';
}

/** R4 alone is spoken (http.html#version-parameter). */
function isOurs(version: string): boolean {
  return version.replaceAll('"', '') === '4.0';
}

function isResource(value: unknown): value is Resource {
  return typeof value === 'object' && value !== null && 'resourceType' in value;
}
