import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeAck, normalisedForHash } from '../../../lib/intake/hl7v2/charset.ts';

/** An MSH with MSH-18, then bytes as they come. */
function bytes(label: string, ...tail: readonly number[]): Uint8Array {
  const head = `MSH|^~\\&|GAM|CH|||20250306||ADT^A03|1|P|2.5||||||${label}|FR\rPID|`;
  return Uint8Array.from([...new TextEncoder().encode(head), ...tail]);
}

const E_ACUTE_UTF8 = [0xc3, 0xa9];

describe('MSH-18 decides the character set', () => {
  it.each([
    ['UTF-8 as declared', 'UNICODE UTF-8', E_ACUTE_UTF8, 'é', 'UNICODE UTF-8', false],
    ['8859/15 as declared, with its œ', '8859/15', [0xe9, 0xbd], 'éœ', '8859/15', false],
    ['empty is 8859/15 in France', '', [0xe9, 0xa4], 'é€', '', false],
    ['8859/1 as real senders declare it', '8859/1', [0xe9], 'é', '8859/1', false],
    ['a place where 8859/15 differs, under 8859/1', '8859/1', [0xbd], 'œ', '8859/1', true],
    ['windows-1252 under 8859/1', '8859/1', [0x9c, 0xe9], 'œé', '8859/1', true],
    ['windows-1252 under an empty label', '', [0x80], '€', '', true],
    ['valid UTF-8 under 8859/1', '8859/1', E_ACUTE_UTF8, 'é', 'UNICODE UTF-8', true],
    ['valid UTF-8 under a label that is not served', '8859/7', E_ACUTE_UTF8, 'é', 'UNICODE UTF-8', true],
    ['plain ASCII under a label that is not served', 'ISO IR87', [0x65], 'e', 'UNICODE UTF-8', true],
    ['the first repetition counts', 'UNICODE UTF-8~8859/1', E_ACUTE_UTF8, 'é', 'UNICODE UTF-8', false],
  ])('%s', (_story, label, tail, text, answeredWith, doubtful) => {
    const decoded = decodeMessage(bytes(label, ...tail));
    expect(decoded).toMatchObject({
      ok: true,
      value: {
        charset: { label: answeredWith },
        text: expect.stringMatching(new RegExp(`PID\\|${text}$`)),
        warnings: doubtful ? [{ code: 'charset-mislabelled' }] : [],
      },
    });
  });

  it.each([
    ['Latin-1 bytes under UTF-8', 'UNICODE UTF-8', [0xe9]],
    ['a byte that no French set has', '8859/1', [0x81]],
    ['8-bit bytes under ASCII', 'ASCII', [0xe9]],
    ['bytes of a set that is not served', '8859/7', [0xe9]],
  ])('%s are refused with AE 102 on MSH-18', (_story, label, tail) => {
    expect(decodeMessage(bytes(label, ...tail))).toMatchObject({ ok: false, refusals: [{ ack: 'AE', err: '102', location: 'MSH^1^18' }] });
  });

  it('a byte order mark is dropped', () => {
    const decoded = decodeMessage(Uint8Array.from([0xef, 0xbb, 0xbf, ...bytes('UNICODE UTF-8')]));
    expect(decoded.ok && decoded.value.text.startsWith('MSH|')).toBe(true);
  });

  it('no character is ever replaced', () => {
    fc.assert(
      fc.property(fc.constantFrom('', '8859/1', '8859/15', 'UNICODE UTF-8', 'ASCII', 'X'), fc.uint8Array(), (label, tail) => {
        const decoded = decodeMessage(bytes(label, ...Array.from(tail).filter((byte) => byte !== 0xef)));
        expect(decoded.ok && decoded.value.text.includes('\ufffd')).toBe(false);
      }),
    );
  });
});

describe('an answer is written in the set of the question', () => {
  it.each([
    ['UNICODE UTF-8', 'utf-8', [0xc3, 0xa9, 0xc5, 0x93]],
    ['8859/15', 'iso-8859-15', [0xe9, 0xbd]],
    ['8859/1', 'windows-1252', [0xe9, 0x9c]],
    ['ASCII', 'us-ascii', [0x65, 0x3f]],
  ] as const)('%s', (label, encoding, wanted) => {
    expect(Array.from(encodeAck('éœ', { label, encoding }))).toEqual(wanted);
  });
});

describe('what is hashed to know a message again', () => {
  it.each([
    ['LF', 'MSH|1\nPID|2'],
    ['CRLF and a blank tail', 'MSH|1\r\nPID|2\r\n\r\n'],
    ['CR and a final LF', 'MSH|1\rPID|2\r\n'],
  ])('is the same with %s', (_story, text) => expect(normalisedForHash(text)).toBe('MSH|1\rPID|2'));
});
