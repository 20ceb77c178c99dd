import type { RelaisResource } from '../types.ts';
import { linksFollowed } from './links.ts';
import { type Lookup, refOf } from './lookup.ts';
import type { Include } from './search.ts';
import { parameterOf } from './table.ts';

/**
 * What goes with the matches of a page (R4 search.html 3.1.1.5.4), each once and in the order found; a match of the page
 * is not included again. Contained resources travel in their container already.
 *
 * @param lookup visible resources only
 */
export function included(page: readonly RelaisResource[], includes: readonly Include[], lookup: Lookup): readonly RelaisResource[] {
  const seen = new Set(page.map(refOf));
  const found: RelaisResource[] = [];
  let applied = includes;
  let fresh = page;
  while (fresh.length > 0) {
    const next: RelaisResource[] = [];
    for (const resource of fresh.flatMap((from) => applied.flatMap((include) => follow(from, include, lookup)))) {
      if (seen.has(refOf(resource))) continue;
      seen.add(refOf(resource));
      next.push(resource);
    }
    found.push(...next);
    fresh = next;
    applied = includes.filter(({ iterate }) => iterate);
  }
  return found;
}

function follow(from: RelaisResource, include: Include, lookup: Lookup): readonly RelaisResource[] {
  const links = linksFollowed(from.resourceType, include);
  if (include.direction === 'revinclude') return links.flatMap(({ source, name }) => lookup.referrers(from, source, name));
  return links.flatMap(({ name, targets }) =>
    (parameterOf(from.resourceType, name)?.extract(from) ?? []).flatMap((value) => lookup.target(value, targets) ?? []),
  );
}
