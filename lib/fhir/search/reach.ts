import type { ResourceType } from '../types.ts';
import { linksFollowed } from './links.ts';
import type { Criterion, Include, Search } from './search.ts';

/** Types that a search looks at beside its own matches: at the end of references, and where references come from. */
export type Reach = { readonly targets: ReadonlySet<ResourceType>; readonly referrers: ReadonlySet<ResourceType> };

/** What must be at hand to evaluate a search: its chains, `_has` and includes. */
export function reachOf({ type, criteria, includes }: Pick<Search, 'type' | 'criteria' | 'includes'>): Reach {
  const targets = new Set<ResourceType>();
  const referrers = new Set<ResourceType>();
  for (const criterion of criteria) collect(criterion, targets, referrers);
  let applied = includes;
  let fresh: readonly ResourceType[] = [type];
  const seen = new Set(fresh);
  while (fresh.length > 0) {
    const next = new Set<ResourceType>();
    for (const from of fresh) for (const include of applied) for (const to of ends(from, include, targets, referrers)) next.add(to);
    applied = includes.filter(({ iterate }) => iterate);
    // The first round applied all includes to the type itself; what is included of that type meets the iterated ones alone.
    fresh = [...next].filter((each) => !seen.has(each));
    for (const each of fresh) seen.add(each);
  }
  return { targets, referrers };
}

function ends(from: ResourceType, include: Include, targets: Set<ResourceType>, referrers: Set<ResourceType>): readonly ResourceType[] {
  const links = linksFollowed(from, include);
  const found = include.direction === 'include' ? links.flatMap((link) => link.targets) : links.map(({ source }) => source);
  for (const type of found) (include.direction === 'include' ? targets : referrers).add(type);
  return found;
}

function collect(criterion: Criterion, targets: Set<ResourceType>, referrers: Set<ResourceType>): void {
  if ('targets' in criterion)
    for (const { type, criterion: inner } of criterion.targets) {
      targets.add(type);
      collect(inner, targets, referrers);
    }
  if ('referrers' in criterion) {
    referrers.add(criterion.referrers.type);
    collect(criterion.referrers.criterion, targets, referrers);
  }
}
