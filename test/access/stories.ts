import { demoCalendar } from '../../functions/local/demo/calendar.ts';
import { membershipsOf, NETWORKS } from '../../functions/local/demo/directory.ts';
import { type DemoAlias, PEOPLE } from '../../functions/local/demo/people.ts';
import { patientRef, representativeRef } from '../../functions/local/demo/references.ts';
import { type DemoRole, isMemberRole } from '../../functions/local/demo/roles.ts';
import { storyOf } from '../../functions/local/demo/story.ts';
import { type Decision, decide, type Interaction } from '../../lib/access/decide.ts';
import type { Facts } from '../../lib/access/facts.ts';
import { applyResource, emptyFacts } from '../../lib/access/facts-of.ts';
import type { Requester } from '../../lib/access/requester.ts';
import { type Author, traitsOf } from '../../lib/access/traits.ts';
import { applyFilter } from '../../lib/access/view.ts';
import type { RelaisResource, ResourceType } from '../../lib/fhir/types.ts';
import type { Instant } from '../../lib/platform/instant.ts';

/** The first start of the demo network, and the moment at which its members ask. */
export const NOON: Instant = '2026-11-25T11:00:00.000Z';

/** One resource of somebody, with who wrote it. */
export type Item = { readonly resource: RelaisResource; readonly author: Author };

/** What the demo network holds of an alias (contracts.md 2). Told once: properties ask for it hundreds of times. */
export const itemsOf = once((alias): readonly Item[] =>
  storyOf(alias, demoCalendar(NOON)).flatMap(({ at, author, resources }) =>
    resources.map((resource) => ({ author, resource: { ...resource, meta: { ...resource.meta, versionId: '1', lastUpdated: at } } })),
  ),
);

/** The facts that follow from it. */
export const factsAbout = once((alias): Facts => {
  const { network } = PEOPLE[alias];
  const [, id = ''] = patientRef(alias).split('/');
  return storyOf(alias, demoCalendar(NOON)).reduce(
    (facts, { at, author, resources }) => resources.reduce((known, resource) => written(known, resource, author, at), facts),
    emptyFacts(network, id),
  );
});

function once<T>(tell: (alias: DemoAlias) => T): (alias: DemoAlias) => T {
  const told = new Map<DemoAlias, T>();
  return (alias) => {
    const known = told.get(alias) ?? tell(alias);
    told.set(alias, known);
    return known;
  };
}

export function written(facts: Facts, resource: RelaisResource, author: Author, at: Instant = NOON): Facts {
  return applyResource(facts, { type: resource.resourceType, id: resource.id ?? '', resource, author }, at);
}

/** A role of the demo network as it asks about an alias; `patient` and `representative` are those of the alias. */
export function asking(role: DemoRole, alias: DemoAlias, change: Partial<Requester> = {}): Requester {
  const wanted = PEOPLE[alias].network;
  if (!isMemberRole(role)) {
    const network = networkOf(wanted);
    const reference = role === 'patient' ? patientRef(alias) : representativeRef(alias);
    return { role, network, reference, name: role, membership: 'active', purpose: 'PATRQT', client: 'portail', idPrefix: '', ...change };
  }
  const memberships = membershipsOf(role);
  const member = memberships.find(({ network }) => network === wanted) ?? memberships[0];
  if (!member) throw new Error(`${role} has no membership`);
  const { state, network, rpps: _rpps, alsoIn: _alsoIn, ...rest } = member;
  return { ...rest, network: networkOf(network), membership: state, purpose: 'TREAT', client: 'logiciel', ...change };
}

function networkOf(id: string): Requester['network'] {
  const found = NETWORKS.find((network) => network.id === id);
  if (!found) throw new Error(`no network ${id}`);
  return found;
}

export function decideOn(
  facts: Facts,
  requester: Requester,
  { resource, author }: Item,
  interaction: Interaction = 'read',
  at: Instant = NOON,
): Decision {
  return decide(facts, { requester, interaction, traits: traitsOf(resource, author), at });
}

/** What a requester sees of the items, as decision and filter leave it. */
export function seenBy(facts: Facts, requester: Requester, items: readonly Item[], at: Instant = NOON): readonly RelaisResource[] {
  return items.flatMap((item) => {
    const decision = decideOn(facts, requester, item, 'read', at);
    const view = decision.outcome === 'permit' ? applyFilter(item.resource, decision.filter) : undefined;
    return view ? [view.resource] : [];
  });
}

/** What was seen, as short words: `Patient`, or `Patient~` when the view is cut. Binary follows its document and is left out. */
export function words(resources: readonly RelaisResource[]): string {
  const said = resources
    .filter(({ resourceType }) => resourceType !== 'Binary')
    .map((resource) => `${nameOf(resource)}${isCut(resource) ? '~' : ''}`);
  return [...new Set(said)].sort().join(' ');
}

function nameOf(resource: RelaisResource): string {
  if (resource.resourceType === 'DocumentReference') return `document ${resource.type?.coding?.[0]?.code ?? ''}`;
  if (resource.resourceType === 'Task') return `task ${resource.code?.coding?.[0]?.code ?? ''}`;
  return resource.resourceType;
}

function isCut(resource: RelaisResource): boolean {
  return resource.meta?.tag?.some(({ code }) => code === 'SUBSETTED') === true;
}

export function only<T extends ResourceType>(type: T, items: readonly Item[]): Item {
  const found = items.find(({ resource }) => resource.resourceType === type);
  if (!found) throw new Error(`no ${type} in this story`);
  return found;
}
