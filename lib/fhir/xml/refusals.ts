import type { Refusal } from '../../platform/refusal.ts';

/** Each way in which bytes are no XML of FHIR, with what the sender can do about it. */
const REMEDY = {
  'xml-charset': 'Encodez la ressource en UTF-8 et déclarez-le.',
  'xml-not-well-formed': 'Envoyez un document XML bien formé.',
  'xml-doctype': 'Retirez la déclaration DOCTYPE et les entités du document.',
  'xml-too-deep': "Réduisez l'imbrication des éléments.",
  'xml-namespace': 'Placez chaque élément dans l’espace de noms http://hl7.org/fhir, et le texte narratif dans celui de XHTML.',
  'xml-order': 'Écrivez les éléments dans l’ordre que FHIR R4 leur donne.',
  'xml-repeated': 'Gardez une seule occurrence de cet élément.',
  'xml-attribute': 'Retirez cet attribut : FHIR R4 n’emploie que value, id et, pour une extension, url.',
  'xml-text': 'Écrivez la valeur dans l’attribut value, et non entre les balises.',
  'xml-resource': 'Placez ici une ressource, et une seule.',
  'resource-type': 'Envoyez une ressource FHIR R4 dont le type figure au CapabilityStatement.',
  'unknown-element': "Retirez cet élément ou corrigez son nom : il n'existe pas en FHIR R4 à cet endroit.",
  empty: "Retirez cet élément vide : FHIR n'admet ni élément ni attribut vide.",
  format: 'Corrigez le format de cette valeur selon son type FHIR.',
} as const;

export type XmlRule = keyof typeof REMEDY;

/** @param expression FHIRPath of the element, or of the one it stands in */
export function notFhirXml(code: XmlRule, expression: string | undefined, diagnostics: string): Refusal {
  return {
    category: 'not-understood',
    code,
    ...(expression ? { expression } : {}),
    diagnostics,
    remedy: REMEDY[code],
  };
}

export function tooLarge(sizeMaxBytes: number): Refusal {
  return {
    category: 'too-large',
    code: 'xml-too-large',
    diagnostics: `more than ${sizeMaxBytes} bytes`,
    remedy: 'Réduisez la taille de la ressource (pièces jointes, nombre d’entrées) et renvoyez-la.',
  };
}
