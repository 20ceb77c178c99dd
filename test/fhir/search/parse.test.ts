import { describe, expect, it } from 'vitest';
import { parseSearch, searchFromForm } from '../../../lib/fhir/search/parse.ts';
import type { ResourceType } from '../../../lib/fhir/types.ts';
import { baseUrl, refusalCodes, searchOf } from './searching.ts';

describe('unknown parameters (contracts.md 3)', () => {
  it('are ignored with a warning and left out of the self link', () => {
    const search = searchOf('Task', 'patient=p1&couleur=bleu&status=requested', 'lenient');
    expect(search.selfQuery).toBe('patient=p1&status=requested');
    expect(search.ignored.map(({ code, expression }) => [code, expression])).toEqual([['unknown-search-parameter', 'couleur']]);
    expect(search.criteria.map(({ name }) => name)).toEqual(['patient', 'status']);
  });

  it('are refused under strict, with their name and those served', () => {
    const parsed = parseSearch('Task', 'patient=p1&couleur=bleu', { handling: 'strict', baseUrl });
    expect(parsed.ok || parsed.refusals.map(({ category, diagnostics }) => [category, diagnostics])).toEqual([
      ['not-understood', expect.stringMatching(/"couleur".*served: .*due, .*status/)],
    ]);
  });

  it.each(['constructor=1', '__proto__=1', 'toString=x', 'nom.prenom=x', '=x'])('%s is one of them', (query) => {
    expect(refusalCodes('Patient', query, 'strict')).toEqual(['unknown-search-parameter']);
    expect(searchOf('Patient', query, 'lenient').criteria).toEqual([]);
  });

  it.each([
    ['_include=Task:couleur', 'include-not-supported'],
    ['_include=Task', 'include-not-supported'],
    ['_include=Task:owner:Patient:Patient', 'include-not-supported'],
    ['_include=CarePlan:goal', 'include-not-supported'],
    ['_revinclude=Provenance:target', 'include-not-supported'],
    ['_revinclude=AuditEvent:entity', 'include-not-supported'],
    ['_include:recurse=Task:owner', 'search-parameter-not-supported'],
    ['_include:iterate:x=Task:owner', 'search-parameter-not-supported'],
  ])('%s, which could include nothing, is ignored when lenient, refused when strict', (query, code) => {
    expect(searchOf('Task', query, 'lenient')).toMatchObject({ criteria: [], includes: [], selfQuery: '', ignored: [{ code }] });
    expect(refusalCodes('Task', query, 'strict')).toEqual([code]);
  });

  it('an empty value is no criterion', () => {
    expect(searchOf('Patient', 'family=&given=,&gender=male', 'lenient')).toMatchObject({ selfQuery: 'gender=male', ignored: [{}, {}] });
    expect(refusalCodes('Patient', 'family=', 'strict')).toEqual(['empty-search-parameter']);
  });
});

