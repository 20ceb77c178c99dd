import * as z from 'zod';
import { find } from '../coordination/types.ts';
import { toSimplifiedPublish } from '../exchange/pdsm/publish.ts';
import { LETTRE_DE_LIAISON_SORTIE } from '../fhir/vocabulary.ts';
import { log } from '../platform/log.ts';
import type { Stored } from '../store/codec.ts';
import { KEY } from '../store/table.ts';
import { networkItself } from './deadlines.ts';
import { writeTrace } from './disclose.ts';
import { factsOf, networkOf } from './enter.ts';
import type { Post } from './notify.ts';
import { type Attempt, enqueue, type Outgoing } from './outbox.ts';
import type { Ports } from './ports.ts';
import type { Written } from './react.ts';

const dmpOpposition = z.looseObject({
  extension: z.array(z.looseObject({ url: z.string(), valueCode: z.string().exactOptional() })).exactOptional(),
});

/**
 * A letter arrived: one entry for the network's DMP-like repository, once per version of the document. Whether it may
 * go is decided when it goes.
 */
export async function announceToRepository(
  ports: Ports,
  network: string,
  { resource, author }: Stored,
  { about, version }: Pick<Written, 'about' | 'version'>,
): Promise<string | undefined> {
  if (resource.resourceType !== 'DocumentReference' || author.reference.startsWith('Device/') || version !== 1) return undefined;
  if (!resource.type?.coding?.some(({ code }) => code === LETTRE_DE_LIAISON_SORTIE)) return undefined;
  const destination = `repository/${network}`;
  await enqueue(ports, {
    id: ports.keys.hash('publish', about.id, String(version)),
    destination,
    network,
    about,
    firstAt: ports.now(),
    attempts: 0,
  });
  return destination;
}

/**
 * ITI-105 to the repository (A-82, L-27, L-28): only for a qualified INS, never when the person opposed feeding her DMP
 * (ZFA-9 = IO) or the document is not current any more.
 * @see IHE MHD 4.2.3, ITI-105; PDSm flux 09
 */
export async function deliverToRepository(ports: Ports, post: Post, repositoryUrl: string | undefined, entry: Outgoing): Promise<Attempt> {
  if (!repositoryUrl || !entry.about.patient) return 'done';
  const { stored, facts: document } = await ports.store.compartment(entry.about.patient);
  const facts = document ? factsOf(document) : undefined;
  const compartment = stored.map(({ resource }) => resource);
  const reference = find(compartment, 'DocumentReference', ({ id }) => id === entry.about.id);
  const patient = find(compartment, 'Patient', () => true);
  if (!facts || !reference || !patient || reference.status !== 'current' || facts.patient.identity !== 'qualifiee') return 'done';
  const stays = new Set((reference.context?.encounter ?? []).map(({ reference: ref }) => ref));
  const opposed = compartment.some(
    (one) =>
      one.resourceType === 'Encounter' &&
      stays.has(`Encounter/${one.id}`) &&
      dmpOpposition.parse(one).extension?.some(({ url, valueCode }) => url.endsWith('/alimentation-dmp') && valueCode === 'IO'),
  );
  if (opposed) return 'done';
  const binaryId = reference.content[0]?.attachment.url?.split('/').pop();
  const binary = find(compartment, 'Binary', ({ id }) => id === binaryId);
  if (!binary?.data) return 'done';
  const published = toSimplifiedPublish(reference, Buffer.from(binary.data, 'base64'), patient);
  if (!published.ok) {
    log('warn', 'RLS-0010', { outcome: published.refusals[0].code, eventId: entry.id });
    return 'done';
  }
  const network = networkOf((await ports.store.load([KEY.network(entry.network)])).document(KEY.network(entry.network)));
  if (!network) return 'done';
  await writeTrace(
    ports,
    ports.now(),
    [
      {
        requester: networkItself(network),
        patient: entry.about.patient,
        interaction: 'publication',
        outcome: 'permit',
        basis: 'DMP',
        rules: ['A-82'],
        entities: [`DocumentReference/${entry.about.id}`],
      },
    ],
    () => facts.patient.id,
  );
  const status = await post(
    `${repositoryUrl}/DocumentReference`,
    { 'content-type': 'application/fhir+json' },
    JSON.stringify(published.value),
  );
  log('info', 'RLS-0010', { status: status ?? 0, eventId: entry.id });
  return status !== undefined && status >= 200 && status < 300 ? 'done' : 'again';
}
