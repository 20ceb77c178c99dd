import type { Ref, RelaisResource, ResourceType } from '../types.ts';
import { linksOf } from './links.ts';
import type { SearchValue } from './parameter.ts';
import { parameterOf } from './table.ts';
import { targetOf } from './values.ts';

/** The resources at the other ends of references, as this requester sees them: what is hidden is at no end. */
export type Lookup = {
  /** The resource that a value of a reference parameter names, when it is of one of these types. */
  readonly target: (value: SearchValue, types: readonly ResourceType[]) => RelaisResource | undefined;
  /** Resources of a type whose reference parameter points at this one. */
  readonly referrers: (to: RelaisResource, type: ResourceType, name: string) => readonly RelaisResource[];
};

/** For a search that looks at each resource by itself: no reference leads anywhere. */
export const NOWHERE: Lookup = { target: () => undefined, referrers: () => [] };

/**
 * Looks among these views.
 *
 * @param baseUrl own base, without trailing slash: absolute references below it are ours
 * @param onMiss told each local reference that was to be followed and leads out of the views: the caller may load what it
 *   names and look again
 */
export function lookupIn(views: readonly RelaisResource[], baseUrl: string, onMiss: (ref: Ref) => void = () => undefined): Lookup {
  const byRef = new Map(views.map((view) => [refOf(view), view]));
  const reversed = new Map<string, ReadonlyMap<Ref, readonly RelaisResource[]>>();
  return {
    target: (value, types) => {
      const ref = localRef(value, baseUrl);
      if (ref === undefined || !types.some((type) => ref.startsWith(`${type}/`))) return undefined;
      const view = byRef.get(ref);
      if (!view) onMiss(ref);
      return view;
    },
    referrers: (to, type, name) => {
      const key = `${type}:${name}`;
      const index = reversed.get(key) ?? reverse(views, type, name, baseUrl);
      reversed.set(key, index);
      return index.get(refOf(to)) ?? [];
    },
  };
}

/** `Type/id` of a resource of ours; `undefined` for a contained, logical or foreign one. */
function localRef(value: SearchValue, baseUrl: string): Ref | undefined {
  const target = targetOf(value);
  const local = target?.startsWith(`${baseUrl}/`) ? target.slice(baseUrl.length + 1) : target;
  return local !== undefined && /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.test(local) ? local : undefined;
}

function reverse(
  views: readonly RelaisResource[],
  type: ResourceType,
  name: string,
  baseUrl: string,
): ReadonlyMap<Ref, readonly RelaisResource[]> {
  const index = new Map<Ref, RelaisResource[]>();
  const parameter = linksOf(type).some((link) => link.name === name) ? parameterOf(type, name) : undefined;
  for (const view of views) {
    if (!parameter || view.resourceType !== type) continue;
    // Two values may name the same target: the referrer stands there once.
    for (const ref of new Set(parameter.extract(view).map((value) => localRef(value, baseUrl)))) {
      if (ref === undefined) continue;
      const referrers = index.get(ref);
      if (referrers) referrers.push(view);
      else index.set(ref, [view]);
    }
  }
  return index;
}

/** `Type/id` of a resource that has an id, as every stored one has. */
export function refOf({ resourceType, id = '' }: RelaisResource): Ref {
  return `${resourceType}/${id}`;
}
