import type { Coding } from '@medplum/fhirtypes';
import type { Facts } from '../access/facts.ts';
import type { Requester } from '../access/requester.ts';
import type { Ref, RelaisResource, ResourceByType, ResourceType } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import type { Rules } from './rules.ts';

/** The current resources of one patient, as the store read them. */
export type Compartment = readonly RelaisResource[];

/** Everything that a machine may look at; it has no clock, no dice and no store. */
export type Situation = {
  readonly facts: Facts;
  readonly compartment: Compartment;
  /** Who acts; for an intake, the hospital. */
  readonly by: Requester;
  /** Now, by the service's clock. */
  readonly now: Instant;
  /** A fresh id in this patient's compartment (drawn at the edge). */
  readonly newId: () => string;
  /** The network's coordinator that gets what nobody owns yet. */
  readonly coordinator: Ref;
  /** What the network sets for itself; defaults in rules.ts. */
  readonly rules?: Partial<Rules>;
};

/** One event as `$event` says it (contracts.md 4). */
export type EventRequest = {
  readonly event: string;
  readonly reason?: Coding | string;
  readonly at: Instant;
  /** The event's own parameters, by name: strings, codes and dates as text, references as `Type/id`. */
  readonly parameters: Readonly<Record<string, string>>;
};

/** What a transition writes: resources with their ids; those that exist already become a new version. */
export type Effects = {
  readonly writes: readonly RelaisResource[];
  /** The resource that the client is answered with. */
  readonly carrier: RelaisResource;
};

/** An event that could be sent now, with the guards that stop it. */
export type PossibleEvent = { readonly event: string; readonly unmet: readonly { readonly code: string; readonly remedy: string }[] };

/** The first resource of a type that satisfies a test. */
export function find<T extends ResourceType>(
  compartment: Compartment,
  type: T,
  test: (resource: ResourceByType[T]) => boolean,
): ResourceByType[T] | undefined {
  return all(compartment, type).find(test);
}

/** All resources of a type. */
export function all<T extends ResourceType>(compartment: Compartment, type: T): readonly ResourceByType[T][] {
  return compartment.filter(
    (resource): resource is Extract<RelaisResource, ResourceByType[T]> & ResourceByType[T] => resource.resourceType === type,
  );
}
