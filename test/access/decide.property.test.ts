import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { basesOf, decide, type Interaction } from '../../lib/access/decide.ts';
import type { ConsentFact, Facts } from '../../lib/access/facts.ts';
import { emptyFacts } from '../../lib/access/facts-of.ts';
import type { Requester } from '../../lib/access/requester.ts';
import { RULES } from '../../lib/access/rule.ts';
import { traitsOf } from '../../lib/access/traits.ts';
import { isResourceType, RESOURCE_TYPES } from '../../lib/fhir/resource-types.ts';
import { anyAct, anyMoment, anyRole, opposable, somebody, withConsents } from './arbitraries.ts';
import { asking, decideOn, factsAbout, type Item, itemsOf, NOON, seenBy } from './stories.ts';

const WITHOUT_PATIENT: readonly string[] = Object.entries(RESOURCE_TYPES).flatMap(([type, { compartment }]) =>
  compartment === 'none' ? [type] : [],
);
const INTERACTIONS: readonly Interaction[] = ['read', 'search', 'create', 'update', 'event'];

/** References of what is seen: what a right is counted in. */
function seen(facts: Facts, requester: Requester, items: readonly Item[], at = NOON): readonly string[] {
  return seenBy(facts, requester, items, at).map(({ resourceType, id }) => `${resourceType}/${id}`);
}

function isHis(requester: Requester, { resource, author }: Item): boolean {
  const { owner, requester: asker } = traitsOf(resource, author);
  return [author.reference, owner, asker].includes(requester.reference);
}

const opposition = (actor: string): ConsentFact => ({
  source: 'opposition',
  kind: 'opposition',
  state: 'limite',
  at: NOON,
  informed: false,
  deniedCategories: [],
  deniedActors: [actor],
  deniedResources: [],
});

describe('absence never grants', () => {
  it('of somebody of whom nothing is known, one reads at most what one wrote, asked or owns', () => {
    fc.assert(
      fc.property(somebody, opposable, anyMoment, (alias, role, at) => {
        const requester = asking(role, alias);
        const { network, patient } = factsAbout(alias);
        const nothing = emptyFacts(network, patient.id);
        const others = itemsOf(alias).filter((item) => !isHis(requester, item));
        expect(seen(nothing, requester, others, at)).toEqual([]);
      }),
    );
  });

  it('without facts no resource of a patient is given to anyone, by any interaction', () => {
    fc.assert(
      fc.property(somebody, anyRole, fc.constantFrom(...INTERACTIONS), (alias, role, interaction) => {
        const items = itemsOf(alias);
        const requester = asking(role, alias);
        for (const { resource, author } of items.filter((item) => !WITHOUT_PATIENT.includes(item.resource.resourceType))) {
          expect(decide(undefined, { requester, interaction, traits: traitsOf(resource, author), at: NOON }).outcome).toBe('deny');
        }
      }),
    );
  });

  it('a role without a row gets nothing, the directory included', () => {
    fc.assert(
      fc.property(somebody, (alias) => {
        const [facts, items] = [factsAbout(alias), itemsOf(alias)];
        const stranger = { ...asking('gp', alias), role: 'none' as const };
        expect(seen(facts, stranger, items)).toEqual([]);
        expect(decideOn(facts, stranger, { resource: { resourceType: 'Practitioner', id: 'p' }, author: { reference: '' } }).outcome).toBe(
          'deny',
        );
      }),
    );
  });

  it('AuditEvent, Measure and MeasureReport are written by nobody', () => {
    fc.assert(
      fc.property(
        anyRole,
        fc.constantFrom('AuditEvent', 'Measure', 'MeasureReport'),
        fc.constantFrom('create', 'update'),
        (role, type, interaction) => {
          if (!isResourceType(type)) throw new Error(type);
          const requester = asking(role, 'given');
          const traits = { ...traitsOf({ resourceType: 'Practitioner', id: 'x' }, { reference: requester.reference }), type };
          expect(decide(factsAbout('given'), { requester, interaction, traits, at: NOON }).outcome).toBe('deny');
        },
      ),
    );
  });

  it('a type without a column is denied to whoever shares', () => {
    const traits = { ...traitsOf({ resourceType: 'Device', id: 'x' }, { reference: '' }), type: 'Binary' as const };
    for (const role of ['gp', 'nurse', 'social', 'coordinator', 'hospital'] as const)
      expect(decide(factsAbout('given'), { requester: asking(role, 'given'), interaction: 'read', traits, at: NOON }).outcome).toBe('deny');
  });
});

