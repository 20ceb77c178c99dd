import type { Encounter, Identifier } from '@medplum/fhirtypes';
import type { Instant } from '../../platform/instant.ts';

/** What an insertion tells; cancels and corrections speak of one of these. */
export const STAY_KINDS = ['pre-admission', 'admission', 'transfer', 'planned-discharge', 'discharge'] as const;
export type StayKind = (typeof STAY_KINDS)[number];

/**
 * One hospital movement as intake hands it over (the shape of its own `Movement`; the two rooms are of the same rank and
 * do not import each other).
 */
export type HospitalMovement = {
  readonly kind: StayKind | `cancel-${StayKind}` | 'correction' | 'identity';
  /** ZBE-1, namespaced; absent when the sender gives none. */
  readonly movementId?: Identifier;
  /** Trigger that a correction or cancel refers to (ZBE-6): `A03`. */
  readonly corrects?: string;
  /** When it happened. */
  readonly at: Instant;
  /** ZBE-5 = Y: older than the current one. */
  readonly historic: boolean;
  /** The stay as this message describes it. */
  readonly encounter: Encounter;
  /** ZFA-9: `IO` = informed and opposed to feeding the DMP. */
  readonly dmpFeeding?: 'NA' | 'IO' | 'INO';
  readonly death?: boolean;
};

/** What a trigger inserts (interop.md 7.2): needed to know which movement a Z99 speaks of. */
const KIND_OF_TRIGGER: Readonly<Record<string, StayKind>> = {
  A05: 'pre-admission',
  A14: 'pre-admission',
  A01: 'admission',
  A04: 'admission',
  A02: 'transfer',
  A06: 'transfer',
  A07: 'transfer',
  A21: 'transfer',
  A22: 'transfer',
  A54: 'transfer',
  A55: 'transfer',
  A16: 'planned-discharge',
  A03: 'discharge',
};

export type Told = { readonly action: 'insert' | 'cancel' | 'correct'; readonly kind: StayKind };

/** What a message does to which kind of movement; `undefined` when it moves nobody. */
export function toldBy({ kind, corrects = '' }: HospitalMovement): Told | undefined {
  const plain = STAY_KINDS.find((one) => one === kind);
  if (plain) return { action: 'insert', kind: plain };
  const cancelled = STAY_KINDS.find((one) => kind === `cancel-${one}`);
  if (cancelled) return { action: 'cancel', kind: cancelled };
  const corrected = kind === 'correction' ? KIND_OF_TRIGGER[corrects] : undefined;
  return corrected ? { action: 'correct', kind: corrected } : undefined;
}
