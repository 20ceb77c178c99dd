import type { Patient } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { EXTENSION, FR_CORE_EXTENSION, FR_CORE_SYSTEM, OID_SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { mergeTraits } from '../../lib/identity/merge-traits.ts';

const reliability = (code: string) => ({
  url: FR_CORE_EXTENSION.identityReliability,
  extension: [{ url: 'identityStatus', valueCoding: { system: FR_CORE_SYSTEM.identityStatus, code } }],
});
const PROTECTED = { url: EXTENSION.nonDivulgation, valueBoolean: true };
const INS = { system: OID_SYSTEM.insTest, value: '245037511600194' };

const known: Patient = {
  resourceType: 'Patient',
  id: 'p',
  extension: [reliability('QUAL')],
  identifier: [INS],
  name: [
    { use: 'official', family: 'FICTIVE', given: ['ALMA'] },
    { use: 'usual', family: 'Fictive', given: ['Alma'] },
  ],
  gender: 'female',
  telecom: [{ system: 'phone', value: '0400000001' }],
};
const said = (status: string, over: Partial<Patient> = {}): Patient => ({
  resourceType: 'Patient',
  extension: [reliability(status)],
  identifier: [INS],
  ...over,
});

describe('what a source says of an identity that is known', () => {
  it('is nothing new when it says the same', () => {
    expect(mergeTraits(known, said('QUAL'))).toBe(known);
  });

  it('moves the phone when it is as well established, and leaves what it does not say', () => {
    const telecom: Patient['telecom'] = [{ system: 'phone', value: '0400000002' }];
    expect(mergeTraits(known, said('QUAL', { telecom }))).toEqual({ ...known, telecom });
  });

  it('replaces a name by its use, the used one apart from the official one', () => {
    const name: Patient['name'] = [{ use: 'usual', family: 'Modèle', given: ['Alma'] }];
    expect(mergeTraits(known, said('QUAL', { name })).name).toEqual([known.name?.[0], name[0]]);
  });

  it.each(['PROV', 'VALI'])('changes no trait when it is less established (%s)', (status) => {
    const less = said(status, { identifier: [], name: [{ use: 'official', family: 'AUTRE' }], gender: 'male' });
    expect(mergeTraits(known, less)).toBe(known);
  });

  it('adds the identifier that was missing, whatever its trust', () => {
    const ipp = { system: 'urn:oid:1.2.3', value: '42' };
    expect(mergeTraits(known, said('PROV', { identifier: [ipp] })).identifier).toEqual([INS, ipp]);
  });

  it('protects the person whoever says so, and for good (L-18)', () => {
    const merged = mergeTraits(known, said('PROV', { identifier: [], extension: [reliability('PROV'), PROTECTED] }));
    expect(merged.extension).toEqual([reliability('QUAL'), PROTECTED]);
    expect(mergeTraits(merged, said('QUAL'))).toBe(merged);
  });

  it('tells a death from any source', () => {
    expect(mergeTraits(known, said('PROV', { identifier: [], deceasedBoolean: true })).deceasedBoolean).toBe(true);
  });

  it('deletes the used name only when it is as well established', () => {
    const deletion = ["Patient.name.where(use='usual')"];
    expect(mergeTraits(known, said('QUAL'), deletion).name).toEqual([known.name?.[0]]);
    expect(mergeTraits(known, said('PROV', { identifier: [] }), deletion)).toBe(known);
  });
});
