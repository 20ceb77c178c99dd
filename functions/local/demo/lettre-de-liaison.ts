import { epochMsOf, type Instant, parisOffsetMinutes } from '../../../lib/platform/instant.ts';

type Person = { readonly rpps: string; readonly family: string; readonly given: string };

/** What a lettre de liaison de sortie is written from. Fictitious people only: the INS belongs to the test domain. */
export type LetterFacts = {
  /** OID of the document, as root alone. */
  readonly documentId: string;
  /** The same for all versions of one letter; the document's own when absent. */
  readonly setId?: string;
  readonly versionNumber?: number;
  /** OID of the document that this one replaces. */
  readonly replaces?: string;
  readonly writtenAt: Instant;
  readonly ins: string;
  readonly ipp?: { readonly root: string; readonly value: string };
  readonly names: {
    readonly birthName: string;
    readonly firstGiven: string;
    /** All birth given names in one text, the first included. */
    readonly givenNames: string;
    readonly usedName?: string;
    readonly usedGiven?: string;
  };
  readonly gender: 'F' | 'M';
  /** YYYY-MM-DD */
  readonly birthDate: string;
  readonly birthPlace: { readonly insee: string; readonly label: string };
  readonly stay: { readonly start: Instant; readonly end: Instant };
  readonly hospital: { readonly finess: string; readonly name: string };
  readonly author: Person;
  readonly recipients: readonly Person[];
  readonly medecinTraitant?: Person;
  readonly confidentiality?: 'N' | 'R' | 'V';
  /** Narrative by section; what is absent gets a sentence of ours. */
  readonly texts?: Partial<Record<SectionName, string>>;
};

export type SectionName =
  | 'statut'
  | 'motif'
  | 'synthese'
  | 'administres'
  | 'traitements'
  | 'resultats'
  | 'suites'
  | 'dispositifs'
  | 'allergies';

type Section = {
  readonly name: SectionName;
  readonly title: string;
  readonly loinc: string;
  readonly templates: readonly string[];
  readonly said: string;
};

/** The nine sections of LDL-SES 2022.01 in their order (interop.md 9.2). */
const SECTIONS: readonly Section[] = [
  {
    name: 'statut',
    title: 'Statut du document',
    loinc: '33557-0',
    templates: ['1.2.250.1.213.1.1.2.35', '1.2.250.1.213.1.1.2.35.1'],
    said: 'Lettre validée.',
  },
  {
    name: 'motif',
    title: "Motif de l'hospitalisation",
    loinc: '42349-1',
    templates: ['1.3.6.1.4.1.19376.1.5.3.1.3.1', '1.2.250.1.213.1.1.2.127'],
    said: 'Chute à domicile sans perte de connaissance.',
  },
  {
    name: 'synthese',
    title: 'Synthèse médicale du séjour',
    loinc: '42545-4',
    templates: ['1.3.6.1.4.1.19376.1.7.3.1.1.13.7', '1.2.250.1.213.1.1.2.163', '1.2.250.1.213.1.1.2.163.1'],
    said: 'Contusion de hanche, pas de fracture. Ni événement indésirable, ni germe résistant, ni transfusion.',
  },
  {
    name: 'administres',
    title: 'Traitements administrés',
    loinc: '18610-6',
    templates: ['1.3.6.1.4.1.19376.1.5.3.1.3.21', '1.2.250.1.213.1.1.2.145'],
    said: 'Antalgique de palier 2, arrêté avant la sortie car la douleur a cédé.',
  },
  {
    name: 'traitements',
    title: 'Traitements à la sortie',
    loinc: '10183-2',
    templates: ['1.3.6.1.4.1.19376.1.5.3.1.3.22', '1.2.250.1.213.1.1.2.146'],
    said: 'Paracétamol 1 g trois fois par jour pendant cinq jours.',
  },
  {
    name: 'resultats',
    title: 'Résultats attendus',
    loinc: '30954-2',
    templates: ['1.3.6.1.4.1.19376.1.5.3.1.3.27', '1.2.250.1.213.1.1.2.150'],
    said: 'Dosage de vitamine D en cours à la sortie.',
  },
  {
    name: 'suites',
    title: 'Suites à donner',
    loinc: '18776-5',
    templates: ['1.3.6.1.4.1.19376.1.5.3.1.3.36', '1.2.250.1.213.1.1.2.158'],
    said: 'Revoir le médecin traitant sous sept jours ; passage infirmier ; évaluation du domicile.',
  },
  {
    name: 'dispositifs',
    title: 'Dispositifs médicaux',
    loinc: '46264-8',
    templates: ['1.2.250.1.213.1.1.2.1'],
    said: 'Aucun dispositif implanté.',
  },
  {
    name: 'allergies',
    title: 'Allergies et intolérances',
    loinc: '48765-2',
    templates: ['1.3.6.1.4.1.19376.1.5.3.1.3.13', '1.2.250.1.213.1.1.2.137'],
    said: 'Aucune allergie connue.',
  },
];

