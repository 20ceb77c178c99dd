import type { DocumentReference } from '@medplum/fhirtypes';
import { acceptSimplifiedPublish } from '../exchange/pdsm/accept.ts';
import type { ResourceType } from '../fhir/types.ts';
import { parseAs } from '../fhir/validate.ts';
import { sha1Base64 } from '../platform/digest.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Caller } from './caller.ts';
import { authorOf, commitGroups, refOf, untilSettled } from './commit.ts';
import type { Written } from './create.ts';
import { disclose, writeTrace } from './disclose.ts';
import { enter } from './enter.ts';
import type { Ports } from './ports.ts';
import { receiptKey, receiptOf, replayed } from './receipt.ts';
import { patientOf } from './resolve-patient.ts';
import { documentOf } from './take-in.ts';

/** A publication taken, or the answer to its replay. */
export type Published = Written & { readonly isNew: boolean };

/** Systems publish; people and structures create. */
export function publishes(caller: Caller, type: ResourceType): boolean {
  return type === 'DocumentReference' && caller.reference.startsWith('Device/');
}

/**
 * ITI-105 by a DMP-like system (contracts.md 6): a document for a person whose INS is qualified here. Its Binary is
 * split off; a replay of the same bytes is answered as the first time, other bytes under the same id are 409.
 * @see IHE MHD 4.2.3, ITI-105; PDSm flux 09
 */
export async function acceptPublication(ports: Ports, caller: Caller, body: unknown): Promise<Result<Published>> {
  const parsed = parseAs('DocumentReference', body);
  if (!parsed.ok) return parsed;
  const published = acceptSimplifiedPublish(parsed.value);
  if (!published.ok) return published;
  const { reference, binary, bytes, ins, uniqueId } = published.value;
  const hash = sha1Base64(bytes);
  return untilSettled(async (): Promise<Result<Published>> => {
    const at = ports.now();
    const key = receiptKey(ports, caller, uniqueId);
    const patient = await patientOf(ports, { kind: 'identifier', identifier: ins }, [caller.network]);
    const entered = await enter(ports, caller, patient, [key]);
    if (!entered.ok) return entered;
    const { requester, facts, loaded } = entered.value;
    if (requester.role !== 'dmp' || requester.membership !== 'active') return refused(NOT_A_REPOSITORY);
    const first = replayed(loaded.document(key), hash, 'DocumentReference.masterIdentifier');
    if (!first.ok) return first;
    if (first.value) {
      return accepted({ ref: refOf(first.value), version: 1, at: first.value.meta?.lastUpdated ?? at, shown: undefined, isNew: false });
    }
    if (!patient || !facts || facts.patient.identity !== 'qualifiee') {
      const line = { requester, interaction: 'create', outcome: 'deny', rules: ['A-51'], entities: ['DocumentReference'] } as const;
      await writeTrace(ports, at, [{ ...line, ...(patient ? { patient } : {}) }], () => facts?.patient.id);
      return refused(NOT_QUALIFIED);
    }
    const made = await documentOf(ports, patient, facts.patient.id, { reference, binary, bytes, recipients: [] }, requester.network.id);
    const kept: DocumentReference = { ...made.reference, meta: { ...made.reference.meta, versionId: '1', lastUpdated: at } };
    const entities = [refOf(made.reference), refOf(made.binary)];
    const committed = await commitGroups(ports, {
      network: facts.network,
      at,
      groups: [{ patient, facts, writes: [made.reference, made.binary], previous: () => undefined, author: authorOf(requester) }],
      documents: [receiptOf(key, hash, kept, at)],
      trace: [{ requester, patient, interaction: 'create', outcome: 'permit', basis: 'OWN', rules: ['A-51'], entities }],
    });
    if (!committed.ok) return committed;
    const stored = committed.value.find(({ resource }) => resource.resourceType === 'DocumentReference');
    const shown = stored ? disclose({ requester, facts }, stored, 'read', at) : undefined;
    return accepted({ ref: refOf(made.reference), version: 1, at, shown, isNew: true });
  }, `${ins.system}|${ins.value}`);
}

const NOT_A_REPOSITORY: Refusal = {
  category: 'forbidden',
  code: 'not-a-repository',
  expression: 'DocumentReference',
  diagnostics: 'Only the DMP-like system of the network publishes here by ITI-105.',
  remedy: 'Utilisez le jeton du système de partage de documents.',
};

/** One answer for an INS that is unknown here and for one that is not qualified. */
const NOT_QUALIFIED: Refusal = {
  category: 'not-found',
  code: 'ins-not-qualified',
  expression: 'DocumentReference.subject',
  diagnostics: 'No person of this network has this INS as a qualified one.',
  remedy: 'Vérifiez l’INS ; l’identité doit être qualifiée dans le réseau avant toute publication.',
};
