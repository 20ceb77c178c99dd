import type { Criterion, Interval, Search, Test } from '../fhir/search/search.ts';
import { type Instant, instantOf } from '../platform/instant.ts';

/** Both ends included. */
export type TraceRange = { readonly from: Instant; readonly until: Instant };

/** Parameters of AuditEvent that say when: `recorded` and `period.start` are one moment in what we trace. */
const WHEN: ReadonlySet<string> = new Set(['date', 'period-start']);
const DAY_MS = 86_400_000;

/**
 * The moments in which a record can match the dates of a search, narrowed from those in which there can be any: what lies
 * outside is not read. Never too narrow: each record that is read is compared with the criteria themselves.
 */
export function rangeWanted({ criteria }: Pick<Search, 'criteria'>, possible: TraceRange): TraceRange {
  let { from, until } = possible;
  for (const span of criteria.flatMap(spanOf)) {
    const [first, last] = [instantIn(span.fromMs), instantIn(span.untilMs)];
    if (first !== undefined && first > from) from = first;
    if (last !== undefined && last < until) until = last;
  }
  return { from, until };
}

/** Months that a range touches, newest first, `YYYY-MM` as the keys of the trace say them (UTC). */
export function monthsIn({ from, until }: TraceRange): readonly string[] {
  const [first, last] = [from, until].map(monthNumber);
  if (first === undefined || last === undefined || last < first) return [];
  return Array.from({ length: last - first + 1 }, (_, back) => {
    const month = last - back;
    return `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
  });
}

function monthNumber(instant: Instant): number {
  return Number(instant.slice(0, 4)) * 12 + Number(instant.slice(5, 7)) - 1;
}

/** From the earliest to the latest moment that one of its alternatives admits; nothing for a criterion about something else. */
function spanOf(criterion: Criterion): readonly Interval[] {
  if (!WHEN.has(criterion.name) || !('anyOf' in criterion) || criterion.not) return [];
  const spans = criterion.anyOf.map(spanOfTest);
  return [{ fromMs: Math.min(...spans.map(({ fromMs }) => fromMs)), untilMs: Math.max(...spans.map(({ untilMs }) => untilMs)) }];
}

function spanOfTest(test: Test): Interval {
  if (test.kind !== 'date') return EVER;
  const { fromMs, untilMs } = test.range;
  switch (test.prefix) {
    case 'eq':
      return test.range;
    case 'gt':
    case 'ge':
    case 'sa':
      return { ...EVER, fromMs };
    case 'lt':
    case 'eb':
      return { ...EVER, untilMs: fromMs };
    case 'le':
      return { ...EVER, untilMs };
    case 'ap': {
      const slackMs = Math.max(untilMs - fromMs, DAY_MS);
      return { fromMs: fromMs - slackMs, untilMs: untilMs + slackMs };
    }
    case 'ne':
      return EVER;
  }
}

const EVER: Interval = { fromMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
/** What a Date can hold. */
const LAST_MS = 8.64e15;

function instantIn(ms: number): Instant | undefined {
  return Math.abs(ms) <= LAST_MS ? instantOf(ms) : undefined;
}
