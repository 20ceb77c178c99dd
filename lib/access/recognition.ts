import type { CareTeam, Extension } from '@medplum/fhirtypes';
import type { Ref, RelaisResource } from '../fhir/types.ts';
import { EXTENSION } from '../fhir/vocabulary.ts';
import type { Instant } from '../platform/instant.ts';
import { extensionsOf } from './elements.ts';
import type { Facts } from './facts.ts';
import { firstMomentOf } from './moments.ts';

type Recognition = Facts['recognised'][number];

/**
 * Whom the person recognises as member of her équipe de soins, as the extension `equipe-de-soins` says it: on a
 * participant of the circle it means him; on CareTeam, Patient or Consent it names the member, or with `true` on a
 * CareTeam all participants. Sub-extensions `membre`, `par` (who recorded it) and `date` say more.
 */
export function recognisedBy(facts: Facts, ref: Ref, resource: RelaisResource | undefined, at: Instant): readonly Recognition[] {
  const said = resource ? sayings(resource) : [];
  return said.map(({ member, extension }) => {
    const by = part(extension, 'par')?.valueReference?.reference ?? `Patient/${facts.patient.id}`;
    const known = facts.recognised.find((one) => one.source === ref && one.member === member);
    const date = part(extension, 'date');
    return { member, by, at: firstMomentOf(date?.valueDateTime ?? date?.valueDate) ?? known?.at ?? at, source: ref };
  });
}

type Saying = { readonly member: Ref; readonly extension: Extension };

function sayings(resource: RelaisResource): readonly Saying[] {
  if (resource.resourceType === 'CareTeam') return resource.status === 'active' ? inCircle(resource) : [];
  const isAct = resource.resourceType === 'Consent' && (resource.status === 'active' || resource.status === 'proposed');
  return resource.resourceType === 'Patient' || isAct ? holds(resource).flatMap(named) : [];
}

function inCircle(circle: CareTeam): readonly Saying[] {
  const participants = circle.participant ?? [];
  const single = participants.flatMap((participant) => {
    const member = participant.member?.reference;
    return member ? holds(participant).map((extension) => ({ member, extension })) : [];
  });
  const members = participants.flatMap(({ member }) => member?.reference ?? []);
  const whole = holds(circle).flatMap((extension) =>
    extension.valueBoolean === true ? members.map((member) => ({ member, extension })) : named(extension),
  );
  return [...single, ...whole];
}

function holds(holder: { readonly extension?: Extension[] }): readonly Extension[] {
  return extensionsOf(holder, EXTENSION.reconnaissance).filter(({ valueBoolean }) => valueBoolean !== false);
}

function named(extension: Extension): readonly Saying[] {
  const member = (extension.valueReference ?? part(extension, 'membre')?.valueReference)?.reference;
  return member ? [{ member, extension }] : [];
}

function part({ extension }: Extension, url: string): Extension | undefined {
  return extension?.find((one) => one.url === url);
}
