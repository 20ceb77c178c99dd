/** UTC with milliseconds, as `toISOString()` writes it: fixed width, so text order is time order. */
export type Instant = string;

/** A calendar day in Europe/Paris, `YYYY-MM-DD`. */
export type ParisDay = string;

/** @param epochMs milliseconds since 1970-01-01T00:00:00Z */
export function instantOf(epochMs: number): Instant {
  return new Date(epochMs).toISOString();
}

/** Milliseconds since the epoch; `NaN` for a text that is no date. */
export function epochMsOf(instant: string): number {
  return Date.parse(instant);
}

/** `instant` moved by `deltaMs` (may be negative). */
export function shift(instant: Instant, deltaMs: number): Instant {
  return instantOf(epochMsOf(instant) + deltaMs);
}

// Made once, by the first that asks: building a formatter costs 50 times a call of it, and the first of all 15 ms of a cold start.
let parisFields: Intl.DateTimeFormat | undefined;

function parisFormat(): Intl.DateTimeFormat {
  parisFields ??= new Intl.DateTimeFormat('en-CA', {
    timeZone: 'Europe/Paris',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return parisFields;
}

type Fields = { year: number; month: number; day: number; hour: number; minute: number; second: number };

function fieldsInParis(epochMs: number): Fields {
  const said = new Map(
    parisFormat()
      .formatToParts(epochMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  return {
    year: said.get('year') ?? 0,
    month: said.get('month') ?? 0,
    day: said.get('day') ?? 0,
    hour: said.get('hour') ?? 0,
    minute: said.get('minute') ?? 0,
    second: said.get('second') ?? 0,
  };
}

/** Offset of Europe/Paris from UTC at that moment, in minutes (60 or 120 since 1976). */
export function parisOffsetMinutes(epochMs: number): number {
  const { year, month, day, hour, minute, second } = fieldsInParis(epochMs);
  const wallMs = Date.UTC(year, month - 1, day, hour, minute, second);
  return Math.round((wallMs - Math.floor(epochMs / 1000) * 1000) / 60_000);
}

/**
 * The moment that a clock on a French wall shows as `wallMs` (its fields read as if they were UTC).
 * The hour that does not exist in March is read with the offset before the change, the doubled one in October as its
 * first occurrence (what Temporal calls "compatible").
 */
export function parisWallToEpochMs(wallMs: number): number {
  const first = wallMs - parisOffsetMinutes(wallMs - 120 * 60_000) * 60_000;
  const second = wallMs - parisOffsetMinutes(first) * 60_000;
  if (first === second) return first;
  const candidates = [Math.min(first, second), Math.max(first, second)];
  return candidates.find((candidate) => candidate + parisOffsetMinutes(candidate) * 60_000 === wallMs) ?? first;
}

/** The day in Europe/Paris on which `instant` falls. */
export function parisDay(instant: Instant): ParisDay {
  const { year, month, day } = fieldsInParis(epochMsOf(instant));
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** 00:00:00.000 Europe/Paris of that day. */
export function startOfParisDay(day: ParisDay): Instant {
  return instantOf(parisWallToEpochMs(Date.parse(`${day}T00:00:00Z`)));
}

/** 23:59:59.000 Europe/Paris of that day: the last second in which something due that day is on time. */
export function endOfParisDay(day: ParisDay): Instant {
  return instantOf(parisWallToEpochMs(Date.parse(`${day}T23:59:59Z`)));
}

/** `day` moved by a number of calendar days. */
export function addDays(day: ParisDay, days: number): ParisDay {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
