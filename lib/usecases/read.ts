import { decide } from '../access/decide.ts';
import { traitsOf } from '../access/traits.ts';
import type { ResourceType } from '../fhir/types.ts';
import { accepted, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import { KEY, type Locator } from '../store/table.ts';
import type { Caller } from './caller.ts';
import { disclose, notFound, type Shown, traceOf, writeTrace } from './disclose.ts';
import { type Entered, enter, locate } from './enter.ts';
import type { Ports } from './ports.ts';
import { deleted } from './refusals.ts';

/**
 * FHIR read and vread: one BatchGet, one decision, the trace written before the answer leaves.
 * Absent, deleted unseen and not yours answer alike; a version is decided with today's rights.
 * @see https://hl7.org/fhir/R4/http.html#read
 * @see https://hl7.org/fhir/R4/http.html#vread
 */
export async function read(ports: Ports, caller: Caller, type: ResourceType, id: string, version?: number): Promise<Result<Shown>> {
  const target = await locate(ports, type, id);
  const entered = await enter(ports, caller, target.patient, [KEY.resource(target)]);
  if (!entered.ok) return entered;
  const current = entered.value.loaded.resource(target);
  const asked = current && version !== undefined && version !== current.version ? await ports.store.version(target, version) : current;
  const shown = current && asked ? await showOf(ports, entered.value, target, current, asked) : undefined;
  await traceRead(ports, entered.value, target, version === undefined ? 'read' : 'vread', current, shown);
  if (shown?.stored.deleted) return refused(deleted(`${type}/${id}`));
  return shown && (version === undefined || version === asked?.version) ? accepted(shown) : refused(notFound(type));
}

/** The version asked as the requester sees it, when he sees the current one. A Binary is decided as its DocumentReference, whole or not at all (domain.md 4.6). */
export async function showOf(ports: Ports, entered: Entered, target: Locator, current: Stored, asked: Stored): Promise<Shown | undefined> {
  const at = ports.now();
  if (target.type !== 'Binary') return disclose(entered, current, 'read', at) ? disclose(entered, asked, 'read', at) : undefined;
  const owner = await documentOf(ports, current);
  if (!owner) return undefined;
  const shown = disclose(entered, owner, 'read', at);
  if (!shown || shown.cut)
    return shown && wholeDocument(shown)
      ? { ...shown, stored: asked, view: asked.resource, cut: false, etag: `W/"${asked.version}"` }
      : undefined;
  return { ...shown, stored: asked, view: asked.resource, etag: `W/"${asked.version}"` };
}

/** The attachment survived the filter: the document itself may be read. */
function wholeDocument({ view }: Shown): boolean {
  return view.resourceType === 'DocumentReference' && view.content.some(({ attachment }) => attachment.url !== undefined);
}

async function documentOf(ports: Ports, binary: Stored): Promise<Stored | undefined> {
  const reference = binary.resource.resourceType === 'Binary' ? binary.resource.securityContext?.reference : undefined;
  const [type, id] = (reference ?? '').split('/');
  if (type !== 'DocumentReference' || !id) return undefined;
  const target = await locate(ports, type, id);
  return (await ports.store.load([KEY.resource(target)])).resource(target);
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
