import type { PatientKey } from '../access/facts.ts';
import { isResourceType, RESOURCE_TYPES } from '../fhir/resource-types.ts';
import { type Lookup, lookupIn, refOf } from '../fhir/search/lookup.ts';
import type { Reach } from '../fhir/search/reach.ts';
import type { Ref, ResourceType } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import { KEY, type Locator } from '../store/table.ts';
import { disclose, type Shown } from './disclose.ts';
import type { Ports } from './ports.ts';
import type { Candidates } from './search-across.ts';

/** A visible resource, and the person whose record holds it. */
export type Placed = Shown & { readonly patient: PatientKey | undefined };

/** What one requester sees of all that a search may look at. */
export type Around = {
  /**
   * Looks, loads what references lead to outside of what was read (one BatchGet a round), and looks again, until nothing
   * is missing. What is absent and what is hidden stay missing alike.
   */
  readonly settle: <T>(look: (lookup: Lookup) => T) => Promise<Result<T>>;
  readonly placed: (ref: Ref) => Placed | undefined;
};

/** Where a reference that leads out of what was read may be followed to, the directory or the person himself, and who asks. */
type Place = Pick<Candidates, 'requester' | 'facts'> & { readonly locator: Locator };

/** Resources beyond the records that one search loads at most, and in how many rounds. */
const OUTSIDE_MAX = 1_000;
const ROUNDS_MAX = 10;

/**
 * Types of a record that must be at hand beside the matches. The Patient alone at the end of a reference is no reason to
 * read the record: his key is known.
 */
export function recordTypes({ targets, referrers }: Reach): readonly ResourceType[] {
  const isOfRecord = (type: ResourceType): boolean => RESOURCE_TYPES[type].compartment !== 'none';
  const sources = [...referrers].filter(isOfRecord);
  const ends = [...targets].filter(isOfRecord);
  return sources.length > 0 || ends.some((type) => type !== 'Patient') ? [...new Set([...sources, ...ends])] : [];
}

/** What of a record is read: the type that may match, and what else is at hand for it, each once. */
export function typesRead(type: ResourceType, reach: Reach): readonly ResourceType[] {
  return [...new Set([type, ...recordTypes(reach)])];
}

/**
 * @param visible of the records that were read, each decided already
 * @param network of the token: as a member of it the requester reads the directory
 */
export function aroundOf(ports: Ports, groups: readonly Candidates[], visible: readonly Placed[], at: Instant, network: string): Around {
  const seen = new Map(visible.map((one) => [refOf(one.view), one]));
  const asked = new Set<Ref>();
  const outside = groups.find(({ requester }) => requester.network.id === network) ?? groups[0];
  const placeOf = (ref: Ref): Place | undefined => {
    const [type = '', id = ''] = ref.split('/');
    if (!isResourceType(type)) return undefined;
    if (RESOURCE_TYPES[type].compartment === 'none')
      return outside && { locator: { type, id }, requester: outside.requester, facts: undefined };
    const group = type === 'Patient' ? groups.find(({ facts }) => facts?.patient.id === id) : undefined;
    return group?.patient === undefined ? undefined : { ...group, locator: { type, id, patient: group.patient } };
  };
  const load = async (missing: readonly Ref[]): Promise<void> => {
    const places = missing.flatMap((ref) => placeOf(ref) ?? []);
    const loaded = await ports.store.load(places.map(({ locator }) => KEY.resource(locator)));
    for (const { locator, ...entered } of places) {
      const stored = loaded.resource(locator);
      const shown = stored && !stored.deleted ? disclose(entered, stored, 'search', at) : undefined;
      if (shown) seen.set(refOf(shown.view), { ...shown, patient: locator.patient });
    }
  };
  return {
    placed: (ref) => seen.get(ref),
    settle: async (look) => {
      for (let round = 0; round < ROUNDS_MAX; round += 1) {
        const missed = new Set<Ref>();
        const views = [...seen.values()].map(({ view }) => view);
        const result = look(lookupIn(views, ports.fhirBase, (ref) => missed.add(ref)));
        const missing = [...missed].filter((ref) => !asked.has(ref) && placeOf(ref) !== undefined);
        if (missing.length === 0) return accepted(result);
        for (const ref of missing) asked.add(ref);
        if (asked.size > OUTSIDE_MAX) break;
        await load(missing);
      }
      return refused(TOO_FAR);
    },
  };
}

const TOO_FAR: Refusal = {
  category: 'too-costly',
  code: 'too-costly',
  diagnostics: `The references of this search lead to more than ${OUTSIDE_MAX} resources outside of the records, or over more than ${ROUNDS_MAX} steps.`,
  remedy: 'Réduisez _count, ou retirez une chaîne ou un _include:iterate.',
};
