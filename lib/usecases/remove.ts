import { decide } from '../access/decide.ts';
import { traitsOf } from '../access/traits.ts';
import { ifMatchHolds } from '../fhir/preconditions.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { Ref, ResourceType } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import { KEY } from '../store/table.ts';
import type { Caller } from './caller.ts';
import { authorOf, commitGroups, refOf, turnOf, untilSettled } from './commit.ts';
import { disclose, traceOf, writeTrace } from './disclose.ts';
import { addressed, type Entered, enter } from './enter.ts';
import type { Ports } from './ports.ts';
import { referencesIn } from './references.ts';
import { notServed, staleVersion, writeNotAllowed } from './refusals.ts';
import type { Precondition } from './update.ts';

/**
 * FHIR delete, logical and idempotent: the resource leaves searches, facts and index rows, its versions stay in its history,
 * a PUT brings it back. Of what is absent, deleted or not the caller's to see it has no effect and says none (contracts.md 3).
 * Who may change it may delete it, when its type may be deleted at all and nothing that he sees points at it.
 * @see https://hl7.org/fhir/R4/http.html#delete
 */
export async function remove(
  ports: Ports,
  caller: Caller,
  type: ResourceType,
  id: string,
  { ifMatch }: Precondition,
): Promise<Result<'removed' | 'nothing'>> {
  return untilSettled(
    async () => {
      const at = ports.now();
      const target = await addressed(ports, type, id);
      const { patient } = target;
      const entered = await enter(ports, caller, patient, [KEY.resource(target)]);
      if (!entered.ok) return entered;
      const { requester, facts } = entered.value;
      const current = entered.value.loaded.resource(target);
      const shown = current ? disclose(entered.value, current, 'read', at) : undefined;
      const ref: Ref = `${type}/${id}`;
      const line = { requester, ...(patient ? { patient } : {}), interaction: 'delete', entities: [ref] };
      if (!current || current.deleted || !shown) {
        if (patient) await writeTrace(ports, at, [{ ...line, outcome: 'deny', rules: ['A-15'] }], () => facts?.patient.id);
        return accepted('nothing');
      }
      const unremovable = whyNotRemoved(entered.value, current, ifMatch, at);
      if (unremovable) return refused(unremovable);
      const referrer = patient ? referrerOf(entered.value, ref, (await ports.store.compartment(patient)).stored, at) : undefined;
      if (referrer) return refused(stillReferenced(ref, referrer));
      const author = authorOf(requester);
      const previous = (one: Ref): Stored | undefined => (one === ref ? current : undefined);
      const committed = await commitGroups(ports, {
        network: facts?.network ?? requester.network.id,
        at,
        groups: [{ patient, facts, writes: [], deletions: [ref], previous, author }],
        trace: [{ ...line, ...traceOf([shown]), outcome: 'permit', entities: [ref] }],
      });
      return committed.ok ? accepted('removed') : committed;
    },
    turnOf(ports, `${type}/${id}`),
  );
}

/** Why somebody who sees a current resource may not delete it. */
export function whyNotRemoved(
  { facts, requester }: Entered,
  current: Stored,
  ifMatch: string | undefined,
  at: Instant,
): Refusal | undefined {
  const { resourceType: type } = current.resource;
  if (!RESOURCE_TYPES[type].interactions.includes('delete')) return notServed(type, 'delete', INSTEAD[type] ?? CORRECTED);
  const decision = decide(facts, { requester, interaction: 'delete', traits: traitsOf(current.resource, current.author), at });
  if (decision.outcome === 'deny') return writeNotAllowed(type);
  return ifMatch !== undefined && !ifMatchHolds(ifMatch, current.version)
    ? staleVersion(refOf(current.resource), current.version)
    : undefined;
}

/** A resource of the same record that points at this one, among those that the requester sees. */
export function referrerOf(entered: Entered, ref: Ref, record: readonly Stored[], at: Instant): Ref | undefined {
  const pointing = record.find((one) => {
    const view = disclose(entered, one, 'read', at)?.view;
    return view !== undefined && referencesIn(view).some((reference) => reference.split('/_history/')[0] === ref);
  });
  return pointing && refOf(pointing.resource);
}

/** Types whose work has an end of its own; everything else that is not deleted is corrected. */
const INSTEAD: Readonly<Partial<Record<ResourceType, string>>> = {
  Task: 'Annulez-la par $event.',
  ServiceRequest: 'Annulez la demande d’appui par $event « annuler » sur sa Task.',
  CarePlan: 'Suspendez ou clôturez le PPS par $event.',
  Consent: 'Retirez le consentement par $event « retirer » ou levez l’opposition par « lever-opposition ».',
  EpisodeOfCare: 'Clôturez l’épisode par $event.',
  CareTeam: 'Terminez la participation (participant.period.end) ou passez le cercle à « inactive ».',
  Patient: 'Une identité se corrige auprès du coordinateur ; l’effacement se demande par une Task « demande-rgpd ».',
};

const CORRECTED = 'Un document ou un acte du dossier se corrige : marquez la ressource « entered-in-error ».';

export function stillReferenced(ref: Ref, referrer: Ref): Refusal {
  return {
    category: 'conflict',
    code: 'still-referenced',
    expression: ref,
    diagnostics: `${referrer} points at ${ref}.`,
    remedy: 'Retirez d’abord la référence, ou marquez la ressource « entered-in-error ».',
  };
}
