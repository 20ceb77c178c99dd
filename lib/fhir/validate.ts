import type { Bundle, Parameters } from '@medplum/fhirtypes';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import { BASE, PROFILES } from './generated/validators.js';
import { isResourceType, profileOf } from './resource-types.ts';
import type { RelaisResource, ResourceByType, ResourceType } from './types.ts';
import type { Check } from './validation/checks.ts';
import { type Issue, isObject, NOT_FHIR, report, type State } from './validation/issue.ts';

export type { Issue } from './validation/issue.ts';

/**
 * Every broken rule of R4 4.0.1 and of our profile of the type, all at once, in the order of the document (what is missing
 * comes at the end of its parent). Reads no definition: the rules were compiled from `fhir-profiles` at build time. Not
 * judged: what would need a look outside of the resource (targets of references), and codes of value sets that R4 core does
 * not enumerate (media types, languages, UCUM, currencies).
 */
export function validate(json: unknown): readonly Issue[] {
  return issuesOf(json, PROFILES);
}

/**
 * The same against one profile: ours of the type, or base R4.
 * @param profile canonical; absent = ours
 * @returns undefined for a profile that this server does not have
 */
export function validateAgainst(json: unknown, profile: string | undefined): readonly Issue[] | undefined {
  const [canonical] = (profile ?? '').split('|');
  const type = isObject(json) && typeof json.resourceType === 'string' ? json.resourceType : '';
  if (!canonical) return PROFILES.has(type) ? validate(json) : issuesOf(json, BASE);
  if (canonical === `http://hl7.org/fhir/StructureDefinition/${type}`) return issuesOf(json, BASE);
  return isResourceType(type) && profileOf(type) === canonical ? validate(json) : undefined;
}

export function isResource(json: unknown): json is RelaisResource {
  return validate(json).length === 0;
}

/**
 * A resource of a type that we store, valid against our profile.
 * Refused with every broken rule: `not-understood` (400) as soon as one of them means that this is no FHIR (unknown element,
 * wrong JSON type, something empty, unknown type), else `unprocessable` (422).
 */
export function parseResource(json: unknown): Result<RelaisResource> {
  return isResource(json) ? accepted(json) : refusedWith(validate(json));
}

/** As `parseResource`, for a type known beforehand (of the URL). Another type is 400 and names both. */
export function parseAs<T extends ResourceType>(type: T, json: unknown): Result<ResourceByType[T]> {
  const found = isObject(json) ? json['resourceType'] : undefined;
  if (typeof found === 'string' && found !== type) return refused(otherType(type, found));
  return isValid(type, json) ? accepted(json) : refusedWith(validate(json));
}

/** Parameters of an operation, against base R4. Refused as `parseResource` does. */
export function parseParameters(json: unknown): Result<Parameters> {
  return isParameters(json) ? accepted(json) : refusedWith(baseIssues('Parameters', json));
}

/** A Bundle, its entries included, against base R4. Refused as `parseResource` does. */
export function parseBundle(json: unknown): Result<Bundle> {
  return isBundle(json) ? accepted(json) : refusedWith(baseIssues('Bundle', json));
}

function isValid<T extends ResourceType>(type: T, json: unknown): json is ResourceByType[T] {
  return isObject(json) && json['resourceType'] === type && isResource(json);
}

function isParameters(json: unknown): json is Parameters {
  return baseIssues('Parameters', json).length === 0;
}

function isBundle(json: unknown): json is Bundle {
  return baseIssues('Bundle', json).length === 0;
}

function baseIssues(type: 'Bundle' | 'Parameters', json: unknown): readonly Issue[] {
  const check = BASE.get(type);
  return issuesOf(json, new Map(check ? [[type, check]] : []));
}

function issuesOf(json: unknown, checks: ReadonlyMap<string, Check>): readonly Issue[] {
  const type = isObject(json) ? json['resourceType'] : undefined;
  const check = typeof type === 'string' ? checks.get(type) : undefined;
  const resource = isObject(json) ? json : {};
  const state: State = { issues: [], depth: 0, resource, rootResource: resource };
  if (typeof type === 'string' && check) check(resource, type, state);
  else report(state, 'resource-type', 'resourceType', `not a FHIR resource of a type expected here: ${[...checks.keys()].join(', ')}`);
  return state.issues;
}

function refusedWith(issues: readonly Issue[]): Result<never> {
  const category = issues.some(({ rule }) => NOT_FHIR.has(rule)) ? 'not-understood' : 'unprocessable';
  const [first, ...others] = issues.map(
    ({ rule: code, expression, diagnostics, remedy }): Refusal => ({
      category,
      code,
      expression,
      diagnostics,
      remedy,
    }),
  );
  // A predicate said no, so there is an issue; were there none, this must still not pass.
  return refused(first ?? { category, code: 'resource-type', diagnostics: 'refused', remedy: 'Renvoyez la ressource.' }, ...others);
}

function otherType(wanted: string, found: string): Refusal {
  const said = /^[A-Za-z]{1,64}$/.test(found) ? found : 'an unreadable type';
  return {
    category: 'not-understood',
    code: 'resource-type',
    expression: 'resourceType',
    diagnostics: `a ${wanted} is expected at this address, the body is ${said}`,
    remedy: `Envoyez une ressource ${wanted}, ou adressez-vous au type de votre ressource.`,
  };
}
