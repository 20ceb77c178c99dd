import type { StateColumn } from './consent-state.ts';
import type { NetworkKind } from './requester.ts';
import type { RuleId } from './rule.ts';
import type { Row } from './standing.ts';

/**
 * Bases of A-13 and 4.2, strongest first; SELF and REP of A-10; MISSION: what an office needs without being in the care
 * (A-53, the minimal views of A-77); REQ: the state of one's own request; AGG aggregates; DIR the directory;
 * REC the right to record what the person said, which gives no read.
 */
export const BASES = ['SELF', 'REP', 'OWN', 'ECH', 'EDS', 'CONS', 'MISSION', 'REQ', 'AGG', 'DIR', 'REC'] as const;
export type Basis = (typeof BASES)[number];

type Remaining = { readonly rule: RuleId } & Readonly<Record<StateColumn, readonly Basis[]>>;

const SAME = (rule: RuleId, bases: readonly Basis[]): Remaining => ({
  rule,
  none: bases,
  given: bases,
  refused: bases,
  withdrawn: bases,
  expired: bases,
});

/** Who is in the circle: EDS by A-21 where it lives, all of the row with consent, and what is addressed to him (A-74 says so even of outsiders). */
const IN_CIRCLE = (rule: RuleId): Remaining => ({
  rule,
  none: ['ECH', 'EDS', 'REQ'],
  given: ['ECH', 'EDS', 'CONS', 'REQ'],
  refused: ['ECH', 'REQ'],
  withdrawn: ['ECH', 'REQ'],
  expired: ['ECH', 'REQ'],
});

/** domain.md 4.5: which bases may live for a row in a state; whether one does is for its facts to say. */
const REMAINS: Readonly<Record<Row, Remaining>> = {
  'A-40': {
    rule: 'A-70',
    none: ['OWN', 'ECH', 'EDS', 'REQ'],
    given: ['OWN', 'ECH', 'EDS', 'CONS', 'REQ'],
    refused: ['OWN', 'ECH', 'REQ'],
    withdrawn: ['OWN', 'ECH', 'REQ'],
    expired: ['OWN', 'ECH', 'REQ'],
  },
  // nothing of the record; what it wrote itself stays its own, a transfer letter may reach it.
  'A-41': SAME('A-71', ['OWN', 'ECH', 'REQ']),
  'A-42': IN_CIRCLE('A-72'),
  'A-43': IN_CIRCLE('A-73'),
  'A-44': SAME('A-74', ['ECH', 'REQ']),
  'A-45': IN_CIRCLE('A-75'),
  'A-30': {
    rule: 'A-76',
    none: ['ECH', 'EDS', 'REQ'],
    given: ['ECH', 'EDS', 'CONS', 'REQ'],
    refused: ['OWN', 'ECH', 'REQ'],
    withdrawn: ['OWN', 'ECH', 'REQ'],
    expired: ['OWN', 'ECH', 'REQ'],
  },
  'A-46': {
    rule: 'A-78',
    none: ['EDS', 'MISSION', 'REQ'],
    given: ['EDS', 'CONS', 'REQ'],
    refused: ['MISSION', 'REQ'],
    withdrawn: ['MISSION', 'REQ'],
    expired: ['REQ'],
  },
  'A-47': SAME('A-79', []),
  'A-49': SAME('A-80', ['SELF']),
  'A-50': SAME('A-81', ['REP']),
  'A-51': SAME('A-82', ['OWN']),
  'A-52': SAME('A-83', []),
  'A-53': SAME('A-53', ['MISSION']),
  'A-55': { ...SAME('A-86', ['REQ']), given: ['CONS', 'REQ'] },
  'A-56': SAME('A-56', ['REQ']),
};

/** a DAC coordinates as équipe de soins; when information has to be renewed, as when there was none. */
const DAC_COORDINATOR: Remaining = { ...REMAINS['A-46'], rule: 'A-77', expired: ['MISSION', 'REQ'] };

export function remainingOf(
  row: Row,
  column: StateColumn,
  network: NetworkKind,
): { readonly rule: RuleId; readonly bases: readonly Basis[] } {
  const remaining = row === 'A-46' && network === 'dac' ? DAC_COORDINATOR : REMAINS[row];
  return { rule: remaining.rule, bases: remaining[column] };
}