describe('what would widen the answer if it were ignored is refused, lenient or not', () => {
  it.each<[ResourceType, string, string]>([
    ['Patient', '_filter=name eq x', 'search-parameter-not-supported'],
    ['DocumentReference', '_text:contains=chute', 'modifier-not-supported'],
    ['Patient', '_query=custom', 'search-parameter-not-supported'],
    ['Patient', '_list=42', 'search-parameter-not-supported'],
    ['Task', '_contained=both', 'search-parameter-not-supported'],
    ['Task', 'status.name=x', 'chain-not-supported'],
    ['Task', 'owner.couleur=x', 'chain-not-supported'],
    ['Task', 'owner:Practitioner.couleur=x', 'chain-not-supported'],
    ['Task', 'owner:Encounter.status=x', 'chain-not-supported'],
    ['Task', 'patient.birthdate=hier', 'invalid-search-value'],
    ['Task', 'patient.gender:in=x', 'terminology-not-carried'],
    ['Task', 'part-of.part-of.part-of.part-of.part-of.part-of.status=draft', 'too-costly'],
    ['Patient', '_has=x', 'chain-not-supported'],
    ['Patient', '_has:CarePlan:patient=x', 'chain-not-supported'],
    ['Patient', '_has:CarePlan:status:status=x', 'chain-not-supported'],
    ['Patient', '_has:CarePlan:care-team:status=x', 'chain-not-supported'],
    ['Patient', '_has:Provenance:target:agent=x', 'chain-not-supported'],
    ['Patient', '_has:AuditEvent:patient:agent=x', 'chain-not-supported'],
    ['Patient', '_has:CarePlan:patient:couleur=x', 'chain-not-supported'],
    ['Patient', '_has:CarePlan:patient:date=hier', 'invalid-search-value'],
    ['AuditEvent', 'agent.name=x', 'chain-not-supported'],
    ['CarePlan', '_summary=text&_include=CarePlan:goal', 'summary-text-with-include'],
    ['Condition', 'code:not-in=http://x', 'terminology-not-carried'],
    ['Condition', 'code:above=http://snomed.info/sct|404684003', 'terminology-not-carried'],
    ['Condition', 'code:above=x', 'invalid-search-value'],
    ['Condition', 'code:below=x', 'invalid-search-value'],
    ['Condition', 'clinical-status:below=http://terminology.hl7.org/CodeSystem/condition-clinical|gone', 'invalid-search-value'],
    ['Patient', 'gender:in=http://x', 'terminology-not-carried'],
    ['Patient', 'gender:in=ValueSet/x', 'terminology-not-carried'],
    ['Patient', 'family:not=x', 'modifier-not-supported'],
    ['Patient', 'birthdate:exact=1950', 'modifier-not-supported'],
    ['Task', 'patient:Group=x', 'modifier-not-supported'],
    ['Patient', 'birthdate=hier', 'invalid-search-value'],
    ['Patient', 'birthdate=xx2026', 'invalid-search-value'],
    ['Patient', 'birthdate=2026-02-30', 'invalid-search-value'],
    ['Patient', 'birthdate=2026,hier', 'invalid-search-value'],
    ['Patient', '_lastUpdated=2026-05-01T10:00:00%2B25:00', 'invalid-search-value'],
    ['Task', 'patient=Patient/a/b', 'invalid-search-value'],
    ['Task', 'subject:Patient=Group/x', 'invalid-search-value'],
    ['Encounter', 'length=long', 'invalid-search-value'],
    ['Encounter', 'length=5|d', 'invalid-search-value'],
    ['DocumentReference', 'relationship=replaces', 'invalid-search-value'],
    ['Patient', 'identifier:of-type=a|b', 'invalid-search-value'],
    ['Patient', 'gender:missing=peut-etre', 'invalid-search-value'],
    ['Patient', 'family=%zz', 'malformed-query'],
    ['Patient', 'family=%E9', 'malformed-query'],
  ])('%s?%s: %s', (type, query, code) => {
    expect(refusalCodes(type, query)).toEqual([code]);
  });

  it('names the modifier and those that work', () => {
    const parsed = parseSearch('Patient', 'family:sounds=x', { handling: 'lenient', baseUrl });
    expect(parsed.ok || parsed.refusals[0]).toMatchObject({
      expression: 'family:sounds',
      diagnostics: 'modifier ":sounds" is not supported on "family"; supported: :exact, :contains, :missing',
    });
  });

  it('tells every mistake at once', () => {
    expect(refusalCodes('Patient', 'birthdate=hier&gender:in=x&_count=dix')).toEqual([
      'invalid-search-value',
      'terminology-not-carried',
      'invalid-search-value',
    ]);
  });
});

describe('the patient that a search is about', () => {
  const ins = { system: 'urn:oid:1.2.250.1.213.1.4.10', value: '2510763220010' };
  const chain = `identifier=${ins.system}|${ins.value}`;
  it.each<[ResourceType, string, unknown]>([
    ['Task', 'patient=p1', { reference: 'Patient/p1' }],
    ['Task', 'patient=Patient/p1', { reference: 'Patient/p1' }],
    ['Task', `patient=${baseUrl}/Patient/p1`, { reference: 'Patient/p1' }],
    ['CarePlan', 'subject=p1', { reference: 'Patient/p1' }],
    ['CarePlan', 'subject:Patient=p1', { reference: 'Patient/p1' }],
    ['CarePlan', 'subject=Group/g1', undefined],
    ['Task', 'patient=p1,p2', undefined],
    ['Task', 'patient:missing=true', undefined],
    ['Task', 'patient=https://elsewhere.test/Patient/p1', undefined],
    ['Task', `patient.${chain}`, { identifier: ins }],
    ['Task', `patient:Patient.${chain}`, { identifier: ins }],
    ['CarePlan', `subject:Patient.${chain}`, { identifier: ins }],
    ['AuditEvent', `patient.${chain}`, { identifier: ins }],
    ['Patient', 'identifier=2510763220010', undefined],
    ['Patient', '_id=p1', { reference: 'Patient/p1' }],
    ['Patient', '_id=p1,p2', undefined],
    ['Patient', chain, { identifier: ins }],
    ['Patient', `_id=p1&${chain}`, { reference: 'Patient/p1' }],
    ['Patient', 'identifier:not=x', undefined],
    ['Organization', 'identifier=x', undefined],
    ['Task', '_id=t1', undefined],
    ['Task', 'owner=p1', undefined],
  ])('%s?%s: %j', (type, query, want) => {
    expect(searchOf(type, query).patient).toEqual(want);
  });

  it('refuses a chain without the system of the identifier: the index knows both together only', () => {
    expect(refusalCodes('Consent', 'patient.identifier=2510763220010')).toEqual(['system-needed']);
  });

  it('keeps a chain out of the criteria, and in the self link', () => {
    expect(searchOf('Task', `patient.${chain}&status=requested`)).toMatchObject({
      criteria: [{ name: 'status' }],
      selfQuery: 'patient.identifier=urn:oid:1.2.250.1.213.1.4.10%7C2510763220010&status=requested',
    });
  });

  it.each([
    `patient.${chain}&patient=p1`,
    `patient.${chain}&subject:Patient.${chain}`,
    'patient.identifier=a,b',
    'patient.identifier=urn:x|',
  ])('%s names no single one: refused', (query) => {
    expect(refusalCodes('Task', query)).toEqual(['several-patients']);
  });
});

