import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { beforeAll, describe, expect, it } from 'vitest';
import { leftOut } from '../../fhir-profiles/build/constraint-source.ts';
import { type Definitions, index, loadCore, merge } from '../../fhir-profiles/build/definitions.ts';
import { toJavaScript } from '../../fhir-profiles/build/fhirpath-to-js.ts';
import { validatorsSource } from '../../fhir-profiles/build/validators.ts';
import { fixed } from '../../lib/fhir/validation/checks.ts';
import type { State } from '../../lib/fhir/validation/issue.ts';
import { BASE } from '../../lib/fhir/vocabulary.ts';

let core: Definitions;
beforeAll(() => {
  core = loadCore();
});

/** The build over R4's Basic as a profile of ours, one of its elements said otherwise. */
function build(id: string, over: Partial<ElementDefinition>): string {
  const basic = core.structures.get('http://hl7.org/fhir/StructureDefinition/Basic');
  if (!basic?.snapshot) throw new Error('R4 has no Basic');
  const element = basic.snapshot.element.map((one) => (one.id === id ? { ...one, ...over } : one));
  const profile: StructureDefinition = { ...basic, url: `${BASE}/StructureDefinition/essai`, snapshot: { element } };
  const definitions = merge(core, index([profile]));
  return validatorsSource({ definitions, ours: `${BASE}/`, own: new Set([profile.url]), baseTypes: ['CareTeam'] });
}

function rule(expression: string): Partial<ElementDefinition> {
  return { constraint: [{ key: 'essai-1', severity: 'error', human: 'essai', expression }] };
}

describe('nothing that a profile says is dropped in silence', () => {
  it.each<[string, string, Partial<ElementDefinition>, RegExp]>([
    ['a function of FHIRPath that has no translation', 'Basic', rule('code.resolve().exists()'), /Basic: constraint essai-1/],
    ['a length', 'Basic.implicitRules', { maxLength: 10 }, /maxLength is not supported/],
    ['an aggregation of references', 'Basic.subject', { type: [{ code: 'Reference', aggregation: ['contained'] }] }, /aggregation/],
    ['a rule on a primitive', 'Basic.created', rule("$this > '2020'"), /constraint on a primitive/],
    ['a required value set that nobody has', 'Basic.code', { binding: { strength: 'required', valueSet: 'urn:x' } }, /value set urn:x/],
    ['a profile that nobody defines', 'Basic.code', { type: [{ code: 'CodeableConcept', profile: ['urn:x'] }] }, /no definition of urn:x/],
  ])('%s stops the build', (_story, id, over, why) => expect(() => build(id, over)).toThrow(why));

  it.each(['Basic', 'Basic.subject', 'Basic.identifier'])('a rule on %s is compiled', (id) => {
    expect(build(id, rule('id.exists()'))).toContain('["essai-1","essai",""]');
  });
  it.each(['Basic.contained', 'Basic.extension'])('a rule on %s stops the build: it belongs on what holds them', (id) => {
    expect(() => build(id, rule('id.exists()'))).toThrow(/on what holds it/);
  });

  it('what has no check of its own is listed with its reason', () => {
    expect(leftOut().map((line) => line.split(':')[0])).toEqual(['ele-1', 'txt-1', 'txt-2', 'ctm-1']);
  });
});

describe('a value that the profile imposes', () => {
  const wanted = { system: 'urn:x', code: 'a' };
  it.each<[string, unknown, number]>([
    ['holds for one element, whatever is beside it', { ...wanted, display: 'A' }, 0],
    ['holds for each of a list', [wanted, { ...wanted, display: 'A' }], 0],
    ['is broken by one of a list', [wanted, { system: 'urn:x', code: 'b' }], 1],
    ['is broken by another value', 'a', 1],
  ])('%s', (_story, value, count) => {
    const state: State = { issues: [], depth: 0, resource: {}, rootResource: {}, place: 'Basic', withWarnings: false };
    fixed(state, value, 'Basic', 'code', wanted, false);
    expect(state.issues.map(({ rule: broken, expression }) => `${broken} at ${expression}`)).toEqual(
      Array.from({ length: count }, () => 'fixed-value at Basic.code'),
    );
  });
});

describe('a translated constraint', () => {
  it.each([
    ['name.exists() or identifier.exists()', '(f.child([v], "name").length > 0 || f.child([v], "identifier").length > 0)'],
    ['start <= end', 'f.ordered(f.compare(f.child([v], "start"), f.child([v], "end")), (sign) => sign <= 0)'],
  ])('%s', (expression, js) => expect(toJavaScript(expression, { choices: new Set() })).toBe(js));

  it.each(['now()', "name.replaceMatches('a', 'b')", '1 div 2', '%factory'])('%s has no translation', (expression) => {
    expect(() => toJavaScript(expression, { choices: new Set() })).toThrow(/no translation/);
  });
});
