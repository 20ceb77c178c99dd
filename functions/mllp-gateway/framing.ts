const VT = 0x0b;
const FS = 0x1c;
const CR = 0x0d;

/** What the bytes of a connection turned out to hold. */
export type Framed =
  | { readonly kind: 'message'; readonly bytes: Buffer }
  /** A frame longer than the limit, read to its end and not kept; `head` is its beginning. */
  | { readonly kind: 'oversize'; readonly head: Buffer };

export type Framer = {
  /** Takes the next bytes in pieces of any size; gives the frames that they complete, in order. */
  readonly push: (chunk: Buffer) => readonly Framed[];
  /** Whether a frame has begun and not ended. */
  readonly isInside: () => boolean;
};

/** How much of an oversize message is kept: enough for its MSH. */
const HEAD_BYTES = 4_096;

/** Bytes around a message. @see HL7 v2 Minimal Lower Layer Protocol (release 1): VT message FS CR */
export function frame(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(VT), message, Buffer.of(FS, CR)]);
}

/**
 * Finds messages in an MLLP stream without looking at their characters: charsets are read from MSH-18 later.
 * Bytes outside a frame are skipped; an FS that no CR follows belongs to the message.
 * @param maxBytes longest message taken
 */
export function makeFramer(maxBytes: number): Framer {
  let inside = false;
  let overflowed = false;
  let parts: Buffer[] = [];
  let sizeBytes = 0;
  /** The last byte taken was an FS, not yet known to end the frame. */
  let held = false;

  const take = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    sizeBytes += bytes.length;
    if (overflowed) return;
    parts.push(bytes);
    if (sizeBytes <= maxBytes) return;
    overflowed = true;
    parts = [Buffer.from(Buffer.concat(parts).subarray(0, HEAD_BYTES))];
  };
  const finish = (): Framed => {
    const bytes = Buffer.concat(parts);
    const framed: Framed = overflowed ? { kind: 'oversize', head: bytes } : { kind: 'message', bytes };
    inside = false;
    overflowed = false;
    held = false;
    parts = [];
    sizeBytes = 0;
    return framed;
  };

  /** From `at`, inside a frame: up to its end, or to the end of the chunk. */
  const readInside = (chunk: Buffer, at: number, found: Framed[]): number => {
    if (held) {
      if (chunk[at] === CR) {
        found.push(finish());
        return at + 1;
      }
      take(Buffer.of(FS));
      held = false;
    }
    const end = chunk.indexOf(FS, at);
    take(chunk.subarray(at, end < 0 ? chunk.length : end));
    held = end >= 0;
    return end < 0 ? chunk.length : end + 1;
  };

  return {
    isInside: () => inside,
    push: (chunk) => {
      const found: Framed[] = [];
      for (let at = 0; at < chunk.length; ) {
        if (inside) at = readInside(chunk, at, found);
        else {
          const start = chunk.indexOf(VT, at);
          inside = start >= 0;
          at = start < 0 ? chunk.length : start + 1;
        }
      }
      return found;
    },
  };
}
