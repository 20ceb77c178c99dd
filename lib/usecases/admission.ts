import type { Requester } from '../access/requester.ts';
import { admitted } from '../exchange/events/subscription.ts';
import type { RelaisResource } from '../fhir/types.ts';
import { accepted, type Result } from '../platform/refusal.ts';
import type { Ports } from './ports.ts';

/** What the server makes of a body that no machine carries before it is kept: a Subscription is checked and activated (contracts.md 7). */
export function admission(ports: Ports, requester: Requester, resource: RelaisResource): Result<RelaisResource> {
  return resource.resourceType === 'Subscription' && resource.status !== 'off'
    ? admitted(resource, requester, ports.fhirBase, ports.loopbackAllowed)
    : accepted(resource);
}
