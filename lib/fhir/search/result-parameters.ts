import { accepted, type Refusal, type Result, refused, type Warning } from '../../platform/refusal.ts';
import type { ResourceType } from '../types.ts';
import type { QueryPart } from './query-string.ts';
import { badValue, repeated, unknownParameter } from './refusals.ts';
import type { Search, SortKey } from './search.ts';
import { parameterOf } from './table.ts';

/** Ours: the sealed position of a page, in next links only. */
export const PAGE_PARAMETER = '_page';

/** Matches a page when the client names no number, and the most it may name. */
const COUNT_DEFAULT = 50;
const COUNT_MAX = 500;

/** How the answer looks (R4 search.html 3.1.1.5), `_format` and `_pretty` being the edge's to obey. */
export const RESULT_PARAMETERS: readonly string[] = [
  '_sort',
  '_count',
  '_summary',
  '_elements',
  '_total',
  '_format',
  '_pretty',
  PAGE_PARAMETER,
];

export type ResultSettings = Pick<Search, 'sort' | 'count' | 'summary' | 'elements' | 'total' | 'pageToken'> & {
  readonly ignored: readonly Warning[];
  /** Parts that the self link repeats. */
  readonly used: readonly QueryPart[];
};

type Summary = NonNullable<Search['summary']>;

/** Reads the result parameters among `parts`. */
export function parseResultParameters(type: ResourceType, parts: readonly QueryPart[], isStrict: boolean): Result<ResultSettings> {
  const refusals: Refusal[] = [];
  const one = (name: string): string | undefined => {
    const [first, ...others] = parts.filter((part) => part.name === name);
    if (others.length > 0) refusals.push(repeated(name));
    return first?.value;
  };
  const oneOf = <T extends string>(name: string, allowed: readonly T[]): T | undefined => {
    const value = one(name);
    const found = allowed.find((each) => each === value);
    if (value !== undefined && found === undefined) {
      refusals.push(badValue(name, `not one of ${allowed.join(', ')}`, `l’une de ces valeurs : ${allowed.join(', ')}`));
    }
    return found;
  };

  const { sort, unknown } = parseSort(type, all(parts, '_sort'));
  if (isStrict) refusals.push(...unknown.map((warning): Refusal => ({ ...warning, category: 'not-understood' })));
  const countText = one('_count');
  const isCount = countText === undefined || /^\d{1,9}$/.test(countText);
  if (!isCount) refusals.push(badValue('_count', 'not a whole number', 'un nombre entier, par exemple 20'));
  const asked = countText === undefined || !isCount ? COUNT_DEFAULT : Number(countText);
  const summary = oneOf<Summary | 'false'>('_summary', ['true', 'text', 'data', 'count', 'false']);
  const total = oneOf<Search['total']>('_total', ['none', 'estimate', 'accurate']);
  const pageToken = one(PAGE_PARAMETER);
  one('_format');
  one('_pretty');
  const [first, ...others] = refusals;
  if (first) return refused(first, ...others);

  // R4 search.html 3.1.1.5.3: `_count=0` asks for the number alone.
  const summaryWanted = asked === 0 ? 'count' : summary;
  const elements = all(parts, '_elements');
  return accepted({
    sort,
    count: Math.min(Math.max(asked, 1), COUNT_MAX),
    total: total ?? 'accurate',
    ignored: unknown,
    used: usedParts(parts, sort),
    ...(summaryWanted === undefined || summaryWanted === 'false' ? {} : { summary: summaryWanted }),
    ...(elements.length > 0 ? { elements } : {}),
    ...(pageToken === undefined ? {} : { pageToken }),
  });
}

function all(parts: readonly QueryPart[], name: string): readonly string[] {
  return parts
    .filter((part) => part.name === name)
    .flatMap(({ value }) => value.split(','))
    .map((text) => text.trim())
    .filter(Boolean);
}

function parseSort(
  type: ResourceType,
  names: readonly string[],
): { readonly sort: readonly SortKey[]; readonly unknown: readonly Warning[] } {
  const keys = names.map((text) => ({ name: text.replace(/^-/, ''), descending: text.startsWith('-') }));
  const isSortable = ({ name }: SortKey): boolean => {
    const parameter = parameterOf(type, name);
    return parameter !== undefined && parameter.type !== 'composite' && !parameter.fullText;
  };
  return {
    sort: keys.filter(isSortable),
    unknown: keys
      .filter((key) => !isSortable(key))
      .map(({ name }) => ({ ...unknownParameter(type, name), expression: `_sort=${name.slice(0, 60)}` })),
  };
}

/** As sent, `_sort` without the keys that were ignored, `_page` left to the next link. */
function usedParts(parts: readonly QueryPart[], sort: readonly SortKey[]): readonly QueryPart[] {
  const value = sort.map(({ name, descending }) => `${descending ? '-' : ''}${name}`).join(',');
  const others = parts.filter(({ name }) => name !== '_sort' && name !== PAGE_PARAMETER);
  return value === '' ? others : [...others, { name: '_sort', value }];
}
