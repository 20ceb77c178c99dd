import type { Coding } from '@medplum/fhirtypes';
import { TRE_A03, TRE_A06, TRE_A11 } from './codes.ts';

type DocumentClass = { readonly code: string; readonly display: string; readonly types: readonly string[] };

/** Class of each document type, as ANS ASS_X04 maps them; the types are those that interop.md 4.4 and 9.4 name. */
const CLASSES: readonly DocumentClass[] = [
  {
    code: '10',
    display: 'Compte rendu',
    types: ['11490-0', '11488-4', '11502-2', '11506-3', '15507-7', '28653-4', '34112-3', '34794-8', '83981-1'],
  },
  {
    code: '11',
    display: 'Synthèse',
    types: ['SYNTH', '18761-7', '34133-9', '34842-5', '60591-5', '74207-2', '80820-4', '88348-8'],
  },
  { code: '31', display: 'Imagerie médicale', types: ['18748-4'] },
  { code: '42', display: 'Prescription', types: ['57832-8'] },
  { code: '44', display: 'Plan de soins, protocole de soins', types: ['18776-5', '80788-3', '83869-8', 'PROT_ALD'] },
  { code: '90', display: 'Autres documents déposés par le patient', types: ['EXPPAT_3'] },
];

/** Class (`DocumentReference.category`) of a document type code; undefined for a type without a row, which is taken all the same. */
export function documentClass(type: string): Coding | undefined {
  const row = CLASSES.find(({ types }) => types.includes(type));
  return row && { system: TRE_A03, code: row.code, display: row.display };
}

/** Format of a structured body by the template of its model, as ANS ASS_A11 maps them. */
const FORMATS: Readonly<Record<string, string>> = {
  '1.2.250.1.213.1.1.1.8': 'urn:asip:ci-sis:frcp:2011',
  '1.2.250.1.213.1.1.1.13': 'urn:asip:ci-sis:vsm:2012',
  '1.2.250.1.213.1.1.1.20': 'urn:asip:ci-sis:pps-paerpa:2017',
  '1.2.250.1.213.1.1.1.21': 'urn:asip:ci-sis:ldl-ees:2017',
  '1.2.250.1.213.1.1.1.23': 'urn:asip:ci-sis:fludt:2017',
  '1.2.250.1.213.1.1.1.26': 'urn:asip:ci-sis:pps-cancer:2017',
  '1.2.250.1.213.1.1.1.29': 'urn:asip:ci-sis:ldl-ses:2017',
};

/** Format of an unstructured body by its media type (IHE XDS-SD). */
const UNSTRUCTURED_FORMATS: Readonly<Record<string, string>> = {
  'application/pdf': 'urn:ihe:iti:xds-sd:pdf:2008',
  'text/plain': 'urn:ihe:iti:xds-sd:text:2008',
};

/** Says only that the media type is enough to open the document (IHE). */
const MEDIA_TYPE_ONLY: Coding = {
  system: 'http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode',
  code: 'urn:ihe:iti:xds:2017:mimeTypeSufficient',
};

/**
 * Format of a document (`content.format`).
 * @param templateIds roots of `ClinicalDocument/templateId`
 * @param mediaType of `nonXMLBody/text`; undefined when the body is structured
 * @see interop.md 4.3
 */
export function documentFormat(templateIds: readonly string[], mediaType: string | undefined): Coding {
  if (mediaType !== undefined) {
    const code = UNSTRUCTURED_FORMATS[mediaType];
    return code === undefined ? MEDIA_TYPE_ONLY : { system: TRE_A11, code };
  }
  const code = templateIds.map((root) => FORMATS[root]).find((format) => format !== undefined);
  return code === undefined ? MEDIA_TYPE_ONLY : { system: TRE_A06, code };
}
