import type { Identifier } from '@medplum/fhirtypes';
import { FINESS, FR_CORE_SYSTEM, HL7, NAMING_BASE, OID_SYSTEM, RPPS } from '../../fhir/vocabulary.ts';
import { isFiness, rppsIn } from '../../identity/directory-numbers.ts';
import { attr, type XmlElement } from './xml.ts';

/** System of URIs used as identifiers, as XDS asks for document ids (interop.md 4.1). */
export const URI_SYSTEM = 'urn:ietf:rfc:3986';

const OID = /^[0-2](?:\.\d+)+$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type PatientIdentifierRow = { readonly type: string; readonly typeSystem: string; readonly use: NonNullable<Identifier['use']> };

/** Patient identifiers known by their root (interop.md 1.1); any other root is the sender's own number. */
const PATIENT_IDENTIFIERS: Readonly<Record<string, PatientIdentifierRow>> = {
  [OID_SYSTEM.insNir]: { type: 'INS-NIR', typeSystem: FR_CORE_SYSTEM.identifierType, use: 'official' },
  [OID_SYSTEM.insNia]: { type: 'INS-NIA', typeSystem: FR_CORE_SYSTEM.identifierType, use: 'temp' },
  [OID_SYSTEM.insTest]: { type: 'INS-NIR-TEST', typeSystem: FR_CORE_SYSTEM.identifierType, use: 'official' },
  [OID_SYSTEM.insDemo]: { type: 'INS-NIR-DEMO', typeSystem: FR_CORE_SYSTEM.identifierType, use: 'official' },
  'urn:oid:1.2.250.1.213.1.4.2': { type: 'INS-C', typeSystem: FR_CORE_SYSTEM.identifierType, use: 'secondary' },
  'urn:oid:1.2.250.1.176.1.2': { type: 'NDP', typeSystem: FR_CORE_SYSTEM.identifierType, use: 'secondary' },
};
const LOCAL: PatientIdentifierRow = { type: 'PI', typeSystem: HL7.identifierType, use: 'usual' };

/** An II root as URI: `urn:oid:` or `urn:uuid:`; undefined for anything else. */
function uriOfRoot(root: string | undefined): string | undefined {
  if (root === undefined) return undefined;
  if (OID.test(root)) return `urn:oid:${root}`;
  return UUID.test(root) ? `urn:uuid:${root.toLowerCase()}` : undefined;
}

/** uniqueId of a document: its root, with `^extension` when there is one (interop.md 4.3). */
export function uniqueIdOf(id: XmlElement | undefined): string | undefined {
  const uri = uriOfRoot(attr(id, 'root'));
  const extension = attr(id, 'extension');
  if (uri === undefined) return undefined;
  return extension === undefined ? uri : `${uri}^${extension}`;
}

/**
 * A patient's identifier; undefined for a nullFlavor. An authority without OID gets a system of ours that its sender
 * cannot share with another (contracts.md 3).
 */
export function patientIdentifier(id: XmlElement, senderFiness: string): Identifier | undefined {
  const root = attr(id, 'root');
  const value = attr(id, 'extension');
  if (root === undefined || value === undefined) return undefined;
  const system = uriOfRoot(root) ?? `${NAMING_BASE}/${senderFiness}/${root}`;
  const { type, typeSystem, use } = PATIENT_IDENTIFIERS[system] ?? LOCAL;
  return { use, type: { coding: [{ system: typeSystem, code: type }] }, system, value };
}

/** A professional's identifiers: as written (PS_IdNat) and the RPPS that it holds (interop.md 1.4). */
export function professionalIdentifiers(id: XmlElement): readonly Identifier[] {
  const value = attr(id, 'extension');
  const system = uriOfRoot(attr(id, 'root'));
  if (system === undefined || value === undefined) return [];
  const rpps = system === OID_SYSTEM.psIdNat ? rppsIn(value) : undefined;
  return [{ system, value }, ...(rpps === undefined ? [] : [{ system: RPPS, value: rpps }])];
}

/** A structure's identifiers: as written (Struct_IdNat) and the FINESS that it holds, kind `1` (interop.md 1.4). */
export function structureIdentifiers(id: XmlElement): readonly Identifier[] {
  const value = attr(id, 'extension');
  const system = uriOfRoot(attr(id, 'root'));
  if (system === undefined || value === undefined) return [];
  const finess = system === OID_SYSTEM.structIdNat && value.startsWith('1') && isFiness(value.slice(1)) ? value.slice(1) : undefined;
  return [{ system, value }, ...(finess === undefined ? [] : [{ system: FINESS, value: finess }])];
}
