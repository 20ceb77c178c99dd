import type { ConsentState } from './facts.ts';
import type { Basis } from './remains.ts';
import type { RuleId } from './rule.ts';

/** Bases that no consent state touches: the person's and her representative's own, offices, requests, aggregates (A-93, columns of 4.3). */
const ALWAYS: readonly Basis[] = ['SELF', 'REP', 'OWN', 'MISSION', 'REQ', 'AGG', 'DIR', 'REC'];

type Living = { readonly rule: RuleId; readonly bases: readonly Basis[] };

/**
 * domain.md 4.3: which bases may live under each consent state; 4.5 (`remains.ts`) and the facts say which of them do. What a
 * limited consent excepts, and which exchange a state lets through, is for `exclusions.ts` and `addressed.ts`.
 */
const STATES: Readonly<Record<ConsentState | 'none', Living>> = {
  none: { rule: 'A-31', bases: [...ALWAYS, 'ECH', 'EDS'] },
  informe: { rule: 'A-31', bases: [...ALWAYS, 'ECH', 'EDS'] },
  donne: { rule: 'A-32', bases: [...ALWAYS, 'ECH', 'EDS', 'CONS'] },
  limite: { rule: 'A-33', bases: [...ALWAYS, 'ECH', 'EDS', 'CONS'] },
  refuse: { rule: 'A-34', bases: [...ALWAYS, 'ECH'] },
  retire: { rule: 'A-35', bases: [...ALWAYS, 'ECH'] },
  expire: { rule: 'A-36', bases: [...ALWAYS, 'ECH'] },
};

export function livingUnder(state: ConsentState | 'none'): Living {
  return STATES[state];
}
