import type { Patient } from '@medplum/fhirtypes';
import { FR_CORE_EXTENSION, FR_CORE_SYSTEM } from '../fhir/vocabulary.ts';
import { isCurrentIns } from './ins.ts';

/** The four exclusive statuses of RNIV v2 (interop.md 1.2). */
export type RnivStatus = 'PROV' | 'VALI' | 'RECUP' | 'QUAL';

/** How sure an identity is, as access facts keep it. */
export type IdentityStatus = 'provisoire' | 'recuperee' | 'validee' | 'qualifiee' | 'douteuse';

/** PID-32, HL7 table 0445 as PAM France 2.11.1 §6.6.15 lists it. */
const PAM_CODES: ReadonlySet<string> = new Set(
  'VIDE PROV VALI DOUB DESA DPOT DOUA COLP COLV FILI CACH ANOM IDVER RECD IDRA USUR HOMD HOMA INVA FICT DOUT'.split(' '),
);

/** Attributes that forbid any status but provisional (RNIV EXI SI 09). */
const FORCES_PROVISIONAL: readonly string[] = ['DOUT', 'FICT'];

/** Whether table 0445 of PAM France has that code. */
export function isIdentityCode(code: string): boolean {
  return PAM_CODES.has(code);
}

export type PamIdentity = {
  readonly status: RnivStatus;
  /** Attributes beside the status, for `comment` of fr-core-identity-reliability. */
  readonly comments: readonly string[];
  /** An INS travels only with VALI; with anything else the message is taken without it. */
  readonly insMayTravel: boolean;
};

/**
 * RNIV status of an identity from PID-32. PAM has neither QUAL nor RECUP: there, VALI with an INS says "qualifiée".
 * @param codes repetitions of PID-32; none of them VALI means provisional
 * @see PAM France 2.11.1 §6.6.1, §6.6.15; interop.md 1.2
 */
export function identityFromPam(codes: readonly string[], hasIns: boolean): PamIdentity {
  const provisional = codes.some((code) => FORCES_PROVISIONAL.includes(code));
  const insMayTravel = codes.includes('VALI') && !codes.includes('PROV') && !provisional;
  const comments = [...new Set(codes.filter((code) => code !== 'PROV' && code !== 'VALI' && code !== ''))];
  if (!insMayTravel) return { status: 'PROV', comments, insMayTravel };
  return { status: hasIns ? 'QUAL' : 'VALI', comments, insMayTravel };
}

const STATUS: Readonly<Record<RnivStatus, IdentityStatus>> = {
  PROV: 'provisoire',
  RECUP: 'recuperee',
  VALI: 'validee',
  QUAL: 'qualifiee',
};

function isRnivStatus(code: string): code is RnivStatus {
  return Object.hasOwn(STATUS, code);
}

/**
 * How sure a FHIR identity is, from fr-core-identity-reliability in either vocabulary. In the former one
 * (fr-core-cs-v2-0445) VALI beside an INS says qualified; in the present one that pair contradicts itself and stays
 * "validée". No INS, no qualified or retrieved identity; nothing said, provisional.
 * @see interop.md 1.2
 */
export function identityStatusOf(patient: Patient): IdentityStatus {
  const said = (patient.extension ?? []).filter(({ url }) => url === FR_CORE_EXTENSION.identityReliability);
  const parts = said.flatMap(({ extension }) => extension ?? []);
  const comments = parts.filter(({ url }) => url === 'comment').flatMap(({ valueCodeableConcept }) => valueCodeableConcept?.coding ?? []);
  if (comments.some(({ code }) => code === 'DOUT')) return 'douteuse';
  const coding = parts.find(({ url }) => url === 'identityStatus')?.valueCoding;
  const code = coding?.code ?? '';
  if (!isRnivStatus(code)) return 'provisoire';
  const hasIns = (patient.identifier ?? []).some(isCurrentIns);
  if (code === 'VALI' && hasIns && coding?.system === FR_CORE_SYSTEM.identityStatusFormer) return 'qualifiee';
  if (!hasIns && code === 'QUAL') return 'validee';
  if (!hasIns && code === 'RECUP') return 'provisoire';
  return STATUS[code];
}
