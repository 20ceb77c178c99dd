import fc from 'fast-check';
import { DEMO_ALIASES } from '../../functions/local/demo/people.ts';
import { DEMO_ROLES, type DemoRole } from '../../functions/local/demo/roles.ts';
import type { ConsentFact, Facts } from '../../lib/access/facts.ts';
import { shift } from '../../lib/platform/instant.ts';
import { NOON } from './stories.ts';

/** A person of the demo network. */
export const somebody = fc.constantFrom(...DEMO_ALIASES);

export const anyRole = fc.constantFrom(...DEMO_ROLES);

/** Everybody but the person herself and the DPO, whom no opposition concerns. */
export const opposable = fc.constantFrom(
  ...DEMO_ROLES.filter((role): role is Exclude<DemoRole, 'patient' | 'dpo'> => role !== 'patient' && role !== 'dpo'),
);

/** A moment between two years before and one year after noon. */
export const anyMoment = fc.integer({ min: -730, max: 365 }).map((days) => shift(NOON, days * 86_400_000));

/** An act of the person that was not made later than noon. */
export const anyAct: fc.Arbitrary<ConsentFact> = fc.record({
  source: fc.constantFrom('act-1', 'act-2', 'act-3'),
  kind: fc.constant('sharing' as const),
  state: fc.constantFrom('informe', 'donne', 'limite', 'refuse', 'retire', 'expire'),
  at: fc.integer({ min: 1, max: 700 }).map((days) => shift(NOON, -days * 86_400_000)),
  informed: fc.boolean(),
  deniedCategories: fc.subarray(['medical', 'psy', 'social', 'vie-privee'] as const),
  deniedActors: fc.constant([]),
  deniedResources: fc.constant([]),
});

export function withConsents(facts: Facts, consents: readonly ConsentFact[]): Facts {
  return { ...facts, consents };
}
