import { describe, expect, it } from 'vitest';
import { lookupIn } from '../../../lib/fhir/search/lookup.ts';
import { matcher } from '../../../lib/fhir/search/match.ts';
import type { ResourceType } from '../../../lib/fhir/types.ts';
import { RECORD, search } from './record.ts';
import { baseUrl, finds, searchOf } from './searching.ts';

describe('a chain is met when one target of the reference meets the rest (R4 search.html 3.1.1.4.15)', () => {
  it.each<[ResourceType, string, readonly string[]]>([
    ['CarePlan', 'subject.name=temoin', ['next', 'old', 'pps']],
    ['CarePlan', 'subject:Patient.name=temoin', ['next', 'old', 'pps']],
    ['CarePlan', 'subject.name=autre', []],
    ['CarePlan', 'subject.gender:not=male', ['next', 'old', 'pps']],
    ['CarePlan', 'goal.lifecycle-status=planned', ['pps']],
    ['CarePlan', 'goal.lifecycle-status=planned,active', ['old', 'pps']],
    ['CarePlan', 'goal.lifecycle-status=planned&goal.lifecycle-status=active', ['pps']],
    ['CarePlan', 'goal.target-date:missing=true', ['old', 'pps']],
    ['CarePlan', 'replaces.status=active', ['next']],
    ['CarePlan', 'replaces.goal._id=walk', ['next']],
    ['Task', 'focus:EpisodeOfCare.status=finished', ['call']],
    ['Task', 'focus:CarePlan.status=active', ['sub']],
    ['Task', 'focus:Encounter.status=finished', []],
    ['Task', 'focus.status=active', ['sub']],
    ['Task', 'focus.status=active,finished', ['call', 'sub']],
    ['Task', 'owner.name=essais', []],
    ['Task', 'owner.name:contains=essais', ['sub']],
    ['Task', 'owner:PractitionerRole.practitioner.name=maquette', ['call']],
    ['Task', 'owner:PractitionerRole.practitioner:Practitioner.identifier=urn:rpps|99700000001', ['call']],
    ['Task', 'owner:PractitionerRole.organization.partof.name:contains=esquisse', ['call']],
    ['Task', 'part-of.owner:PractitionerRole.organization.partof.name:contains=esquisse', ['sub']],
    ['Task', 'part-of.based-on:CarePlan.goal.lifecycle-status=planned', ['sub']],
    ['CareTeam', 'participant:PractitionerRole.practitioner:Practitioner.identifier=urn:rpps|99700000001', ['circle']],
    ['CareTeam', 'participant:Organization.name=MSP', []],
    ['Patient', 'general-practitioner.family=maquette', ['p1']],
    ['Patient', 'general-practitioner.family=maquette&gender=male', []],
  ])('%s?%s: %j', (type, query, ids) => {
    expect(search(type, query).found).toEqual(ids);
  });

  it('goes into what the document carries itself: authors of PDSm are often contained', () => {
    expect(search('DocumentReference', 'author:Practitioner.family=gabarit').found).toEqual(['letter']);
    expect(search('DocumentReference', 'author:Practitioner.family=maquette').found).toEqual([]);
    expect(search('DocumentReference', 'author:Organization.name=gabarit').found).toEqual([]);
  });

  it('is not met by a target that the requester does not see, negated or not (A-68)', () => {
    const seen = RECORD.filter(({ id }) => id !== 'walk' && id !== 'p1');
    expect(search('CarePlan', 'goal.lifecycle-status=planned', seen).found).toEqual([]);
    expect(search('CarePlan', 'subject.gender:not=male', seen).found).toEqual([]);
    expect(search('CarePlan', 'subject.death-date:missing=true', seen).found).toEqual([]);
  });

  it('is met by nothing where nothing can be looked up', () => {
    expect(
      finds({ resourceType: 'CarePlan', status: 'active', intent: 'plan', subject: { reference: 'Patient/p1' } }, 'subject.name=x'),
    ).toBe(false);
  });

  it('does not follow logical references and those of other servers', () => {
    const [patient] = RECORD;
    const query = 'subject.gender=female';
    for (const subject of [
      { identifier: { value: 'p1' } },
      { reference: 'https://elsewhere.test/Patient/p1' },
      { display: 'Patient/p1' },
    ]) {
      const plan = { resourceType: 'CarePlan', id: 'x', status: 'active', intent: 'plan', subject } as const;
      expect(search('CarePlan', query, patient ? [plan, patient] : []).found).toEqual([]);
    }
  });
});

describe('what leads out of the views is told, so that it can be loaded', () => {
  const missed = (type: ResourceType, query: string): readonly string[] => {
    const refs = new Set<string>();
    const views = RECORD.filter(({ resourceType }) => !/^(Practitioner|Organization)/.test(resourceType));
    const isMatch = matcher(
      searchOf(type, query),
      lookupIn(views, baseUrl, (ref) => refs.add(ref)),
    );
    for (const view of views) isMatch(view);
    return [...refs];
  };
  it.each<[string, readonly string[]]>([
    ['owner:PractitionerRole.practitioner.name=x', ['PractitionerRole/gp']],
    ['owner:Organization.name=x', ['Organization/ch']],
    ['owner.active=true', ['PractitionerRole/gp', 'Organization/ch']],
    ['focus:EpisodeOfCare.status=finished', []],
    ['status=draft&owner:PractitionerRole.active=true', []],
  ])('Task?%s misses %j', (query, refs) => {
    expect(missed('Task', query)).toEqual(refs);
  });
});