describe('an opposition always wins', () => {
  it('whatever was accorded, before or after, to the person or to her structure (A-07, M14)', () => {
    fc.assert(
      fc.property(somebody, opposable, fc.array(anyAct, { maxLength: 3 }), fc.boolean(), (alias, role, acts, byStructure) => {
        const [facts, items] = [factsAbout(alias), itemsOf(alias)];
        const requester = asking(role, alias);
        const actor = byStructure ? (requester.structure?.reference ?? requester.reference) : requester.reference;
        const opposed = withConsents(facts, [...facts.consents, ...acts, opposition(actor)]);
        expect(seen(opposed, requester, items)).toEqual([]);
        expect(basesOf(opposed, requester, NOON).bases).toEqual([]);
      }),
    );
  });

  it('the person opposes herself nothing: she reads as before (A-93)', () => {
    fc.assert(
      fc.property(somebody, fc.array(anyAct, { maxLength: 3 }), (alias, acts) => {
        const [facts, items] = [factsAbout(alias), itemsOf(alias)];
        const patient = asking('patient', alias);
        const changed = withConsents(facts, [...acts, opposition(patient.reference)]);
        expect(seen(changed, patient, items)).toEqual(seen(facts, patient, items));
      }),
    );
  });
});

describe('a withdrawal', () => {
  it('ends sharing by consent from the moment it is recorded', () => {
    fc.assert(
      fc.property(somebody, anyRole, fc.array(anyAct, { maxLength: 3 }), (alias, role, acts) => {
        const facts = factsAbout(alias);
        const withdrawal: ConsentFact = { ...opposition(''), source: 'withdrawal', kind: 'sharing', state: 'retire', deniedActors: [] };
        const withdrawn = withConsents(facts, [...facts.consents, ...acts, withdrawal]);
        expect(basesOf(withdrawn, asking(role, alias), NOON).bases).not.toContain('CONS');
        expect(basesOf(withdrawn, asking(role, alias), NOON).bases).not.toContain('EDS');
      }),
    );
  });
});

describe('a suspended member', () => {
  it('gets nothing, of what he wrote neither (A-02)', () => {
    fc.assert(
      fc.property(somebody, opposable, fc.constantFrom(...INTERACTIONS), (alias, role, interaction) => {
        const [facts, items] = [factsAbout(alias), itemsOf(alias)];
        fc.pre(role !== 'representative');
        const requester = asking(role, alias, { membership: 'suspendue' });
        for (const item of items)
          expect(decideOn(facts, requester, { ...item, author: { reference: requester.reference } }, interaction).outcome).toBe('deny');
      }),
    );
  });
});

describe('adding a deny never grants more', () => {
  const denies: fc.Arbitrary<Pick<ConsentFact, 'deniedCategories' | 'deniedActors' | 'deniedResources'>> = fc.record({
    deniedCategories: fc.subarray(['medical', 'psy', 'social', 'vie-privee'] as const),
    deniedActors: fc
      .subarray(['gp', 'nurse', 'social', 'coordinator', 'hospital'] as const)
      .map((roles) => roles.map((role) => asking(role, 'given').reference)),
    deniedResources: fc.constant([]),
  });

  it('to anyone, whatever the state', () => {
    fc.assert(
      fc.property(somebody, anyRole, denies, anyMoment, (alias, role, deny, at) => {
        const [facts, items] = [factsAbout(alias), itemsOf(alias)];
        const narrowed = withConsents(facts, [...facts.consents, { ...opposition(''), at, ...deny }]);
        const before = new Set(seen(facts, asking(role, alias), items));
        expect(seen(narrowed, asking(role, alias), items).filter((ref) => !before.has(ref))).toEqual([]);
      }),
    );
  });

  it('nor does masking a document: its readers are among those of before', () => {
    fc.assert(
      fc.property(somebody, anyRole, (alias, role) => {
        const [facts, items] = [factsAbout(alias), itemsOf(alias)];
        const requester = asking(role, alias);
        for (const { resource, author } of items) {
          const traits = traitsOf(resource, author);
          const masked = decide(facts, { requester, interaction: 'read', traits: { ...traits, masked: true }, at: NOON });
          const open = decide(facts, { requester, interaction: 'read', traits, at: NOON });
          expect(masked.outcome === 'permit' && open.outcome === 'deny').toBe(false);
        }
      }),
    );
  });
});

