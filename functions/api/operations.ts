import type { Parameters } from '@medplum/fhirtypes';
import type { Context, Hono } from 'hono';
import { issuesOutcome, SUCCESS } from '../../lib/fhir/outcome.ts';
import { isResourceType } from '../../lib/fhir/resource-types.ts';
import { parseParameters, validateAgainst } from '../../lib/fhir/validate.ts';
import type { Result } from '../../lib/platform/refusal.ts';
import { callerFrom, fhir, jsonBody, refusal } from '../http.ts';
import type { Runtime } from '../runtime.ts';

/** Operations that look at no patient: `$validate`, and terminology on what this server carries. */
export function operationRoutes(app: Hono, run: Runtime): void {
  for (const path of ['/fhir/:type/$validate', '/fhir/:type/:id/$validate'] as const) {
    app.post(path, (context) => withBody(run, context, (body) => validateOperation(context, body)));
  }
  for (const { path, answer } of TERMINOLOGY) {
    app.get(path, async (context) => {
      const caller = await callerFrom(context, run);
      return caller.ok ? answer(context.req.query(), run) : refusal(caller.refusals);
    });
    app.post(path, (context) =>
      withBody(run, context, async (body) => {
        const parsed = parseParameters(body);
        return parsed.ok ? answer(wordsOf(parsed.value), run) : refusal(parsed.refusals);
      }),
    );
  }
}

type Words = Readonly<Record<string, string>>;

const TERMINOLOGY: readonly { readonly path: string; readonly answer: (words: Words, run: Runtime) => Promise<Response> }[] = [
  { path: '/fhir/CodeSystem/$lookup', answer: async (words) => answered((await terminology()).lookUp(words)) },
  {
    path: '/fhir/CodeSystem/$validate-code',
    answer: async ({ url, system, ...words }) =>
      answered((await terminology()).validateCode({ ...words, ...systemOf(url ?? system) }, undefined)),
  },
  {
    path: '/fhir/ValueSet/$validate-code',
    answer: async ({ url = '', ...words }) => answered((await terminology()).validateCode(words, url)),
  },
  {
    path: '/fhir/ValueSet/$expand',
    answer: async ({ offset, count, ...words }, { ports }) =>
      answered((await terminology()).expandValueSet({ ...words, ...numberOf('offset', offset), ...numberOf('count', count) }, ports.now())),
  },
];

/** Loaded by the first question: 96 KB that few clients need. */
function terminology(): Promise<typeof import('../../lib/fhir/terminology.ts')> {
  return import('../../lib/fhir/terminology.ts');
}

function systemOf(system: string | undefined): { system?: string } {
  return system === undefined ? {} : { system };
}

function numberOf(name: 'offset' | 'count', text: string | undefined): { offset?: number; count?: number } {
  const number = Number(text);
  return text !== undefined && Number.isSafeInteger(number) && number >= 0 ? { [name]: number } : {};
}

function answered(result: Result<Parameters | import('@medplum/fhirtypes').ValueSet>): Response {
  return result.ok ? fhir(result.value, SUCCESS.ok) : refusal(result.refusals);
}

async function withBody(run: Runtime, context: Context, serve: (body: unknown) => Response | Promise<Response>): Promise<Response> {
  const caller = await callerFrom(context, run);
  if (!caller.ok) return refusal(caller.refusals);
  const body = await jsonBody(context);
  return body.ok ? serve(body.value) : refusal(body.refusals);
}

/** Every parameter that says a word, a coding taken apart. */
function wordsOf({ parameter = [] }: Parameters): Words {
  const words: Record<string, string> = {};
  for (const { name, valueCoding, valueString, valueCode, valueUri, valueUrl, valueCanonical, valueInteger } of parameter) {
    const word = valueString ?? valueCode ?? valueUri ?? valueUrl ?? valueCanonical ?? valueInteger;
    if (word !== undefined) words[name] = String(word);
    for (const part of ['system', 'code', 'display'] as const) if (valueCoding?.[part]) words[part] = valueCoding[part];
  }
  return words;
}

/**
 * `$validate`: every broken rule of the profile asked for (ours of the type when none is), the resource itself or inside
 * Parameters. 200 with the outcome, valid or not.
 * @see https://hl7.org/fhir/R4/resource-operation-validate.html
 */
function validateOperation(context: Context, body: unknown): Response {
  const type = context.req.param('type') ?? '';
  const { resource, profile } = asked(body);
  if (!isResourceType(type) || (isTyped(resource) && resource.resourceType !== type)) {
    return refusal([
      {
        category: 'not-understood',
        code: 'resource-type',
        expression: 'resourceType',
        diagnostics: 'The body is not a resource of the type in the address.',
        remedy: 'Adressez-vous au type de votre ressource.',
      },
    ]);
  }
  const canonical = context.req.query('profile') ?? profile;
  const issues = validateAgainst(resource, canonical);
  return issues
    ? fhir(issuesOutcome(issues), SUCCESS.ok)
    : refusal([
        {
          category: 'not-found',
          code: 'profile-unknown',
          expression: 'profile',
          diagnostics: 'This server has no such profile of that type.',
          remedy: 'Les profils servis sont au CapabilityStatement (rest.resource.profile) ; le profil de base R4 convient aussi.',
        },
      ]);
}

function asked(body: unknown): { readonly resource: unknown; readonly profile?: string } {
  if (!isTyped(body) || body.resourceType !== 'Parameters' || !('parameter' in body) || !Array.isArray(body.parameter))
    return { resource: body };
  const parameters: readonly unknown[] = body.parameter;
  const named = (name: string): object | undefined =>
    parameters.find((one): one is object => typeof one === 'object' && one !== null && 'name' in one && one.name === name);
  const inner = named('resource');
  const said = named('profile');
  const profile = said && 'valueUri' in said ? said.valueUri : said && 'valueCanonical' in said ? said.valueCanonical : undefined;
  return { resource: inner && 'resource' in inner ? inner.resource : undefined, ...(typeof profile === 'string' ? { profile } : {}) };
}

function isTyped(value: unknown): value is { readonly resourceType: string } {
  return typeof value === 'object' && value !== null && 'resourceType' in value && typeof value.resourceType === 'string';
}
