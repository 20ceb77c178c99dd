import type { IdentityChange, Movement } from '../../intake.ts';

/** What Relais does with a trigger event of ADT. */
export type AdtEvent =
  | { readonly handling: 'taken'; readonly kind: Movement['kind']; readonly structure: string; readonly cancels?: string }
  /** Of identities and accounts, not of a stay. */
  | { readonly handling: 'changes'; readonly change: IdentityChange['kind'] }
  | { readonly handling: 'ignored'; readonly because: 'left-out-by-pam-france' | 'changes-nothing-here' }
  | { readonly handling: 'unserved' };

const taken = (kind: Movement['kind'], structure: string, cancels?: string): AdtEvent => ({
  handling: 'taken',
  kind,
  structure,
  ...(cancels === undefined ? {} : { cancels }),
});
const WITHOUT_EFFECT: AdtEvent = { handling: 'ignored', because: 'changes-nothing-here' };
const LEFT_OUT: AdtEvent = { handling: 'ignored', because: 'left-out-by-pam-france' };

/** Events of IHE PAM France 2.11.1 (interop.md 7.2). To add one is to add a row. */
const PAM_FRANCE: Readonly<Record<string, AdtEvent>> = {
  A01: taken('admission', 'ADT_A01'),
  A02: taken('transfer', 'ADT_A02'),
  A03: taken('discharge', 'ADT_A03'),
  A04: taken('admission', 'ADT_A01'),
  A05: taken('pre-admission', 'ADT_A05'),
  A06: taken('transfer', 'ADT_A06'),
  A07: taken('transfer', 'ADT_A06'),
  A11: taken('cancel-admission', 'ADT_A09', 'A01'),
  A12: taken('cancel-transfer', 'ADT_A12', 'A02'),
  A13: taken('cancel-discharge', 'ADT_A01', 'A03'),
  A14: taken('pre-admission', 'ADT_A05'),
  // A pending transfer moves nobody.
  A15: WITHOUT_EFFECT,
  A16: taken('planned-discharge', 'ADT_A16'),
  A21: taken('transfer', 'ADT_A21'),
  A22: taken('transfer', 'ADT_A21'),
  A25: taken('cancel-planned-discharge', 'ADT_A21', 'A16'),
  A26: WITHOUT_EFFECT,
  A27: taken('cancel-pre-admission', 'ADT_A21', 'A14'),
  A28: taken('identity', 'ADT_A05'),
  A31: taken('identity', 'ADT_A05'),
  A38: taken('cancel-pre-admission', 'ADT_A38', 'A05'),
  // Merges and changes of number: to say AA and do nothing would leave two patients where the sender believes in one.
  A40: { handling: 'unserved' },
  A44: { handling: 'unserved' },
  A47: { handling: 'changes', change: 'ins' },
  A49: { handling: 'changes', change: 'account-number' },
  A52: taken('cancel-transfer', 'ADT_A52', 'A21'),
  A53: taken('cancel-transfer', 'ADT_A52', 'A22'),
  A54: taken('transfer', 'ADT_A54'),
  A55: taken('cancel-transfer', 'ADT_A52', 'A54'),
  Z99: taken('correction', 'ADT_A01'),
};

/** HL7 table 0003: A01 to A55, A60 to A62. */
const DEFINED_BY_HL7 = /^A(?:0[1-9]|[1-4][0-9]|5[0-5]|6[0-2])$/;

/**
 * Handling of a trigger event, or undefined when HL7 does not define it. What HL7 defines and PAM France leaves out
 * (A08 first of all) is acknowledged and ignored.
 * @see PAM France §5.3.2 remark 1; contracts.md 5
 */
export function adtEvent(trigger: string): AdtEvent | undefined {
  if (Object.hasOwn(PAM_FRANCE, trigger)) return PAM_FRANCE[trigger];
  return DEFINED_BY_HL7.test(trigger) ? LEFT_OUT : undefined;
}

/** Triggers that a Z99 may correct: those that insert a movement. */
export function mayBeCorrected(trigger: string): boolean {
  const event = adtEvent(trigger);
  return event?.handling === 'taken' && event.cancels === undefined && event.kind !== 'correction' && event.kind !== 'identity';
}
