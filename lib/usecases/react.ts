import type { PatientKey } from '../access/facts.ts';
import { KEY, type Locator } from '../store/table.ts';
import { factsOf } from './enter.ts';
import { announce, type Listener, listenersIn } from './notify.ts';
import { contribute } from './observe.ts';
import type { Ports } from './ports.ts';
import { announceToRepository } from './publish.ts';

/** A write that the stream tells: which resource, which version, in which network. */
export type Written = { readonly network: string; readonly about: Locator; readonly version: number };

/**
 * What follows from writes: entries in the outbox, contributions to the observatory. Idempotent: records come apart,
 * interleaved and more than once, so everything is read again.
 * @returns destinations that have something new
 */
export async function react(ports: Ports, writes: readonly Written[]): Promise<ReadonlySet<string>> {
  const destinations = new Set<string>();
  const loaded = await ports.store.load(writes.map(({ about }) => KEY.resource(about)));
  const listeners = new Map<string, readonly Listener[]>();
  for (const { network, about, version } of writes) {
    const stored = loaded.resource(about);
    if (!stored) continue;
    const listening = listeners.get(network) ?? (await listenersIn(ports, network));
    listeners.set(network, listening);
    // The version that was read, not the one that the record tells: records of two writes that come together are one event.
    for (const destination of await announce(ports, network, stored, { about, version: stored.version }, listening))
      destinations.add(destination);
    const repository = await announceToRepository(ports, network, stored, { about, version });
    if (repository) destinations.add(repository);
  }
  const patients = new Set(writes.flatMap(({ about }): PatientKey[] => (about.patient && OBSERVED.has(about.type) ? [about.patient] : [])));
  for (const patient of patients) {
    const { stored, facts: document } = await ports.store.compartment(patient);
    const facts = document ? factsOf(document) : undefined;
    if (facts)
      await contribute(
        ports,
        patient,
        facts,
        stored.map(({ resource }) => resource),
      );
  }
  return destinations;
}

/** Types whose change may move an indicator. */
const OBSERVED: ReadonlySet<string> = new Set(['Encounter', 'EpisodeOfCare', 'Task', 'DocumentReference', 'Consent']);
