import { expect, it } from 'vitest';
import { strictTraits } from '../../lib/identity/traits.ts';
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
