/**
 * What a network may set for itself: the [ours] delays of domain.md 2. Working days unless the name says another unit.
 */
export type Rules = {
  /** M1: acknowledge a request that was sent. */
  readonly accuserReceptionWorkingDays: number;
  /** M1: decide on a request that was received (I-03). */
  readonly decisionWorkingDays: number;
  /** M1: answer to a question asked back. */
  readonly complementWorkingDays: number;
  /** M1: choose the level of answer once accepted. */
  readonly niveauWorkingDays: number;
  /** M1: look again at what is in progress or suspended. */
  readonly revueDays: number;
  /** M1: accept or refuse a relay. */
  readonly relaisWorkingDays: number;
  /** M1: how long after its end a request may be opened again. */
  readonly reouvertureDays: number;
  /** M3: opinion of a performer and of the médecin traitant (S1-28). */
  readonly avisWorkingDays: number;
  /** M3: longest time until a PPS is reviewed. */
  readonly revisionMonths: number;
  /** M6: the médecin traitant takes the letter into account. */
  readonly priseEnCompteWorkingDays: number;
  /** M6: the follow-up appointment is fixed, after that. */
  readonly rdvWorkingDays: number;
  /** M6: a médecin traitant is looked for. */
  readonly rechercheMtWorkingDays: number;
  /** M6: an answer to a dysfunction. */
  readonly dysfonctionnementWorkingDays: number;
  /** M6: an admission so soon after a discharge is a readmission. */
  readonly readmissionDays: number;
  /** M14: an accord is reviewed at the latest then. */
  readonly consentementMonths: number;
  /** Good Friday and 26 December are holidays there too. */
  readonly alsaceMoselle: boolean;
};

/** The one table of defaults; `Situation.rules` overrides it row by row. */
const DEFAULT_RULES: Rules = {
  accuserReceptionWorkingDays: 1,
  decisionWorkingDays: 2,
  complementWorkingDays: 10,
  niveauWorkingDays: 2,
  revueDays: 30,
  relaisWorkingDays: 3,
  reouvertureDays: 30,
  avisWorkingDays: 5,
  revisionMonths: 6,
  priseEnCompteWorkingDays: 2,
  rdvWorkingDays: 2,
  rechercheMtWorkingDays: 5,
  dysfonctionnementWorkingDays: 3,
  readmissionDays: 30,
  consentementMonths: 12,
  alsaceMoselle: false,
};

/** The rules in force for a network. */
export function rulesOf({ rules }: { readonly rules?: Partial<Rules> }): Rules {
  return { ...DEFAULT_RULES, ...rules };
}
