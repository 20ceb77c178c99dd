import type { Facts } from '../../../lib/access/facts.ts';
import { emptyFacts } from '../../../lib/access/facts-of.ts';
import type { RelaisResource } from '../../../lib/fhir/types.ts';
import type { Instant } from '../../../lib/platform/instant.ts';
import type { CommitOutcome } from '../../../lib/store/commit.ts';
import { rowsOf } from '../../../lib/store/rows.ts';
import { KEY } from '../../../lib/store/table.ts';
import { commitGroups } from '../../../lib/usecases/commit.ts';
import { factsOf } from '../../../lib/usecases/enter.ts';
import type { Ports } from '../../../lib/usecases/ports.ts';
import { demoCalendar } from './calendar.ts';
import { type DirectoryEntry, directory, idOf, membershipsOf, NETWORKS } from './directory.ts';
import { DEMO_ALIASES, type DemoAlias, PEOPLE } from './people.ts';
import { networkRef, patientRef } from './references.ts';
import { isMemberRole, MEMBERS, type MemberRole } from './roles.ts';
import { type Step, storyOf } from './story.ts';

/**
 * Writes the demo network (contracts.md 2) into an empty store, once: the networks are written last, so that a start
 * that was killed half way goes on where it stopped. What follows from a write (facts, rows, guards) is derived as for
 * every other write.
 * @returns whether there was something to do
 */
export async function seedDemo(ports: Ports, firstStart: Instant): Promise<boolean> {
  const networkKeys = NETWORKS.map(({ id }) => KEY.network(id));
  const known = await ports.store.load(networkKeys);
  if (networkKeys.every((key) => known.document(key))) return false;
  for (const entry of directory()) await writeEntry(ports, entry, firstStart);
  const members = Object.keys(MEMBERS).filter(isMemberRole);
  for (const role of members) await writeMemberships(ports, role, firstStart);
  const calendar = demoCalendar(firstStart);
  await Promise.all(DEMO_ALIASES.map((alias) => writeStory(ports, alias, storyOf(alias, calendar))));
  checked(
    'the networks',
    await ports.store.commit({
      network: 'cpts',
      at: firstStart,
      writes: [],
      timerOf: () => undefined,
      documents: NETWORKS.map((network) => ({ key: KEY.network(network.id), value: network })),
    }),
  );
  return true;
}

/** Writes the membership items of a role. @param state in place of the demo's own (`POST /local/members/<role>`) */
export async function writeMemberships(ports: Ports, role: MemberRole, at: Instant, state?: 'active' | 'suspendue'): Promise<void> {
  checked(
    role,
    await ports.store.commit({
      network: MEMBERS[role].network,
      at,
      writes: [],
      timerOf: () => undefined,
      documents: membershipsOf(role, state).map((member) => ({ key: KEY.member(member.network, member.reference), value: member })),
    }),
  );
}

async function writeEntry({ store, keys }: Ports, { resource, networks }: DirectoryEntry, at: Instant): Promise<void> {
  const [home = 'cpts', ...others] = networks;
  const target = { type: resource.resourceType, id: resource.id ?? '' };
  if ((await store.load([KEY.resource(target)])).resource(target)) return;
  checked(
    `${target.type} ${target.id}`,
    await store.commit({
      network: home,
      at,
      writes: [{ resource, author: { reference: networkRef(home) } }],
      documents: [],
      timerOf: () => undefined,
      // Found in every network in which it works.
      rows: others.flatMap((network) => rowsOf(resource, target, network, keys.hash, undefined)),
    }),
  );
}

async function writeStory(ports: Ports, alias: DemoAlias, steps: readonly Step[]): Promise<void> {
  const { key: patient, network } = PEOPLE[alias];
  for (const { at, author, resources } of steps) {
    const [first] = resources;
    const target = { type: first?.resourceType ?? 'Patient', id: first?.id ?? '', patient };
    const loaded = await ports.store.load([KEY.resource(target), KEY.facts(patient)]);
    if (loaded.resource(target)) continue;
    const document = loaded.document(KEY.facts(patient));
    const facts: Facts = (document && factsOf(document)) ?? emptyFacts(network, idOf(patientRef(alias)));
    const writes: readonly RelaisResource[] = resources;
    const committed = await commitGroups(ports, { network, at, groups: [{ patient, facts, writes, previous: () => undefined, author }] });
    if (!committed.ok) throw new Error(`demo, ${alias}: ${committed.refusals.map(({ diagnostics }) => diagnostics).join(' ')}`);
  }
}

function checked(what: string, outcome: CommitOutcome): void {
  if (!outcome.ok) throw new Error(`demo, ${what}: ${JSON.stringify(outcome)}`);
}
