import type { Ref } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';

/** Key of a patient's compartment: 16 hexadecimal digits, random, never shown to anyone. */
export type PatientKey = string;

/** Data categories of S0-07, in `meta.security`. */
export type Category = 'medical' | 'psy' | 'social' | 'vie-privee';

/** States of M14 (domain.md 2). */
export type ConsentState = 'informe' | 'donne' | 'limite' | 'refuse' | 'retire' | 'expire';

/**
 * What must be known of a patient to answer any request about him: one item, rewritten in the transaction that changes
 * a member, a consent, an opposition, a stay, a referral or the identity.
 */
export type Facts = {
  /** Counts the rewrites; the condition of the next one. */
  readonly version: number;
  readonly network: string;
  readonly patient: PatientFacts;
  readonly circle: readonly CircleMember[];
  /** recognised by the patient as member of his équipe de soins; a fact of its own. */
  readonly recognised: readonly { readonly member: Ref; readonly by: Ref; readonly at: Instant; readonly source?: string }[];
  /** Acts of consent by their resource id; oppositions among them. */
  readonly consents: readonly ConsentFact[];
  readonly referrals: readonly ReferralFact[];
  readonly stays: readonly StayFact[];
  readonly representatives: readonly RepresentativeFact[];
  /** L-39: excluded from counters from then on. */
  readonly statisticsOpposedSince?: Instant;
  /** documents addressed to somebody, letters of a discharge among them; masked ones never stand here. */
  readonly addressed?: readonly AddressedFact[];
  /** Who asked for something and who has a task to do: open tasks, and every request. */
  readonly involved?: readonly InvolvedFact[];
  /** What is invisible to representatives, so that what points at it is, too. */
  readonly secrets?: readonly Ref[];
};

export type AddressedFact = {
  /** `DocumentReference/<id>`. */
  readonly source: Ref;
  readonly to: readonly Ref[];
  /** A lettre de liaison: it is addressed to the médecin traitant, whoever that is (L-08). */
  readonly letter: boolean;
  /** When it reached us. */
  readonly at: Instant;
  readonly stay?: Ref;
  readonly categories: readonly Category[];
  /** What the document speaks of: its stay, its episode. */
  readonly about?: readonly Ref[];
  /** Absent = normal. */
  readonly confidentiality?: 'R' | 'V';
};

export type InvolvedFact = {
  /** `Task/<id>` or `ServiceRequest/<id>`. */
  readonly source: Ref;
  readonly owner?: Ref;
  readonly requester?: Ref;
  /** Who wrote it, when that is not the requester named in it. */
  readonly author?: Ref;
  /** `Task.code`. */
  readonly code?: string;
  /** What the task is about: who works on a draft sees it. */
  readonly about?: readonly Ref[];
};

export type PatientFacts = {
  readonly id: string;
  readonly birthDate?: string;
  readonly deceasedAt?: Instant;
  /** RNIV status (interop.md 1.2); `qualifiee` alone travels to a DMP. */
  readonly identity: 'provisoire' | 'recuperee' | 'validee' | 'qualifiee' | 'douteuse';
  /** L-18: no indication of presence or state to anyone outside the unit. */
  readonly nonDivulgation?: boolean;
  readonly enteredInError?: boolean;
  /** Her INS, former ones too; and those that were withdrawn since (A47), which nobody is shown any more. */
  readonly ins?: readonly NumberFact[];
  readonly withdrawnIns?: readonly NumberFact[];
  /** Structures (Organization reference) that sent a source record of this identity: basis OWN. */
  readonly sources: readonly Ref[];
};

export type NumberFact = { readonly system: string; readonly value: string };

/** Half-open: from included, until excluded. Accepted members only. */
export type CircleMember = {
  readonly member: Ref;
  readonly medecinTraitant: boolean;
  readonly from: Instant;
  readonly until?: Instant;
  /** Id of the CareTeam that says so. */
  readonly source: string;
};

export type ConsentFact = {
  /** Consent id. */
  readonly source: string;
  /** An opposition names its actor and denies; an act of consent has a state. */
  readonly kind: 'sharing' | 'opposition';
  readonly state: ConsentState;
  readonly at: Instant;
  readonly from?: Instant;
  readonly until?: Instant;
  /** S0-11, L-05: who informed, how, leaflet version, understanding verified. Without them never `donne`. */
  readonly informed: boolean;
  /** Categories that a limited consent denies. */
  readonly deniedCategories: readonly Category[];
  /** Actors that a nested deny names (an opposition). */
  readonly deniedActors: readonly Ref[];
  /** Documents that a nested deny names. */
  readonly deniedResources: readonly Ref[];
  /** Whom the person accords to, when she names them; absent = every member who takes part. */
  readonly permittedActors?: readonly Ref[];
  /** Who recorded the act. */
  readonly recordedBy?: Ref;
};

export type ReferralFact = {
  /** Task id of the demande d'appui. */
  readonly source: string;
  readonly open: boolean;
  readonly requester?: Ref;
  readonly owner?: Ref;
};

export type StayFact = {
  /** Encounter id. */
  readonly source: string;
  /** Organization reference of the establishment. */
  readonly structure: Ref;
  readonly status: 'planned' | 'in-progress' | 'finished' | 'cancelled';
  readonly from?: Instant;
  readonly until?: Instant;
  /** L-16: invisible to representatives. */
  readonly secretMineur?: boolean;
  /** L-18: to everybody but the unit in charge and the person, as if there were no stay. */
  readonly nonDivulgation?: boolean;
  /** Episodes of the network that the stay belongs to. */
  readonly episodes?: readonly Ref[];
};

export type RepresentativeFact = {
  readonly member: Ref;
  /** Parental authority: ends at midnight of the 18th birthday. A guardian of an adult has a period instead. */
  readonly parental?: boolean;
  readonly from?: Instant;
  readonly until?: Instant;
};
