import type { Subscription } from '@medplum/fhirtypes';
import { concerns, criteriaOf, isAllowedEndpoint } from '../exchange/events/subscription.ts';
import type { Search } from '../fhir/search/search.ts';
import type { Stored } from '../store/codec.ts';
import { KEY, type Locator } from '../store/table.ts';
import { requesterOf } from './caller.ts';
import { commitGroups } from './commit.ts';
import { disclose, traceOf, writeTrace } from './disclose.ts';
import { factsOf, memberOf, networkOf } from './enter.ts';
import { type Attempt, enqueue, type Outgoing } from './outbox.ts';
import type { Ports } from './ports.ts';
import type { Written } from './react.ts';

/** The one thing that a notification tells: POST to an endpoint, empty body, opaque id. Status, or `undefined` when nobody answered. */
export type Post = (endpoint: string, headers: Readonly<Record<string, string>>, body?: string) => Promise<number | undefined>;

/** A living subscription with what it listens to. */
export type Listener = { readonly id: string; readonly criteria: Search };

/** Who listens in a network: two round trips, whatever is told afterwards. */
export async function listenersIn(ports: Ports, network: string): Promise<readonly Listener[]> {
  const rows = await ports.store.rows(`X#${network}#Subscription`);
  const loaded = await ports.store.load(rows.map(({ target }) => KEY.resource(target)));
  return rows.flatMap(({ target }) => {
    const subscription = loaded.resource(target)?.resource;
    if (subscription?.resourceType !== 'Subscription' || subscription.status !== 'active') return [];
    const criteria = criteriaOf(subscription, ports.fhirBase);
    return criteria.ok ? [{ id: target.id, criteria: criteria.value }] : [];
  });
}

/**
 * A resource was written: one outbox entry for each subscription of the network that listens to it. Whether its
 * subscriber may know is decided at delivery, not here.
 * @returns destinations that have something new
 */
export async function announce(
  ports: Ports,
  network: string,
  { resource, deleted }: Stored,
  { about, version }: Pick<Written, 'about' | 'version'>,
  listeners: readonly Listener[],
): Promise<readonly string[]> {
  if (deleted) return [];
  const destinations: string[] = [];
  for (const { id: listener, criteria } of listeners) {
    if (!concerns(criteria, resource)) continue;
    const destination = `subscription/${listener}`;
    const id = ports.keys.hash('event', `${about.type}/${about.id}`, String(version), listener);
    await enqueue(ports, { id, destination, network, about, firstAt: ports.now(), attempts: 0 });
    destinations.push(destination);
  }
  return destinations;
}

/** Decides now, for this subscriber, and tells him; a right lost meanwhile drops the entry without a word. */
export async function deliverNotification(ports: Ports, post: Post, entry: Outgoing): Promise<Attempt> {
  const target: Locator = { type: 'Subscription', id: entry.destination.split('/')[1] ?? '' };
  const loaded = await ports.store.load([
    KEY.resource(target),
    KEY.resource(entry.about),
    KEY.network(entry.network),
    ...(entry.about.patient ? [KEY.facts(entry.about.patient)] : []),
  ]);
  const subscription = loaded.resource(target);
  const about = loaded.resource(entry.about);
  if (subscription?.resource.resourceType !== 'Subscription' || subscription.resource.status !== 'active') return 'done';
  if (!about || about.deleted || subscription.deleted) return 'done';
  const subscriber = subscription.author.reference;
  const member = memberOf(
    (await ports.store.load([KEY.member(entry.network, subscriber)])).document(KEY.member(entry.network, subscriber)),
  );
  const caller = {
    client: `subscription ${target.id}`,
    reference: subscriber,
    network: entry.network,
    strong: true,
    purpose: 'TREAT',
  } as const;
  const requester = requesterOf(caller, member, networkOf(loaded.document(KEY.network(entry.network))), undefined);
  const factsDocument = entry.about.patient ? loaded.document(KEY.facts(entry.about.patient)) : undefined;
  const facts = factsDocument ? factsOf(factsDocument) : undefined;
  const at = ports.now();
  const shown = disclose({ requester, facts }, about, 'read', at);
  const criteria = criteriaOf(subscription.resource, ports.fhirBase);
  const endpoint = subscription.resource.channel.endpoint ?? '';
  if (!shown || !criteria.ok || !concerns(criteria.value, shown.view) || !isAllowedEndpoint(endpoint, ports.loopbackAllowed)) return 'done';
  await writeTrace(
    ports,
    at,
    [
      {
        requester,
        ...(entry.about.patient ? { patient: entry.about.patient } : {}),
        interaction: 'notification',
        outcome: 'permit',
        ...traceOf([shown]),
      },
    ],
    () => facts?.patient.id,
  );
  const headers = Object.fromEntries(
    (subscription.resource.channel.header ?? [])
      .map((line) => line.split(/:\s*(.*)/s).slice(0, 2))
      .filter(([name, value]) => name && value),
  );
  const status = await post(endpoint, { ...headers, 'x-relais-event': entry.id });
  return status !== undefined && status >= 200 && status < 300 ? 'done' : 'again';
}

/** After 24 h of silence the subscription says so itself (contracts.md 7). */
export async function parkSubscription(ports: Ports, entry: Outgoing): Promise<void> {
  const target: Locator = { type: 'Subscription', id: entry.destination.split('/')[1] ?? '' };
  const stored = (await ports.store.load([KEY.resource(target)])).resource(target);
  if (stored?.resource.resourceType !== 'Subscription' || stored.deleted) return;
  const failed: Subscription = { ...stored.resource, status: 'error', error: 'no answer of the endpoint for 24 h' };
  await commitGroups(ports, {
    network: entry.network,
    at: ports.now(),
    groups: [{ patient: undefined, facts: undefined, writes: [failed], previous: () => stored, author: stored.author }],
  });
}
