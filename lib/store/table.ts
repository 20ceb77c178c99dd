import { isResourceType } from '../fhir/resource-types.ts';
import type { Ref, ResourceType } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';

/** Where an item stands: partition key and sort key, both text. */
export type Key = { readonly pk: string; readonly sk: string };

/** What names a resource: its type and id, and the compartment that holds it (absent when it belongs to no patient). */
export type Locator = { readonly type: ResourceType; readonly id: string; readonly patient?: string };

/**
 * The key builders of the one table; DESIGN.md, "The store", has the same rows in prose. Every kind has a prefix of its
 * own, so that no two kinds can collide (test/store/table.test.ts).
 */
export const KEY = {
  resource: ({ type, id, patient }: Locator): Key => ({ pk: patient ? `P#${patient}` : `R#${type}/${id}`, sk: `r#${type}/${id}` }),
  facts: (patient: string): Key => ({ pk: `P#${patient}`, sk: 'facts' }),
  supersededFacts: (patient: string, at: Instant, version: number): Key => ({ pk: `F#${patient}`, sk: `${at}#${digits(version)}` }),
  version: (type: ResourceType, id: string, version: number): Key => ({ pk: `V#${type}/${id}`, sk: digits(version) }),
  member: (network: string, reference: Ref): Key => ({ pk: `M#${reference}`, sk: `m#${network}` }),
  patientOfMember: (network: string, reference: Ref, patient: string): Key => ({ pk: `M#${reference}`, sk: `p#${network}#${patient}` }),
  network: (id: string): Key => ({ pk: 'N', sk: id }),
  lookUp: (hash: string, type: ResourceType, id: string): Key => ({ pk: `L#${hash}`, sk: `${type}/${id}` }),
  guard: (hash: string): Key => ({ pk: `G#${hash}`, sk: 'guard' }),
  pointer: (type: ResourceType, id: string): Key => ({ pk: `I#${type}/${id}`, sk: 'pointer' }),
  idempotency: (client: string, key: string): Key => ({ pk: `K#${client}`, sk: key }),
  worklist: (network: string, owner: Ref, open: boolean, id: string): Key => ({
    pk: `W#${network}#${owner}`,
    sk: `${open ? 'o' : 'c'}#${id}`,
  }),
  directory: (network: string, type: ResourceType, id: string): Key => ({ pk: `X#${network}#${type}`, sk: id }),
  timer: (network: string, at: Instant, type: ResourceType, id: string): Key => ({ pk: `T#${network}`, sk: `${at}#${type}/${id}` }),
  outbox: (destination: string, at: Instant, id: string): Key => ({ pk: `O#${destination}`, sk: `${at}#${id}` }),
  destination: (destination: string): Key => ({ pk: 'O', sk: destination }),
  contribution: (network: string, indicator: string, period: string, subject: string): Key => ({
    pk: `C#${network}#${indicator}#${period}`,
    sk: subject,
  }),
  sealHead: { pk: 'S', sk: 'head' },
  /** By client within the network: each reads its own, the network counts them. */
  parked: (network: string, client: string, id: string): Key => ({
    pk: `Q#${network}`,
    sk: `${Buffer.from(client).toString('base64url')}/${id}`,
  }),
} as const;

/** Twelve digits: version numbers sort as numbers (peers.md T2: text order breaks at the tenth). */
function digits(version: number): string {
  return String(version).padStart(12, '0');
}

/** Type and id out of `r#Type/id` or `Type/id`; `undefined` for a type without a row. */
export function typeAndId(sk: string): { readonly type: ResourceType; readonly id: string } | undefined {
  const [type = '', id = ''] = sk.replace(/^r#/, '').split('/');
  return isResourceType(type) && id !== '' ? { type, id } : undefined;
}
