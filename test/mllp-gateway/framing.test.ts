import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Framed, frame, makeFramer } from '../../functions/mllp-gateway/framing.ts';

const [VT, FS, CR] = [0x0b, 0x1c, 0x0d];
const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
const textsOf = (found: readonly Framed[]): readonly string[] =>
  found.map((framed) => (framed.kind === 'message' ? framed.bytes.toString('latin1') : framed.kind));

/** What a framer finds in these chunks. */
function readAll(chunks: readonly Uint8Array[], maxBytes = 1_000): readonly Framed[] {
  const framer = makeFramer(maxBytes);
  return chunks.flatMap((chunk) => framer.push(Buffer.from(chunk)));
}

describe('a message between VT and FS CR', () => {
  it.each<{ story: string; chunks: readonly Buffer[]; want: readonly string[] }>([
    { story: 'in one packet', chunks: [frame(bytesOf('MSH|1\r'))], want: ['MSH|1\r'] },
    { story: 'split in its middle', chunks: [bytesOf('\x0bMSH'), bytesOf('|1\r\x1c\r')], want: ['MSH|1\r'] },
    { story: 'split between FS and CR', chunks: [bytesOf('\x0bMSH|1\r\x1c'), bytesOf('\r')], want: ['MSH|1\r'] },
    { story: 'two in one packet, in order', chunks: [Buffer.concat([frame(bytesOf('one')), frame(bytesOf('two'))])], want: ['one', 'two'] },
    {
      story: 'the end of one and the beginning of the next in one packet',
      chunks: [bytesOf('\x0bon'), bytesOf('e\x1c\r\x0btw'), bytesOf('o\x1c\r')],
      want: ['one', 'two'],
    },
    { story: 'with line ends around it', chunks: [bytesOf('\r\n\x0bone\x1c\r\r\n')], want: ['one'] },
    { story: 'with an FS inside that no CR follows', chunks: [bytesOf('\x0ba\x1cb\x1c\r')], want: ['a\x1cb'] },
    { story: 'with two FS before the CR', chunks: [bytesOf('\x0ba\x1c\x1c\r')], want: ['a\x1c'] },
    { story: 'empty', chunks: [bytesOf('\x0b\x1c\r')], want: [''] },
    { story: 'never ended', chunks: [bytesOf('\x0bMSH|1\r')], want: [] },
    { story: 'never begun', chunks: [bytesOf('MSH|1\r\x1c\r')], want: [] },
  ])('$story', ({ chunks, want }) => expect(textsOf(readAll(chunks))).toEqual(want));

  it('knows whether one has begun and not ended', () => {
    const framer = makeFramer(100);
    expect(framer.isInside()).toBe(false);
    framer.push(bytesOf('\x0babc'));
    expect(framer.isInside()).toBe(true);
    framer.push(bytesOf('\x1c\r'));
    expect(framer.isInside()).toBe(false);
  });
});

describe('a message over the limit', () => {
  it('is told at its end, with its beginning, and the next one is read', () => {
    const found = readAll([bytesOf('\x0bMSH|long'), bytesOf('er than ten\x1c\r'), frame(bytesOf('next'))], 10);
    expect(found).toEqual([
      { kind: 'oversize', head: bytesOf('MSH|longer than ten') },
      { kind: 'message', bytes: bytesOf('next') },
    ]);
  });

  it('is not kept: only enough of it to read its header', () => {
    const [found] = readAll([bytesOf('\x0bMSH|'), Buffer.alloc(9_000, 'x'), Buffer.alloc(9_000, 'y'), bytesOf('\x1c\r')], 10_000);
    expect(found?.kind === 'oversize' && found.head.length).toBe(4_096);
  });

  it('is taken when it has exactly the limit', () => {
    expect(textsOf(readAll([frame(bytesOf('0123456789'))], 10))).toEqual(['0123456789']);
  });
});

it('finds the same messages however the network cuts them', () => {
  const body = fc.uint8Array({ maxLength: 40 }).map((bytes) => bytes.map((byte) => (byte === FS ? VT : byte)));
  fc.assert(
    fc.property(fc.array(body, { maxLength: 4 }), fc.array(fc.nat(200), { maxLength: 6 }), (bodies, cuts) => {
      const stream = Buffer.concat(bodies.map(frame));
      const places = [...new Set([0, ...cuts.map((cut) => Math.min(cut, stream.length)), stream.length])].sort((a, b) => a - b);
      const chunks = places.slice(1).map((end, index) => stream.subarray(places[index], end));
      expect(textsOf(readAll(chunks))).toEqual(bodies.map((bytes) => Buffer.from(bytes).toString('latin1')));
    }),
  );
});

it('frames with VT before and FS CR behind', () => {
  expect([...frame(Buffer.of(1, 2))]).toEqual([VT, 1, 2, FS, CR]);
});
