import type { Facts } from '../access/facts.ts';
import type { RelaisResource } from '../fhir/types.ts';

/** Month of Europe/Paris, `YYYY-MM`: by the date of the denominator's event. */
export type Period = string;

/** One subject's part in one indicator and period: no identity, only what is counted and by what it is split. */
export type Contribution = {
  readonly indicator: string;
  readonly period: Period;
  /** Id of the resource that is the subject; hashed with the network's key before it is stored. */
  readonly subject: string;
  /** Counted in the numerator. */
  readonly numerator: boolean;
  /** Stratum by its code, or `undefined` for none. */
  readonly stratum?: string;
  /** Structure whose own report it belongs to: `Organization/<id>`. */
  readonly structure?: string;
};

/** What the compartment of one patient says: contributions to keep, and subjects that count no more (cancelled). */
export type Contributions = {
  readonly keep: readonly Contribution[];
  readonly drop: readonly { readonly indicator: string; readonly subject: string }[];
};

/** An indicator computes its contributions from a patient's current resources: idempotent, a late event corrects. */
export type Indicator = {
  readonly id: string;
  readonly title: string;
  /** French, for the page. */
  readonly numeratorLabel: string;
  readonly denominatorLabel: string;
  /** `rate`: numerator over denominator; `distribution`: denominator split by stratum. */
  readonly kind: 'rate' | 'distribution';
  /** What each stratum is called on the page; a code without a name shows as itself. */
  readonly stratumLabels?: Readonly<Record<string, string>>;
  readonly contributions: (compartment: readonly RelaisResource[], facts: Facts) => Contributions;
};
