import type { Patient } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { FR_CORE_EXTENSION, FR_CORE_SYSTEM, OID_SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { type IdentityStatus, identityFromPam, identityStatusOf } from '../../lib/identity/status.ts';

describe('PID-32 of PAM France', () => {
  it.each([
    ['VALI with an INS is a qualified identity', ['VALI'], true, 'QUAL', []],
    ['VALI without INS is validated', ['VALI'], false, 'VALI', []],
    ['VALI with an homonym keeps its status', ['VALI', 'HOMA'], true, 'QUAL', ['HOMA']],
    ['PROV is provisional', ['PROV'], true, 'PROV', []],
    ['a fictitious identity is provisional (EXI SI 09)', ['VALI', 'FICT'], true, 'PROV', ['FICT']],
    ['a doubtful identity is provisional (EXI SI 09)', ['VALI', 'DOUT'], true, 'PROV', ['DOUT']],
    ['an identity without status is provisional', [], true, 'PROV', []],
    ['PROV wins when both are said', ['PROV', 'VALI'], true, 'PROV', []],
  ])('%s', (_story, codes, hasIns, status, comments) => {
    expect(identityFromPam(codes, hasIns)).toMatchObject({ status, comments, insMayTravel: status === 'QUAL' || status === 'VALI' });
  });
});

const ins = { system: OID_SYSTEM.insTest, value: '255067511203430' };

function patient(system: string, code: string, identifier: Patient['identifier'] = [ins], comment?: string): Patient {
  const said = { url: 'identityStatus', valueCoding: { system, code } };
  const comments = comment === undefined ? [] : [{ url: 'comment', valueCodeableConcept: { coding: [{ code: comment }] } }];
  return {
    resourceType: 'Patient',
    identifier,
    extension: [{ url: FR_CORE_EXTENSION.identityReliability, extension: [said, ...comments] }],
  };
}

describe('identity of a FHIR Patient', () => {
  const { identityStatus: now, identityStatusFormer: former } = FR_CORE_SYSTEM;
  it.each<[string, Patient, IdentityStatus]>([
    ['QUAL with an INS', patient(now, 'QUAL'), 'qualifiee'],
    ['QUAL without INS cannot be', patient(now, 'QUAL', []), 'validee'],
    ['RECUP with an INS', patient(now, 'RECUP'), 'recuperee'],
    ['RECUP without INS retrieved nothing', patient(now, 'RECUP', []), 'provisoire'],
    ['VALI of the former vocabulary with an INS means qualified', patient(former, 'VALI'), 'qualifiee'],
    ['VALI of the present vocabulary with an INS contradicts itself', patient(now, 'VALI'), 'validee'],
    ['a doubt wins over any status', patient(now, 'QUAL', [ins], 'DOUT'), 'douteuse'],
    ['an unknown code grants nothing', patient(now, 'BEST'), 'provisoire'],
    ['nothing said grants nothing', { resourceType: 'Patient', identifier: [ins] }, 'provisoire'],
  ])('%s', (_story, given, want) => expect(identityStatusOf(given)).toBe(want));
});
