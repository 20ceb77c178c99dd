import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareTraits, homonymKey, type StrictTraits, strictTraits } from '../../lib/identity/traits.ts';
import { fixture, understood } from '../intake/hl7v2/messages.ts';

it('strict traits are the birth name, not the used one, and the INSEE code, not the label', () => {
  expect(strictTraits(understood(fixture('adt-a03')).patient)).toEqual({
    birthName: 'MODÈLE',
    firstBirthGivenName: 'ALMA',
    birthGivenNames: 'ALMA ANNE-SOPHIE',
    birthDate: '1955-06-15',
    gender: 'female',
    birthPlaceInsee: '75112',
  });
});

it('what is absent stays absent', () => {
  expect(strictTraits({ resourceType: 'Patient', name: [{ use: 'usual', family: 'ESQUISSE' }] })).toEqual({});
});

const ALMA: StrictTraits = {
  birthName: 'LE MODÈLE-D’ŒUVRE',
  firstBirthGivenName: 'ANNE-SOPHIE',
  birthGivenNames: 'ANNE-SOPHIE ALMA',
  birthDate: '1955-06-15',
  gender: 'female',
  birthPlaceInsee: '75112',
};

describe('strict traits side by side (RNIV)', () => {
  it.each<[string, Partial<StrictTraits>, ReturnType<typeof compareTraits>]>([
    ['are the same when all five agree', {}, 'same'],
    ['case, accents, ligatures, hyphens and apostrophes make no other name', { birthName: "LE MODELE D'OEUVRE" }, 'same'],
    [
      'a compound given name is one, written either way',
      { firstBirthGivenName: 'Anne Sophie', birthGivenNames: 'Anne Sophie Alma' },
      'same',
    ],
    [
      'the first given name cut short agrees with the list that it begins',
      { firstBirthGivenName: 'ANNE', birthGivenNames: 'ANNE' },
      'same',
    ],
    ['another birthplace alone is a doubt: communes change their code', { birthPlaceInsee: '75056' }, 'compatible'],
    ['another birth name', { birthName: 'PATRON' }, 'different'],
    ['another given name', { firstBirthGivenName: 'ALMA', birthGivenNames: 'ALMA' }, 'different'],
    ['another day of birth', { birthDate: '1955-06-16' }, 'different'],
    ['a year alone contradicts no day of it', { birthDate: '1955' }, 'same'],
    ['another year does', { birthDate: '1956' }, 'different'],
    ['the other sex', { gender: 'male' }, 'different'],
    ['a sex that is not known contradicts none', { gender: 'unknown' }, 'compatible'],
  ])('%s', (_story, over, verdict) => {
    expect(compareTraits(ALMA, { ...ALMA, ...over })).toBe(verdict);
  });

  it.each(['birthName', 'birthDate', 'gender', 'birthPlaceInsee'] as const)(
    'without %s on one side they are compatible, never the same',
    (trait) => {
      const { [trait]: _left, ...less } = ALMA;
      expect(compareTraits(ALMA, less)).toBe('compatible');
      expect(compareTraits(less, ALMA)).toBe('compatible');
    },
  );

  const anyTraits = fc.record(
    {
      birthName: fc.constantFrom('DUPATRON', 'Dupatron', 'MODELE'),
      firstBirthGivenName: fc.constantFrom('ALMA', 'ANNE', 'ANNE SOPHIE'),
      birthGivenNames: fc.constantFrom('ALMA', 'ANNE SOPHIE ALMA'),
      birthDate: fc.constantFrom('1955', '1955-06', '1955-06-15', '1956-06-15'),
      gender: fc.constantFrom('female', 'male', 'unknown'),
      birthPlaceInsee: fc.constantFrom('75112', '69123'),
    },
    { requiredKeys: [] },
  );

  it('does not matter which of two is said first', () => {
    fc.assert(
      fc.property(anyTraits, anyTraits, (one, other) => {
        expect(compareTraits(one, other)).toBe(compareTraits(other, one));
      }),
    );
  });

  it('nobody is different from herself', () => {
    fc.assert(
      fc.property(anyTraits, (one) => {
        expect(compareTraits(one, one)).not.toBe('different');
      }),
    );
  });

  it('homonyms are people whose traits do not contradict', () => {
    fc.assert(
      fc.property(anyTraits, anyTraits, (one, other) => {
        const [key, otherKey] = [homonymKey(one), homonymKey(other)];
        const areHomonyms = key !== undefined && key === otherKey;
        expect(areHomonyms && compareTraits(one, other) === 'different').toBe(false);
      }),
    );
  });
});

describe('who may be one and the same', () => {
  it('is told by birth name, first given name, day of birth and sex, however they are written', () => {
    expect(homonymKey({ ...ALMA, birthName: "le modele d'oeuvre" })).toBe(homonymKey(ALMA));
  });

  it.each<Partial<StrictTraits>>([{ birthDate: '1955-06' }, { gender: 'unknown' }, { birthName: '…' }])('is nobody with %o', (over) => {
    expect(homonymKey({ ...ALMA, ...over })).toBeUndefined();
  });
});
