import type { Bundle, Parameters } from '@medplum/fhirtypes';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import { isResourceType, profileOf, RESOURCE_TYPES } from './resource-types.ts';
import type { RelaisResource, ResourceByType, ResourceType } from './types.ts';
import { checkResource } from './validation/check.ts';
import { type Issue, isObject, issueOf, NOT_FHIR, type State } from './validation/issue.ts';
import { index } from './validation/tables.ts';
import { BASE } from './vocabulary.ts';

export type { Issue } from './validation/issue.ts';

const CORE = 'http://hl7.org/fhir/StructureDefinition/';

/**
 * Every broken rule of R4 4.0.1 and of our profile of the type, all at once, in the order of the document (what is missing
 * comes at the end of its parent). Reads no definition: the rules were compiled from `fhir-profiles` at build time. Not
 * judged: what would need a look outside of the resource (targets of references), codes of value sets that R4 core does
 * not enumerate (media types, languages, UCUM, currencies), and national profiles that `meta.profile` claims, since real
 * senders claim more than they keep (interop.md 11, traps 38 and 39): `validateAgainst` tells those.
 */
export function validate(json: unknown): readonly Issue[] {
  const type = typeOf(json);
  return isResourceType(type) ? issuesOf(json, profileOf(type), false) : [notExpected(Object.keys(RESOURCE_TYPES))];
}

/**
 * The same, with warnings: against one profile (ours, a national one, base R4), or, when none is asked for, against ours (base R4
 * for a type that we do not store) and each national one that `meta.profile` claims.
 * @param profile canonical, any version of it
 * @param asWrite what a claimed profile refuses is a warning, as a write lets it in
 * @returns undefined for a profile that this server does not have of that type
 */
export function validateAgainst(json: unknown, profile: string | undefined, asWrite = false): readonly Issue[] | undefined {
  const type = typeOf(json);
  const [canonical = ''] = (profile ?? '').split('|');
  if (canonical !== '') return shapeOf(canonical, type) === undefined ? undefined : issuesOf(json, canonical, true);
  const first = issuesOf(json, isResourceType(type) ? profileOf(type) : CORE + type, true);
  const claimed = claimedBy(json).flatMap((one) => issuesOf(json, one, true));
  return together(first, asWrite ? claimed.map((issue): Issue => ({ ...issue, severity: 'warning' })) : claimed);
}

/** Canonicals of the profiles that this server has of a type: ours, then the national ones. */
export function profilesOf(type: string): readonly string[] {
  return Object.entries(index().profiles).flatMap(([canonical, [of]]) => (of === type ? [canonical] : []));
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
  return typeOf(json) === type ? issuesOf(json, CORE + type, false) : [notExpected([type])];
}

function typeOf(json: unknown): string {
  return isObject(json) && typeof json['resourceType'] === 'string' ? json['resourceType'] : '';
}

/** National profiles that a resource says to follow, of those that this server has. */
function claimedBy(json: unknown): readonly string[] {
  const meta = isObject(json) ? json['meta'] : undefined;
  const claims: unknown = isObject(meta) ? meta['profile'] : undefined;
  if (!Array.isArray(claims)) return [];
  const said = claims.flatMap((claim: unknown) => (typeof claim === 'string' ? (claim.split('|')[0] ?? []) : []));
  return [...new Set(said)].filter((canonical) => !canonical.startsWith(BASE) && shapeOf(canonical, typeOf(json)) !== undefined);
}

function shapeOf(canonical: string, type: string): number | undefined {
  const { base, profiles } = index();
  if (canonical === CORE + type) return Object.hasOwn(base, type) ? base[type] : undefined;
  const [of, shape] = (Object.hasOwn(profiles, canonical) ? profiles[canonical] : undefined) ?? [];
  return of === type ? shape : undefined;
}

function issuesOf(json: unknown, canonical: string, withWarnings: boolean): readonly Issue[] {
  const type = typeOf(json);
  const shape = shapeOf(canonical, type);
  if (!isObject(json) || shape === undefined) return [notExpected(Object.keys(index().base))];
  const state: State = { issues: [], depth: 0, resource: json, rootResource: json, place: type, withWarnings };
  checkResource(json, type, state, shape);
  return state.issues;
}

/** Two profiles find the same faults of R4: each is told once. */
function together(before: readonly Issue[], more: readonly Issue[]): readonly Issue[] {
  const told = new Map([...more].reverse().map((issue) => [`${issue.rule} ${issue.expression}`, issue]));
  for (const { rule, expression } of before) told.delete(`${rule} ${expression}`);
  return [...before, ...[...told.values()].reverse()];
}

function notExpected(types: readonly string[]): Issue {
  return issueOf('error', 'resource-type', 'resourceType', `not a FHIR resource of a type expected here: ${types.join(', ')}`);
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
