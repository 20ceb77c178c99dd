import { describe, expect, it } from 'vitest';
import { parseSearch } from '../../lib/fhir/search/parse.ts';
import { reachOf } from '../../lib/fhir/search/reach.ts';
import type { ResourceType } from '../../lib/fhir/types.ts';
import { typesRead } from '../../lib/usecases/search-around.ts';

describe('what of a record a search reads', () => {
  it.each<[ResourceType, string, readonly ResourceType[]]>([
    ['CarePlan', 'status=active', ['CarePlan']],
    ['CarePlan', 'replaces.status=active', ['CarePlan']],
    // The key of the person is known: one BatchGet, no record.
    ['Task', '_include=Task:patient&patient.name=x', ['Task']],
    // The directory is read by reference.
    ['CareTeam', 'participant:PractitionerRole.practitioner.name=x&_include=CareTeam:participant:Organization', ['CareTeam']],
    ['CarePlan', 'goal.lifecycle-status=active', ['CarePlan', 'Goal']],
    ['CarePlan', 'goal.lifecycle-status=active&_include=CarePlan:patient', ['CarePlan', 'Goal', 'Patient']],
    ['Patient', '_has:CarePlan:patient:goal.lifecycle-status=active', ['Patient', 'CarePlan', 'Goal']],
    ['Goal', '_revinclude=CarePlan:goal&_include:iterate=CarePlan:care-team', ['Goal', 'CarePlan', 'CareTeam']],
    ['RelatedPerson', '_has:Patient:link:gender=female', ['RelatedPerson', 'Patient']],
  ])('%s?%s: %j', (type, query, types) => {
    const parsed = parseSearch(type, query, { handling: 'strict', baseUrl: 'https://relais.test/fhir' });
    expect(parsed.ok && typesRead(type, reachOf(parsed.value))).toEqual(types);
  });
});
