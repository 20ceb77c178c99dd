import type { RelaisResource } from '../types.ts';
import type { SearchParameterType, SearchValue } from './parameter.ts';
import type { Search, SortKey } from './search.ts';
import { parameterOf } from './table.ts';
import { folded, quantityOf, rangesOf, stringsOf, targetOf, tokensOf } from './values.ts';

/** What a resource is ordered by: time in ms, number or folded text; `null` = it has no such value. */
type SortValue = string | number | null;

/**
 * Where a page ended: the sort values of its last match, and its id. JSON-able. Sort values may be names or dates of
 * birth: it leaves the server sealed only.
 */
export type Position = { readonly values: readonly SortValue[]; readonly id: string };

export type Page = {
  readonly page: readonly RelaisResource[];
  /** All matches, not only this page's: exact, because it is counted after filtering (peers.md row 16). */
  readonly total: number;
  /** Absent on the last page. */
  readonly next?: Position;
};

/** Whether an opened token is a position of this search's order (a token of another order must not be used). */
export function isPosition(value: unknown, { sort }: Pick<Search, 'sort'>): value is Position {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('values' in value)) return false;
  const { id, values } = value;
  return typeof id === 'string' && Array.isArray(values) && values.length === sort.length && values.every(isSortValue);
}

/**
 * Orders the matches and cuts one page (R4 search.html 3.1.1.5.1, 3.1.1.5.3).
 *
 * The order is total (ties by id), and a page begins after a position in it, not after a number of matches: what is
 * written or deleted between two pages makes no other match appear twice or never (peers.md T29).
 * A resource without the value stands last, whatever the direction. Of several values the smallest counts ascending,
 * the largest descending.
 *
 * @param resources matches that the requester may see, cut by his rights already
 * @param after position that the earlier page gave as `next`
 */
export function arrange(resources: readonly RelaisResource[], search: Search, after?: Position): Page {
  const total = resources.length;
  if (search.summary === 'count') return { page: [], total };
  const compare = comparePositions(search.sort);
  const placed = resources
    .map((resource) => ({ resource, position: positionOf(resource, search) }))
    .filter(({ position }) => after === undefined || compare(position, after) > 0)
    .toSorted((a, b) => compare(a.position, b.position));
  const cut = placed.slice(0, search.count);
  const last = cut.at(-1);
  return {
    page: cut.map(({ resource }) => resource),
    total,
    ...(last && placed.length > cut.length ? { next: last.position } : {}),
  };
}

function positionOf(resource: RelaisResource, { type, sort }: Search): Position {
  const values = sort.map(({ name, descending }) => {
    const parameter = parameterOf(type, name);
    const found = parameter ? parameter.extract(resource).flatMap((value) => sortValuesOf(parameter.type, value)) : [];
    return found.toSorted((a, b) => compareValues(a, b) * (descending ? -1 : 1))[0] ?? null;
  });
  return { values, id: resource.id ?? '' };
}

function sortValuesOf(type: SearchParameterType, value: SearchValue): readonly (string | number)[] {
  switch (type) {
    case 'date':
      return rangesOf(value).map(({ fromMs, untilMs }) => (Number.isFinite(fromMs) ? fromMs : untilMs));
    case 'string':
      return stringsOf(value).map(sortText);
    case 'token':
      return tokensOf(value).map(({ code }) => sortText(code));
    case 'number':
    case 'quantity': {
      const { low = Number.NaN, high = Number.NaN } = quantityOf(value) ?? {};
      return [low, high].filter(Number.isFinite).slice(0, 1);
    }
    case 'reference':
    case 'uri':
      return [targetOf(value)].filter((target) => target !== undefined).map((target) => target.slice(0, SORT_TEXT_MAX));
    case 'composite':
      return [];
  }
}

/** Positions travel in links: a long description counts by its beginning, then by id. */
const SORT_TEXT_MAX = 100;

function sortText(text: string): string {
  return folded(text.slice(0, SORT_TEXT_MAX));
}

function comparePositions(sort: readonly SortKey[]): (a: Position, b: Position) => number {
  return (a, b) => {
    for (const [index, { descending }] of sort.entries()) {
      const [left, right] = [a.values[index] ?? null, b.values[index] ?? null];
      if (left === null && right === null) continue;
      if (left === null) return 1;
      if (right === null) return -1;
      const order = compareValues(left, right);
      if (order !== 0) return descending ? -order : order;
    }
    return compareValues(a.id, b.id);
  };
}

function compareValues(a: string | number, b: string | number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isSortValue(value: unknown): value is SortValue {
  return value === null || typeof value === 'string' || typeof value === 'number';
}
