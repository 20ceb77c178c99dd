import type { Binary, DocumentReference, Identifier, Patient } from '@medplum/fhirtypes';
import type { Facts, PatientKey } from '../access/facts.ts';
import { emptyFacts } from '../access/facts-of.ts';
import type { Requester } from '../access/requester.ts';
import { applyMovement, letterReceived } from '../coordination/discharge/index.ts';
import type { Situation } from '../coordination/types.ts';
import type { Ref, RelaisResource } from '../fhir/types.ts';
import { EXTENSION, LETTRE_DE_LIAISON_SORTIE } from '../fhir/vocabulary.ts';
import { isIns } from '../identity/ins.ts';
import { withNirFirst } from '../identity/ins-change.ts';
import { mergeTraits } from '../identity/merge-traits.ts';
import type { IncomingDocument, Intake } from '../intake/intake.ts';
import { sha1Base64 } from '../platform/digest.ts';
import type { Instant } from '../platform/instant.ts';
import { accepted, type Result, type Warning } from '../platform/refusal.ts';
import type { CompartmentAnswer, Loaded } from '../store/store.ts';
import { KEY, type Key, type Locator } from '../store/table.ts';
import type { Caller } from './caller.ts';
import { authorOf, refOf, type WriteGroup } from './commit.ts';
import { factsOf, requesterIn } from './enter.ts';
import type { Ports } from './ports.ts';
import { surroundingsOf } from './situation.ts';

/** What an intake would write, and what it answers about. */
export type TakenIn = {
  readonly group: WriteGroup;
  readonly facts: Facts;
  readonly documents: readonly DocumentReference[];
  readonly warnings: readonly Warning[];
};

/** Somebody new has no collection yet. */
const NOTHING_STORED: Pick<CompartmentAnswer, 'stored' | 'facts'> = { stored: [], facts: undefined };

/** Guards by which an intake finds its patient, strongest first: part of the first BatchGet. */
export function identityKeys(
  ports: Ports,
  { identityKeys: keys }: Pick<Intake, 'identityKeys'>,
  networks: readonly string[],
): readonly Key[] {
  return keys.flatMap(({ system = '', value = '' }) =>
    networks.map((network) => KEY.guard(ports.keys.hash(network, 'Patient', system, value))),
  );
}

/** What an intake queues behind: the strongest number of the person whom it is about. */
export function turnOfIntake(intake: Pick<Intake, 'identityKeys'> | undefined): string | undefined {
  const [strongest] = intake?.identityKeys ?? [];
  return strongest && `${strongest.system}|${strongest.value}`;
}

/**
 * The intake without the identifiers that another person of the network has: the strongest one decided whose message
 * this is, and a number is nobody's twice. Taken with a warning, so that the movement is not lost for the doublon.
 */
export function uncontested(
  ports: Ports,
  loaded: Loaded,
  intake: Intake,
  networks: readonly string[],
  patient: PatientKey | undefined,
): Intake {
  const contested = intake.identityKeys.filter(({ system = '', value = '' }) =>
    networks.some((network) => {
      const owner = loaded.row(KEY.guard(ports.keys.hash(network, 'Patient', system, value)))?.target.patient;
      return owner !== undefined && owner !== patient;
    }),
  );
  if (contested.length === 0) return intake;
  const isContested = (one: Identifier): boolean => contested.some(({ system, value }) => one.system === system && one.value === value);
  const kept = (intake.patient.identifier ?? []).filter((one) => !isContested(one));
  const { identifier: _identifier, ...traits } = intake.patient;
  return {
    ...intake,
    patient: { ...traits, ...(kept.length > 0 ? { identifier: kept } : {}) },
    warnings: [...intake.warnings, IDENTIFIER_OF_ANOTHER],
  };
}

const IDENTIFIER_OF_ANOTHER: Warning = {
  code: 'identifier-of-another-person',
  expression: 'Patient.identifier',
  diagnostics:
    'An identifier of the message belongs to another person of the network: it was left out, the message was taken for the person of the stronger one.',
  remedy: 'Doublon probable : signalez-le à la cellule d’identitovigilance de l’établissement et au coordinateur du réseau.',
};

/**
 * The compartment that the strongest known identifier names. Somebody found by a local number alone, who already has
 * another INS of the same domain than the message says, is not meant: two people are never joined by an IPP.
 */
export async function patientAmong(
  ports: Ports,
  loaded: Loaded,
  { identityKeys: identifiers }: Intake,
  networks: readonly string[],
): Promise<PatientKey | undefined> {
  const named = (some: readonly Identifier[]): Locator | undefined =>
    identityKeys(ports, { identityKeys: some }, networks)
      .map((key) => loaded.row(key)?.target)
      .find((target) => target?.patient !== undefined);
  const said = identifiers.filter(isIns);
  const byIns = named(said);
  const byNumber = byIns ? undefined : named(identifiers.filter((one) => !isIns(one)));
  if (!byNumber || said.length === 0) return (byIns ?? byNumber)?.patient;
  const person = (await ports.store.load([KEY.resource(byNumber)])).resource(byNumber)?.resource;
  const known = person?.resourceType === 'Patient' ? (person.identifier ?? []).filter(isIns) : [];
  const isHers = said.some((one) => known.some(({ system, value }) => system === one.system && value === one.value));
  const isAnothers = said.some((one) => known.some(({ system, value }) => system === one.system && value !== one.value));
  return isAnothers && !isHers ? undefined : byNumber.patient;
}

