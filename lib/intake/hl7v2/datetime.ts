import { type Instant, instantOf, parisWallToEpochMs } from '../../platform/instant.ts';

/** A time stamp of HL7, in the shapes that FHIR and Relais want. */
export type TimeStamp = {
  /** FHIR date: year, month or day, as precisely as said and no more than a day. */
  readonly date: string;
  /** FHIR dateTime, as precisely as said (FHIR makes minutes and seconds follow an hour). */
  readonly dateTime: string;
  /** The moment; a day is its first second. Absent when no day is said. */
  readonly instant?: Instant;
};

const TS = /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(\.\d{1,4})?)?)?)?)?)?([+-]\d{4})?$/;

/**
 * Reads an HL7 TS, `YYYY[MM[DD[HH[MM[SS[.ffff]]]]]][±ZZZZ]`. Without offset it is what a clock shows in Europe/Paris.
 * @returns undefined for a text that is no date of the calendar
 * @see HL7 v2.5 §2.A.77; IHE France data types §N.5; peers.md C 38, 39
 */
export function parseTimeStamp(raw: string): TimeStamp | undefined {
  const said = TS.exec(raw);
  if (said === null) return undefined;
  const [, year = '', month, day, hour, minute = '00', second = '00', fraction = '', offset] = said;
  if (Number(year) < 1000 || !isDay(year, month, day)) return undefined;
  const date = [year, month, day].filter((part) => part !== undefined).join('-');
  if (month === undefined || day === undefined) return { date, dateTime: date };
  if (hour === undefined) return { date, dateTime: date, instant: instantOf(parisWallToEpochMs(Date.parse(`${date}T00:00:00Z`))) };
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const wallMs = Date.parse(`${date}T${hour}:${minute}:${second}Z`) + Math.floor(Number(`0${fraction}`) * 1000);
  const offsetMinutes = offset === undefined ? Math.round((wallMs - parisWallToEpochMs(wallMs)) / 60_000) : minutesOf(offset);
  if (offsetMinutes === undefined) return undefined;
  const dateTime = `${date}T${hour}:${minute}:${second}${fraction}${offsetText(offsetMinutes)}`;
  return { date, dateTime, instant: instantOf(wallMs - offsetMinutes * 60_000) };
}

function isDay(year: string, month: string | undefined, day: string | undefined): boolean {
  const monthNumber = Number(month ?? 1);
  const daysInMonth = new Date(Date.UTC(Number(year), monthNumber, 0)).getUTCDate();
  return monthNumber >= 1 && monthNumber <= 12 && Number(day ?? 1) >= 1 && Number(day ?? 1) <= daysInMonth;
}

function minutesOf(offset: string): number | undefined {
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(3))];
  if (hours > 14 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function offsetText(offsetMinutes: number): string {
  const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
  return `${offsetMinutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}

/** An instant as HL7 writes it, to the second, on the clock of Europe/Paris with its offset: `20250306111154+0100`. */
export function timeStampOf(epochMs: number, parisOffsetMinutes: number): string {
  const wall = new Date(epochMs + parisOffsetMinutes * 60_000).toISOString();
  return `${wall.slice(0, 19).replace(/[-T:]/g, '')}${offsetText(parisOffsetMinutes).replace(':', '')}`;
}
