import { decide } from '../access/decide.ts';
import { traitsOf } from '../access/traits.ts';
import { withoutNumbers } from '../access/withdrawn.ts';
import type { ResourceType } from '../fhir/types.ts';
import { accepted, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import { KEY, type Locator } from '../store/table.ts';
import type { Caller } from './caller.ts';
import { disclose, notFound, type Shown, traceOf, writeTrace } from './disclose.ts';
import { addressed, type Entered, enter } from './enter.ts';
import type { Ports } from './ports.ts';
import { deleted } from './refusals.ts';

/**
 * FHIR read and vread: one BatchGet, one decision, the trace written before the answer leaves.
 * Absent, deleted unseen and not yours answer alike; a version is decided with today's rights.
 * @see https://hl7.org/fhir/R4/http.html#read
 * @see https://hl7.org/fhir/R4/http.html#vread
 */
export async function read(ports: Ports, caller: Caller, type: ResourceType, id: string, version?: number): Promise<Result<Shown>> {
  const target = await addressed(ports, type, id);
  const entered = await enter(ports, caller, target.patient, [KEY.resource(target)]);
  if (!entered.ok) return entered;
  const current = entered.value.loaded.resource(target);
  const seen = await showOf(ports, entered.value, target, current);
  const shown =
    seen && version !== undefined && version !== seen.stored.version ? await olderOf(ports, entered.value, target, seen, version) : seen;
  await traceRead(ports, entered.value, target, version === undefined ? 'read' : 'vread', current, shown);
  if (shown?.stored.deleted) return refused(deleted(`${type}/${id}`));
  return shown ? accepted(shown) : refused(notFound(type));
}

/** The current version as the requester sees it. A Binary is decided as its DocumentReference, whole or not at all (domain.md 4.6). */
async function showOf(ports: Ports, entered: Entered, target: Locator, current: Stored | undefined): Promise<Shown | undefined> {
  const at = ports.now();
  if (target.type !== 'Binary') return current && disclose(entered, current, 'read', at);
  // Looked for whether or not there is a Binary: what is absent costs what is hidden costs.
  const owner = await documentOf(ports, target, current);
  const shown = current && owner && disclose(entered, owner, 'read', at);
  if (!shown || (shown.cut && !wholeDocument(shown))) return undefined;
  return bytesOf(entered, shown, current);
}

/** The bytes behind a document that the requester sees, without a number that was withdrawn since. */
function bytesOf({ facts }: Entered, shown: Shown, binary: Stored): Shown {
  const view = withoutNumbers(binary.resource, facts?.patient.withdrawnIns ?? []);
  const etag = `W/"${binary.version}${view === binary.resource ? '' : '.sans-ins'}"`;
  return { ...shown, stored: binary, view, cut: false, etag };
}

/** A superseded version of what the requester sees, decided with today's rights. */
async function olderOf(ports: Ports, entered: Entered, target: Locator, seen: Shown, version: number): Promise<Shown | undefined> {
  const older = await ports.store.version(target, version);
  if (!older || target.type === 'Binary') return older && bytesOf(entered, seen, older);
  return disclose(entered, older, 'read', ports.now());
}

/** The attachment survived the filter: the document itself may be read. */
function wholeDocument({ view }: Shown): boolean {
  return view.resourceType === 'DocumentReference' && view.content.some(({ attachment }) => attachment.url !== undefined);
}

/** The DocumentReference that a Binary says is its own, in the same record. */
async function documentOf(ports: Ports, target: Locator, binary: Stored | undefined): Promise<Stored | undefined> {
  const reference = binary?.resource.resourceType === 'Binary' ? binary.resource.securityContext?.reference : undefined;
  const [, id = target.id] = /^DocumentReference\/(.+)$/.exec(reference ?? '') ?? [];
  const document: Locator = { ...target, type: 'DocumentReference', id };
  return (await ports.store.load([KEY.resource(document)])).resource(document);
}

export async function traceRead(
  ports: Ports,
  { requester, facts }: Entered,
  target: Locator,
  interaction: string,
  current: Stored | undefined,
  shown: Shown | undefined,
): Promise<void> {
  if (!target.patient) return;
  const at = ports.now();
  const entities = [`${target.type}/${target.id}`];
  const denied = current
    ? decide(facts, { requester, interaction: 'read', traits: traitsOf(current.resource, current.author), at })
    : undefined;
  await writeTrace(
    ports,
    at,
    [
      shown
        ? { requester, patient: target.patient, interaction, outcome: 'permit', ...traceOf([shown]), entities }
        : { requester, patient: target.patient, interaction, outcome: 'deny', rules: denied?.rules ?? ['A-15'], entities },
    ],
    () => facts?.patient.id,
  );
}
