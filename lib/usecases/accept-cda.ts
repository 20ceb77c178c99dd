import type { Bundle, DocumentReference } from '@medplum/fhirtypes';
import { readCda } from '../intake/cda/read.ts';
import type { Intake } from '../intake/intake.ts';
import { sha1Base64 } from '../platform/digest.ts';
import { accepted, type Refusal, type Result, refused, type Warning } from '../platform/refusal.ts';
import type { Caller } from './caller.ts';
import { commitGroups, refOf, untilSettled } from './commit.ts';
import { writeTrace } from './disclose.ts';
import { dryRunBundle } from './dry-run.ts';
import { enter } from './enter.ts';
import type { Ports } from './ports.ts';
import { receiptKey, receiptOf, replayed } from './receipt.ts';
import { identityKeys, patientAmong, takeIn, turnOfIntake, uncontested } from './take-in.ts';

export type CdaAnswer =
  | { readonly kind: 'created' | 'replayed'; readonly reference: DocumentReference; readonly warnings: readonly Warning[] }
  | { readonly kind: 'dry-run'; readonly bundle: Bundle };

/**
 * `POST /intake/cda` (contracts.md 5): a document by a hospital. A replay gets the same body; the same document id with
 * other bytes is 409. Idempotency is per client and document id: it tells a sender only of what it sent itself.
 */
export async function acceptCda(ports: Ports, caller: Caller, bytes: Uint8Array, dryRun: boolean): Promise<Result<CdaAnswer>> {
  const read = readCda(bytes, { senderFiness: caller.finess ?? '' });
  return untilSettled(
    async (): Promise<Result<CdaAnswer>> => {
      const at = ports.now();
      const uniqueId = read.ok ? (read.value.documents[0]?.uniqueId ?? '') : '';
      const key = receiptKey(ports, caller, uniqueId);
      const keys = read.ok ? identityKeys(ports, read.value, [caller.network]) : [];
      const entered = await enter(ports, caller, undefined, [key, ...keys]);
      if (!entered.ok) return entered;
      const { requester, loaded } = entered.value;
      if (requester.role !== 'hospital' || requester.structure === undefined) return refused(NOT_A_SENDER);
      if (!read.ok) {
        await writeTrace(
          ports,
          at,
          [{ requester, interaction: 'intake-cda', outcome: 'deny', rules: read.refusals.map(({ code }) => code), entities: [] }],
          () => undefined,
        );
        return read;
      }
      const hash = sha1Base64(bytes);
      const known = dryRun ? accepted(undefined) : replayed(loaded.document(key), hash, 'ClinicalDocument.id');
      if (!known.ok) return known;
      if (known.value) return accepted({ kind: 'replayed', reference: known.value, warnings: [] });
      const patient =
        (await patientAmong(ports, loaded, read.value, [caller.network])) ?? (await elsewhere(ports, read.value, requester.alsoIn));
      const intake = uncontested(ports, loaded, read.value, [caller.network], patient);
      const taken = await takeIn(ports, caller, requester, intake, patient, at);
      if (!taken.ok) return taken;
      const { group, facts, documents, warnings } = taken.value;
      if (dryRun) {
        await writeTrace(
          ports,
          at,
          [{ requester, interaction: 'intake-dry-run', outcome: 'permit', rules: ['A-23'], entities: [] }],
          () => undefined,
        );
        return accepted({ kind: 'dry-run', bundle: dryRunBundle(group.writes, warnings, read.value.mapping) });
      }
      const [reference] = documents;
      if (!reference) return refused(NO_DOCUMENT);
      const body: DocumentReference = { ...reference, meta: { ...reference.meta, versionId: '1', lastUpdated: at } };
      const committed = await commitGroups(ports, {
        network: facts.network,
        at,
        groups: [group],
        documents: [receiptOf(key, hash, body, at)],
        trace: [
          {
            requester,
            ...(group.patient ? { patient: group.patient } : {}),
            interaction: 'intake-cda',
            outcome: 'permit',
            basis: 'OWN',
            rules: ['A-23'],
            entities: group.writes.map(refOf),
          },
        ],
      });
      if (!committed.ok) return committed;
      return accepted({ kind: 'created', reference: body, warnings });
    },
    turnOfIntake(read.ok ? read.value : undefined),
  );
}

/** A hospital serves several networks: those of its membership, after the one of its token. */
export async function elsewhere(ports: Ports, intake: Intake, networks: readonly string[] | undefined): Promise<string | undefined> {
  if (!networks || networks.length === 0) return undefined;
  const keys = identityKeys(ports, intake, networks);
  return keys.length === 0 ? undefined : patientAmong(ports, await ports.store.load(keys), intake, networks);
}

export const NOT_A_SENDER: Refusal = {
  category: 'forbidden',
  code: 'not-a-sender',
  diagnostics: 'Only the system of an establishment registered with its FINESS sends to the intake.',
  remedy: 'Utilisez le jeton du système de l’établissement.',
};

const NO_DOCUMENT: Refusal = {
  category: 'unprocessable',
  code: 'no-document',
  diagnostics: 'The CDA holds no document.',
  remedy: 'Envoyez un ClinicalDocument complet.',
};
