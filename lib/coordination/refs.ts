import type { Facts } from '../access/facts.ts';
import type { Requester } from '../access/requester.ts';
import type { Ref, RelaisResource } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';

export function refOf({ resourceType, id }: RelaisResource): Ref {
  return `${resourceType}/${id ?? ''}`;
}

/** `Type/id`, as an event's parameter names a resource. */
export function isRef(text: string | undefined): text is Ref {
  return text !== undefined && /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.test(text);
}

/** Whether the requester is, or works for, whom the reference names. */
export function speaksFor(by: Requester, ref: Ref | undefined): boolean {
  return ref !== undefined && [by.reference, by.practitioner, by.structure?.reference].includes(ref);
}

/** the médecin traitant is read from the circle, never from a message. */
export function medecinTraitantOf({ circle }: Facts, at: Instant): Ref | undefined {
  return circle.find((member) => member.medecinTraitant && member.from <= at && (member.until === undefined || at < member.until))?.member;
}

/** Whether the person opposes this actor now. */
export function isOpposed({ consents }: Facts, actor: Ref, at: Instant): boolean {
  return consents.some(
    ({ kind, state, deniedActors, from, until }) =>
      kind === 'opposition' &&
      deniedActors.includes(actor) &&
      state !== 'retire' &&
      state !== 'expire' &&
      (from === undefined || from <= at) &&
      (until === undefined || at < until),
  );
}