const TA_ASIP = '1.2.250.1.213.1.1.4.322';
const SNOMED = '2.16.840.1.113883.6.96';

/**
 * A lettre de liaison de sortie, CDA R2 level 3 (LDL-SES 2022.01, template 1.2.250.1.213.1.1.1.29), as an establishment
 * would send it: UTF-8 text with its declaration.
 * @see interop.md 9.1, 9.2
 */
export function lettreDeLiaison(facts: LetterFacts): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <realmCode code="FR"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="2.16.840.1.113883.2.8.2.1"/>
  <templateId root="1.2.250.1.213.1.1.1.1"/>
  <templateId root="1.2.250.1.213.1.1.1.29" extension="2022.01"/>
  <id root="${escaped(facts.documentId)}"/>
  <code code="11490-0" codeSystem="2.16.840.1.113883.6.1" displayName="Lettre de liaison à la sortie d'un établissement de soins"/>
  <title>Lettre de liaison à la sortie</title>
  <effectiveTime value="${timestamp(facts.writtenAt)}"/>
  <confidentialityCode code="${facts.confidentiality ?? 'N'}" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="fr-FR"/>
  <setId root="${escaped(facts.setId ?? facts.documentId)}"/>
  <versionNumber value="${facts.versionNumber ?? 1}"/>
${recordTarget(facts)}
  <author>
    <time value="${timestamp(facts.writtenAt)}"/>
    <assignedAuthor>
      ${professional(facts.author)}
      <code code="G15_10/SM27" codeSystem="1.2.250.1.213.1.1.4.5" displayName="Médecin - Médecine interne (SM)"/>
      <assignedPerson>${personName(facts.author)}</assignedPerson>
      <representedOrganization>${structure(facts)}</representedOrganization>
    </assignedAuthor>
  </author>
  <custodian><assignedCustodian><representedCustodianOrganization>${structure(facts)}</representedCustodianOrganization></assignedCustodian></custodian>
${facts.recipients.map(recipient).join('\n')}
  <legalAuthenticator>
    <time value="${timestamp(facts.writtenAt)}"/>
    <signatureCode code="S"/>
    <assignedEntity>
      ${professional(facts.author)}
      <assignedPerson>${personName(facts.author)}</assignedPerson>
      <representedOrganization>${structure(facts)}</representedOrganization>
    </assignedEntity>
  </legalAuthenticator>
${facts.medecinTraitant === undefined ? '' : medecinTraitant(facts.medecinTraitant)}
${facts.replaces === undefined ? '' : `  <relatedDocument typeCode="RPLC"><parentDocument><id root="${escaped(facts.replaces)}"/></parentDocument></relatedDocument>`}
  <documentationOf>
    <serviceEvent>
      <code code="IMP" codeSystem="2.16.840.1.113883.5.4" displayName="Hospitalisation"/>
      ${interval(facts)}
      <performer typeCode="PRF">
        <assignedEntity>
          ${professional(facts.author)}
          <representedOrganization>
            ${structure(facts)}
            <standardIndustryClassCode code="ETABLISSEMENT" codeSystem="1.2.250.1.213.1.1.4.9" displayName="Etablissement de santé"/>
          </representedOrganization>
        </assignedEntity>
      </performer>
    </serviceEvent>
  </documentationOf>
  <componentOf>
    <encompassingEncounter>
      ${interval(facts)}
      <location>
        <healthCareFacility><code code="SA01" codeSystem="1.2.250.1.71.4.2.4" displayName="Etablissement public de santé"/></healthCareFacility>
      </location>
    </encompassingEncounter>
  </componentOf>
  <component>
    <structuredBody>
${SECTIONS.map((section) => sectionOf(section, facts)).join('\n')}
    </structuredBody>
  </component>
