import type { Identifier, Patient } from '@medplum/fhirtypes';
import type { Facts, PatientKey } from '../access/facts.ts';
import type { Requester } from '../access/requester.ts';
import type { Situation } from '../coordination/types.ts';
import type { Instant } from '../platform/instant.ts';
import type { Loaded } from '../store/store.ts';
import { KEY, type Key } from '../store/table.ts';
import type { WriteGroup } from './commit.ts';
import { factsOf } from './enter.ts';
import type { Ports } from './ports.ts';
import { surroundingsOf } from './situation.ts';

/** A person whom the network knows, with all of one record. */
export type Known = Pick<WriteGroup, 'patient' | 'previous'> & {
  readonly patient: PatientKey;
  readonly facts: Facts;
  readonly identity: Patient;
  readonly situation: Situation;
};

/** Guards of identifiers in networks, strongest first: where a person is found by a number that is hers alone. */
export function guardsOf(ports: Ports, identifiers: readonly Identifier[], networks: readonly string[]): readonly Key[] {
  return identifiers.flatMap(({ system = '', value = '' }) =>
    networks.map((network) => KEY.guard(ports.keys.hash(network, 'Patient', system, value))),
  );
}

/** Records that identifiers name, each once, in the order of the identifiers. */
export function namedAmong(
  ports: Ports,
  loaded: Loaded,
  identifiers: readonly Identifier[],
  networks: readonly string[],
): readonly PatientKey[] {
  const keys = guardsOf(ports, identifiers, networks);
  return [...new Set(keys.flatMap((key) => loaded.row(key)?.target.patient ?? []))];
}

/** One record, read whole: one Query. `undefined` when nobody is there. */
export async function knownPerson(ports: Ports, by: Requester, patient: PatientKey, at: Instant): Promise<Known | undefined> {
  const { stored, facts: document } = await ports.store.compartment(patient);
  const facts = document ? factsOf(document) : undefined;
  const identity = stored.map(({ resource }) => resource).find((one): one is Patient => one.resourceType === 'Patient');
  if (!facts || !identity) return undefined;
  return { patient, facts, identity, ...surroundingsOf(ports, patient, facts, by, at, stored) };
}

/** Whether an establishment told us of the person, or has her in its care: what it says of her is no news to it. */
export function isSourceOf({ patient: { sources }, stays }: Facts, { structure, reference }: Requester): boolean {
  const establishment = structure?.reference ?? reference;
  return sources.includes(establishment) || stays.some((stay) => stay.structure === establishment);
}
