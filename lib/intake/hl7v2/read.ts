import type { Intake } from '../intake.ts';
import { type Charset, type DecodedMessage, decodeMessage, firstLineOf, UTF8 } from './charset.ts';
import { type Envelope, envelopeOf, envelopeRefusals } from './envelope.ts';
import { type Message, parseEr7 } from './er7.ts';
import type { Hl7Refusals, Hl7Warning } from './hl7-refusal.ts';
import { handleMessage } from './messages/index.ts';
import type { Hl7Context } from './reading.ts';

export { normalisedForHash } from './charset.ts';

/** What a message came to. `text` is there as soon as the bytes were readable: it is what `normalisedForHash` takes. */
export type Hl7Reading =
  | { readonly outcome: 'understood'; readonly envelope: Envelope; readonly text: string; readonly intake: Intake }
  | { readonly outcome: 'ignored'; readonly envelope: Envelope; readonly text: string; readonly warnings: readonly Hl7Warning[] }
  | { readonly outcome: 'refused'; readonly envelope?: Envelope; readonly text?: string; readonly refusals: Hl7Refusals };

/**
 * Reads one HL7 v2 message as sent: character set, er7, envelope, mapping. Never throws, whatever the bytes.
 * @param bytes   one message, without MLLP framing
 * @param context who sends, from the client's registration
 * @returns `understood` with what the sender said; `ignored` for an event that changes nothing here (acknowledged AA);
 *          `refused` with every reason, and the envelope when it could be read (MSA-2 is empty without it)
 * @see contracts.md 5
 */
export function readHl7v2(bytes: Uint8Array, context: Hl7Context): Hl7Reading {
  const decoded = decodeMessage(bytes);
  if (!decoded.ok) return withEnvelopeOfFirstLine(bytes, decoded.refusals);
  const { text, charset } = decoded.value;
  const parsed = parseEr7(text, charset.encoding);
  if (!parsed.ok) return { ...withEnvelopeOfText(text, charset, parsed.refusals), text };
  return readMessage(parsed.value, decoded.value, context);
}

function readMessage(message: Message, { text, charset, warnings }: DecodedMessage, context: Hl7Context): Hl7Reading {
  const [msh] = message.segments;
  const envelope = envelopeOf(msh, charset);
  const [refusal, ...others] = envelopeRefusals(envelope);
  if (refusal !== undefined) return { outcome: 'refused', envelope, text, refusals: [refusal, ...others] };
  const handled = handleMessage(message, envelope.type, envelope.trigger, context);
  if ('ignored' in handled) return { outcome: 'ignored', envelope, text, warnings: [...warnings, handled.ignored] };
  if (!handled.result.ok) return { outcome: 'refused', envelope, text, refusals: handled.result.refusals };
  const intake = handled.result.value;
  return { outcome: 'understood', envelope, text, intake: { ...intake, warnings: [...warnings, ...intake.warnings] } };
}

/** Bytes that are no text still have an MSH in ASCII, enough to answer to the right message. */
function withEnvelopeOfFirstLine(bytes: Uint8Array, refusals: Hl7Refusals): Hl7Reading {
  return withEnvelopeOfText(firstLineOf(bytes), UTF8, refusals);
}

/** Only what is no er7 at all (AR 100) is answered with an empty MSA-2. */
function withEnvelopeOfText(text: string, charset: Charset, refusals: Hl7Refusals): Extract<Hl7Reading, { outcome: 'refused' }> {
  const [line = ''] = text.split(/\r\n|\r|\n/).filter((one) => one.trim() !== '');
  const head = refusals.some(({ err }) => err === '100') ? undefined : parseEr7(line, charset.encoding);
  if (head === undefined || !head.ok) return { outcome: 'refused', refusals };
  return { outcome: 'refused', envelope: envelopeOf(head.value.segments[0], charset), refusals };
}
