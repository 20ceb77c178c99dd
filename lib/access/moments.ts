import { addDays, epochMsOf, type Instant, instantOf, startOfParisDay } from '../platform/instant.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MONTH = /^\d{4}-\d{2}$/;
const YEAR = /^\d{4}$/;

/** The first moment that a FHIR date or dateTime covers (Europe/Paris when it has no offset); `undefined` for a text that is no date. */
export function firstMomentOf(text: string | undefined): Instant | undefined {
  if (text === undefined) return undefined;
  if (YEAR.test(text)) return startOfParisDay(`${text}-01-01`);
  if (MONTH.test(text)) return startOfParisDay(`${text}-01`);
  if (DAY.test(text)) return Number.isNaN(epochMsOf(text)) ? undefined : startOfParisDay(text);
  const epochMs = epochMsOf(text);
  return Number.isNaN(epochMs) ? undefined : instantOf(epochMs);
}

/** The first moment after all that a FHIR date or dateTime covers: the excluded end of a period that ends with it. */
export function momentAfter(text: string | undefined): Instant | undefined {
  if (text === undefined) return undefined;
  if (YEAR.test(text)) return startOfParisDay(`${Number(text) + 1}-01-01`);
  if (MONTH.test(text)) return startOfParisDay(`${addDays(`${text}-01`, 31).slice(0, 7)}-01`);
  if (DAY.test(text)) return Number.isNaN(epochMsOf(text)) ? undefined : startOfParisDay(addDays(text, 1));
  return firstMomentOf(text);
}

/** Half-open: from included, until excluded; a missing bound is open. */
export function covers(period: { readonly from?: Instant; readonly until?: Instant }, at: Instant): boolean {
  return (period.from === undefined || period.from <= at) && (period.until === undefined || at < period.until);
}

/** Days as the rules of domain.md count them when they do not say "working days". */
export const DAY_MS = 86_400_000;
