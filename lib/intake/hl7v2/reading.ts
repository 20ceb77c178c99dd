import { parseTimeStamp, type TimeStamp } from './datetime.ts';
import { first, isDeleted, locationOf, type Message, placeOf, type Repetition, type Segment, text } from './er7.ts';
import type { ErrorCode, Hl7Refusal, Hl7Warning } from './hl7-refusal.ts';

/** Who sends, as the client's registration says it: never as the message does. */
export type Hl7Context = {
  /** FINESS that the client is bound to: the establishment of every stay, and the namespace of its numbers. */
  readonly senderFiness: string;
  /** Values of MSH-4.1 that the client declared; absent when it declared none to check. */
  readonly declaredFacilities?: readonly string[];
};

/** One message while it is being mapped: what it says, and what was found on the way. */
export type Reading = {
  readonly message: Message;
  readonly context: Hl7Context;
  /** Scope of numbers whose authority is not named: MSH-4, else MSH-3 (peers.md C 43). */
  readonly senderName: string;
  readonly mapping: { readonly source: string; readonly target: string }[];
  readonly warnings: Hl7Warning[];
  readonly refusals: Hl7Refusal[];
  readonly deletions: string[];
};

export function beginReading(message: Message, context: Hl7Context): Reading {
  const msh = message.segments[0];
  const senderName = text(first(msh, 4)) || text(first(msh, 3)) || 'sans-autorite';
  return { message, context, senderName, mapping: [], warnings: [], refusals: [], deletions: [] };
}

/** A place inside a repetition. */
export type At = { readonly repetition: Repetition; readonly component?: number; readonly subcomponent?: number };

/** Notes that a field became an element. */
export function became(reading: Reading, { repetition, component, subcomponent }: At, target: string): void {
  reading.mapping.push({ source: placeOf(repetition, component, subcomponent), target });
}

/** Notes that the sender deletes an element (`""`). */
export function deletes(reading: Reading, at: At, target: string): void {
  reading.deletions.push(target);
  became(reading, at, `${target} (deleted)`);
}

type Finding = { readonly code: string; readonly err?: ErrorCode; readonly diagnostics: string; readonly remedy: string };

/** Notes a doubt about a place. */
export function doubt(reading: Reading, { repetition, component, subcomponent }: At, finding: Finding): void {
  const expression = placeOf(repetition, component, subcomponent);
  reading.warnings.push({ ...finding, expression, location: locationOf(repetition, component, subcomponent) });
}

/** Notes that a value makes the message unacceptable: AE. */
export function refuse(
  reading: Reading,
  { repetition, component, subcomponent }: At,
  finding: Finding & { readonly err: ErrorCode },
): void {
  const expression = placeOf(repetition, component, subcomponent);
  const location = locationOf(repetition, component, subcomponent);
  reading.refusals.push({ category: 'unprocessable', ack: 'AE', ...finding, expression, location });
}

/** Notes a value that its table does not have: AE 103. */
export function refuseCode(reading: Reading, at: At, allowed: string): void {
  const place = placeOf(at.repetition, at.component, at.subcomponent);
  refuse(reading, at, {
    code: 'table-value-not-found',
    err: '103',
    diagnostics: `The code in ${place} is not in its table: ${allowed}.`,
    remedy: `Corrigez ${place} : ${allowed}.`,
  });
}

/** The time stamp in a field, if any. One that is no date of the calendar refuses the message: AE 102. */
export function timeStampIn(reading: Reading, segment: Segment | undefined, field: number): TimeStamp | undefined {
  const repetition = first(segment, field);
  const raw = text(repetition);
  if (repetition === undefined || raw === '' || isDeleted(repetition)) return undefined;
  const stamp = parseTimeStamp(raw);
  if (stamp === undefined) {
    const place = placeOf(repetition);
    refuse(
      reading,
      { repetition },
      {
        code: 'date-invalid',
        err: '102',
        diagnostics: `${place} is no date of the form YYYY[MM[DD[HH[MM[SS]]]]][+/-ZZZZ].`,
        remedy: `Corrigez la date en ${place}.`,
      },
    );
  }
  return stamp;
}
