import type { Warning } from '../../platform/refusal.ts';
import { functionOf } from './actors.ts';
import { readTime } from './time.ts';
import { attr, child, children, text, type XmlElement } from './xml.ts';

type LetterPart = {
  readonly code: string;
  readonly place: string;
  readonly isThere: (document: XmlElement) => boolean;
  readonly remedy: string;
};

const ENCOUNTER = '/ClinicalDocument/componentOf/encompassingEncounter';

/** The content that the law asks for, 1° to 6° of CSP R1112-1-2 (domain.md L-08), and where a structured letter says it (interop.md 9.2). */
const PARTS: readonly LetterPart[] = [
  {
    code: 'lettre-1-patient',
    place: '/ClinicalDocument/recordTarget/patientRole/patient/name',
    isThere: (document) => text(child(document, 'recordTarget', 'patientRole', 'patient', 'name')) !== undefined,
    remedy: "Indiquez l'identité du patient (1°).",
  },
  {
    code: 'lettre-1-medecin-traitant',
    place: "/ClinicalDocument/participant[functionCode/@code='PCP']",
    isThere: (document) => children(document, 'participant').some((participant) => functionOf(participant) === 'PCP'),
    remedy: 'Indiquez le médecin traitant, ou son absence (1°).',
  },
  {
    code: 'lettre-1-medecin-hospitalier',
    place: '/ClinicalDocument/author/assignedAuthor/assignedPerson/name',
    isThere: (document) => text(child(document, 'author', 'assignedAuthor', 'assignedPerson', 'name')) !== undefined,
    remedy: 'Indiquez le médecin qui a pris en charge le patient (1°).',
  },
  {
    code: 'lettre-1-dates',
    place: `${ENCOUNTER}/effectiveTime`,
    isThere: (document) =>
      ['low', 'high'].every((end) =>
        readTime(attr(child(document, 'componentOf', 'encompassingEncounter', 'effectiveTime', end), 'value')),
      ),
    remedy: "Indiquez les dates d'entrée et de sortie (1°).",
  },
  observed('lettre-1-modalite-entree', 'ORG-070', "Indiquez la modalité d'entrée (1°)."),
  observed('lettre-1-modalite-sortie', 'ORG-074', 'Indiquez la modalité de sortie (1°).'),
  written('lettre-2-motif', '42349-1', "Indiquez le motif d'hospitalisation (2°)."),
  written('lettre-3-synthese', '42545-4', 'Rédigez la synthèse médicale du séjour (3°).'),
  written('lettre-4-traitements', '10183-2', 'Indiquez les traitements prescrits à la sortie et ceux arrêtés (4°).'),
  written('lettre-5-resultats-attendus', '30954-2', 'Indiquez les résultats attendus, ou leur absence (5°).'),
  written('lettre-6-suites', '18776-5', 'Indiquez les suites à donner (6°).'),
];

function written(code: string, loinc: string, remedy: string): LetterPart {
  return {
    code,
    place: `/ClinicalDocument/component/structuredBody//section[code/@code='${loinc}']/text`,
    isThere: (document) =>
      sections(document).some((section) => attr(child(section, 'code'), 'code') === loinc && text(child(section, 'text')) !== undefined),
    remedy,
  };
}

function observed(code: string, observation: string, remedy: string): LetterPart {
  return {
    code,
    place: `/ClinicalDocument/component/structuredBody//observation[code/@code='${observation}']`,
    isThere: (document) =>
      sections(document)
        .flatMap((section) => children(section, 'entry'))
        .some((entry) => attr(child(entry, 'observation', 'code'), 'code') === observation),
    remedy,
  };
}

/** All sections, nested ones included (the VSM nests them). */
function sections(document: XmlElement): readonly XmlElement[] {
  const inside = (section: XmlElement): readonly XmlElement[] => [section, ...sectionsOf(section).flatMap(inside)];
  return sectionsOf(child(document, 'component', 'structuredBody')).flatMap(inside);
}

function sectionsOf(holder: XmlElement | undefined): readonly XmlElement[] {
  return children(holder, 'component').flatMap((component) => children(component, 'section'));
}

/**
 * What the law asks of a lettre de liaison de sortie and this one does not say, for its sender: it never stops the
 * reception. The narrative is what binds, so a section counts when it has text. A letter that is a picture or a PDF
 * cannot be checked, which is one warning.
 * @see domain.md L-08, M6 "lettre reçue"
 */
export function missingLetterParts(document: XmlElement): readonly Warning[] {
  if (child(document, 'component', 'structuredBody') === undefined) {
    return [
      {
        code: 'lettre-non-structuree',
        expression: '/ClinicalDocument/component',
        diagnostics: 'The body is not structured: its mandatory content was not checked.',
        remedy: 'Envoyez la lettre au format structuré LDL-SES (CDA R2 niveau 3).',
      },
    ];
  }
  return PARTS.filter(({ isThere }) => !isThere(document)).map(({ code, place, remedy }) => ({
    code,
    expression: place,
    diagnostics: 'A part of the letter that CSP R1112-1-2 asks for is missing.',
    remedy,
  }));
}
