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

/** How an entry goes out, by the kind of its destination. */
export function deliverer({ ports, repositoryUrl }: Runtime): Deliver {
  const KINDS: Readonly<Record<string, (entry: Outgoing) => Promise<Attempt>>> = {
    subscription: (entry) => deliverNotification(ports, post, entry),
    repository: (entry) => deliverToRepository(ports, post, repositoryUrl, entry),
  };
  return async (entry) => (await KINDS[entry.destination.split('/')[0] ?? '']?.(entry)) ?? 'done';
}

/** What is told when an entry was given up. */
export function onParked({ ports }: Runtime): (entry: Outgoing) => Promise<void> {
  return async (entry) => {
    if (entry.destination.startsWith('subscription/')) await parkSubscription(ports, entry);
  };
}
