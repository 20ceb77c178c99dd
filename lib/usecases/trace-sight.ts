import type { AuditEvent, AuditEventEntity } from '@medplum/fhirtypes';
import { decide } from '../access/decide.ts';
import type { Facts, PatientKey } from '../access/facts.ts';
import type { Requester } from '../access/requester.ts';
import { traitsOf } from '../access/traits.ts';
import type { Ref } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import { KEY, type Locator, typeAndId } from '../store/table.ts';
import { disclose } from './disclose.ts';
import type { Ports } from './ports.ts';

/** Who looks at whose trace, and when. */
export type Sight = { readonly requester: Requester; readonly facts: Facts; readonly patient: PatientKey; readonly at: Instant };

/** Written by Relais itself: nobody's own. */
const AUTHOR = { reference: '' };

/** Whether this requester sees any trace of this person: asked before the trace is read. */
export function seesTrace(sight: Omit<Sight, 'patient'>): boolean {
  return isPermitted(sight, {
    resourceType: 'AuditEvent',
    type: {},
    outcome: '0',
    recorded: sight.at,
    agent: [],
    source: { observer: {} },
  });
}

/**
 * The records that the requester may see, each decided as any resource is: the person what was permitted, the DPO what was
 * denied too. Who represents her sees them without what she does not share with him: what stands beside it stays
 * told, and a record of which nothing else is left is as absent.
 */
export async function seen(ports: Ports, sight: Sight, events: readonly AuditEvent[]): Promise<readonly AuditEvent[]> {
  if (sight.requester.role !== 'representative') return events.filter((event) => isPermitted(sight, event));
  const readable = await readableOf(ports, sight, events);
  return events.flatMap((event) => {
    const cut = withoutHidden(event, readable, sight.facts);
    return cut && isPermitted(sight, cut) ? [cut] : [];
  });
}

function isPermitted({ requester, facts, at }: Omit<Sight, 'patient'>, event: AuditEvent): boolean {
  return decide(facts, { requester, interaction: 'search-type', traits: traitsOf(event, AUTHOR), at }).outcome === 'permit';
}

/** Which of the resources that the records name the requester reads today. */
async function readableOf(
  ports: Ports,
  { requester, facts, patient, at }: Sight,
  events: readonly AuditEvent[],
): Promise<ReadonlySet<Ref>> {
  const named = new Set(events.flatMap(({ entity = [] }) => entity.flatMap(refIn)));
  const targets = [...named].flatMap((ref): Locator[] => {
    const target = typeAndId(ref);
    return target ? [{ ...target, patient }] : [];
  });
  const loaded = await ports.store.load(targets.map(KEY.resource));
  const shown = targets.filter((target) => {
    const stored = loaded.resource(target);
    return stored !== undefined && disclose({ requester, facts }, stored, 'read', at) !== undefined;
  });
  return new Set(shown.map(({ type, id }) => `${type}/${id}`));
}

function withoutHidden(event: AuditEvent, readable: ReadonlySet<Ref>, facts: Facts): AuditEvent | undefined {
  const entity = event.entity ?? [];
  const kept = entity.filter((one) => refIn(one).every((ref) => ref.startsWith('Patient/') || readable.has(ref)));
  const named = (some: readonly AuditEventEntity[]): number => some.flatMap(refIn).filter((ref) => !ref.startsWith('Patient/')).length;
  if (named(entity) > 0 && named(kept) === 0) return undefined;
  if (named(entity) === 0 && isOfSecretUnit(event, facts)) return undefined;
  if (kept.length === entity.length) return event;
  // The count of all that was read would tell that something is left out.
  return {
    ...event,
    entity: kept.map((one) => (one.detail ? { ...one, detail: one.detail.filter(({ type }) => type !== 'nombre') } : one)),
  };
}

/** A read of the person alone by an establishment that is known here by nothing but a secret stay says that there is one. */
function isOfSecretUnit({ entity = [] }: AuditEvent, { stays, patient }: Facts): boolean {
  const structures = entity.flatMap(({ detail = [] }) =>
    detail.flatMap(({ type, valueString }) => (type === 'structure' ? (valueString ?? []) : [])),
  );
  const secret = stays.filter(({ secretMineur }) => secretMineur === true).map(({ structure }) => structure);
  const known = [...stays.filter(({ secretMineur }) => secretMineur !== true).map(({ structure }) => structure), ...patient.sources];
  return structures.some((structure) => secret.includes(structure) && !known.includes(structure));
}

function refIn({ what }: AuditEventEntity): readonly Ref[] {
  return what?.reference ? [what.reference] : [];
}
