import * as z from 'zod';
import { sha256Hex } from '../platform/digest.ts';
import type { Instant } from '../platform/instant.ts';
import type { Blobs } from '../store/blobs.ts';
import { KEY, type Key } from '../store/table.ts';
import type { Ports } from './ports.ts';

/** One record of the trace as it was put: where it stands, and the hash of all that it says. */
export type TraceEntry = { readonly key: Key; readonly hash: string };

/** One link: the records of a batch, chained to the link before it. */
export type SealLink = {
  readonly number: number;
  readonly previous: string;
  readonly at: Instant;
  readonly entries: readonly TraceEntry[];
  /** SHA-256 over everything above. */
  readonly hash: string;
};

const head = z.object({ number: z.number(), hash: z.string() });
const BEGINNING = { number: 0, hash: '0'.repeat(64) } as const;
const ATTEMPTS_MAX = 20;

/** The next link of the chain; whoever holds the links can recompute each hash from the records. */
export function nextLink(before: z.infer<typeof head>, entries: readonly TraceEntry[], at: Instant): SealLink {
  const link = { number: before.number + 1, previous: before.hash, at, entries };
  return { ...link, hash: sha256Hex(JSON.stringify(link)) };
}

/**
 * Writes a batch of trace records into the sealed chain (DESIGN.md, "Trace"): the link first, then the head that names
 * it, so that a link is never lost; of two sealers one loses the head and makes its link again. A batch told twice is
 * sealed twice, which proves the same.
 */
export async function sealTrace(ports: Ports, seal: Blobs, entries: readonly TraceEntry[]): Promise<void> {
  if (entries.length === 0) return;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const at = ports.now();
    const document = (await ports.store.load([KEY.sealHead])).document(KEY.sealHead);
    const link = nextLink(document ? head.parse(document.value) : BEGINNING, entries, at);
    await seal.put(`${String(link.number).padStart(12, '0')}-${link.hash.slice(0, 16)}.json`, Buffer.from(JSON.stringify(link)));
    const outcome = await ports.store.commit({
      network: '-',
      at,
      writes: [],
      timerOf: () => undefined,
      documents: [
        {
          key: KEY.sealHead,
          value: { number: link.number, hash: link.hash },
          version: { from: document?.version ?? 0, to: link.number },
        },
      ],
    });
    if (outcome.ok) return;
  }
  throw new Error('the head of the seal kept moving');
}
