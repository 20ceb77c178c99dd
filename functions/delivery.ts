import { deliverNotification, type Post, parkSubscription } from '../lib/usecases/notify.ts';
import type { Attempt, Deliver, Outgoing } from '../lib/usecases/outbox.ts';
import { deliverToRepository } from '../lib/usecases/publish.ts';
import type { Runtime } from './runtime.ts';

const TIMEOUT_MS = 5_000;

/** One POST over HTTP; no redirect is followed (it could lead inside). `undefined` when nobody answered. */
const post: Post = async (endpoint, headers, body) => {
  try {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body }),
    });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    // Refused, reset, timed out, name unknown: the receiver is away, and the outbox tries again.
    return undefined;
  }
};

/** How an entry goes out, by the kind of its destination: each decides at the moment of delivery. */
export const DELIVERIES: Readonly<Record<string, (run: Runtime, entry: Outgoing) => Promise<Attempt>>> = {
  subscription: ({ ports }, entry) => deliverNotification(ports, post, entry),
  repository: ({ ports, repositoryUrl }, entry) => deliverToRepository(ports, post, repositoryUrl, entry),
};

export function deliverer(run: Runtime): Deliver {
  return async (entry) => (await DELIVERIES[entry.destination.split('/')[0] ?? '']?.(run, entry)) ?? 'done';
}

/** What is told when an entry was given up. */
export function onParked({ ports }: Runtime): (entry: Outgoing) => Promise<void> {
  return async (entry) => {
    if (entry.destination.startsWith('subscription/')) await parkSubscription(ports, entry);
  };
}
