import { sha256Hex } from '../platform/digest.ts';
import type { Blobs } from '../store/blobs.ts';
import { KEY } from '../store/table.ts';
import { isSigned, type TraceMark } from '../store/trace.ts';
import type { Ports } from './ports.ts';
import { type Alteration, BEGINNING, fileOf, headIn, nextLink, textOf } from './seal-chain.ts';

/** What the stream tells of one record of the trace. */
export type Told = {
  /** Of the stream record: the same when it is told again. */
  readonly eventId: string;
  readonly event: Alteration['event'];
  readonly mark: TraceMark;
};

const ATTEMPTS_MAX = 20;
/** Three full batches: a batch comes again before the next one of its shard does. Beyond it, told twice is sealed twice, which proves the same. */
const REMEMBERED_MAX = 300;

/** What sealing needs of the world. */
export type SealPorts = {
  readonly store: Pick<Ports['store'], 'load' | 'commit'>;
  readonly keys: Pick<Ports['keys'], 'sign'>;
  readonly now: Ports['now'];
};

/** What nobody may do to the trace. */
export function isAltered({ event, mark }: Told, { keys }: Pick<SealPorts, 'keys'>): boolean {
  return event !== 'INSERT' || !isSigned(mark, keys.sign);
}

/**
 * Writes a batch of what happened to the trace into the sealed chain (DESIGN.md, "Trace"): the link first, then the head
 * that names it, so that a link is never lost; of two sealers one loses the head and makes its link again. What was sealed
 * already is left out, so that a batch told twice makes one link.
 */
export async function sealTrace(ports: SealPorts, seal: Blobs, told: readonly Told[]): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const document = (await ports.store.load([KEY.sealHead])).document(KEY.sealHead);
    const before = document ? headIn(document.value) : BEGINNING;
    if (before === undefined) throw new Error('the head of the seal is none');
    const fresh = new Map(told.map((one) => [rememberedAs(one), one] as const).filter(([name]) => !before.recent.includes(name)));
    if (fresh.size === 0) return;
    const at = ports.now();
    const happened = [...fresh.values()];
    const link = nextLink(
      before,
      {
        entries: happened.filter((one) => !isAltered(one, ports)).map(({ mark: { key, hash } }) => ({ key, hash })),
        alterations: happened.filter((one) => isAltered(one, ports)).map(({ event, mark: { key } }) => ({ event, key })),
      },
      at,
      ports.keys.sign,
    );
    await seal.put(fileOf(link), Buffer.from(textOf(link)));
    const outcome = await ports.store.commit({
      network: '-',
      at,
      writes: [],
      timerOf: () => undefined,
      documents: [
        {
          key: KEY.sealHead,
          value: { number: link.number, hash: link.hash, recent: [...fresh.keys(), ...before.recent].slice(0, REMEMBERED_MAX) },
          version: { from: document?.version ?? 0, to: link.number },
        },
      ],
    });
    if (outcome.ok) return;
  }
  throw new Error('the head of the seal kept moving');
}

/** Eight characters of a hash: of 300, two are the same once in a thousand million million. */
function rememberedAs({ eventId }: Told): string {
  return Buffer.from(sha256Hex(eventId), 'hex').toString('base64url').slice(0, 10);
}
