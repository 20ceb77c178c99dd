import type { Facts, PatientKey } from '../access/facts.ts';
import type { Requester } from '../access/requester.ts';
import type { Situation } from '../coordination/types.ts';
import type { Ref } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import type { Stored } from '../store/codec.ts';
import { refOf } from './commit.ts';
import type { Ports } from './ports.ts';

/** A patient's current resources as the machines look at them, and the versions to write over. One Query. */
export type Surroundings = { readonly situation: Situation; readonly previous: (ref: Ref) => Stored | undefined };

export async function surroundings(ports: Ports, patient: PatientKey, facts: Facts, by: Requester, at: Instant): Promise<Surroundings> {
  const { stored } = await ports.store.compartment(patient);
  return surroundingsOf(ports, patient, facts, by, at, stored);
}

export function surroundingsOf(
  ports: Ports,
  patient: PatientKey,
  facts: Facts,
  by: Requester,
  at: Instant,
  stored: readonly Stored[],
): Surroundings {
  const byRef = new Map(stored.map((one) => [refOf(one.resource), one]));
  return {
    previous: (ref) => byRef.get(ref),
    situation: {
      facts,
      compartment: stored.map(({ resource }) => resource),
      by,
      now: at,
      newId: () => ports.keys.newId(patient),
      coordinator: by.network.coordinator ?? by.network.reference,
    },
  };
}
