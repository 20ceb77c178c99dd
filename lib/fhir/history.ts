import type { Instant } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import { type QueryPart, readQuery, writeQuery } from './search/query-string.ts';
import { PAGE_PARAMETER } from './search/result-parameters.ts';

/** What a history is asked (R4 http.html 2.21.0.11.1). */
export type HistoryCriteria = {
  /** Written at or after this. */
  readonly since?: Instant;
  /** Lines a page. */
  readonly count: number;
  readonly pageToken?: string;
  /** What was used, for the self link; without the page. */
  readonly selfQuery: string;
  /** Everything else that was sent: for the caller to understand or to refuse. */
  readonly others: readonly QueryPart[];
};

const COUNT_DEFAULT = 50;
const COUNT_MAX = 500;
const FORMAT: readonly string[] = ['_format', '_pretty', '_summary', '_elements'];

/** @param rawQuery as sent, percent-encoded. 400 for a malformed `_since` or `_count`, and for `_at` and `_list`, which would change the answer. */
export function parseHistory(rawQuery: string): Result<HistoryCriteria> {
  const query = readQuery(rawQuery);
  if (!query.ok) return query;
  const parts = query.value.filter(({ name }) => !FORMAT.includes(name));
  const last = (name: string): string | undefined => parts.findLast((part) => part.name === name)?.value;
  const sinceText = last('_since');
  const since = sinceText === undefined ? undefined : instantOfText(sinceText);
  if (sinceText !== undefined && since === undefined) return refused(malformed('_since', 'an instant', '2026-03-01T08:30:00Z'));
  const countText = last('_count');
  if (countText !== undefined && !/^[1-9]\d{0,8}$/.test(countText)) return refused(malformed('_count', 'a positive whole number', '20'));
  const unserved = parts.find(({ name }) => name === '_at' || name === '_list');
  if (unserved) return refused(notServed(unserved.name));
  const pageToken = last(PAGE_PARAMETER);
  return accepted({
    count: Math.min(countText === undefined ? COUNT_DEFAULT : Number(countText), COUNT_MAX),
    selfQuery: writeQuery(parts.filter(({ name }) => name !== PAGE_PARAMETER)),
    others: parts.filter(({ name }) => !['_since', '_count', PAGE_PARAMETER].includes(name)),
    ...(since === undefined ? {} : { since }),
    ...(pageToken === undefined ? {} : { pageToken }),
  });
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** A `+` that nobody encoded was read as a space: the offset is meant. */
function instantOfText(text: string): Instant | undefined {
  const said = text.replace(' ', '+');
  const epochMs = INSTANT.test(said) ? Date.parse(said) : Number.NaN;
  return Number.isNaN(epochMs) ? undefined : new Date(epochMs).toISOString();
}

function malformed(name: string, wanted: string, example: string): Refusal {
  return {
    category: 'not-understood',
    code: 'history-parameter',
    expression: name,
    diagnostics: `${name} is not ${wanted}.`,
    remedy: `Écrivez par exemple ${name}=${example}.`,
  };
}

function notServed(name: string): Refusal {
  return {
    category: 'not-understood',
    code: 'history-parameter',
    expression: name,
    diagnostics: `${name} is not served.`,
    remedy: 'Employez _since et _count.',
  };
}