</ClinicalDocument>
`;
}

function recordTarget({ ins, ipp, names, gender, birthDate, birthPlace }: LetterFacts): string {
  return `  <recordTarget>
    <patientRole>
      <id root="1.2.250.1.213.1.4.10" extension="${escaped(ins)}"/>
      ${ipp === undefined ? '' : `<id root="${escaped(ipp.root)}" extension="${escaped(ipp.value)}"/>`}
      <addr use="H"><houseNumber>1</houseNumber><streetName>Rue de l'Essai</streetName><postalCode>30100</postalCode><city>ALES</city></addr>
      <telecom value="tel:0100000000" use="H"/>
      <patient>
        <name>
          <family qualifier="BR">${escaped(names.birthName)}</family>
          <given>${escaped(names.givenNames)}</given>
          <given qualifier="BR">${escaped(names.firstGiven)}</given>
          <family qualifier="CL">${escaped(names.usedName ?? names.birthName)}</family>
          <given qualifier="CL">${escaped(names.usedGiven ?? names.firstGiven)}</given>
        </name>
        <administrativeGenderCode code="${gender}" codeSystem="2.16.840.1.113883.5.1"/>
        <birthTime value="${escaped(birthDate.replaceAll('-', ''))}"/>
        <birthplace><place><addr><county>${escaped(birthPlace.insee)}</county><city>${escaped(birthPlace.label)}</city></addr></place></birthplace>
      </patient>
    </patientRole>
  </recordTarget>`;
}

function recipient(person: Person): string {
  return `  <informationRecipient>
    <intendedRecipient>
      ${professional(person)}
      <informationRecipient>${personName(person)}</informationRecipient>
    </intendedRecipient>
  </informationRecipient>`;
}

function medecinTraitant(person: Person): string {
  return `  <participant typeCode="INF">
    <functionCode code="PCP" codeSystem="2.16.840.1.113883.5.88" displayName="Médecin traitant"/>
    <time nullFlavor="NA"/>
    <associatedEntity classCode="PROV">
      ${professional(person)}
      <associatedPerson>${personName(person)}</associatedPerson>
    </associatedEntity>
  </participant>`;
}

/** PS_IdNat: `8` and the RPPS. */
function professional({ rpps }: Person): string {
  return `<id root="1.2.250.1.71.4.2.1" extension="8${escaped(rpps)}"/>`;
}

function personName({ family, given }: Person): string {
  return `<name><family>${escaped(family)}</family><given>${escaped(given)}</given><suffix>DR</suffix></name>`;
}

/** Struct_IdNat: `1` and the FINESS. */
function structure({ hospital }: LetterFacts): string {
  return `<id root="1.2.250.1.71.4.2.2" extension="1${escaped(hospital.finess)}"/><name>${escaped(hospital.name)}</name>`;
}

function interval({ stay }: LetterFacts): string {
  return `<effectiveTime><low value="${timestamp(stay.start)}"/><high value="${timestamp(stay.end)}"/></effectiveTime>`;
}

function sectionOf({ name, title, loinc, templates, said }: Section, facts: LetterFacts): string {
  return `      <component>
        <section>
          ${templates.map((root) => `<templateId root="${root}"/>`).join('')}
          <code code="${loinc}" codeSystem="2.16.840.1.113883.6.1"/>
          <title>${escaped(title)}</title>
          <text><content ID="${name}">${escaped(facts.texts?.[name] ?? said)}</content></text>
${entriesOf(name, facts)}
        </section>
      </component>`;
}

/** The observations that the model requires; treatments and suites are narrative only. */
function entriesOf(name: SectionName, { stay, writtenAt }: LetterFacts): string {
  if (name === 'statut') return observation('GEN-065', writtenAt, name, '9571008', 'approuvé');
  if (name !== 'synthese') return '';
  return [
    observation('ORG-070', stay.start, name, '183452005', 'admission en urgence'),
    observation('ORG-074', stay.end, name, '160849004', 'retour au domicile'),
  ].join('\n');
}

function observation(code: string, at: Instant, section: SectionName, value: string, display: string): string {
  return `          <entry>
            <observation classCode="OBS" moodCode="EVN">
              <templateId root="1.2.250.1.213.1.1.3.48"/>
              <code code="${code}" codeSystem="${TA_ASIP}"/>
              <text><reference value="#${section}"/></text>
              <statusCode code="completed"/>
              <effectiveTime value="${timestamp(at)}"/>
              <value xsi:type="CD" code="${value}" codeSystem="${SNOMED}" displayName="${display}"/>
            </observation>
          </entry>`;
}

/** HL7 timestamp to the second on the clock of Europe/Paris, with its offset. */
function timestamp(instant: Instant): string {
  const epochMs = epochMsOf(instant);
  const offsetMinutes = parisOffsetMinutes(epochMs);
  const wall = new Date(epochMs + offsetMinutes * 60_000).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '');
  return `${wall}+${String(offsetMinutes / 60).padStart(2, '0')}00`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
