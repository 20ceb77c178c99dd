import type { Identifier } from '@medplum/fhirtypes';
import { HL7, OID_SYSTEM } from '../fhir/vocabulary.ts';

/** Sex, year, month, department (2A and 2B in Corsica), commune, order, key. */
const INS_LAYOUT = /^[0-9]{5}(?:2[AB]|[0-9]{2})[0-9]{8}$/;
const PRODUCTION: readonly string[] = [OID_SYSTEM.insNir, OID_SYSTEM.insNia];
const ALL: readonly string[] = [...PRODUCTION, OID_SYSTEM.insTest, OID_SYSTEM.insDemo];

/**
 * Whether a text is 15 characters of an INS with the right key: 97 − (first 13 modulo 97), 2A read as 19 and 2B as 18.
 * @see interop.md 1.1 (INSEE rule); a check for 15 digits would refuse every Corsican.
 */
export function insKeyIsValid(ins: string): boolean {
  if (!INS_LAYOUT.test(ins)) return false;
  const number = ins.slice(0, 13).replace('2A', '19').replace('2B', '18');
  // A letter elsewhere than in the department is excluded by the layout; 13 digits stay below 2^53.
  return 97 - (Number(number) % 97) === Number(ins.slice(13));
}

/** Whether a FHIR system is one of the four INS domains: NIR, NIA, test, demonstration (interop.md 1.1). */
export function isInsSystem(system: string | undefined): boolean {
  return system !== undefined && ALL.includes(system);
}

/** Whether a FHIR system is a real INS domain (NIR or NIA), where a wrong key is never tolerated (interop.md 11, trap 3). */
export function isProductionIns(system: string | undefined): boolean {
  return system !== undefined && PRODUCTION.includes(system);
}

/** Whether an identifier is an INS: its domain, and not the NSS (type NH or SS), which shares the OID (interop.md 1.1). */
export function isIns(identifier: Identifier): boolean {
  const types = identifier.type?.coding ?? [];
  return isInsSystem(identifier.system) && !types.some(({ system, code }) => system === HL7.identifierType && isNssType(code));
}

/** Whether an identifier is the INS that a person has now: not one that another replaced. */
export function isCurrentIns(identifier: Identifier): boolean {
  return isIns(identifier) && identifier.use !== 'old';
}

/** Whether a type code of table 0203 says billing NIR of the insured rather than INS. */
export function isNssType(code: string | undefined): boolean {
  return code === 'NH' || code === 'SS';
}
