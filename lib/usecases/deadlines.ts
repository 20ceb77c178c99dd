import type { Network, Requester } from '../access/requester.ts';
import { deadlinePassed } from '../coordination/machines.ts';
import { log } from '../platform/log.ts';
import { accepted, type Result } from '../platform/refusal.ts';
import type { IndexRow } from '../store/store.ts';
import { commitGroups, refOf, untilSettled } from './commit.ts';
import { factsOf, networkOf } from './enter.ts';
import type { Ports } from './ports.ts';
import { surroundingsOf } from './situation.ts';

const AT_ONCE_MAX = 200;

/** The network itself, when nobody asks: what the clock does is written in its name. */
export function networkItself(network: Network): Requester {
  return {
    role: 'none',
    network,
    reference: network.reference,
    name: network.name,
    membership: 'active',
    purpose: 'COC',
    client: 'schedule',
    idPrefix: '',
  };
}

/**
 * Everything whose deadline passed, network by network: each through its machine, once. The timer row is read again
 * with its resource, so that a letter that came meanwhile stops it.
 * @returns how many were late
 */
export async function passDeadlines(ports: Ports): Promise<number> {
  const networks = (await ports.store.documents('N')).flatMap((document) => networkOf(document) ?? []);
  let passed = 0;
  for (const network of networks) {
    // A timer of this very millisecond has fallen due: `$` is what follows `#` in the order of keys.
    const rows = await ports.store.rows(`T#${network.id}`, { between: ['0', `${ports.now()}$`], limit: AT_ONCE_MAX });
    for (const row of rows) {
      try {
        const done = await untilSettled(() => passDeadline(ports, network, row));
        if (done.ok) passed += done.value;
        else log('warn', 'RLS-0007', { outcome: done.refusals[0].code });
      } catch (error) {
        // One deadline that fails is tried again at the next tick, and stops none of the others.
        log('error', 'RLS-0002', { errorName: error instanceof Error ? error.name : 'unknown' });
      }
    }
  }
  return passed;
}

/** One timer: what its resource is by now goes through its machine; a timer of nothing any more is removed. */
async function passDeadline(ports: Ports, network: Network, { key, target }: IndexRow): Promise<Result<number>> {
  const at = ports.now();
  const { stored, facts: document } = target.patient ? await ports.store.compartment(target.patient) : { stored: [], facts: undefined };
  const facts = document ? factsOf(document) : undefined;
  const ref = `${target.type}/${target.id}`;
  const task = stored.map(({ resource }) => resource).find((one) => refOf(one) === ref);
  const removal = { key, remove: true as const };
  if (!target.patient || !facts || task?.resourceType !== 'Task') {
    const removed = await commitGroups(ports, { network: network.id, at, groups: [], documents: [removal] });
    return removed.ok ? accepted(0) : removed;
  }
  const { situation, previous } = surroundingsOf(ports, target.patient, facts, networkItself(network), at, stored);
  const effects = deadlinePassed(task, situation);
  if (!effects.ok) return effects;
  const { writes } = effects.value;
  const committed = await commitGroups(ports, {
    network: network.id,
    at,
    groups: [{ patient: target.patient, facts, writes, previous, author: { reference: network.reference } }],
    // The timer of a task that is written goes with its former version.
    documents: writes.some((write) => refOf(write) === ref) ? [] : [removal],
  });
  return committed.ok ? accepted(1) : committed;
}
