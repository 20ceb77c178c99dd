import type { Charset } from './charset.ts';
import type { Segment } from './er7.ts';
import type { Separators } from './escape.ts';
import type { Hl7Refusal } from './hl7-refusal.ts';

/** What the MSH says, each field as written in the sender's separators: the ACK gives most of them back unchanged. */
export type Envelope = {
  readonly separators: Separators;
  readonly charset: Charset;
  readonly sendingApplication: string;
  readonly sendingFacility: string;
  readonly receivingApplication: string;
  readonly receivingFacility: string;
  /** MSH-9.1, MSH-9.2, MSH-9.3. */
  readonly type: string;
  readonly trigger: string;
  readonly structure: string;
  /** MSH-10. */
  readonly controlId: string;
  readonly processingId: string;
  readonly version: string;
  readonly country: string;
  readonly characterSet: string;
  readonly language: string;
};

/** Fields of an MSH, before anybody asks whether they are right. */
export function envelopeOf(msh: Segment, charset: Charset): Envelope {
  const field = (number: number): string => msh.fields[number] ?? '';
  const [type = '', trigger = '', structure = ''] = field(9).split(msh.separators.component);
  return {
    separators: msh.separators,
    charset,
    sendingApplication: field(3),
    sendingFacility: field(4),
    receivingApplication: field(5),
    receivingFacility: field(6),
    type,
    trigger,
    structure,
    controlId: field(10),
    processingId: field(11),
    version: field(12),
    country: field(17),
    characterSet: field(18),
    language: field(19),
  };
}

const REQUIRED: readonly { readonly place: string; readonly location: string; readonly of: (envelope: Envelope) => string }[] = [
  { place: 'MSH-9.1', location: 'MSH^1^9^1^1', of: ({ type }) => type },
  { place: 'MSH-9.2', location: 'MSH^1^9^1^2', of: ({ trigger }) => trigger },
  { place: 'MSH-10', location: 'MSH^1^10', of: ({ controlId }) => controlId },
  { place: 'MSH-11', location: 'MSH^1^11', of: ({ processingId }) => processingId },
  { place: 'MSH-12', location: 'MSH^1^12', of: ({ version }) => version },
];

/**
 * Why an envelope cannot be served, before its type is looked at: every missing field (AE 101), else a processing id
 * or a version that is not ours (AR 202, 203). Empty when it can.
 * @see HL7 v2.5 §2.9.2; contracts.md 5
 */
export function envelopeRefusals(envelope: Envelope): readonly Hl7Refusal[] {
  const missing = REQUIRED.filter(({ of }) => of(envelope).trim() === '');
  if (missing.length > 0) return missing.map(({ place, location }) => missingField(place, location));
  const [processing = ''] = envelope.processingId.split(envelope.separators.component);
  if (!['P', 'T', 'D'].includes(processing)) return [PROCESSING];
  const [version = ''] = envelope.version.split(envelope.separators.component);
  return /^2(?:\.[0-9]+)*$/.test(version) ? [] : [VERSION];
}

/** A required field says nothing: AE 101. */
export function missingField(place: string, location: string, remedy = `Renseignez ${place}, puis renvoyez le message.`): Hl7Refusal {
  return {
    category: 'unprocessable',
    code: 'required-field-missing',
    ack: 'AE',
    err: '101',
    expression: place,
    location,
    diagnostics: `${place} is required and says nothing.`,
    remedy,
  };
}

const PROCESSING: Hl7Refusal = {
  category: 'unprocessable',
  code: 'processing-id-unknown',
  ack: 'AR',
  err: '202',
  expression: 'MSH-11',
  location: 'MSH^1^11',
  diagnostics: 'MSH-11 is none of P, T, D.',
  remedy: 'Indiquez P, T ou D en MSH-11.',
};

const VERSION: Hl7Refusal = {
  category: 'unprocessable',
  code: 'version-not-2',
  ack: 'AR',
  err: '203',
  expression: 'MSH-12',
  location: 'MSH^1^12',
  diagnostics: 'MSH-12 is no version 2 of HL7.',
  remedy: 'Envoyez un message HL7 version 2 (2.5 pour PAM France).',
};
