import type { Coding } from '@medplum/fhirtypes';
import { CONFIDENTIALITY, HL7, LOINC } from '../../fhir/vocabulary.ts';
import { attr, type XmlElement } from './xml.ts';

const NOS = 'https://mos.esante.gouv.fr/NOS';

/** Classes of documents of the DMP (ANS, TRE_A03). */
export const TRE_A03 = `${NOS}/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument`;
/** Format codes of the ANS (TRE_A06) and of IHE (TRE_A11). */
export const TRE_A06 = `${NOS}/TRE_A06-FormatCodeComplementaire/FHIR/TRE-A06-FormatCodeComplementaire`;
export const TRE_A11 = `${NOS}/TRE_A11-IheFormatCode/FHIR/TRE-A11-IheFormatCode`;

/** FHIR system of each OID that has one of its own (interop.md 4.4); any other OID is `urn:oid:`. */
const SYSTEM_BY_OID: Readonly<Record<string, string>> = {
  '2.16.840.1.113883.6.1': LOINC,
  '2.16.840.1.113883.6.96': 'http://snomed.info/sct',
  '2.16.840.1.113883.5.4': HL7.actCode,
  '2.16.840.1.113883.5.25': CONFIDENTIALITY,
  '1.2.250.1.213.1.1.4.1': TRE_A03,
  '1.2.250.1.213.1.1.4.9': `${NOS}/TRE_A01-CadreExercice/FHIR/TRE-A01-CadreExercice`,
  '1.2.250.1.213.1.1.4.12': `${NOS}/TRE_A05-TypeDocComplementaire/FHIR/TRE-A05-TypeDocComplementaire`,
  '1.2.250.1.71.4.2.4': `${NOS}/TRE_R02-SecteurActivite/FHIR/TRE-R02-SecteurActivite`,
};

/** A coded value (CE, CD) as Coding; undefined when its code is a nullFlavor or its system is not said. */
export function codingOf(element: XmlElement | undefined): Coding | undefined {
  const code = attr(element, 'code');
  const oid = attr(element, 'codeSystem');
  const display = attr(element, 'displayName');
  if (code === undefined || oid === undefined) return undefined;
  return { system: SYSTEM_BY_OID[oid] ?? `urn:oid:${oid}`, code, ...(display && { display }) };
}
