import type { Refusal, Warning } from '../../platform/refusal.ts';

/** Codes of HL7 table 0357 that Relais answers, with the text of the table. */
export const ERROR_TEXT = {
  '0': 'Message accepted',
  '100': 'Segment sequence error',
  '101': 'Required field missing',
  '102': 'Data type error',
  '103': 'Table value not found',
  '198': 'Non-conformant cardinality',
  '200': 'Unsupported message type',
  '201': 'Unsupported event code',
  '202': 'Unsupported processing id',
  '203': 'Unsupported version id',
  '207': 'Application internal error',
} as const;

export type ErrorCode = keyof typeof ERROR_TEXT;

/** A refusal that knows its place in the message and its answer (contracts.md 5). */
export type Hl7Refusal = Refusal & {
  /** AE: wrong, do not send again as it is. AR: not taken, for a reason outside the content. */
  readonly ack: 'AE' | 'AR';
  readonly err: ErrorCode;
  /** ERR-2 with `^` between its parts: segment, its number, field, repetition, component, subcomponent. */
  readonly location?: string;
};

/** A doubt with its place; its severity in the ACK is W. */
export type Hl7Warning = Warning & { readonly err?: ErrorCode; readonly location?: string };

export type Hl7Refusals = readonly [Hl7Refusal, ...Hl7Refusal[]];

export type Hl7Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusals: Hl7Refusals };

export function refusedBecause(
  first: Hl7Refusal,
  ...others: readonly Hl7Refusal[]
): { readonly ok: false; readonly refusals: Hl7Refusals } {
  return { ok: false, refusals: [first, ...others] };
}

/** The message is no er7 at all: AR 100, MSA-2 empty. */
export function notEr7(code: string, diagnostics: string): Hl7Refusal {
  return {
    category: 'not-understood',
    code,
    ack: 'AR',
    err: '100',
    diagnostics,
    remedy: 'Envoyez un seul message HL7 v2 en er7, qui commence par MSH, sans enveloppe ni octets de cadrage MLLP.',
  };
}