describe('basesOf and decide agree', () => {
  it('where no basis lives nothing is read', () => {
    fc.assert(
      fc.property(somebody, anyRole, fc.array(anyAct, { maxLength: 3 }), anyMoment, (alias, role, acts, at) => {
        const [facts, items] = [factsAbout(alias), itemsOf(alias)];
        const changed = withConsents(facts, [...facts.consents, ...acts]);
        fc.pre(basesOf(changed, asking(role, alias), at).bases.length === 0);
        expect(seen(changed, asking(role, alias), items, at)).toEqual([]);
      }),
    );
  });

  it('a write is permitted only where the read is, but for a request for support and a recorded consent', () => {
    fc.assert(
      fc.property(somebody, anyRole, fc.constantFrom('update', 'event'), (alias, role, interaction) => {
        const [facts, items] = [factsAbout(alias), itemsOf(alias)];
        const requester = asking(role, alias);
        for (const item of items) {
          const write = decideOn(facts, requester, item, interaction);
          const reads = decideOn(facts, requester, item).outcome === 'permit';
          const seesWhatHeMoves = write.outcome === 'permit' ? reads || write.basis === 'REC' : write.visible === reads;
          expect(seesWhatHeMoves).toBe(true);
        }
      }),
    );
  });
});

describe('decide is a function of what it is told', () => {
  const anything = fc.record({
    role: anyRole,
    alias: somebody,
    about: somebody,
    interaction: fc.constantFrom(...INTERACTIONS, 'vread' as const, 'delete' as const, 'history-instance' as const, 'search-type' as const),
    at: anyMoment,
    acts: fc.array(anyAct, { maxLength: 3 }),
  });

  it('is total: whoever asks whatever of whomever is answered, by rows that domain.md has, and recorded', () => {
    fc.assert(
      fc.property(anything, ({ role, alias, about, interaction, at, acts }) => {
        const facts = withConsents(factsAbout(about), [...factsAbout(about).consents, ...acts]);
        // `alias` and `about` may be of different networks, and the item somebody else's
        for (const { resource, author } of fc.sample(fc.constantFrom(...itemsOf(alias)), { numRuns: 3, seed: 1 })) {
          const requester = asking(role === 'representative' ? 'patient' : role, alias);
          const decision = decide(facts, { requester, interaction, traits: traitsOf(resource, author), at });
          expect(decision.rules.filter((rule) => !(rule in RULES))).toEqual([]);
          expect(decision.rules.length).toBeGreaterThan(0);
          expect(decision.obligations).toContain('A-58');
        }
      }),
    );
  });

  it('T20: the order in which facts stand does not matter', () => {
    const backwards = (facts: Facts): Facts => ({
      ...facts,
      circle: facts.circle.toReversed(),
      recognised: facts.recognised.toReversed(),
      consents: facts.consents.toReversed(),
      referrals: facts.referrals.toReversed(),
      stays: facts.stays.toReversed(),
      representatives: facts.representatives.toReversed(),
      addressed: (facts.addressed ?? []).toReversed(),
      involved: (facts.involved ?? []).toReversed(),
      secrets: (facts.secrets ?? []).toReversed(),
    });
    fc.assert(
      fc.property(somebody, anyRole, fc.array(anyAct, { maxLength: 3 }), anyMoment, (alias, role, acts, at) => {
        const facts = withConsents(factsAbout(alias), [...factsAbout(alias).consents, ...acts]);
        const requester = asking(role, alias);
        for (const item of itemsOf(alias)) {
          expect(decideOn(backwards(facts), requester, item, 'read', at)).toEqual(decideOn(facts, requester, item, 'read', at));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('T9: rights intersect: with the denies of two records one reads at most what one reads with those of either', () => {
    const limits = fc.subarray(['medical', 'psy', 'social', 'vie-privee'] as const).map((deniedCategories) => ({
      ...opposition(''),
      deniedActors: [],
      deniedCategories,
    }));
    fc.assert(
      fc.property(somebody, anyRole, limits, limits, (alias, role, one, other) => {
        const [facts, items, requester] = [factsAbout(alias), itemsOf(alias), asking(role, alias)];
        const under = (...denies: readonly ConsentFact[]) => seen(withConsents(facts, [...facts.consents, ...denies]), requester, items);
        const second = new Set(under(other));
        expect(under(one, { ...other, source: 'other' })).toEqual(under(one).filter((ref) => second.has(ref)));
      }),
      { numRuns: 50 },
    );
  });

  it('where no basis lives, everything is denied, and a permit names a basis that lives', () => {
    fc.assert(
      fc.property(somebody, anyRole, fc.array(anyAct, { maxLength: 3 }), anyMoment, (alias, role, acts, at) => {
        const facts = withConsents(factsAbout(alias), [...factsAbout(alias).consents, ...acts]);
        const requester = asking(role, alias);
        const { bases } = basesOf(facts, requester, at);
        const used = itemsOf(alias).flatMap((item) => {
          const decision = decideOn(facts, requester, item, 'read', at);
          const isOfPatient = !WITHOUT_PATIENT.includes(item.resource.resourceType);
          return isOfPatient && decision.outcome === 'permit' ? [decision.basis] : [];
        });
        expect(used.filter((basis) => !bases.includes(basis))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});
