import type { Network, Requester } from '../access/requester.ts';
import { deadlinePassed } from '../coordination/machines.ts';
import { log } from '../platform/log.ts';
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
    const rows = await ports.store.rows(`T#${network.id}`, { between: ['0', `${ports.now()}`], limit: AT_ONCE_MAX });
    for (const { key, target } of rows) {
      const done = await untilSettled(async () => {
        if (!target.patient) return { ok: true, value: false } as const;
        const { stored, facts: document } = await ports.store.compartment(target.patient);
        const facts = document ? factsOf(document) : undefined;
        const task = stored.map(({ resource }) => resource).find((one) => refOf(one) === `${target.type}/${target.id}`);
        if (!facts || task?.resourceType !== 'Task') return { ok: true, value: false } as const;
        const at = ports.now();
        const { situation, previous } = surroundingsOf(ports, target.patient, facts, networkItself(network), at, stored);
        const effects = deadlinePassed(task, situation);
        if (!effects.ok) return effects;
        const committed = await commitGroups(ports, {
          network: network.id,
          at,
          groups: [{ patient: target.patient, facts, writes: effects.value.writes, previous, author: { reference: network.reference } }],
          documents: [{ key, remove: true }],
        });
        return committed.ok ? ({ ok: true, value: true } as const) : committed;
      });
      if (done.ok && done.value) passed += 1;
      else log('warn', 'RLS-0007', { code: done.ok ? 'no-task' : done.refusals[0].code });
    }
  }
  return passed;
}
