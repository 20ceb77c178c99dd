import type { Period } from '@medplum/fhirtypes';
import type { IncomingDocument } from '../intake.ts';
import { type CdaTime, readTime } from './time.ts';
import { became, doubt, type Trail } from './trail.ts';
import { attr, child, children, type XmlElement } from './xml.ts';

/** An interval as said, with the place where it was said. */
export type Interval = { readonly start?: CdaTime; readonly end?: CdaTime; readonly place: string };

const ENCOUNTER = '/ClinicalDocument/componentOf/encompassingEncounter/effectiveTime';

function intervalAt(element: XmlElement | undefined, place: string, trail: Trail): Interval | undefined {
  const low = attr(child(element, 'low'), 'value') ?? attr(element, 'value');
  const high = attr(child(element, 'high'), 'value');
  const start = readTime(low);
  const end = readTime(high);
  if ((low !== undefined && start === undefined) || (high !== undefined && end === undefined)) {
    doubt(trail, 'cda-time', place, 'A value is no timestamp; it was left out.', 'Vérifiez les dates de la prise en charge.');
  }
  if (start === undefined && end === undefined) return undefined;
  if (start && end && start.earliest > end.latest) {
    doubt(
      trail,
      'cda-period-reversed',
      place,
      'The interval ends before it starts; it was left out.',
      'Vérifiez les dates de la prise en charge.',
    );
    return undefined;
  }
  return { ...(start && { start }), ...(end && { end }), place };
}

/** The stay: `encompassingEncounter`, whose end is the discharge (interop.md 9.1). */
export function encounterInterval(document: XmlElement, trail: Trail): Interval | undefined {
  return intervalAt(child(document, 'componentOf', 'encompassingEncounter', 'effectiveTime'), ENCOUNTER, trail);
}

/** The documented act: the first `serviceEvent` that says when. */
export function serviceInterval(document: XmlElement, trail: Trail): Interval | undefined {
  for (const [index, documentationOf] of children(document, 'documentationOf').entries()) {
    const place = `/ClinicalDocument/documentationOf[${index + 1}]/serviceEvent/effectiveTime`;
    const interval = intervalAt(child(documentationOf, 'serviceEvent', 'effectiveTime'), place, trail);
    if (interval !== undefined) return interval;
  }
  return undefined;
}

/** `DocumentReference.context.period`, with the precision that was sent. */
export function contextPeriod(interval: Interval, trail: Trail): Period {
  const { start, end, place } = interval;
  if (start) became(trail, `${place}/low/@value`, 'DocumentReference.context.period.start');
  if (end) became(trail, `${place}/high/@value`, 'DocumentReference.context.period.end');
  return { ...(start && { start: start.dateTime }), ...(end && { end: end.dateTime }) };
}

/** The stay in moments: a day means from its first to its last second in Europe/Paris. */
export function stayPeriod(interval: Interval): NonNullable<IncomingDocument['period']> {
  return { ...(interval.start && { start: interval.start.earliest }), ...(interval.end && { end: interval.end.latest }) };
}
