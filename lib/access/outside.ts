import type { ResourceType } from '../fhir/types.ts';
import { opens } from './bases.ts';
import type { Interaction, Verdict } from './decision.ts';
import type { Basis } from './remains.ts';
import type { Requester, Role } from './requester.ts';
import type { RuleId } from './rule.ts';
import { referencesOf, rowOutside } from './standing.ts';
import type { ResourceTraits } from './traits.ts';

/** Columns Dir and MR of domain.md 4.4, and the subscriptions: what belongs to no patient. */
type Kind = 'directory' | 'aggregate' | 'subscription';

const KIND: Readonly<Partial<Record<ResourceType, Kind>>> = {
  Practitioner: 'directory',
  PractitionerRole: 'directory',
  Organization: 'directory',
  Device: 'directory',
  Measure: 'directory', // what an indicator means is no secret
  MeasureReport: 'aggregate',
  Subscription: 'subscription',
};

/** Rows that see the figures of the whole network; others those of their own structure. */
const WHOLE_NETWORK: ReadonlySet<Role> = new Set<Role>(['coordinator', 'dashboard', 'admin', 'dpo']);
const OWN_STRUCTURE: ReadonlySet<Role> = new Set<Role>(['hospital', 'gp']);
/** "A professional or system of the network" (contracts.md 7); a DMP pushes and reads receipts, nothing else. */
const SUBSCRIBERS: ReadonlySet<Role> = new Set<Role>(['hospital', 'clinician', 'gp', 'nurse', 'social', 'coordinator']);

export function isOfNobody(type: ResourceType): boolean {
  return KIND[type] !== undefined;
}

/** Decides what belongs to no patient; the requester's door (membership, purpose) was opened before. */
export function decideOutside(requester: Requester, interaction: Interaction, item: ResourceTraits): Verdict {
  const rule: RuleId = rowOutside(requester) ?? 'A-02';
  const basis = basisOf(requester, interaction, item);
  // A create addresses nothing that could be hidden: whether it is allowed tells of the role alone.
  if (!basis || !opens(requester.purpose, basis)) return { outcome: 'deny', rules: [rule], visible: interaction === 'create' };
  const isPermitted = !isWrite(interaction) || (KIND[item.type] === 'subscription' && interaction !== 'event');
  return isPermitted ? { outcome: 'permit', basis, rules: [rule], filter: 'full' } : { outcome: 'deny', rules: [rule], visible: true };
}

export function isWrite(interaction: Interaction): boolean {
  return ['create', 'update', 'event', 'delete'].includes(interaction);
}

function basisOf(requester: Requester, interaction: Interaction, item: ResourceTraits): Basis | undefined {
  switch (KIND[item.type]) {
    case 'directory':
      return requester.role === 'dmp' ? undefined : 'DIR';
    case 'aggregate':
      return seesFigures(requester, item) ? 'AGG' : undefined;
    case 'subscription':
      return SUBSCRIBERS.has(requester.role) && (interaction === 'create' || referencesOf(requester).includes(item.author.reference))
        ? 'OWN'
        : undefined;
    case undefined:
      return undefined;
  }
}

function seesFigures({ role, network, structure }: Requester, item: ResourceTraits): boolean {
  if (WHOLE_NETWORK.has(role)) return item.structure === undefined || item.structure === network.reference;
  return OWN_STRUCTURE.has(role) && structure !== undefined && item.structure === structure.reference;
}
