import type { Warning } from '../../platform/refusal.ts';
import { isResourceType } from '../resource-types.ts';
import type { ResourceType } from '../types.ts';
import { ENDS, type Link, linksFollowed, linksOf, linksTo } from './links.ts';
import type { QueryPart } from './query-string.ts';
import { includeNotServed, notServed } from './refusals.ts';
import type { Include } from './search.ts';

export type IncludeReading =
  | { readonly kind: 'include'; readonly include: Include }
  | { readonly kind: 'ignored'; readonly warning: Warning };

export const INCLUDES: readonly string[] = ['_include', '_revinclude'];

const WILDCARD = '*';

/**
 * `_include=Task:owner`, `_include=Task:owner:Organization`, `_revinclude=CarePlan:*`, `_include:iterate=*`
 * (R4 search.html 3.1.1.5.4). It only adds to the answer: what is not understood, or could never find anything, is a
 * warning.
 *
 * @param type of the matches, where an include begins; an iterated one may begin at what another brought
 */
export function readInclude(type: ResourceType, { name: label, value }: QueryPart): IncludeReading {
  const [name, ...modifiers] = label.split(':');
  const modifier = modifiers.length > 0 ? modifiers.join(':') : undefined;
  const direction = name === '_include' ? 'include' : 'revinclude';
  const iterate = modifier === 'iterate';
  if (modifier !== undefined && !iterate) return { kind: 'ignored', warning: notServed(label) };
  const path = pathOf(value);
  const isLinked = linksOf(type).length + linksTo(type).length > 0;
  const beginnings = iterate && isLinked ? ENDS : [type];
  if (path && beginnings.some((beginning) => linksFollowed(beginning, { ...path, direction, iterate }).length > 0)) {
    return { kind: 'include', include: { ...path, direction, iterate } };
  }
  const served = direction === 'include' ? includesOf(type) : revIncludesOf(type);
  return { kind: 'ignored', warning: includeNotServed(`${label}=${value}`, type, served) };
}

function pathOf(value: string): Pick<Include, 'source' | 'name' | 'target'> | undefined {
  if (value === WILDCARD) return {};
  const [source = '', name = '', target, ...more] = value.split(':');
  if (!isResourceType(source) || name === '' || more.length > 0) return undefined;
  if (target !== undefined && !isResourceType(target)) return undefined;
  return { source, ...(name === WILDCARD ? {} : { name }), ...(target === undefined ? {} : { target }) };
}

/** Values of `_include` for a type; CapabilityStatement lists the same. */
export function includesOf(type: ResourceType): readonly string[] {
  return linksOf(type).map(textOf);
}

/** Values of `_revinclude` for a type. */
export function revIncludesOf(type: ResourceType): readonly string[] {
  return linksTo(type).map(textOf);
}

function textOf({ source, name }: Link): string {
  return `${source}:${name}`;
}
