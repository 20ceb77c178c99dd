import { join } from 'node:path';
import { now } from '../../lib/platform/clock.ts';
import { epochMsOf, type Instant, instantOf } from '../../lib/platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../../lib/platform/refusal.ts';
import { isObject, readJsonFile, writeJsonFile } from './json-file.ts';

const DURATION = /^P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;
const LAST_MOMENT = '9999-12-31T00:00:00.000Z';

/**
 * `from` moved forward by an ISO 8601 duration. Years and months follow the UTC calendar (29 February becomes 1 March),
 * weeks and days are multiples of 24 hours. `undefined` for a text that is no duration, a negative one included.
 */
export function addDuration(from: Instant, duration: string): Instant | undefined {
  const parts = DURATION.exec(duration);
  if (!parts) return undefined;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  const date = new Date(epochMsOf(from));
  date.setUTCFullYear(date.getUTCFullYear() + years, date.getUTCMonth() + months);
  const movedMs = date.getTime() + (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60_000 + Math.round(seconds * 1_000);
  return movedMs <= epochMsOf(LAST_MOMENT) ? instantOf(movedMs) : undefined;
}

/** The moment that a body of `POST /local/clock` asks for: `{"advance":"PT8H"}` or `{"now":"…"}`; never before `current` (contracts.md 8). */
export function momentAsked(body: unknown, current: Instant): Result<Instant> {
  const { advance, now: asked } = isObject(body) ? body : {};
  const target =
    typeof advance === 'string' && asked === undefined
      ? addDuration(current, advance)
      : typeof asked === 'string' && advance === undefined && INSTANT.test(asked)
        ? instantIn(asked)
        : undefined;
  if (target === undefined) return refused(UNREADABLE);
  return target < current ? refused(BACKWARDS) : accepted(target);
}

/** A date that the calendar does not have (31 February) is no instant. */
function instantIn(text: string): Instant | undefined {
  const epochMs = epochMsOf(text);
  return Number.isNaN(epochMs) || epochMs > epochMsOf(LAST_MOMENT) ? undefined : instantOf(epochMs);
}

const UNREADABLE: Refusal = {
  category: 'not-understood',
  code: 'clock-malformed',
  expression: 'advance',
  diagnostics: 'The body is neither {"advance":"<ISO 8601 duration>"} nor {"now":"<instant with offset>"}.',
  remedy: 'Envoyez par exemple {"advance":"PT8H"} ou {"now":"2026-03-01T09:00:00Z"}.',
};

const BACKWARDS: Refusal = {
  category: 'not-understood',
  code: 'clock-backwards',
  expression: 'now',
  diagnostics: 'The clock never goes back.',
  remedy: 'Demandez un moment à venir ; npm start -- --fresh repart de maintenant.',
};

/** The moved clock of one data folder; `lib/platform/clock.ts` reads what it sets, in every worker. */
export type ClockControl = { readonly moveTo: (moment: Instant) => Promise<void> };

/** Sets the clock as the last run left it. */
export async function loadClock(dataDir: string): Promise<ClockControl> {
  setOffset(await readOffsetMs(dataDir));
  return {
    moveTo: async (moment) => {
      const offsetMs = Number(process.env.CLOCK_OFFSET_MS ?? 0) + epochMsOf(moment) - epochMsOf(now());
      await writeJsonFile(fileOf(dataDir), { offsetMs });
      setOffset(offsetMs);
    },
  };
}

/** How far the service's clock is ahead of the machine's; 0 where no clock was ever moved. */
export async function readOffsetMs(dataDir: string): Promise<number> {
  const kept = await readJsonFile(fileOf(dataDir));
  return isObject(kept) && typeof kept.offsetMs === 'number' ? kept.offsetMs : 0;
}

function setOffset(offsetMs: number): void {
  process.env.CLOCK_OFFSET_MS = String(offsetMs);
}

function fileOf(dataDir: string): string {
  return join(dataDir, 'clock.json');
}
