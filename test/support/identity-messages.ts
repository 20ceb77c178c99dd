import type { Instant } from '../../lib/platform/instant.ts';
import { segment } from '../fixtures/hl7v2/discharge.ts';
import type { Admitted } from './hospital.ts';

/** A person as one message says her: the four corners of an identity, and its status (PID-32). */
export type Said = Omit<Admitted, 'ipp'> & {
  readonly ipp?: string;
  /** PID-32; absent: VALI with an INS, PROV without. */
  readonly status?: string;
  /** INSEE code of the birthplace. */
  readonly birthPlace?: string;
};

/** A message of ITI-30 (or A44, A49): who she is (PID), what she was (MRG). */
export type IdentityMessage = {
  readonly trigger: string;
  readonly controlId: string;
  readonly at: Instant;
  readonly person: Said;
  /** PID-3 says `""` where the INS stood. */
  readonly insWithdrawn?: boolean;
  /** MRG-1. */
  readonly former?: { readonly ipp?: string; readonly ins?: string };
  /** PID-18 and MRG-3. */
  readonly account?: string;
  readonly formerAccount?: string;
};

const AUTHORITY = 'GAM&690000120&M';
const INS_AUTHORITY = 'ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO';

/** One message of CH des Essais, one segment a line. */
export function identityMessage(told: IdentityMessage): string {
  const { trigger, controlId, at, person, former, insWithdrawn = false, account, formerAccount } = told;
  const stamp = at.replaceAll(/[-:T]|\.\d+Z/g, '');
  const numbers = [
    ...(person.ipp === undefined ? [] : [ipp(person.ipp)]),
    ...(person.ins === undefined ? [] : [ins(person.ins)]),
    ...(insWithdrawn ? [ins('""')] : []),
  ];
  const merged = [...(former?.ins === undefined ? [] : [ins(former.ins)]), ...(former?.ipp === undefined ? [] : [ipp(former.ipp)])];
  return [
    segment('MSH', {
      2: '^~\\&',
      3: 'GAM',
      4: 'CHE',
      7: `${stamp}+0000`,
      9: `ADT^${trigger}`,
      10: controlId,
      11: 'P',
      12: '2.5^FRA^2.11',
      17: 'FRA',
      18: 'UNICODE UTF-8',
      19: 'FR',
    }),
    segment('EVN', { 2: `${stamp}+0000`, 6: `${stamp}+0000` }),
    segment('PID', {
      1: '1',
      3: numbers.join('~'),
      5: `${person.family}^${person.given}^${person.given}^^^^L`,
      7: person.birthDate.replaceAll('-', ''),
      8: person.gender === 'female' ? 'F' : 'M',
      ...(person.birthPlace ? { 11: `^^^^^FRA^BDL^^${person.birthPlace}` } : {}),
      ...(account ? { 18: `${account}^^^${AUTHORITY}^AN` } : {}),
      32: person.status ?? (person.ins ? 'VALI' : 'PROV'),
    }),
    segment('PV1', { 1: '1', 2: 'N' }),
    ...(former || formerAccount
      ? [segment('MRG', { 1: merged.join('~'), ...(formerAccount ? { 3: `${formerAccount}^^^${AUTHORITY}^AN` } : {}) })]
      : []),
  ].join('\n');
}

function ipp(value: string): string {
  return `${value}^^^${AUTHORITY}^PI`;
}

function ins(value: string): string {
  return `${value}^^^${INS_AUTHORITY}^INS`;
}
