import * as z from 'zod';
import { retryAfterMs } from '../exchange/backoff.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import { epochMsOf, type Instant, shift } from '../platform/instant.ts';
import { log } from '../platform/log.ts';
import type { StoredDocument } from '../store/store.ts';
import { KEY, type Key, type Locator } from '../store/table.ts';
import type { Ports } from './ports.ts';

/** What must still be sent to one destination; the receiver learns `id` and nothing else. */
export type Outgoing = {
  readonly id: string;
  /** `subscription/<id>` or `repository/<network>`. */
  readonly destination: string;
  readonly network: string;
  readonly about: Locator;
  readonly firstAt: Instant;
  readonly attempts: number;
};

const outgoing = z.object({
  id: z.string(),
  destination: z.string(),
  network: z.string(),
  about: z.object({ type: z.string().refine(isResourceType), id: z.string(), patient: z.string().exactOptional() }),
  firstAt: z.string(),
  attempts: z.number(),
});

/** What came of an attempt: done (sent, or no longer allowed), or to be tried again. */
export type Attempt = 'done' | 'again';

export type Deliver = (entry: Outgoing) => Promise<Attempt>;

/** Queues an entry once, however often its event is told: same id, no second effect. */
export async function enqueue(ports: Ports, entry: Outgoing): Promise<boolean> {
  const outcome = await ports.store.commit({
    network: entry.network,
    at: entry.firstAt,
    writes: [],
    timerOf: () => undefined,
    documents: [
      {
        key: KEY.idempotency('outbox', entry.id),
        value: {},
        onlyNew: true,
        ttlSeconds: Math.floor(epochMsOf(entry.firstAt) / 1000) + 3 * 86_400,
      },
      { key: KEY.outbox(entry.destination, entry.firstAt, entry.id), value: entry },
      { key: KEY.destination(entry.destination), value: {} },
    ],
  });
  return outcome.ok;
}

/**
 * Attempts everything that fell due, destination by destination side by side: a dead receiver delays nobody else.
 * @param jitter drawn at the edge
 * @param onParked told when an entry was given up after 24 h
 */
export async function deliverDue(
  ports: Ports,
  deliver: Deliver,
  jitter: () => number,
  onParked: (entry: Outgoing) => Promise<void>,
): Promise<number> {
  const destinations = await ports.store.documents('O');
  const counts = await Promise.all(destinations.map(({ key }) => deliverTo(ports, key.sk, deliver, jitter, onParked)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Attempts what one destination has due, oldest first. */
export async function deliverTo(
  ports: Ports,
  destination: string,
  deliver: Deliver,
  jitter: () => number,
  onParked: (entry: Outgoing) => Promise<void>,
): Promise<number> {
  const due = await ports.store.documents(KEY.outbox(destination, '', '').pk, { between: ['0', `${ports.now()}~`], limit: 100 });
  for (const document of due) await attempt(ports, document, deliver, jitter, onParked);
  return due.length;
}

/** A delivery that was begun and never ended (a function that died) is begun again after this. */
const LEASE_MS = 60_000;

async function attempt(
  ports: Ports,
  document: StoredDocument,
  deliver: Deliver,
  jitter: () => number,
  onParked: (entry: Outgoing) => Promise<void>,
): Promise<void> {
  const entry = outgoing.parse(document.value);
  const leased: Key = KEY.outbox(entry.destination, shift(ports.now(), LEASE_MS), entry.id);
  if (!(await move(ports, entry, document.key, { key: leased, value: entry }))) return;
  const result = await deliver(entry);
  const at = ports.now();
  const attempts = entry.attempts + 1;
  const waitMs = result === 'done' ? undefined : retryAfterMs(attempts, epochMsOf(at) - epochMsOf(entry.firstAt), jitter());
  log('info', 'RLS-0005', { attempt: attempts, outcome: result, eventId: entry.id });
  const again = waitMs === undefined ? undefined : KEY.outbox(entry.destination, shift(at, waitMs), entry.id);
  await move(ports, entry, leased, again && { key: again, value: { ...entry, attempts } });
  if (result === 'again' && waitMs === undefined) {
    log('warn', 'RLS-0006', { attempt: attempts, eventId: entry.id });
    await onParked(entry);
  }
}

/** Takes an entry from where it stands, to another moment or away. `false`: somebody else took it (stream and schedule both deliver). */
async function move(
  ports: Ports,
  { network }: Outgoing,
  from: Key,
  to: { readonly key: Key; readonly value: Outgoing } | undefined,
): Promise<boolean> {
  const outcome = await ports.store.commit({
    network,
    at: ports.now(),
    writes: [],
    timerOf: () => undefined,
    documents: [{ key: from, remove: true, mustExist: true }, ...(to ? [to] : [])],
  });
  return outcome.ok;
}
