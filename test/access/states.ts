import type { DemoRole } from '../../functions/local/demo/roles.ts';
import { basesOf } from '../../lib/access/decide.ts';
import type { ConsentFact, Facts } from '../../lib/access/facts.ts';
import { shift } from '../../lib/platform/instant.ts';
import { asking, factsAbout, NOON } from './stories.ts';

/** Columns of domain.md 4.5; `opp.` is an opposition to the requester himself. */
export const STATES = ['none', 'given', 'refused', 'withdrawn', 'expired', 'opp.'] as const;
export type State = (typeof STATES)[number];

const DAY_MS = 86_400_000;
const given = factsAbout('given');

/** The person `given` of the demo network, had she acted otherwise: all else, information included, stays. */
export function inState(state: State, requester: string): Facts {
  switch (state) {
    case 'none':
      return { ...given, consents: [] };
    case 'given':
      return given;
    case 'refused':
      return acted('refuse');
    case 'withdrawn':
      return acted('retire');
    case 'expired':
      return { ...given, consents: given.consents.map((fact) => ({ ...fact, until: shift(NOON, -DAY_MS) })) };
    case 'opp.':
      return { ...given, consents: [...given.consents, opposition(requester)] };
  }
}

/** An act of the last minute, after all that she did before. */
function acted(state: ConsentFact['state']): Facts {
  return { ...given, consents: [...given.consents, { ...opposition(''), source: 'act', kind: 'sharing', state, deniedActors: [] }] };
}

export function opposition(actor: string): ConsentFact {
  return {
    source: 'opposition',
    kind: 'opposition',
    state: 'limite',
    at: shift(NOON, -60_000),
    informed: false,
    deniedCategories: [],
    deniedActors: [actor],
    deniedResources: [],
  };
}

/** The bases that live for a role in each state, as words. */
export function remaining(role: DemoRole, change: (facts: Facts) => Facts = (facts) => facts): Readonly<Record<State, string>> {
  const requester = asking(role, 'given');
  const said = (state: State): string => basesOf(change(inState(state, requester.reference)), requester, NOON).bases.join(' ') || 'D';
  return {
    none: said('none'),
    given: said('given'),
    refused: said('refused'),
    withdrawn: said('withdrawn'),
    expired: said('expired'),
    'opp.': said('opp.'),
  };
}
