import type { Context, Hono } from 'hono';
import { issuesOutcome, SUCCESS } from '../../lib/fhir/outcome.ts';
import { isResourceType, RESOURCE_TYPES } from '../../lib/fhir/resource-types.ts';
import { profilesOf, validateAgainst } from '../../lib/fhir/validate.ts';
import type { Refusal } from '../../lib/platform/refusal.ts';
import type { Caller } from '../../lib/usecases/caller.ts';
import { read } from '../../lib/usecases/read.ts';
import { callerFrom, fhir, refusal } from '../http.ts';
import type { Runtime } from '../runtime.ts';
import { withBody } from './operation-body.ts';

/** What `$validate` is asked: a resource, or the stored one; against which profile; for which write. */
type Asked = {
  readonly type: string;
  readonly id?: string;
  readonly resource?: unknown;
  readonly profile?: string;
  readonly mode?: string;
};

/**
 * `$validate`, on the type and on an instance: every broken rule of the profile asked for (ours of the type, and those that it
 * claims, when none is), with warnings. The resource is the body or stands inside Parameters; on an instance without one, it is
 * the stored one, as the requester sees it. 200 with the outcome, valid or not.
 * @see https://hl7.org/fhir/R4/resource-operation-validate.html
 */
export function validateRoutes(app: Hono, run: Runtime): void {
  app.post('/fhir/:type/$validate', (context) => withBody(run, context, (body, caller) => answer(run, caller, inBody(context, body))));
  app.post('/fhir/:type/:id/$validate', (context) =>
    withBody(run, context, (body, caller) => answer(run, caller, { ...inBody(context, body), id: context.req.param('id') })),
  );
  app.get('/fhir/:type/:id/$validate', async (context) => {
    const caller = await callerFrom(context, run);
    if (!caller.ok) return refusal(caller.refusals);
    return answer(run, caller.value, { ...inAddress(context), id: context.req.param('id') });
  });
}

function inAddress(context: Context): Asked {
  const [profile, mode] = [context.req.query('profile'), context.req.query('mode')];
  return { type: context.req.param('type') ?? '', ...(profile ? { profile } : {}), ...(mode ? { mode } : {}) };
}

/** Parameters of the body win over those of the address. */
function inBody(context: Context, body: unknown): Asked {
  const asked = inAddress(context);
  if (!isTyped(body) || body.resourceType !== 'Parameters' || !('parameter' in body) || !Array.isArray(body.parameter)) {
    return isTyped(body) && body.resourceType === 'Parameters' ? asked : { ...asked, resource: body };
  }
  const parameters: readonly unknown[] = body.parameter;
  const named = (name: string): object | undefined =>
    parameters.find((one): one is object => typeof one === 'object' && one !== null && 'name' in one && one.name === name);
  const word = (name: string): Record<string, string> => {
    const found = Object.entries(named(name) ?? {}).find(([key, value]) => key.startsWith('value') && typeof value === 'string');
    return found ? { [name]: String(found[1]) } : {};
  };
  const inner = named('resource');
  return { ...asked, ...word('profile'), ...word('mode'), ...(inner && 'resource' in inner ? { resource: inner.resource } : {}) };
}