/**
 * An intake applied to a patient's collection: identity, movement (M6), documents, each seeing what the one before
 * wrote. One Query; nothing is written here.
 */
export async function takeIn(
  ports: Ports,
  caller: Caller,
  sender: Requester,
  intake: Intake,
  known: PatientKey | undefined,
  at: Instant,
): Promise<Result<TakenIn>> {
  const patient = known ?? ports.newPatientKey();
  const { stored, facts: document } = known ? await ports.store.compartment(known) : NOTHING_STORED;
  const before = document ? factsOf(document) : undefined;
  const current = stored.map(({ resource }) => resource).find((one): one is Patient => one.resourceType === 'Patient');
  const id = before?.patient.id ?? current?.id ?? ports.keys.newId(patient);
  const facts = before ?? emptyFacts(sender.network.id, id);
  const requester = facts.network === sender.network.id ? sender : await requesterIn(ports, caller, facts.network, undefined);
  const identity = withNir(current ? mergeTraits(current, intake.patient, intake.deletions) : { ...intake.patient, id });
  const { situation, previous } = surroundingsOf(ports, patient, facts, requester, at, stored);
  const writes = new Map<Ref, RelaisResource>();
  if (identity !== current) writes.set(refOf(identity), identity);
  const seen = (): Situation => ({
    ...situation,
    compartment: [...situation.compartment.filter((one) => !writes.has(refOf(one))), ...writes.values()],
  });
  const hospital = requester.structure?.reference ?? requester.reference;
  const warnings: Warning[] = [...intake.warnings];

  if (intake.movement && intake.movement.kind !== 'identity') {
    const effects = applyMovement(intake.movement, seen(), { patient: `Patient/${id}`, hospital });
    if (!effects.ok) return effects;
    for (const write of effects.value.writes) writes.set(refOf(write), write);
    warnings.push(...effects.value.warnings);
  }
  const documents: DocumentReference[] = [];
  for (const incoming of intake.documents) {
    const made = await documentOf(ports, patient, id, incoming, requester.network.id);
    if (made.reference.type?.coding?.some(({ code }) => code === LETTRE_DE_LIAISON_SORTIE)) {
      const effects = letterReceived(made.reference, incoming.period, seen(), { patient: `Patient/${id}`, hospital });
      if (!effects.ok) return effects;
      for (const write of effects.value.writes) writes.set(refOf(write), write);
      warnings.push(...effects.value.warnings);
    } else writes.set(refOf(made.reference), made.reference);
    writes.set(refOf(made.binary), made.binary);
    const final = writes.get(refOf(made.reference));
    documents.push(final?.resourceType === 'DocumentReference' ? final : made.reference);
  }
  return accepted({
    facts,
    documents,
    warnings,
    group: { patient, facts, writes: [...writes.values()], previous, author: authorOf(requester) },
  });
}

function withNir(patient: Patient): Patient {
  const { identifier = [] } = patient;
  const settled = withNirFirst(identifier);
  return settled === identifier ? patient : { ...patient, identifier: [...settled] };
}

/** Ids, links between reference and Binary, hash, addressees found in the directory. */
export async function documentOf(
  ports: Ports,
  patient: PatientKey,
  patientId: string,
  incoming: Pick<IncomingDocument, 'reference' | 'binary' | 'bytes' | 'recipients'>,
  network: string,
): Promise<{ reference: DocumentReference; binary: Binary }> {
  const referenceId = ports.keys.newId(patient);
  const binaryId = ports.keys.newId(patient);
  const [content, ...others] = incoming.reference.content;
  const recipients = await Promise.all(
    incoming.recipients.map(async ({ system = '', value = '' }) =>
      (await ports.store.rows(`L#${ports.keys.hash(network, 'Practitioner', system, value)}`)).map(
        ({ target }) => `${target.type}/${target.id}`,
      ),
    ),
  );
  const addressees = [...new Set(recipients.flat())].map((reference) => ({ url: EXTENSION.destinataire, valueReference: { reference } }));
  const reference: DocumentReference = {
    ...incoming.reference,
    id: referenceId,
    subject: { reference: `Patient/${patientId}` },
    content: [
      {
        ...content,
        attachment: { ...content?.attachment, url: `Binary/${binaryId}`, size: incoming.bytes.length, hash: sha1Base64(incoming.bytes) },
      },
      ...others,
    ],
    ...(addressees.length > 0 ? { extension: [...(incoming.reference.extension ?? []), ...addressees] } : {}),
  };
  return { reference, binary: { ...incoming.binary, id: binaryId, securityContext: { reference: `DocumentReference/${referenceId}` } } };
}
