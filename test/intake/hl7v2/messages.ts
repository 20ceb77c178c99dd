import type { Hl7Refusals } from '../../../lib/intake/hl7v2/hl7-refusal.ts';
import { type Hl7Reading, readHl7v2 } from '../../../lib/intake/hl7v2/read.ts';
import type { Intake } from '../../../lib/intake/intake.ts';
import { type MessageName, message } from '../../fixtures/hl7v2/discharge.ts';

/** The establishment that sends in these tests. */
export const SENDER = { senderFiness: '750000010' };

/** A message of ours: a discharge of Alma, with everything that a French hospital may say. */
export function fixture(name: MessageName): string {
  return message(name);
}

/** The message with other fields: `{ 'PID-32': 'PROV' }`. A segment that is not there is added at the end. */
export function change(text: string, fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields).reduce((changed, [place, value]) => {
    const [name = '', number = '0'] = place.split('-');
    const lines = changed.split('\n').filter((line) => line !== '');
    const index = lines.findIndex((line) => line.startsWith(name));
    const parts = (lines[index] ?? name).split('|');
    const position = name === 'MSH' ? Number(number) - 1 : Number(number);
    while (parts.length <= position) parts.push('');
    parts[position] = value;
    return lines.toSpliced(index < 0 ? lines.length : index, index < 0 ? 0 : 1, parts.join('|')).join('\n');
  }, text);
}

/** The message as another event. */
export function asEvent(trigger: string, fields: Readonly<Record<string, string>> = {}, text = fixture('adt-a03')): string {
  return change(text, { 'MSH-9': `ADT^${trigger}`, ...fields });
}

/** The message without a segment. */
export function without(name: string, text = fixture('adt-a03')): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith(name))
    .join('\n');
}

export function read(text: string): Hl7Reading {
  return readHl7v2(new TextEncoder().encode(text), SENDER);
}

/** What a message that must be understood says. */
export function understood(text: string): Intake {
  const reading = read(text);
  if (reading.outcome !== 'understood') throw new Error(`${reading.outcome}: ${JSON.stringify(reading)}`);
  return reading.intake;
}

/** Why a message that must be refused is. */
export function refusals(text: string): Hl7Refusals {
  const reading = read(text);
  if (reading.outcome !== 'refused') throw new Error(`not refused but ${reading.outcome}`);
  return reading.refusals;
}

/** Refusals as `AE 103 PID^1^8^1`. */
export function answers(text: string): readonly string[] {
  return refusals(text).map(({ ack, err, location }) => [ack, err, location].filter((part) => part !== undefined).join(' '));
}

export function warningCodes(text: string): readonly string[] {
  return understood(text).warnings.map(({ code }) => code);
}
