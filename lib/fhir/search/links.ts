import { isResourceType, RESOURCE_TYPES } from '../resource-types.ts';
import type { ResourceType } from '../types.ts';
import type { Include } from './search.ts';
import { parameterNames, parameterOf } from './table.ts';

/** A reference from one type to another that a search may follow, either way. */
export type Link = { readonly source: ResourceType; readonly name: string; readonly targets: readonly ResourceType[] };

/**
 * Types that can stand at the other end of a reference. The trace is read by itself alone, by those it concerns, and
 * bytes go by themselves: no search opens them.
 */
export const ENDS: readonly ResourceType[] = Object.keys(RESOURCE_TYPES)
  .filter(isResourceType)
  .filter((type) => type !== 'AuditEvent' && type !== 'Binary');

const kept = new Map<ResourceType, readonly Link[]>();

/** The references of a type: what a chain and `_include` follow. */
export function linksOf(type: ResourceType): readonly Link[] {
  if (!ENDS.includes(type)) return [];
  const links = kept.get(type) ?? linksFrom(type);
  kept.set(type, links);
  return links;
}

/**
 * The references of other types to this one: what `_has` and `_revinclude` follow. Only what can be searched is found
 * this way, and what belongs to no patient refers to nothing in a patient's record.
 */
export function linksTo(type: ResourceType): readonly Link[] {
  return ENDS.filter((source) => isReferrer(source, type))
    .flatMap(linksOf)
    .filter(({ targets }) => targets.includes(type));
}

/** The references that an include follows from a resource of this type, or, reversed, to it. */
export function linksFollowed(type: ResourceType, { direction, source, name, target }: Include): readonly Link[] {
  const links = (direction === 'include' ? linksOf(type) : linksTo(type))
    .filter((link) => (source === undefined || link.source === source) && (name === undefined || link.name === name))
    .map((link) => ({ ...link, targets: link.targets.filter((each) => target === undefined || each === target) }));
  return links.filter(({ targets }) => (direction === 'include' ? targets.length > 0 : targets.includes(type)));
}

function isReferrer(source: ResourceType, target: ResourceType): boolean {
  const { interactions, compartment } = RESOURCE_TYPES[source];
  return interactions.includes('search-type') && (compartment !== 'none' || RESOURCE_TYPES[target].compartment === 'none');
}

function linksFrom(source: ResourceType): readonly Link[] {
  return parameterNames(source).flatMap((name) => {
    const parameter = parameterOf(source, name);
    const targets = parameter?.type === 'reference' ? ENDS.filter((type) => parameter.targets?.includes(type)) : [];
    return targets.length > 0 ? [{ source, name, targets }] : [];
  });
}
