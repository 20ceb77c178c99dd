import { LETTRE_DE_LIAISON_SORTIE, LOINC } from '../../fhir/vocabulary.ts';
import { accepted, type Result, refused } from '../../platform/refusal.ts';
import type { Intake } from '../intake.ts';
import { readDocument } from './document.ts';
import { missingLetterParts } from './letter-parts.ts';
import { readPatient } from './patient.ts';
import { newTrail } from './trail.ts';
import { parseCda } from './xml.ts';

/**
 * Reads one CDA document: whose it is, what it is, to whom it goes, with every doubt and every field beside the element
 * it became. Refusals are of category unprocessable (HTTP 422; too-large 413) and name an XPath. Never throws on bytes.
 * @param bytes as sent; the intake keeps them untouched
 * @param context FINESS that the sending client is bound to: it names identifiers without an OID, and a custodian that
 *   differs from it is a warning
 * @see CI-SIS structuration minimale 1.16; contracts.md 5; interop.md 9
 */
export function readCda(bytes: Uint8Array, context: { readonly senderFiness: string }): Result<Intake> {
  const parsed = parseCda(bytes);
  if (!parsed.ok) return parsed;
  const trail = newTrail();
  const patient = readPatient(parsed.value, context.senderFiness, trail);
  const said = patient.ok ? patient.value : { patient: { resourceType: 'Patient' as const }, identityKeys: [] };
  const document = readDocument(parsed.value, bytes, said.patient, context.senderFiness, trail);
  if (!patient.ok) return document.ok ? patient : refused(patient.refusals[0], ...patient.refusals.slice(1), ...document.refusals);
  if (!document.ok) return document;
  const type = document.value.reference.type?.coding?.[0];
  const isLetter = type?.system === LOINC && type.code === LETTRE_DE_LIAISON_SORTIE;
  return accepted({
    ...said,
    documents: [document.value],
    warnings: [...trail.warnings, ...(isLetter ? missingLetterParts(parsed.value) : [])],
    mapping: trail.mapping,
  });
}
