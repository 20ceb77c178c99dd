import { describe, expect, it } from 'vitest';
import { demoCalendar } from '../../functions/local/demo/calendar.ts';
import { claimsOf } from '../../functions/local/demo/claims.ts';
import { describeDemo } from '../../functions/local/demo/description.ts';
import { directory, membershipsOf } from '../../functions/local/demo/directory.ts';
import { DEMO_ALIASES, type DemoAlias, PEOPLE } from '../../functions/local/demo/people.ts';
import { roleRef } from '../../functions/local/demo/references.ts';
import { DEMO_ROLES } from '../../functions/local/demo/roles.ts';
import { storyOf } from '../../functions/local/demo/story.ts';
import { words } from '../../functions/local/demo/words.ts';
import { consentState, isInformed, isOpposed } from '../../lib/access/consent-state.ts';
import type { Facts } from '../../lib/access/facts.ts';
import { applyResource, emptyFacts } from '../../lib/access/facts-of.ts';
import type { RelaisResource } from '../../lib/fhir/types.ts';
import { validate } from '../../lib/fhir/validate.ts';
import { luhnIsValid } from '../../lib/identity/directory-numbers.ts';
import { insKeyIsValid } from '../../lib/identity/ins.ts';

const now = '2026-03-11T09:00:00.000Z';
const steps = (alias: DemoAlias) => storyOf(alias, demoCalendar(now));
const resources = (alias: DemoAlias): readonly RelaisResource[] => steps(alias).flatMap((step) => step.resources);
const every = DEMO_ALIASES.map((alias) => ({ alias }));

/** The facts that the seed leaves. */
function factsOf(alias: DemoAlias): Facts {
  let facts = emptyFacts(PEOPLE[alias].network, 'p');
  for (const { at, author, resources: written } of steps(alias))
    for (const resource of written)
      facts = applyResource(facts, { type: resource.resourceType, id: resource.id ?? '', resource, author }, at);
  return facts;
}

