import type { Binary, DocumentReference, Encounter, Identifier, Patient } from '@medplum/fhirtypes';
import type { Instant } from '../platform/instant.ts';
import type { Warning } from '../platform/refusal.ts';

/**
 * What a source said, in FHIR, before anybody asked whose patient this is: the common result of HL7 v2, CDA and FHIR
 * messages. Nothing in it has an id; references between its parts are made when it is stored.
 */
export type Intake = {
  /** The identity as the sender says it, all identifiers included (an INS only when the sender may send one). */
  readonly patient: Patient;
  /** Identifiers that may find the patient, strongest first: INS, then IPP of the sender. */
  readonly identityKeys: readonly Identifier[];
  readonly movement?: Movement;
  /** What the message does to identities and accounts themselves (A40, A44, A47, A49); a movement is in none of them. */
  readonly change?: IdentityChange;
  readonly documents: readonly IncomingDocument[];
  readonly warnings: readonly Warning[];
  /** FHIRPath of what the sender deletes (HL7 v2 `""`); what is merely absent stays as it is known. */
  readonly deletions?: readonly string[];
  /** Source field beside the element it became (`PID-5.1` → `Patient.name[0].family`), for the dry run. */
  readonly mapping: readonly { readonly source: string; readonly target: string }[];
};

/** A number that changes hands or form, and when the sender says that it did. */
export type IdentityChange = {
  /** Event time: EVN-6, else EVN-2. */
  readonly at: Instant;
  /** MRG-1: numbers of the person as she was known before, strongest first. */
  readonly former: readonly Identifier[];
} & (
  | { readonly kind: 'merge' } // A40: the person of `former` is the person of the message, who stays
  | { readonly kind: 'ins' /** PID-3 says `""` where the INS stood. */; readonly withdraws: boolean } // A47
  | { readonly kind: 'account-move'; readonly account: Identifier; readonly formerAccount: Identifier } // A44: MRG-3 to PID-18
  | { readonly kind: 'account-number'; readonly account: Identifier; readonly formerAccount: Identifier } // A49
);

/** One hospital movement (ZBE), told by its effect on the stay. */
export type Movement = {
  readonly kind:
    | 'pre-admission' // A05, A14
    | 'admission' // A01, A04
    | 'transfer' // A02, A06, A07, A21, A22, A54, A55
    | 'planned-discharge' // A16
    | 'discharge' // A03
    | 'cancel-pre-admission' // A38, A27
    | 'cancel-admission' // A11
    | 'cancel-transfer' // A12, A52, A53, A26
    | 'cancel-planned-discharge' // A25
    | 'cancel-discharge' // A13
    | 'correction' // Z99
    | 'identity'; // A28, A31: no stay touched
  /** ZBE-1, namespaced; absent when the sender gives none. */
  readonly movementId?: Identifier;
  /** Trigger that a correction or cancel refers to (ZBE-6): `A03`. */
  readonly corrects?: string;
  /** When it happened: ZBE-2, else EVN-6, else EVN-2 (interop.md 11, trap 29). */
  readonly at: Instant;
  readonly historic: boolean;
  /** The stay as this message describes it: identifier (VN, AN), class, period, hospitalization, serviceProvider by FINESS identifier. */
  readonly encounter: Encounter;
  /** Médecin traitant that the message names (ROL ODRP), by RPPS: never enough to make him one. */
  readonly namedMedecinTraitant?: Identifier;
  /** ZFA-9: `IO` = informed and opposed to feeding the DMP. */
  readonly dmpFeeding?: 'NA' | 'IO' | 'INO';
  readonly death?: boolean;
};

export type IncomingDocument = {
  /** uniqueId of the document: `urn:oid:root` or `urn:oid:root^extension`. */
  readonly uniqueId: string;
  readonly reference: DocumentReference;
  readonly binary: Binary;
  /** Bytes as sent. */
  readonly bytes: Uint8Array;
  /** Stay that the document speaks of. */
  readonly period?: { readonly start?: Instant; readonly end?: Instant };
  /** uniqueId of the document that it replaces. */
  readonly replaces?: string;
  /** Recipients by RPPS identifier, and the médecin traitant that the document names. */
  readonly recipients: readonly Identifier[];
  readonly namedMedecinTraitant?: Identifier;
};