describe('_id', () => {
  it.each([
    ['_id=a,b', ['a', 'b']],
    ['_id=a,b&_id=b,c', ['b']],
    ['_id=a&_id=b', []],
    ['_id:not=a', undefined],
    ['status=draft', undefined],
  ])('%s leaves %j', (query, want) => {
    expect(searchOf('Task', query).ids).toEqual(want);
  });
});

describe('result parameters', () => {
  it.each([
    ['', { count: 50, sort: [], total: 'accurate' }],
    ['_count=20', { count: 20 }],
    ['_count=100000', { count: 500 }],
    ['_count=0', { summary: 'count' }],
    ['_summary=count', { summary: 'count' }],
    ['_summary=false', { count: 50 }],
    ['_contained=false', { criteria: [], ignored: [], selfQuery: '' }],
    ['_total=none', { total: 'none' }],
    ['_elements=status,code', { elements: ['status', 'code'] }],
    [
      '_sort=-due,status',
      {
        sort: [
          { name: 'due', descending: true },
          { name: 'status', descending: false },
        ],
      },
    ],
    [
      '_sort=status&_sort=_id',
      {
        sort: [
          { name: 'status', descending: false },
          { name: '_id', descending: false },
        ],
      },
    ],
    ['_page=abc', { pageToken: 'abc', selfQuery: '' }],
    ['_format=json&_pretty=true', { criteria: [], ignored: [], selfQuery: '_format=json&_pretty=true' }],
  ])('%s', (query, want) => {
    expect(searchOf('Task', query)).toMatchObject(want);
  });

  it.each([
    ['_count=-1', 'invalid-search-value'],
    ['_count=a', 'invalid-search-value'],
    ['_summary=court', 'invalid-search-value'],
    ['_total=exact', 'invalid-search-value'],
    ['_count=1&_count=2', 'repeated-parameter'],
    ['_page=a&_page=b', 'repeated-parameter'],
  ])('%s: %s', (query, code) => {
    expect(refusalCodes('Task', query)).toEqual([code]);
  });

  it('leaves an unknown sort key out of the self link, and refuses it under strict', () => {
    expect(searchOf('Task', '_sort=couleur,-due', 'lenient')).toMatchObject({
      selfQuery: '_sort=-due',
      ignored: [{ expression: '_sort=couleur' }],
    });
    expect(refusalCodes('Task', '_sort=couleur', 'strict')).toEqual(['unknown-search-parameter']);
  });
});

describe('self link', () => {
  it('says again what was used, and means the same', () => {
    const query = `name=${encodeURIComponent('Gen\\,çay & +')}&birthdate=ge1950-01-01T00:00:00%2B01:00&_sort=name&_count=5`;
    const search = searchOf('Patient', query);
    expect(searchOf('Patient', search.selfQuery)).toEqual(search);
  });
});

describe('POST _search', () => {
  it('joins the form and the URL, and reads them like a GET', () => {
    const options = { handling: 'strict', baseUrl } as const;
    expect(searchFromForm('Task', 'status=requested&code=x\r\n', '?patient=p1', options)).toEqual(
      parseSearch('Task', 'patient=p1&status=requested&code=x', options),
    );
    expect(searchFromForm('Task', '', 'patient=p1', options)).toEqual(parseSearch('Task', 'patient=p1', options));
  });
});
