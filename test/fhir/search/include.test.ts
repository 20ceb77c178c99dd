import { describe, expect, it } from 'vitest';
import { capabilityStatement } from '../../../lib/fhir/capability.ts';
import { RESOURCE_TYPES } from '../../../lib/fhir/resource-types.ts';
import { reachOf } from '../../../lib/fhir/search/reach.ts';
import type { ResourceType } from '../../../lib/fhir/types.ts';
import { RECORD, search } from './record.ts';
import { refusalCodes, searchOf } from './searching.ts';

describe('what goes with the matches (R4 search.html 3.1.1.5.4)', () => {
  it.each<[ResourceType, string, readonly string[]]>([
    ['CarePlan', '_id=pps&_include=CarePlan:goal', ['home', 'walk']],
    ['CarePlan', '_id=pps&_include=CarePlan:goal&_include=CarePlan:patient', ['home', 'walk', 'p1']],
    ['CarePlan', '_include=CarePlan:goal', ['home', 'walk']],
    ['CarePlan', '_id=pps&_include=CarePlan:performer:Device', []],
    ['CarePlan', '_id=next&_include=CarePlan:replaces', ['pps']],
    ['CarePlan', '_id=next,pps&_include=CarePlan:replaces', []],
    ['CarePlan', '_id=pps&_include=*', ['circle', 'home', 'walk', 'p1']],
    ['CarePlan', '_id=pps&_include=CarePlan:*', ['circle', 'home', 'walk', 'p1']],
    ['CarePlan', '_id=pps&_include=CarePlan:*:Goal', ['home', 'walk']],
    ['Task', '_include=Task:owner:Organization', ['ch']],
    ['Task', '_include=Task:focus:EpisodeOfCare', ['stay']],
    ['CarePlan', '_id=pps&_revinclude=Task:based-on', ['call']],
    ['CarePlan', '_id=pps&_revinclude=Task:focus&_revinclude=CarePlan:replaces', ['sub', 'next']],
    ['CarePlan', '_id=pps&_revinclude=Task:*', ['call', 'sub']],
    ['Patient', '_id=p1&_revinclude=Goal:patient&_revinclude=Goal:subject', ['home', 'walk']],
    ['DocumentReference', '_include=DocumentReference:author', []],
  ])('%s?%s: %j, each once', (type, query, ids) => {
    expect(search(type, query, RECORD).included).toEqual(ids);
  });

  it('an include of another type begins at what :iterate reaches, not at the matches', () => {
    expect(search('Task', '_id=call&_include=Task:based-on&_include:iterate=CarePlan:goal').included).toEqual(['pps', 'home', 'walk']);
    expect(search('Task', '_id=call&_include:iterate=CarePlan:goal').included).toEqual([]);
  });

  it('iterates over what was included, until nothing new comes, round trips of references included', () => {
    expect(
      search('Task', '_id=call&_include=Task:owner&_include:iterate=PractitionerRole:organization&_include:iterate=Organization:partof')
        .included,
    ).toEqual(['gp', 'msp', 'cpts']);
    expect(search('CarePlan', '_id=next&_include:iterate=CarePlan:replaces&_revinclude:iterate=Task:based-on').included).toEqual([
      'pps',
      'call',
    ]);
    expect(search('CareTeam', '_include:iterate=*').included.toSorted()).toEqual(['cpts', 'gp', 'msp', 'mt', 'p1']);
  });

  it('brings nothing that the requester does not see, nor what lies behind it', () => {
    const seen = RECORD.filter(({ id }) => id !== 'gp');
    expect(search('CareTeam', '_include:iterate=*', seen).included.toSorted()).toEqual(['mt', 'p1']);
  });

  it('does not change what matches', () => {
    expect(search('CarePlan', 'status=active&_include:iterate=*&_revinclude=*').found).toEqual(['pps']);
  });

  it('stays in the self link, the rest of the search unchanged', () => {
    expect(searchOf('CarePlan', '_include=CarePlan:goal&_revinclude:iterate=*').selfQuery).toBe(
      '_include=CarePlan:goal&_revinclude:iterate=*',
    );
  });
});

describe('what a search looks at beside its own type', () => {
  const reached = (type: ResourceType, query: string) => {
    const { targets, referrers } = reachOf(searchOf(type, query));
    return [[...targets].toSorted(), [...referrers].toSorted()];
  };
  it.each<[ResourceType, string, readonly string[], readonly string[]]>([
    ['CarePlan', 'status=active&patient=p1', [], []],
    ['CarePlan', 'subject.name=x', ['Patient'], []],
    ['Task', 'owner:PractitionerRole.practitioner.name=x', ['Practitioner', 'PractitionerRole'], []],
    ['Patient', '_has:CarePlan:patient:goal.lifecycle-status=active', ['Goal'], ['CarePlan']],
    ['CarePlan', '_include=CarePlan:goal', ['Goal'], []],
    ['CarePlan', '_include=CarePlan:goal&_include:iterate=Goal:subject', ['Goal', 'Organization', 'Patient'], []],
    ['CarePlan', '_include:iterate=Goal:subject', [], []],
    ['Goal', '_revinclude=CarePlan:goal&_include:iterate=CarePlan:care-team', ['CareTeam'], ['CarePlan']],
  ])('%s?%s: targets %j, referrers %j', (type, query, targets, referrers) => {
    expect(reached(type, query)).toEqual([targets, referrers]);
  });
});

describe('the CapabilityStatement', () => {
  const rows =
    capabilityStatement('https://relais.test/fhir', '2026-01-01', { transactionItemsMax: 100, batchEntriesMax: 300 }).rest?.[0]?.resource ??
    [];
  const claimed = rows.flatMap(({ type, searchInclude = [], searchRevInclude = [] }) => [
    ...searchInclude.map((value) => [type, `_include=${value}`] as const),
    ...searchRevInclude.map((value) => [type, `_revinclude=${value}`] as const),
  ]);

  it('claims includes that the parser takes, strictly', () => {
    expect(claimed.length).toBeGreaterThan(200);
    const isType = (type: string | undefined): type is ResourceType => type !== undefined && Object.hasOwn(RESOURCE_TYPES, type);
    expect(claimed.filter(([type, query]) => !isType(type) || refusalCodes(type, query, 'strict').length > 0)).toEqual([]);
  });

  it.each([
    ['CarePlan', 'CarePlan:goal', 'Task:based-on'],
    ['Patient', 'Patient:general-practitioner', 'CarePlan:patient'],
    ['Organization', 'Organization:partof', 'PractitionerRole:organization'],
  ])('lists for %s the include %s and the reverse include %s', (type, include, reverse) => {
    const row = rows.find((one) => one.type === type);
    expect(row?.searchInclude).toContain(include);
    expect(row?.searchRevInclude).toContain(reverse);
  });

  it('claims no reverse include that leads from the directory into records: it would be refused', () => {
    expect(rows.find(({ type }) => type === 'PractitionerRole')?.searchRevInclude).not.toContain('Task:owner');
  });

  it('claims nothing for types that are not searched, nor through the trace', () => {
    expect(rows.find(({ type }) => type === 'Binary')).not.toHaveProperty('searchInclude');
    expect(claimed.filter(([type, query]) => /AuditEvent|Binary/.test(`${type} ${query}`))).toEqual([]);
  });
});