async function answer(run: Runtime, caller: Caller, asked: Asked): Promise<Response> {
  const { type, id, mode, profile, resource } = asked;
  if (!isResourceType(type)) return refusal([OTHER_TYPE]);
  if (mode !== undefined && !MODES.includes(mode)) return refusal([UNKNOWN_MODE]);
  if (mode === 'profile' && profile === undefined) return refusal([PROFILE_MISSING]);
  const isStored = id !== undefined && (resource === undefined || mode === 'delete');
  const stored = isStored ? await read(run.ports, caller, type, id) : undefined;
  if (stored && !stored.ok) return refusal(stored.refusals);
  const interaction = mode === 'create' || mode === 'update' || mode === 'delete' ? mode : undefined;
  if (interaction && !RESOURCE_TYPES[type].interactions.includes(interaction))
    return fhir(issuesOutcome([notServed(type, interaction)]), SUCCESS.ok);
  if (mode === 'delete') return isStored ? fhir(issuesOutcome([]), SUCCESS.ok) : refusal([INSTANCE_MISSING]);
  const json = stored ? stored.value.view : resource;
  if (json === undefined) return refusal([RESOURCE_MISSING]);
  if (isTyped(json) && json.resourceType !== type) return refusal([OTHER_TYPE]);
  const issues = validateAgainst(json, profile, interaction !== undefined);
  if (issues === undefined) return refusal([profileUnknown(type)]);
  const isOther = mode === 'update' && id !== undefined && (!isIdentified(json) || json.id !== id);
  return fhir(issuesOutcome(isOther ? [...issues, otherId(type)] : issues), SUCCESS.ok);
}

function isTyped(value: unknown): value is { readonly resourceType: string } {
  return typeof value === 'object' && value !== null && 'resourceType' in value && typeof value.resourceType === 'string';
}

function isIdentified(value: unknown): value is { readonly id: unknown } {
  return typeof value === 'object' && value !== null && 'id' in value;
}

/** https://hl7.org/fhir/R4/valueset-resource-validation-mode.html */
const MODES: readonly string[] = ['create', 'update', 'delete', 'profile'];

type Found = Parameters<typeof issuesOutcome>[0][number];

function notServed(type: string, interaction: string): Found {
  return {
    severity: 'error',
    code: 'not-supported',
    rule: 'interaction-not-served',
    expression: type,
    diagnostics: `This server does not serve ${interaction} of ${type}.`,
    remedy: 'Le CapabilityStatement (rest.resource.interaction) dit ce qui est servi.',
  };
}

function otherId(type: string): Found {
  return {
    severity: 'error',
    code: 'value',
    rule: 'id-mismatch',
    expression: `${type}.id`,
    diagnostics: 'The id of the resource is not the one of the address.',
    remedy: "Donnez à la ressource l'id de l'adresse.",
  };
}

function profileUnknown(type: string): Refusal {
  return {
    category: 'not-found',
    code: 'profile-unknown',
    expression: 'profile',
    diagnostics: `This server has no such profile of ${type}; it has: ${profilesOf(type).join(', ')}.`,
    remedy: "Demandez l'un des profils nommés ; le profil de base R4 convient aussi.",
  };
}

const OTHER_TYPE: Refusal = {
  category: 'not-understood',
  code: 'resource-type',
  expression: 'resourceType',
  diagnostics: 'The body is not a resource of the type in the address.',
  remedy: 'Adressez-vous au type de votre ressource.',
};

const UNKNOWN_MODE: Refusal = {
  category: 'not-understood',
  code: 'mode-unknown',
  expression: 'mode',
  diagnostics: `The mode is one of: ${MODES.join(', ')}.`,
  remedy: 'Employez create, update, delete ou profile, ou retirez mode.',
};

const PROFILE_MISSING: Refusal = {
  category: 'not-understood',
  code: 'parameter-missing',
  expression: 'profile',
  diagnostics: 'The mode profile needs a profile.',
  remedy: 'Indiquez profile.',
};

const INSTANCE_MISSING: Refusal = {
  category: 'not-understood',
  code: 'instance-missing',
  expression: 'mode',
  diagnostics: 'The mode delete is asked of an instance.',
  remedy: "Adressez-vous à l'instance : /fhir/<Type>/<id>/$validate?mode=delete.",
};

const RESOURCE_MISSING: Refusal = {
  category: 'not-understood',
  code: 'parameter-missing',
  expression: 'resource',
  diagnostics: 'There is no resource to validate.',
  remedy: 'Envoyez la ressource, ou Parameters avec le paramètre resource.',
};
