import type { Ref } from '../fhir/types.ts';
import type { PatientKey } from './facts.ts';
import type { Scope } from './scopes.ts';

/** Rows of domain.md 4.4: which kind of requester asks. `none` is anybody without a membership. */
export type Role =
  | 'hospital' // the system of an establishment
  | 'clinician' // a physician of an establishment, not a member of circles
  | 'gp' // A-42…A-44 by the circle
  | 'nurse'
  | 'social'
  | 'coordinator'
  | 'dashboard'
  | 'patient'
  | 'representative'
  | 'dmp'
  | 'admin'
  | 'dpo'
  | 'association'
  | 'other-field' // commune, élu, school…
  | 'none';

/** Codes of A-05 (v3-ActReason); every other purpose is denied. */
export type Purpose = 'TREAT' | 'COC' | 'PATRQT' | 'ETREAT' | 'BTG' | 'HOPERAT' | 'HCOMPL';

export type NetworkKind = 'cpts' | 'dac' | 'reseau';

export type Network = {
  readonly id: string;
  readonly kind: NetworkKind;
  readonly reference: Ref;
  readonly name: string;
  /** Coordinator who owns what nobody else does: worklist of new requests and late letters. */
  readonly coordinator?: Ref;
  /** S2-09: without a charter in force nobody reads. */
  readonly charterInForce: boolean;
};

/** Membership of a person or structure (M9), one item per network and reference. */
export type Member = {
  readonly network: string;
  readonly reference: Ref;
  readonly role: Role;
  readonly name: string;
  readonly state: 'active' | 'suspendue' | 'perdue' | 'sortie';
  readonly practitioner?: Ref;
  readonly structure?: Structure;
  readonly rpps?: string;
  /** Ids that this member may choose begin with it (contracts.md 3). */
  readonly idPrefix: string;
  /** Other networks of the deployment that it belongs to (a hospital serves several), each with an item of its own. */
  readonly alsoIn?: readonly string[];
};

export type Structure = { readonly reference: Ref; readonly finess: string };

/** Who asks, for whom and why: made once from a verified token and its membership item. */
export type Requester = {
  readonly role: Role;
  readonly network: Network;
  readonly reference: Ref;
  readonly name: string;
  readonly practitioner?: Ref;
  readonly structure?: Structure;
  readonly membership: 'active' | 'suspendue' | 'perdue' | 'sortie' | 'aucune';
  readonly purpose: Purpose | 'refused';
  /** `sub` of the token: the software that talks. */
  readonly client: string;
  readonly idPrefix: string;
  /** What the token leaves open of his rights; absent = nothing is narrowed. */
  readonly scopes?: readonly Scope[];
  /** Other networks that he belongs to. */
  readonly alsoIn?: readonly string[];
  /** Compartment of the patient that `patient` or `representative` tokens speak for, when known. */
  readonly ownPatient?: PatientKey;
};
