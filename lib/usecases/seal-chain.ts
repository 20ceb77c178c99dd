import * as z from 'zod';
import { sha256Hex } from '../platform/digest.ts';
import type { Instant } from '../platform/instant.ts';
import type { Sign } from '../store/trace.ts';

const key = z.object({ pk: z.string(), sk: z.string() });

/** One record of the trace as it was put: where it stands, and the hash of all that it says. */
const entry = z.object({ key, hash: z.string() });

/** What should never happen to the trace: somebody changed or removed a record, or put one that is none of ours. */
const alteration = z.object({ key, event: z.enum(['INSERT', 'MODIFY', 'REMOVE']) });

const link = z.object({
  number: z.int().positive(),
  previous: z.string(),
  at: z.string(),
  entries: z.array(entry),
  alterations: z.array(alteration),
  /** SHA-256 over everything above. */
  hash: z.string(),
  /** Made with a key that only the functions hold: whoever can write into the bucket cannot make a link. */
  signature: z.string(),
});

/** What the sealer remembers: the last link, and which stream records it has sealed lately. */
const head = z.object({ number: z.int(), hash: z.string(), recent: z.array(z.string()).default([]) });

export type Alteration = z.infer<typeof alteration>;
/** One link: the records of a batch, chained to the link before it. */
export type SealLink = Readonly<z.infer<typeof link>>;
export type SealHead = Readonly<z.infer<typeof head>>;

export const BEGINNING: SealHead = { number: 0, hash: '0'.repeat(64), recent: [] };

/** A document of the store as the head; `undefined` when it is none. */
export function headIn(value: unknown): SealHead | undefined {
  return head.safeParse(value).data;
}

/** A file of the bucket as a link; `undefined` when it is none. */
export function linkIn(text: string): SealLink | undefined {
  try {
    return link.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON: somebody else's file.
    return undefined;
  }
}

/** The next link of the chain; whoever holds the links can recompute each hash from the records. */
export function nextLink(
  before: Pick<SealHead, 'number' | 'hash'>,
  { entries, alterations }: Pick<SealLink, 'entries' | 'alterations'>,
  at: Instant,
  sign: Sign,
): SealLink {
  const said = { number: before.number + 1, previous: before.hash, at, entries, alterations };
  const hash = hashOf(said);
  return { ...said, hash, signature: sign('link', hash) };
}

/** Whether a link says what it said when it was made; `isOurs`: by us. */
export function isWhole({ hash, signature: _signature, ...said }: SealLink): boolean {
  return hash === hashOf(said);
}

export function isOurs({ hash, signature }: SealLink, sign: Sign): boolean {
  return signature === sign('link', hash);
}

/** The file of a link: no two links share one, so that none is ever overwritten. */
export function fileOf({ number, hash }: Pick<SealLink, 'number' | 'hash'>): string {
  return `${String(number).padStart(12, '0')}-${hash.slice(0, 16)}.json`;
}

/** The one text of a link: a byte more, less or elsewhere is another link. */
export function textOf({ hash, signature, ...said }: SealLink): string {
  return JSON.stringify({ ...inOrder(said), hash, signature });
}

function hashOf(said: Said): string {
  return sha256Hex(JSON.stringify(inOrder(said)));
}

type Said = Omit<SealLink, 'hash' | 'signature'>;

function inOrder({ number, previous, at, entries, alterations }: Said): Said {
  return {
    number,
    previous,
    at,
    entries: entries.map(({ key: { pk, sk }, hash }) => ({ key: { pk, sk }, hash })),
    alterations: alterations.map(({ key: { pk, sk }, event }) => ({ key: { pk, sk }, event })),
  };
}
