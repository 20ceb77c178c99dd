import { type Hl7Refusal, type Hl7Result, type Hl7Warning, notEr7, refusedBecause } from './hl7-refusal.ts';

/** How bytes become characters; `label` is MSH-18 as said, to answer with. */
export type Charset = { readonly label: string; readonly encoding: Encoding };
export type Encoding = 'utf-8' | 'iso-8859-15' | 'windows-1252' | 'us-ascii';

export const UTF8: Charset = { label: 'UNICODE UTF-8', encoding: 'utf-8' };

export type DecodedMessage = { readonly text: string; readonly charset: Charset; readonly warnings: readonly Hl7Warning[] };

const decoders = {
  'utf-8': new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }),
  'iso-8859-15': new TextDecoder('iso-8859-15'),
  'windows-1252': new TextDecoder('windows-1252'),
  'us-ascii': new TextDecoder('windows-1252'),
} as const;

/** What a label of HL7 table 0211 promises; a label that is not here is not served. */
const PROMISED: Readonly<Record<string, Promise0211>> = {
  'UNICODE UTF-8': 'utf-8',
  'UTF-8': 'utf-8',
  UNICODE: 'utf-8',
  ASCII: 'ascii',
  '8859/1': 'latin-1',
  '8859/15': 'latin-9',
  '': 'latin-9', // PAM France §6.1: empty is 8859/15
};

/** Places where 8859-15 differs from 8859-1: € Š š Ž ž Œ œ Ÿ against signs that no French message holds. */
const LATIN_9_BYTES: ReadonlySet<number> = new Set([0xa4, 0xa6, 0xa8, 0xb4, 0xb8, 0xbc, 0xbd, 0xbe]);
/** Bytes that windows-1252 leaves undefined. */
const NO_CHARACTER: ReadonlySet<number> = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/**
 * Text of a message in the character set that MSH-18 names, whatever the transport says. A byte order mark is dropped.
 * Real senders mislabel: valid non-ASCII UTF-8 is UTF-8 under any label, 80–9F is windows-1252, the eight bytes of
 * 8859-15 are read as such under 8859/1; each with a warning. Nothing is ever replaced by U+FFFD.
 * @returns AR 100 when the bytes do not begin with MSH; AE 102 on MSH-18 when they are no text of that set
 * @see engine.md 9; contracts.md 5; interop.md 11, trap 24
 */
export function decodeMessage(bytes: Uint8Array): Hl7Result<DecodedMessage> {
  const body = withoutByteOrderMark(bytes);
  const head = headOf(body);
  if (!head.startsWith('MSH')) return refusedBecause(notEr7('not-er7', 'The body does not begin with an MSH segment.'));
  const label = labelOf(head);
  const reading = recognise(body, PROMISED[label.toUpperCase()], label);
  if (reading === undefined) return refusedBecause(MISMATCH);
  const { charset, readAs } = reading;
  const text = decodeBytes(body, charset.encoding) ?? '';
  return { ok: true, value: { text, charset, warnings: readAs === undefined ? [] : [mislabelled(readAs)] } };
}

type Promise0211 = 'utf-8' | 'latin-1' | 'latin-9' | 'ascii' | undefined;
/** `readAs` is told when it is not what the label promises. */
type Reading = { readonly charset: Charset; readonly readAs?: string };

function recognise(body: Uint8Array, promised: Promise0211, label: string): Reading | undefined {
  if (body.every((byte) => byte < 0x80)) return recogniseAscii(promised, label);
  const isUtf8 = decodeBytes(body, 'utf-8') !== undefined;
  if (isUtf8) return promised === 'utf-8' ? { charset: { label, encoding: 'utf-8' } } : { charset: UTF8, readAs: 'UTF-8' };
  if (promised !== 'latin-1' && promised !== 'latin-9') return undefined;
  if (body.some((byte) => byte >= 0x80 && byte < 0xa0)) {
    const readable = !body.some((byte) => NO_CHARACTER.has(byte));
    return readable ? { charset: { label, encoding: 'windows-1252' }, readAs: 'windows-1252' } : undefined;
  }
  const doubtful = promised === 'latin-1' && body.some((byte) => LATIN_9_BYTES.has(byte));
  return { charset: { label, encoding: 'iso-8859-15' }, ...(doubtful ? { readAs: '8859/15' } : {}) };
}

