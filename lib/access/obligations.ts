import type { Verdict } from './decision.ts';
import type { RuleId } from './rule.ts';

/**
 * domain.md 4.7 and: what a decision binds its caller to. A-58: record it before the answer leaves. A-15: answer
 * as if there were nothing. A-14: show what the filter leaves, SUBSETTED, never to be written back whole. A-66: answer the
 * same whether or not the person is known, and show nothing. bind the exits themselves, whatever
 * was decided.
 */
const OBLIGATIONS: readonly { readonly rule: RuleId; readonly binds: (verdict: Verdict) => boolean }[] = [
  { rule: 'A-58', binds: () => true },
  { rule: 'A-15', binds: (verdict) => verdict.outcome === 'deny' && !verdict.visible },
  { rule: 'A-14', binds: (verdict) => verdict.outcome === 'permit' && verdict.filter !== 'full' },
  { rule: 'A-66', binds: (verdict) => verdict.outcome === 'permit' && verdict.basis === 'REC' },
];

export function obligationsOf(verdict: Verdict): readonly RuleId[] {
  return OBLIGATIONS.flatMap(({ rule, binds }) => (binds(verdict) ? [rule] : []));
}
