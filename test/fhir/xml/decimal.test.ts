import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAs } from '../../../lib/fhir/validate.ts';
import { isObject } from '../../../lib/fhir/validation/issue.ts';
import { jsonText, parseJson } from '../../../lib/fhir/xml/json-text.ts';
import { fromXml } from '../../../lib/fhir/xml/read.ts';
import { toXml } from '../../../lib/fhir/xml/write.ts';
import { resourceFrom, utf8 } from './arbitraries.ts';

const xmlOf = (decimal: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="${decimal}"/></valueQuantity></Observation>`;
const jsonOf = (decimal: string): string => `{"resourceType":"Observation","valueQuantity":{"value":${decimal}}}`;

function read(xml: string): unknown {
  const result = fromXml(utf8(xml));
  if (!result.ok) throw new Error(result.refusals[0].diagnostics);
  return result.value;
}

const decimalArbitrary = fc.oneof(
  fc.stringMatching(/^-?(0|[1-9][0-9]{0,19})(\.[0-9]{1,19})?([eE][+-]?[0-9]{1,2})?$/),
  fc.constantFrom('1.10', '0.0', '-0', '-0.0', '100', '1E3', '1e-7', '0.1', '12345678901234567890', '0.10000000000000000555'),
);

describe('R4 datatypes.html#decimal: a decimal is written as it was', () => {
  it('from XML to XML', () => {
    fc.assert(
      fc.property(decimalArbitrary, (decimal) => {
        expect(toXml(resourceFrom(read(xmlOf(decimal))))).toBe(xmlOf(decimal));
      }),
    );
  });

  it('from JSON to JSON', () => {
    fc.assert(
      fc.property(decimalArbitrary, (decimal) => {
        expect(jsonText(resourceFrom(parseJson(jsonOf(decimal))))).toBe(jsonOf(decimal));
      }),
    );
  });

  it('from the one to the other and back', () => {
    fc.assert(
      fc.property(decimalArbitrary, (decimal) => {
        const json = jsonText(resourceFrom(read(xmlOf(decimal))));
        expect(json).toBe(jsonOf(decimal));
        expect(toXml(resourceFrom(parseJson(json)))).toBe(xmlOf(decimal));
      }),
    );
  });

  it('each of a repeating decimal', () => {
    const json = '{"resourceType":"Basic","code":{"text":"x"},"a":[1.10,2,3.0]}';
    expect(jsonText(resourceFrom(parseJson(json)))).toBe(json);
  });

  it('in memory it is a number, and the text beside it is no property', () => {
    const json = read(xmlOf('1.10'));
    expect(JSON.stringify(json)).toBe(jsonOf('1.1'));
    const quantity = isObject(json) ? json.valueQuantity : undefined;
    expect(isObject(quantity) && Object.keys(quantity)).toEqual(['value']);
  });

  it('the validators see a number and leave the text', () => {
    const text =
      '{"resourceType":"QuestionnaireResponse","status":"completed","subject":{"reference":"Patient/p"},"item":[{"linkId":"1","answer":[{"valueDecimal":1.50}]}]}';
    const parsed = parseAs('QuestionnaireResponse', parseJson(text));
    expect(parsed.ok && jsonText(parsed.value)).toBe(text);
    expect(parsed.ok && toXml(parsed.value)).toContain('<valueDecimal value="1.50"/>');
  });

  it('a copy keeps the text, another value does not', () => {
    const json = read(xmlOf('1.10'));
    const quantity = isObject(json) && isObject(json.valueQuantity) ? json.valueQuantity : {};
    const write = (valueQuantity: object): string => toXml(resourceFrom({ resourceType: 'Observation', valueQuantity }));
    expect(write({ ...quantity, value: 1.1 })).toBe(xmlOf('1.10'));
    expect(write({ ...quantity, value: 1.2 })).toBe(xmlOf('1.2'));
  });
});

describe('JSON is otherwise read and written as JavaScript does', () => {
  it('any value', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        expect(jsonText(value)).toBe(JSON.stringify(value));
      }),
    );
  });

  it('nested without end is read as well', () => {
    const text = `${'['.repeat(100_000)}1.10${']'.repeat(100_000)}`;
    expect(parseJson(text)).toHaveLength(1);
  });

  it('what is not JSON throws', () => expect(() => parseJson('{"a":1.10')).toThrow(SyntaxError));
});
