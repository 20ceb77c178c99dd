import { describe, expect, it } from 'vitest';
import type { State } from '../../lib/fhir/validation/issue.ts';
import type { Discriminator, Slice } from '../../lib/fhir/validation/shape.ts';
import { sliceOf, slicesOccur } from '../../lib/fhir/validation/slices.ts';

const slice = (name: string, discriminator: Discriminator, over: Partial<Slice> = {}): Slice => ({
  name,
  countMin: 0,
  countMax: 0,
  shape: 0,
  discriminators: [discriminator],
  isProhibited: false,
  ...over,
});
const never = () => false;

describe('an item belongs to a slice (R4 profiling.html#discriminator)', () => {
  const rpps = { system: 'https://rpps.esante.gouv.fr', value: '1' };
  const concept = {
    coding: [
      { system: 'urn:x', code: 'a' },
      { system: 'urn:y', code: 'b' },
    ],
  };
  it.each<[string, Discriminator, { readonly [key: string]: unknown }, boolean]>([
    ['by the value at a path', ['v', ['system'], rpps.system, true], rpps, true],
    ['not by another value', ['v', ['system'], 'urn:x', true], rpps, false],
    ['by one of several values below', ['v', ['coding', 'system'], 'urn:y', true], concept, true],
    ['by a pattern that it holds among others', ['v', [], { coding: [{ system: 'urn:y' }] }, false], concept, true],
    ['not by a pattern that has to be all', ['v', [], { coding: [{ system: 'urn:y' }] }, true], concept, false],
    ['by the value of a choice', ['v', ['value'], 'x', true], { url: 'u', valueString: 'x' }, true],
    ['by what exists', ['e', ['value'], true], rpps, true],
    ['by what does not', ['e', ['period'], false], rpps, true],
    ['by the type of a resource', ['t', ['resource'], ['Patient']], { resource: { resourceType: 'Patient' } }, true],
    ['not by another type', ['t', ['resource'], ['Patient']], { resource: { resourceType: 'Task' } }, false],
  ])('%s', (_story, discriminator, item, belongs) => {
    expect(sliceOf(item, [slice('it', discriminator)], never)).toBe(belongs ? 0 : -1);
  });

  it('by the profile that it is valid against', () => {
    const bySeven = (resource: { readonly [key: string]: unknown }, profile: number) => profile === 7 && resource['active'] === true;
    const slices = [slice('it', ['p', ['resource'], [7]])];
    expect([true, false].map((active) => sliceOf({ resource: { active } }, slices, bySeven))).toEqual([0, -1]);
  });

  it('the first one that fits, as they stand in the profile', () => {
    const slices = [slice('rpps', ['v', ['system'], rpps.system, true]), slice('any', ['e', ['value'], true])];
    expect([rpps, { value: 'x' }, { system: 'x' }].map((item) => sliceOf(item, slices, never))).toEqual([0, 1, -1]);
  });
});

it('each slice occurs as often as the profile says', () => {
  const state: State = { issues: [], depth: 0, resource: {}, rootResource: {}, place: '', withWarnings: false };
  const any: Discriminator = ['e', [], true];
  const slices = [
    slice('needed', any, { countMin: 1 }),
    slice('once', any, { countMax: 1 }),
    slice('no', any, { isProhibited: true }),
    slice('free', any),
  ];
  slicesOccur(state, 'X.y', slices, [0, 2, 1, 9]);
  expect(state.issues.map(({ rule, diagnostics }) => `${rule}: ${diagnostics}`)).toEqual([
    'required: the slice needed must occur 1 time(s)',
    'cardinality: the slice once may occur 1 time(s)',
    'cardinality: the slice no is not allowed',
  ]);
});
