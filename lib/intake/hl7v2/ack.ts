import { epochMsOf, type Instant, parisOffsetMinutes } from '../../platform/instant.ts';
import type { Refusal, RefusalCategory, Warning } from '../../platform/refusal.ts';
import { UTF8 } from './charset.ts';
import { timeStampOf } from './datetime.ts';
import type { Envelope } from './envelope.ts';
import { escapeText, type Separators, STANDARD_SEPARATORS } from './escape.ts';
import { ERROR_TEXT, type ErrorCode, type Hl7Refusal, type Hl7Warning } from './hl7-refusal.ts';

/** What an acknowledgement says. */
export type AckInput = {
  /** The message that is answered; absent when its MSH could not be read. */
  readonly envelope?: Envelope;
  /** Empty: AA. */
  readonly refusals: readonly (Refusal | Hl7Refusal)[];
  readonly warnings: readonly (Warning | Hl7Warning)[];
  readonly at: Instant;
  /** MSH-10 of the ACK itself. */
  readonly controlId: string;
};

type Answer = { readonly ack: 'AE' | 'AR'; readonly err: ErrorCode; readonly sendAgain?: true };

/**
 * Answer to a refusal that a later stage gave, which knows no HL7: what the sender must change is AE, what will pass by
 * itself is AR with the wish to send the same message again (contracts.md 5).
 */
const ANSWERS: Readonly<Record<RefusalCategory, Answer>> = {
  'not-understood': { ack: 'AE', err: '102' },
  unauthenticated: { ack: 'AR', err: '207' },
  forbidden: { ack: 'AE', err: '207' },
  'not-found': { ack: 'AE', err: '207' },
  'method-not-allowed': { ack: 'AE', err: '207' },
  'not-acceptable': { ack: 'AE', err: '207' },
  conflict: { ack: 'AE', err: '207' },
  gone: { ack: 'AE', err: '207' },
  'precondition-failed': { ack: 'AR', err: '207', sendAgain: true },
  'too-large': { ack: 'AE', err: '207' },
  'unsupported-media-type': { ack: 'AE', err: '207' },
  unprocessable: { ack: 'AE', err: '207' },
  'too-costly': { ack: 'AE', err: '207' },
  throttled: { ack: 'AR', err: '207', sendAgain: true },
  unavailable: { ack: 'AR', err: '207', sendAgain: true },
};

const SEND_AGAIN = 'renvoyez le même message';

function answerTo(refusal: Refusal | Hl7Refusal): Answer {
  return 'err' in refusal ? { ack: refusal.ack, err: refusal.err } : ANSWERS[refusal.category];
}

/**
 * An acknowledgement in original mode: MSH turned round, MSA, one ERR a refusal (E) or warning (W), in the sender's own
 * separators. MSA-3 stays empty, texts are in ERR-7 (English, for the integrator) and ERR-8 (French, what to do).
 * The one place that turns a refusal into AA, AE or AR and a code of table 0357.
 * @returns er7, segments ended by CR; `encodeAck` makes its bytes
 * @see HL7 v2.5 §2.9.2, §2.15.5; interop.md 7.1, 8.5; contracts.md 5
 */
export function ack({ envelope, refusals, warnings, at, controlId }: AckInput): string {
  const separators = envelope?.separators ?? STANDARD_SEPARATORS;
  const answers = refusals.map(answerTo);
  const code = answers.length === 0 ? 'AA' : answers.some((answer) => answer.ack === 'AR') ? 'AR' : 'AE';
  const segments = [
    msh(envelope, separators, at, controlId),
    ['MSA', code, envelope?.controlId ?? ''],
    ...refusals.map((refusal, index) => err(refusal, answers[index] ?? ANSWERS.unavailable, 'E', separators)),
    ...warnings.map((warning) => err(warning, { err: 'err' in warning ? (warning.err ?? '0') : '0' }, 'W', separators)),
  ];
  return segments.map((fields) => `${fields.join(separators.field)}\r`).join('');
}

function msh(envelope: Envelope | undefined, separators: Separators, at: Instant, controlId: string): readonly string[] {
  const { component } = separators;
  const epochMs = epochMsOf(at);
  const trigger = envelope?.trigger ?? '';
  return [
    'MSH',
    component + separators.repetition + separators.escape + separators.subcomponent,
    envelope?.receivingApplication ?? '',
    envelope?.receivingFacility ?? '',
    envelope?.sendingApplication ?? '',
    envelope?.sendingFacility ?? '',
    timeStampOf(epochMs, parisOffsetMinutes(epochMs)),
    '',
    trigger === '' ? 'ACK' : ['ACK', trigger, 'ACK'].join(component),
    escapeText(controlId, separators),
    envelope?.processingId || 'P',
    envelope?.version || '2.5',
    '',
    '',
    '',
    '',
    envelope?.country ?? '',
    envelope === undefined ? UTF8.label : envelope.charset.label,
    envelope?.language ?? '',
  ];
}

function err(
  said: Warning | Hl7Warning,
  answer: Pick<Answer, 'err' | 'sendAgain'>,
  severity: 'E' | 'W',
  separators: Separators,
): readonly string[] {
  const { component } = separators;
  const safe = (text: string): string => escapeText(text, separators);
  const location = 'location' in said && said.location !== undefined ? said.location.split('^').map(safe).join(component) : '';
  const remedy = answer.sendAgain === true && !said.remedy.includes(SEND_AGAIN) ? `${said.remedy} Puis ${SEND_AGAIN}.` : said.remedy;
  const coded = [answer.err, ERROR_TEXT[answer.err], 'HL70357'].join(component);
  return ['ERR', '', location, coded, severity, safe(said.code), '', safe(said.diagnostics), safe(remedy)];
}
