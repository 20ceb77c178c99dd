import {
  addDays,
  endOfParisDay,
  type Instant,
  instantOf,
  parisOffsetMinutes,
  parisWallToEpochMs,
  startOfParisDay,
} from '../../platform/instant.ts';

/** A CDA timestamp (TS): as FHIR says it with the precision that was sent, and the first and last moment that it may mean. */
export type CdaTime = {
  /** FHIR dateTime: `2026`, `2026-03`, `2026-03-01` or with time and offset. */
  readonly dateTime: string;
  readonly earliest: Instant;
  /** Last second of a day, month or year; same as `earliest` once there is an hour. */
  readonly latest: Instant;
};

const TIMESTAMP = /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,6}))?)?)?)?)?)?([+-]\d{4})?$/;

/**
 * Reads `YYYY[MM[DD[HH[MM[SS[.S…]]]]]][±ZZZZ]`. The offset is taken as written, even `+0100` on a summer day (interop.md
 * 11, trap 32); without one the clock is that of Europe/Paris. Undefined for anything that is no date.
 * @see HL7 v3 Data Types R1, TS
 */
export function readTime(value: string | undefined): CdaTime | undefined {
  const [, year, month, day, hour, minute = '00', second = '00', fraction = '', offset] = TIMESTAMP.exec(value ?? '') ?? [];
  if (year === undefined || year === '0000') return undefined;
  if (month === undefined) return wholeDays(year, `${year}-01-01`, `${year}-12-31`);
  if (!isBetween(month, 1, 12)) return undefined;
  if (day === undefined) return wholeDays(`${year}-${month}`, `${year}-${month}-01`, lastDayOf(`${year}-${month}`));
  const date = `${year}-${month}-${day}`;
  if (!isDay(date)) return undefined;
  if (hour === undefined) return wholeDays(date, date, date);
  if (!isBetween(hour, 0, 23) || !isBetween(minute, 0, 59) || !isBetween(second, 0, 59)) return undefined;
  const wall = `${date}T${hour}:${minute}:${second}${fraction === '' ? '' : `.${fraction.slice(0, 3)}`}`;
  const wallMs = Date.parse(`${wall}Z`);
  if (offset !== undefined && !isOffset(offset)) return undefined;
  const epochMs = offset === undefined ? parisWallToEpochMs(wallMs) : wallMs - minutesOf(offset) * 60_000;
  const zone = offset === undefined ? zoneOf(parisOffsetMinutes(epochMs)) : `${offset.slice(0, 3)}:${offset.slice(3)}`;
  const moment = instantOf(epochMs);
  return { dateTime: `${wall}${zone}`, earliest: moment, latest: moment };
}

function wholeDays(dateTime: string, first: string, last: string): CdaTime {
  return { dateTime, earliest: startOfParisDay(first), latest: endOfParisDay(last) };
}

function isBetween(digits: string, least: number, most: number): boolean {
  return Number(digits) >= least && Number(digits) <= most;
}

function isDay(date: string): boolean {
  const epochMs = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(epochMs) && instantOf(epochMs).startsWith(date);
}

function lastDayOf(month: string): string {
  return addDays(`${addDays(`${month}-01`, 31).slice(0, 7)}-01`, -1);
}

function isOffset(offset: string): boolean {
  return isBetween(offset.slice(1, 3), 0, 14) && isBetween(offset.slice(3), 0, 59);
}

function minutesOf(offset: string): number {
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3));
  return offset.startsWith('-') ? -minutes : minutes;
}

function zoneOf(offsetMinutes: number): string {
  return `+${String(Math.floor(offsetMinutes / 60)).padStart(2, '0')}:${String(offsetMinutes % 60).padStart(2, '0')}`;
}
