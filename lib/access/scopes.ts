import { isResourceType } from '../fhir/resource-types.ts';
import type { ResourceType } from '../fhir/types.ts';
import type { Interaction } from './decision.ts';

/** What one scope of a token lets be done with one type, or with every type. */
export type Scope = { readonly type: ResourceType | '*'; readonly rights: ReadonlySet<Right> };

/** c, r, u, d, s of SMART v2. */
type Right = 'create' | 'read' | 'update' | 'delete' | 'search';

const RIGHTS: Readonly<Record<string, Right>> = { c: 'create', r: 'read', u: 'update', d: 'delete', s: 'search' };

/** The older words of SMART v1, which v2 says how to read. */
const OLDER: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/** Which right each interaction needs. What a search hits, an `_include` brings or a history tells is read as well. */
const NEEDS: Readonly<Record<Interaction, Right>> = {
  read: 'read',
  vread: 'read',
  search: 'search',
  'search-type': 'search',
  'history-instance': 'read',
  create: 'create',
  update: 'update',
  event: 'update',
  delete: 'delete',
};

/**
 * The `scope` claim as what it leaves open; `undefined` when it names no resource at all (Pro Santé Connect knows `openid
 * scope_all` only): nothing is narrowed then.
 *
 * A scope narrows, type by type, what domain.md 4 gives; it never gives anything. One of another context than the token's
 * (`patient/` without a patient), one that is cut by a search (`?category=…`) or that is malformed opens nothing.
 * @param speaksForPatient the token is the person's own or her representative's
 * @see https://hl7.org/fhir/smart-app-launch/STU2/scopes-and-launch-context.html
 */
export function scopesIn(claim: string, speaksForPatient: boolean): readonly Scope[] | undefined {
  const named = claim.split(' ').filter((one) => one.includes('/') && !one.startsWith('launch/'));
  if (named.length === 0) return undefined;
  return named.flatMap((one) => {
    const [, context, type = '', said = ''] = /^(patient|user|system)\/(\*|[A-Za-z]+)\.([a-z]+|\*)$/.exec(one) ?? [];
    const letters = OLDER[said] ?? said;
    if (!/^c?r?u?d?s?$/.test(letters) || letters === '' || (context === 'patient' && !speaksForPatient)) return [];
    const rights = new Set(letters.split('').flatMap((letter) => RIGHTS[letter] ?? []));
    return type === '*' || isResourceType(type) ? [{ type, rights }] : [];
  });
}

/** Whether the scopes of a token leave that open: each type needs its own, or the one of every type. */
export function leaveOpen(scopes: readonly Scope[] | undefined, interaction: Interaction, wanted: ResourceType): boolean {
  return scopes?.some(({ type, rights }) => (type === '*' || type === wanted) && rights.has(NEEDS[interaction])) ?? true;
}
