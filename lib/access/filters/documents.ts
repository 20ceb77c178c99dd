import type { RelaisResource } from '../../fhir/types.ts';
import { LETTRE_DE_LIAISON_SORTIE, SYSTEM } from '../../fhir/vocabulary.ts';
import { codeOf } from '../elements.ts';
import type { Keeps, TypeFilter } from './filter.ts';

/** What is left of a document that passes: the document itself and what files it; never titles, descriptions or specialities. */
const DOCUMENT: Keeps = {
  masterIdentifier: 'whole',
  identifier: 'whole',
  status: 'whole',
  docStatus: 'whole',
  type: 'codes',
  category: 'codes',
  subject: 'reference',
  date: 'whole',
  author: 'reference',
  custodian: 'reference',
  relatesTo: { code: 'whole', target: 'reference' },
  securityLabel: 'codes',
  content: {
    attachment: { contentType: 'whole', language: 'whole', url: 'whole', size: 'whole', hash: 'whole', creation: 'whole' },
    format: { system: 'whole', code: 'whole' },
  },
  context: { encounter: 'reference', period: 'whole' },
};

/** LOINC and TRE_A05: discharge and entry letters, prescriptions, nursing notes and plans of care, emergency file, summary. */
const FOR_NURSES: ReadonlySet<string> = new Set([
  LETTRE_DE_LIAISON_SORTIE,
  '18761-7',
  '57833-6',
  '57829-4',
  '34746-8',
  '28651-8',
  '80788-3',
  '74207-2',
]);

/** Nursing of a person, not of her mind, her debts or her private life. */
const CLOSED_TO_NURSES: ReadonlySet<string> = new Set(['psy', 'social', 'vie-privee']);

/** F4. What is addressed to the nurse reaches him as exchange, uncut. */
export const F4: TypeFilter = {
  keep: DOCUMENT,
  passes: (resource) => FOR_NURSES.has(typeOf(resource)) && !categoriesIn(resource).some((code) => CLOSED_TO_NURSES.has(code)),
};

/** LOINC: social work notes, certificates for MDPH and APA, orientation notices. */
const FOR_SOCIAL: ReadonlySet<string> = new Set(['34841-7', '28653-4', '64289-6', '57133-1']);

/** F8: what was tagged as social and nothing else, or a type made for social work without another tag. */
export const F8: TypeFilter = {
  keep: DOCUMENT,
  passes: (resource) => {
    const categories = categoriesIn(resource);
    return categories.length > 0 ? categories.every((code) => code === 'social') : FOR_SOCIAL.has(typeOf(resource));
  },
};

function typeOf(resource: RelaisResource): string {
  return resource.resourceType === 'DocumentReference' ? (codeOf(resource.type) ?? '') : '';
}

function categoriesIn(resource: RelaisResource): readonly string[] {
  const labels = resource.resourceType === 'DocumentReference' ? (resource.securityLabel ?? []).flatMap(({ coding }) => coding ?? []) : [];
  return [...(resource.meta?.security ?? []), ...labels].flatMap(({ system, code }) => (system === SYSTEM.categorie && code ? [code] : []));
}
