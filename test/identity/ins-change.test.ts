import type { Patient } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { FR_CORE_EXTENSION, FR_CORE_SYSTEM, OID_SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { withInsChanged, withNirFirst } from '../../lib/identity/ins-change.ts';
import { identityStatusOf } from '../../lib/identity/status.ts';

const reliability = (code: string) => ({
  url: FR_CORE_EXTENSION.identityReliability,
  extension: [{ url: 'identityStatus', valueCoding: { system: FR_CORE_SYSTEM.identityStatus, code } }],
});
const IPP = { use: 'usual', system: 'https://relais.example/sid/690000120/GAM', value: '7' } as const;
const NIR = { use: 'official', system: OID_SYSTEM.insTest, value: '245037511600194' } as const;
const NEW_NIR = { use: 'official', system: OID_SYSTEM.insTest, value: '145037511600105' } as const;
const NIA = { use: 'temp', system: OID_SYSTEM.insNia, value: '845037511600111' } as const;

const known: Patient = { resourceType: 'Patient', id: 'p', extension: [reliability('QUAL')], identifier: [IPP, NIR, NIA] };
const said = (status: string, ...identifier: NonNullable<Patient['identifier']>): Patient => ({
  resourceType: 'Patient',
  extension: [reliability(status)],
  identifier,
});

describe('A47: an INS withdrawn', () => {
  const withdrawn = (status: string) => withInsChanged(known, said(status, IPP), { former: [NIR], withdraws: true }, '2026-03-02');

  it('takes all INS of the person, the NIA too (PAM France 4.4), and leaves her other numbers', () => {
    expect(withdrawn('VALI').identifier).toEqual([IPP]);
  });

  it.each([
    ['VALI', 'validee'],
    ['PROV', 'provisoire'],
  ])('says the status itself, down too: PID-32 = %s', (status, identity) => {
    expect(identityStatusOf(withdrawn(status))).toBe(identity);
  });

  it('twice is once', () => {
    const once = withdrawn('VALI');
    expect(withInsChanged(once, said('VALI', IPP), { former: [NIR], withdraws: true }, '2026-03-02')).toEqual(once);
  });
});

describe('A47: an INS replaced', () => {
  const replaced = withInsChanged(known, said('QUAL', IPP, NEW_NIR), { former: [NIR], withdraws: false }, '2026-03-02');

  it('is the new one; former ones are old, and still find the person', () => {
    expect(replaced.identifier).toEqual([
      IPP,
      { ...NIR, use: 'old', period: { end: '2026-03-02' } },
      { ...NIA, use: 'old', period: { end: '2026-03-02' } },
      NEW_NIR,
    ]);
    expect(identityStatusOf(replaced)).toBe('qualifiee');
  });

  it('twice is once', () => {
    expect(withInsChanged(replaced, said('QUAL', IPP, NEW_NIR), { former: [NIR], withdraws: false }, '2026-03-05')).toEqual(replaced);
  });

  it('without an INS that may travel the person has none: her identity is validated at most', () => {
    const bare = withInsChanged(known, said('VALI', IPP), { former: [NIR], withdraws: false }, '2026-03-02');
    expect(identityStatusOf(bare)).toBe('validee');
  });
});

describe('A31: from NIA to NIR', () => {
  const nir = { ...NIR, system: OID_SYSTEM.insNir };

  it('the NIR counts, the NIA is old', () => {
    expect(withNirFirst([IPP, NIA, nir])).toEqual([IPP, { ...NIA, use: 'old' }, nir]);
  });

  it.each([[[IPP, NIA]], [[IPP, nir]], [[IPP, { ...NIA, use: 'old' as const }, nir]]])('nothing else changes', (numbers) => {
    expect(withNirFirst(numbers)).toBe(numbers);
  });
});
