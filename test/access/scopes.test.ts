import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEMO_ALIASES } from '../../functions/local/demo/people.ts';
import { DEMO_ROLES } from '../../functions/local/demo/roles.ts';
import type { Interaction } from '../../lib/access/decide.ts';
import { leaveOpen, scopesIn } from '../../lib/access/scopes.ts';
import type { ResourceType } from '../../lib/fhir/types.ts';
import { asking, decideOn, factsAbout, itemsOf } from './stories.ts';

describe('the scope claim', () => {
  const opens = (claim: string, interaction: Interaction, type: ResourceType, ofPatient = false): boolean =>
    leaveOpen(scopesIn(claim, ofPatient), interaction, type);

  it.each<[string, string, Interaction, ResourceType, boolean]>([
    ['its own type', 'user/CarePlan.rs', 'read', 'CarePlan', true],
    ['every type', 'system/*.cruds', 'delete', 'Goal', true],
    ['another type', 'user/Organization.rs', 'search-type', 'Patient', false],
    ['another right', 'user/CarePlan.r', 'search-type', 'CarePlan', false],
    ['an event, which changes', 'user/CarePlan.r', 'event', 'CarePlan', false],
    ['an event, which changes, with u', 'user/CarePlan.ru', 'event', 'CarePlan', true],
    ['several', 'openid user/Goal.rs user/CarePlan.u', 'update', 'CarePlan', true],
    ['SMART v1, read', 'user/Goal.read', 'vread', 'Goal', true],
    ['SMART v1, read does not write', 'user/Goal.read', 'create', 'Goal', false],
    ['SMART v1, write does not read', 'user/Goal.write', 'read', 'Goal', false],
    ['SMART v1, all', 'user/*.*', 'delete', 'Goal', true],
    ['letters in another order', 'user/Goal.sr', 'read', 'Goal', false],
    ['letters that mean nothing', 'user/Goal.x', 'read', 'Goal', false],
    ['no letter', 'user/Goal.', 'read', 'Goal', false],
    ['cut by a search', 'user/Goal.rs?status=active', 'read', 'Goal', false],
    ['a type that is none', 'user/Everything.rs', 'read', 'Goal', false],
    ['the context of a patient without one', 'patient/*.rs', 'read', 'Goal', false],
    ['no resource at all: nothing is narrowed', 'openid scope_all', 'read', 'Goal', true],
    ['nothing: nothing is narrowed', '', 'read', 'Goal', true],
    ['launch/patient names no resource', 'launch/patient openid', 'read', 'Goal', true],
  ])('%s', (_, claim, interaction, type, expected) => {
    expect(opens(claim, interaction, type)).toBe(expected);
  });

  it('opens the context of a patient to the person and who represents her', () => {
    expect(opens('patient/*.rs', 'read', 'Goal', true)).toBe(true);
  });

  it('T9: narrows what is decided, and never widens it, for anybody of the demo', () => {
    const claims = fc
      .array(
        fc.tuple(
          fc.constantFrom('patient', 'user', 'system'),
          fc.constantFrom('*', 'Patient', 'CarePlan', 'Condition', 'Organization'),
          fc.constantFrom('rs', 'r', 's', 'cruds', '*', 'read'),
        ),
        { minLength: 1 },
      )
      .map((scopes) => scopes.map(([context, type, rights]) => `${context}/${type}.${rights}`).join(' '));
    const roles = fc.constantFrom(...DEMO_ROLES.filter((role) => role !== 'representative'));
    fc.assert(
      fc.property(roles, fc.constantFrom(...DEMO_ALIASES), claims, (role, alias, claim) => {
        const requester = asking(role, alias);
        const scopes = scopesIn(claim, role === 'patient') ?? [];
        for (const item of itemsOf(alias)) {
          const whole = decideOn(factsAbout(alias), requester, item);
          const narrowed = decideOn(factsAbout(alias), { ...requester, scopes }, item);
          const isOpen = leaveOpen(scopes, 'read', item.resource.resourceType);
          const isCut = whole.outcome === 'permit' && !isOpen;
          expect(narrowed).toMatchObject(
            isCut ? { outcome: 'deny', visible: false, rules: [...whole.rules, 'A-12'], obligations: ['A-58', 'A-15'] } : whole,
          );
        }
      }),
      { numRuns: 100 },
    );
  });
});