/** Plain ASCII reads the same in every set; the label still decides how the answer is written. */
function recogniseAscii(promised: Promise0211, label: string): Reading {
  if (promised === undefined) return { charset: UTF8, readAs: 'ASCII' };
  if (promised === 'utf-8') return { charset: { label, encoding: 'utf-8' } };
  return { charset: { label, encoding: promised === 'ascii' ? 'us-ascii' : 'iso-8859-15' } };
}

const MISMATCH: Hl7Refusal = {
  category: 'not-understood',
  code: 'charset-mismatch',
  ack: 'AE',
  err: '102',
  location: 'MSH^1^18',
  expression: 'MSH-18',
  diagnostics: 'The bytes are not valid text in the character set that MSH-18 declares.',
  remedy: 'Déclarez en MSH-18 le jeu de caractères réellement employé (UNICODE UTF-8, 8859/1 ou 8859/15), puis renvoyez le message.',
};

/** Text of bytes, or undefined when they are none in that encoding. */
export function decodeBytes(bytes: Uint8Array, encoding: Encoding): string | undefined {
  try {
    return decoders[encoding].decode(bytes);
  } catch {
    return undefined; // the decoder's only error: not UTF-8
  }
}

/** Every byte as one character, to read an MSH whose bytes are otherwise unreadable. */
export function firstLineOf(bytes: Uint8Array): string {
  return headOf(withoutByteOrderMark(bytes));
}

function headOf(body: Uint8Array): string {
  const end = body.findIndex((byte) => byte === 0x0d || byte === 0x0a);
  return decoders['windows-1252'].decode(end < 0 ? body : body.subarray(0, end));
}

function withoutByteOrderMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** MSH-18, first repetition, first component. */
function labelOf(head: string): string {
  const said = head.split(head.charAt(3))[17] ?? '';
  const [component, repetition] = [head.charAt(4), head.charAt(5)];
  return (said.split(repetition)[0] ?? '').split(component)[0]?.trim() ?? '';
}

function mislabelled(readAs: string): Hl7Warning {
  return {
    code: 'charset-mislabelled',
    err: '102',
    location: 'MSH^1^18',
    expression: 'MSH-18',
    diagnostics: `MSH-18 does not name the character set of the bytes; they were read as ${readAs}.`,
    remedy: 'Corrigez MSH-18 dans le paramétrage de l’émetteur.',
  };
}

const encoders = new Map<Encoding, ReadonlyMap<string, number>>();

function bytesOf(encoding: 'iso-8859-15' | 'windows-1252'): ReadonlyMap<string, number> {
  const known = encoders.get(encoding);
  if (known !== undefined) return known;
  const made = new Map(Array.from({ length: 256 }, (_, byte) => [decoders[encoding].decode(Uint8Array.of(byte)), byte]));
  encoders.set(encoding, made);
  return made;
}

/** Bytes of an answer in the character set of the question; ASCII loses its accents, any other character that the set lacks becomes `?`. */
export function encodeAck(text: string, charset: Charset = UTF8): Uint8Array {
  const { encoding } = charset;
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  if (encoding === 'us-ascii') return Uint8Array.from(Array.from(withoutAccents(text)), (character) => asciiOf(character));
  const table = bytesOf(encoding);
  return Uint8Array.from(Array.from(text), (character) => table.get(character) ?? 0x3f);
}

function withoutAccents(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .replaceAll('’', "'");
}

function asciiOf(character: string): number {
  const code = character.charCodeAt(0);
  return code < 0x80 ? code : 0x3f;
}

/** The message with one kind of line end and no blank lines: what is hashed to know a message that was sent twice (contracts.md 5). */
export function normalisedForHash(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
    .join('\r');
}