describe('everything in the demo', () => {
  it.each(every)('$alias: passes our own validator', ({ alias }) => {
    expect(resources(alias).flatMap((resource) => validate(resource).map((issue) => ({ type: resource.resourceType, ...issue })))).toEqual(
      [],
    );
  });

  it('passes it in the directory too', () => {
    expect(directory().flatMap(({ resource }) => validate(resource))).toEqual([]);
  });

  it('has its ids again after every --fresh, and one id once', () => {
    const ids = DEMO_ALIASES.flatMap((alias) => resources(alias).map(({ resourceType, id }) => `${resourceType}/${id}`));
    const later = DEMO_ALIASES.flatMap((alias) =>
      storyOf(alias, demoCalendar('2027-01-01T00:00:00.000Z')).flatMap((step) => step.resources),
    );
    expect(later.map(({ resourceType, id }) => `${resourceType}/${id}`)).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('happened before its first start, in order', () => {
    for (const alias of DEMO_ALIASES) {
      const moments = steps(alias).map(({ at }) => at);
      expect(moments).toEqual([...moments].sort());
      expect(moments.every((at) => at < now)).toBe(true);
    }
  });

  it('has fictitious numbers with valid keys', () => {
    const { roles, patients } = describeDemo(3000, 2575);
    expect(Object.values(patients).filter(({ ins }) => !insKeyIsValid(ins))).toEqual([]);
    expect(Object.values(roles).filter(({ rpps, finess }) => (rpps && !luhnIsValid(rpps)) || (finess && !luhnIsValid(finess)))).toEqual([]);
  });
});

describe('the table of aliases (contracts.md 2)', () => {
  it.each<{ alias: DemoAlias; consent: string; informed: boolean; openReferral: boolean; medecinTraitant: boolean }>([
    { alias: 'given', consent: 'donne', informed: true, openReferral: true, medecinTraitant: true },
    { alias: 'limited', consent: 'limite', informed: true, openReferral: true, medecinTraitant: true },
    { alias: 'opposed', consent: 'donne', informed: true, openReferral: true, medecinTraitant: true },
    { alias: 'nomt', consent: 'donne', informed: true, openReferral: true, medecinTraitant: false },
    { alias: 'none', consent: 'none', informed: false, openReferral: false, medecinTraitant: true },
    { alias: 'refused', consent: 'refuse', informed: true, openReferral: false, medecinTraitant: true },
    { alias: 'withdrawn', consent: 'retire', informed: true, openReferral: false, medecinTraitant: true },
    { alias: 'minor', consent: 'donne', informed: true, openReferral: true, medecinTraitant: true },
    { alias: 'dac-informed', consent: 'informe', informed: true, openReferral: true, medecinTraitant: true },
    { alias: 'dac-uninformed', consent: 'none', informed: false, openReferral: true, medecinTraitant: true },
  ])('$alias', ({ alias, ...want }) => {
    const facts = factsOf(alias);
    expect({
      consent: consentState(facts, now),
      informed: isInformed(facts, now),
      openReferral: facts.referrals.some(({ open }) => open),
      medecinTraitant: facts.circle.some(({ medecinTraitant }) => medecinTraitant),
    }).toEqual(want);
  });

  it.each(every)('$alias has a past stay at CH des Essais with its letter', ({ alias }) => {
    const { stays, addressed = [] } = factsOf(alias);
    expect(stays).toContainEqual(expect.objectContaining({ structure: roleRef('hospital'), status: 'finished' }));
    expect(addressed.filter(({ letter }) => letter)).toHaveLength(1);
  });

  it.each(every)('$alias has a document and a problem of category psy, and a social assessment', ({ alias }) => {
    const tagged = (code: string) =>
      resources(alias)
        .filter(({ meta }) => meta?.security?.some((label) => label.code === code))
        .map(({ resourceType }) => resourceType);
    expect(tagged('psy')).toEqual(['Condition', 'DocumentReference']);
    expect(tagged('social')).toEqual(['QuestionnaireResponse']);
  });

  it('opposed denies the gp and nobody else', () => {
    const facts = factsOf('opposed');
    expect(DEMO_ROLES.filter((role) => isOpposed(facts, [roleRef(role)], now))).toEqual(['gp']);
  });

  it('only dac-informed recognises an équipe de soins', () => {
    expect(DEMO_ALIASES.filter((alias) => factsOf(alias).recognised.length > 0)).toEqual(['dac-informed']);
  });

  it('the circle of nomt has no gp', () => {
    expect(factsOf('nomt').circle.map(({ member }) => member)).not.toContain(roleRef('gp'));
  });

  it('the minor is represented, and has a stay that her mother does not see', () => {
    const { representatives, stays } = factsOf('minor');
    expect(representatives.map(({ member }) => member)).toEqual([roleRef('representative')]);
    expect(stays.filter(({ secretMineur }) => secretMineur)).toHaveLength(1);
  });

  it('a masked letter is addressed to nobody', () => {
    expect(resources('given').filter(({ resourceType }) => resourceType === 'DocumentReference')).toHaveLength(3);
    expect(factsOf('given').addressed).toHaveLength(1);
  });
});

describe('roles', () => {
  it('hospital and clinician serve both networks', () => {
    expect(membershipsOf('hospital').map(({ network, alsoIn }) => [network, alsoIn])).toEqual([
      ['cpts', ['dac']],
      ['dac', ['cpts']],
    ]);
  });

  it('suspended is suspended, and another state can be said', () => {
    expect(membershipsOf('suspended').map(({ state }) => state)).toEqual(['suspendue']);
    expect(membershipsOf('suspended', 'active').map(({ state }) => state)).toEqual(['active']);
  });

  it('have the reference that npm run demo tells in their tokens', () => {
    const { roles } = describeDemo(3000, 2575);
    for (const role of DEMO_ROLES) expect(claimsOf(role).fhirUser).toBe(roles[role].reference);
  });

  it('a patient’s token speaks for the alias that is named', () => {
    expect(claimsOf('patient', { alias: 'dac-informed' })).toMatchObject({
      network: 'dac',
      fhirUser: describeDemo(1, 2).patients['dac-informed'].reference,
      purpose_of_use: 'PATRQT',
    });
  });

  it('a system that acts for a person is decided as that person', () => {
    expect(claimsOf('hospital', { for: 'clinician' })).toMatchObject({
      sub: 'clinician',
      fhirUser: roleRef('clinician'),
      act: { sub: 'hospital' },
    });
  });

  it.each<{ story: string; role: string; options: { readonly alias?: string; readonly for?: string } }>([
    { story: 'a role that does not exist', role: 'midwife', options: {} },
    { story: 'an alias that does not exist', role: 'patient', options: { alias: 'nobody' } },
    { story: 'an alias for a role that has none', role: 'gp', options: { alias: 'given' } },
    { story: 'a representative of somebody without one', role: 'representative', options: { alias: 'given' } },
  ])('refuse $story', ({ role, options }) => expect(() => claimsOf(role, options)).toThrow(/inconnu|alias|représentant/));
});

describe('the vocabulary', () => {
  it('names every system, extension, state and event of ours', () => {
    expect(words()).toMatchObject({
      SYSTEM: { etat: 'https://relais.example/fhir/CodeSystem/etat' },
      EXTENSION: { rang: 'https://relais.example/fhir/StructureDefinition/rang' },
      CATEGORIES: ['medical', 'psy', 'social', 'vie-privee'],
      MACHINES: [
        { id: 'M1', events: expect.arrayContaining(['envoyer', 'choisir-niveau']) },
        { id: 'M3', states: expect.arrayContaining([expect.objectContaining({ code: 'en-concertation' })]) },
        { id: 'M6', events: expect.arrayContaining(['accuser-prise-en-compte']) },
        { id: 'M14', events: expect.arrayContaining(['s-opposer']) },
      ],
    });
  });
});
