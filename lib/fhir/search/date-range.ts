import { parisWallToEpochMs } from '../../platform/instant.ts';
import type { Interval, Prefix } from './search.ts';

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?)?)?$/;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The time that a date of any FHIR precision covers: `2024` is a year of Paris, `2024-05-01T10:00` a minute.
 * Without an offset it is read in Europe/Paris (peers.md T57).
 *
 * @returns `undefined` for a text that is no FHIR date, date of the calendar included (30 February)
 */
export function rangeOf(text: string): Interval | undefined {
  const match = DATE.exec(text);
  if (!match) return undefined;
  const [, year = '', month, day, hour, minute, second, fraction, offset] = match;
  const wall = Date.UTC(
    Number(year),
    Number(month ?? 1) - 1,
    Number(day ?? 1),
    Number(hour ?? 0),
    Number(minute ?? 0),
    // A leap second counts as the last one that the machine's calendar has.
    Math.min(Number(second ?? 0), 59),
    Number((fraction ?? '').slice(0, 3).padEnd(3, '0')),
  );
  // Date.UTC rolls a day, hour or minute that does not exist over into the next: the text then says something else.
  const said = [year, month ?? '01', day ?? '01'].join('-');
  const time = `${hour ?? '00'}:${minute ?? '00'}`;
  const isOfCalendar = Number.isFinite(wall) && new Date(wall).toISOString().startsWith(`${said}T${time}`) && Number(second ?? 0) <= 60;
  if (!isOfCalendar) return undefined;
  const toEpochMs = offset === undefined ? parisWallToEpochMs : (wallMs: number) => wallMs - offsetMinutes(offset) * MINUTE_MS;
  if (hour === undefined) {
    const next = nextWall(new Date(wall), month, day);
    return { fromMs: toEpochMs(wall), untilMs: toEpochMs(next) };
  }
  const fromMs = toEpochMs(wall);
  return { fromMs, untilMs: fromMs + widthMs(second, fraction) };
}

/** A date of a query: a `+` that the client did not escape has become a space. */
export function rangeOfQuery(text: string): Interval | undefined {
  return rangeOf(text.replace(/ (\d{2}:\d{2})$/, '+$1'));
}

function nextWall(start: Date, month: string | undefined, day: string | undefined): number {
  if (month === undefined) return Date.UTC(start.getUTCFullYear() + 1, 0, 1);
  if (day === undefined) return Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1);
  return start.getTime() + DAY_MS;
}

function widthMs(second: string | undefined, fraction: string | undefined): number {
  if (second === undefined) return MINUTE_MS;
  return fraction === undefined ? 1000 : Math.max(1, 1000 / 10 ** fraction.length);
}

function offsetMinutes(offset: string): number {
  if (offset === 'Z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
  return offset.startsWith('-') ? -minutes : minutes;
}

/**
 * R4 search.html 3.1.1.4.7, with both sides as ranges. `ap` may choose its own tolerance there; ours is the width of
 * what was asked, at least a day, on both sides: no clock is needed, so the answer does not change with the hour.
 */
export function compareRange(prefix: Prefix, asked: Interval, found: Interval): boolean {
  const isInside = found.fromMs >= asked.fromMs && found.untilMs <= asked.untilMs;
  const reachesAbove = found.untilMs > asked.untilMs;
  const reachesBelow = found.fromMs < asked.fromMs;
  switch (prefix) {
    case 'eq':
      return isInside;
    case 'ne':
      return !isInside;
    case 'gt':
      return reachesAbove;
    case 'lt':
      return reachesBelow;
    case 'ge':
      return reachesAbove || isInside;
    case 'le':
      return reachesBelow || isInside;
    case 'sa':
      return found.fromMs >= asked.untilMs;
    case 'eb':
      return found.untilMs <= asked.fromMs;
    case 'ap': {
      const slackMs = Math.max(asked.untilMs - asked.fromMs, DAY_MS);
      return found.fromMs < asked.untilMs + slackMs && found.untilMs > asked.fromMs - slackMs;
    }
  }
}
