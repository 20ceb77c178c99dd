import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insKeyIsValid, isIns, isInsSystem, isProductionIns } from '../../lib/identity/ins.ts';

const key = (number: number): string => String(97 - (number % 97)).padStart(2, '0');

describe('key of an INS', () => {
  it.each([
    ['of somebody born in Paris', '255067511203430', true],
    ['of a Corsican of the South (2A counts as 19)', '180062A00400943', true],
    ['of a Corsican of the North (2B counts as 18)', '268122B03304490', true],
    ['with a wrong key', '255067511203431', false],
    ['without its key', '2550675112034', false],
    ['with a letter elsewhere than in the department', '2A5067511203430', false],
    ['that is empty', '', false],
  ])('%s', (_story, ins, valid) => expect(insKeyIsValid(ins)).toBe(valid));

  it('is the only one of 97 that fits a number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000_000_000_000, max: 8_999_999_999_999 }), fc.integer({ min: 1, max: 96 }), (number, shift) => {
        const right = `${number}${key(number)}`;
        const other = String(((Number(key(number)) + shift - 1) % 97) + 1).padStart(2, '0');
        expect(insKeyIsValid(right)).toBe(true);
        expect(insKeyIsValid(`${number}${other}`)).toBe(false);
      }),
    );
  });
});

describe('INS domains', () => {
  it.each([
    ['urn:oid:1.2.250.1.213.1.4.8', true, true],
    ['urn:oid:1.2.250.1.213.1.4.9', true, true],
    ['urn:oid:1.2.250.1.213.1.4.10', true, false],
    ['urn:oid:1.2.250.1.213.1.4.11', true, false],
    ['urn:oid:1.2.250.1.213.1.4.2', false, false],
    [undefined, false, false],
  ])('%s', (system, ins, production) => {
    expect(isInsSystem(system)).toBe(ins);
    expect(isProductionIns(system)).toBe(production);
  });

  it('the billing number of the insured shares the OID and is no INS', () => {
    const system = 'urn:oid:1.2.250.1.213.1.4.8';
    const type = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'NH' }] };
    expect(isIns({ system, value: '255067511203430' })).toBe(true);
    expect(isIns({ system, value: '255067511203430', type })).toBe(false);
  });
});
