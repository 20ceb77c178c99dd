import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conditionalReferencesIn, fullUrlsMeant, renamed } from '../../lib/fhir/bundle-references.ts';
import { jsonText, parseJson } from '../../lib/fhir/xml/json-text.ts';

const URN = 'urn:uuid:0b9c1d7e-0000-4000-8000-000000000001';
const nameHere = (name: string) => (name === URN ? 'Goal/here' : undefined);

describe('what a Bundle calls a resource is replaced', () => {
  it.each<[string, object, object]>([
    ['a reference', { goal: [{ reference: URN }] }, { goal: [{ reference: 'Goal/here' }] }],
    [
      'a reference in a contained resource',
      { contained: [{ subject: { reference: URN } }] },
      { contained: [{ subject: { reference: 'Goal/here' } }] },
    ],
    [
      'a reference in an extension',
      { extension: [{ valueReference: { reference: URN } }] },
      { extension: [{ valueReference: { reference: 'Goal/here' } }] },
    ],
    ['a uri', { extension: [{ valueUri: URN }] }, { extension: [{ valueUri: 'Goal/here' }] }],
    ['a url of an attachment', { content: [{ attachment: { url: URN } }] }, { content: [{ attachment: { url: 'Goal/here' } }] }],
    [
      'links of the narrative',
      { text: { div: `<div><a href="${URN}">a</a><img src="${URN}"/></div>` } },
      { text: { div: '<div><a href="Goal/here">a</a><img src="Goal/here"/></div>' } },
    ],
  ])('%s', (_story, body, wanted) => {
    expect(renamed(body, nameHere)).toEqual(wanted);
  });

  it('in a JSON Patch: the value of an operation too', () => {
    expect(renamed([{ op: 'replace', path: '/goal/0/reference', value: URN }], nameHere)).toEqual([
      { op: 'replace', path: '/goal/0/reference', value: 'Goal/here' },
    ]);
  });

  it.each([
    ['a canonical', { instantiatesCanonical: [URN] }],
    ['a text', { description: URN }],
    ['an identifier', { identifier: [{ value: URN }] }],
    ['a text of the narrative', { text: { div: `<div>${URN}</div>` } }],
    ['a name that only begins like it', { goal: [{ reference: `${URN}0` }] }],
  ])('but not %s', (_story, body) => {
    expect(renamed(body, nameHere)).toEqual(body);
  });

  it('and nothing else changes, decimals as written included', () => {
    const text = '{"value":1.10,"list":[{"reference":"Goal/a"},null,2.50]}';
    const body = parseJson(text);
    expect(jsonText(Object(renamed(body, nameHere)))).toBe(text);
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
        expect(jsonText(Object(renamed(body, () => undefined)))).toBe(jsonText(body));
      }),
    );
  });
});

it('a conditional reference is one of an element reference, once each', () => {
  const body = {
    subject: { reference: 'Patient?identifier=a|b' },
    goal: [{ reference: 'Goal?x=1' }, { reference: 'Goal?x=1' }, { reference: 'Goal/1' }],
    url: 'Task?y=2',
    note: [{ text: 'Task?z=3' }],
  };
  expect(conditionalReferencesIn(body)).toEqual(['Patient?identifier=a|b', 'Goal?x=1']);
});

it.each([
  ['Goal/1', 'https://autre.example/fhir/CarePlan/7', ['https://autre.example/fhir/Goal/1', 'Goal/1']],
  ['Goal/1', 'urn:uuid:1', ['Goal/1']],
  ['Goal/1', undefined, ['Goal/1']],
  ['urn:uuid:2', 'https://autre.example/fhir/CarePlan/7', ['urn:uuid:2']],
  ['https://x.example/Goal/1', 'https://autre.example/fhir/CarePlan/7', ['https://x.example/Goal/1']],
  ['Goal?x=1', 'https://autre.example/fhir/CarePlan/7', ['Goal?x=1']],
])('%s inside of %s means %j', (reference, within, meant) => {
  expect(fullUrlsMeant(reference, within)).toEqual(meant);
});
