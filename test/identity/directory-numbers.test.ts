import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finessKeyIsValid, isFiness, luhnIsValid, rppsIn } from '../../lib/identity/directory-numbers.ts';

describe('Luhn key', () => {
  it.each([
    ['10999990012', true],
    ['10999990013', false],
    ['750000010', true],
    ['75000001X', false],
    ['', false],
  ])('%s', (digits, valid) => expect(luhnIsValid(digits)).toBe(valid));

  it('notices any single wrong digit', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 }), fc.integer({ min: 1, max: 9 }), (place, shift) => {
        const digits = Array.from('10999990012', Number);
        const wrong = digits.with(place, ((digits[place] ?? 0) + shift) % 10).join('');
        expect(luhnIsValid(wrong)).toBe(false);
      }),
    );
  });
});

describe('RPPS', () => {
  it.each([
    ['11 digits are the RPPS', '10999990012', '10999990012'],
    ['a PS_IdNat of kind 8 holds it', '810999990012', '10999990012'],
    ['9 digits are an ADELI', '999000012', undefined],
    ['a PS_IdNat of another kind has no RPPS', '0999000012', undefined],
  ])('%s', (_story, said, rpps) => expect(rppsIn(said)).toBe(rpps));
});

describe('FINESS', () => {
  it.each([
    ['750000010', true, true],
    ['750000011', true, false],
    ['2A0000012', true, true],
    ['75000001', false, false],
    ['CH-ESSAIS', false, false],
  ])('%s', (said, shape, luhn) => {
    expect(isFiness(said)).toBe(shape);
    expect(finessKeyIsValid(said)).toBe(luhn);
  });
});
