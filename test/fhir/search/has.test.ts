import { describe, expect, it } from 'vitest';
import type { ResourceType } from '../../../lib/fhir/types.ts';
import { RECORD, search } from './record.ts';

describe('_has is met when a resource that points here meets the rest (R4 search.html 3.1.1.4.16)', () => {
  it.each<[ResourceType, string, readonly string[]]>([
    ['Patient', '_has:CarePlan:patient:status=active', ['p1']],
    ['Patient', '_has:CarePlan:subject:status=active', ['p1']],
    ['Patient', '_has:CarePlan:patient:status=completed', []],
    ['Patient', '_has:CarePlan:patient:status:not=active', ['p1']],
    ['Patient', '_has:CarePlan:patient:status=active&_has:Task:patient:status=requested', ['p1']],
    ['Patient', '_has:CarePlan:patient:status=active&_has:Task:patient:status=failed', []],
    ['Goal', '_has:CarePlan:goal:status=active', ['home', 'walk']],
    ['Goal', '_has:CarePlan:goal:status=revoked', ['home']],
    ['Goal', '_has:CarePlan:goal:_id=old,pps&lifecycle-status=planned', ['walk']],
    ['CarePlan', '_has:CarePlan:replaces:status=draft', ['pps']],
    ['EpisodeOfCare', '_has:Task:focus:status=requested', ['stay']],
    ['EpisodeOfCare', '_has:Task:focus:status=draft', []],
    ['Practitioner', '_has:PractitionerRole:practitioner:organization=Organization/msp', ['mt']],
    ['Organization', '_has:Organization:partof:name=MSP', ['cpts']],
  ])('%s?%s: %j', (type, query, ids) => {
    expect(search(type, query).found).toEqual(ids);
  });

  it.each<[string, ResourceType, string, readonly string[]]>([
    ['nested in itself', 'Goal', '_has:CarePlan:goal:_has:Task:based-on:status=requested', ['home', 'walk']],
    ['nested, its inner end not met', 'Goal', '_has:CarePlan:goal:_has:Task:based-on:status=draft', []],
    ['ending in a chain', 'Goal', '_has:CarePlan:goal:care-team.status=active', ['home', 'walk']],
    ['at the end of a chain', 'Task', 'focus:CarePlan._has:CarePlan:replaces:status=draft', ['sub']],
    ['at the end of a chain through the person', 'Task', 'patient._has:CarePlan:patient:status=revoked', ['call', 'sub']],
  ])('%s', (_, type, query, ids) => {
    expect(search(type, query).found).toEqual(ids);
  });

  it('T18: is not met by what the requester does not see', () => {
    const seen = RECORD.filter(({ id }) => id !== 'pps');
    expect(search('Patient', '_has:CarePlan:patient:status=active', seen).found).toEqual([]);
    expect(search('Goal', '_has:CarePlan:goal:status=active,revoked', seen).found).toEqual(['home']);
  });
});
