/** Every system, code, extension and canonical of ours, and the foreign ones that the code names. One place, listed by `npm run demo -- --vocabulary`. */

export const BASE = 'https://relais.example/fhir';
export const NAMING_BASE = 'https://relais.example/sid';

export const SYSTEM = {
  etat: `${BASE}/CodeSystem/etat`,
  /** Slugs of coordination events (contracts.md 4). */
  evenement: `${BASE}/CodeSystem/evenement`,
  categorie: `${BASE}/CodeSystem/categorie`,
  categorieObjectif: `${BASE}/CodeSystem/categorie-objectif`,
  tache: `${BASE}/CodeSystem/tache`,
  motifAppui: `${BASE}/CodeSystem/motif-appui`,
  motifFin: `${BASE}/CodeSystem/motif-fin`,
  niveauReponse: `${BASE}/CodeSystem/niveau-reponse`,
  roleCercle: `${BASE}/CodeSystem/role-cercle`,
  typeEpisode: `${BASE}/CodeSystem/type-episode`,
  regle: `${BASE}/CodeSystem/regle`,
  base: `${BASE}/CodeSystem/base-acces`,
  visibilite: `${BASE}/CodeSystem/visibilite`,
  serveur: `${BASE}/CodeSystem/etiquette-serveur`,
  questionnaire: `${BASE}/Questionnaire`,
  /** ZFM-2 of PAM France (mode de sortie PMSI): no national system carries it. */
  modeSortie: `${BASE}/CodeSystem/mode-sortie`,
  /** ZFM-4 of PAM France (destination PMSI). */
  destinationSortie: `${BASE}/CodeSystem/destination-sortie`,
} as const;

export const EXTENSION = {
  etat: `${BASE}/StructureDefinition/etat`,
  rang: `${BASE}/StructureDefinition/rang`,
  information: `${BASE}/StructureDefinition/information`,
  accord: `${BASE}/StructureDefinition/accord`,
  besoin: `${BASE}/StructureDefinition/besoin`,
  activiteId: `${BASE}/StructureDefinition/activite-id`,
  avis: `${BASE}/StructureDefinition/avis`,
  recueil: `${BASE}/StructureDefinition/recueil`,
  seuil: `${BASE}/StructureDefinition/seuil`,
  mouvement: `${BASE}/StructureDefinition/mouvement`,
  niveauReponse: `${BASE}/StructureDefinition/niveau-reponse`,
  projetDeVieNonExprime: `${BASE}/StructureDefinition/projet-de-vie-non-exprime`,
  sansVadNiRcp: `${BASE}/StructureDefinition/sans-vad-ni-rcp`,
  dateRevision: `${BASE}/StructureDefinition/date-revision`,
  reconnaissance: `${BASE}/StructureDefinition/equipe-de-soins`,
  nonDivulgation: `${BASE}/StructureDefinition/non-divulgation`,
  /** Whom a DocumentReference is addressed to: valueReference, one extension each. */
  destinataire: `${BASE}/StructureDefinition/destinataire`,
  /** ZFA-9 as said, on the Encounter: `IO` = nothing of this stay goes to the DMP. */
  alimentationDmp: `${BASE}/StructureDefinition/alimentation-dmp`,
  /** EpisodeOfCare that a readmission follows (M6). */
  readmission: `${BASE}/StructureDefinition/readmission`,
} as const;

/** `Task.code` in SYSTEM.tache. */
export const TASK_CODES = [
  'demande-appui',
  'lettre-de-liaison',
  'prise-en-compte',
  'fixer-rdv',
  'recherche-mt',
  'dysfonctionnement',
  'informer',
  'relais',
  'avis-pps',
  'invitation-cercle',
  'revue-bris-de-glace',
  'demande-rgpd',
] as const;

export const CATEGORIES = ['medical', 'psy', 'social', 'vie-privee'] as const;

/** Goal categories (contracts.md 3). */
export const GOAL_CATEGORIES = ['projet-de-vie', 'social', 'autonomie', 'droits', 'logement', 'clinique'] as const;

/** `CareTeam.participant.role` of ours, beside the national ones. */
export const CIRCLE_ROLES = ['medecin-traitant', 'medecin', 'infirmier', 'assistant-social', 'coordinateur', 'benevole', 'autre'] as const;

/** Levels of answer of a demande d'appui (S1-04). */
export const ANSWER_LEVELS = ['information', 'orientation', 'appui-ponctuel', 'coordination'] as const;

export const LOINC = 'http://loinc.org';
export const LETTRE_DE_LIAISON_SORTIE = '11490-0';
export const OID_SYSTEM = {
  insNir: 'urn:oid:1.2.250.1.213.1.4.8',
  insNia: 'urn:oid:1.2.250.1.213.1.4.9',
  insTest: 'urn:oid:1.2.250.1.213.1.4.10',
  insDemo: 'urn:oid:1.2.250.1.213.1.4.11',
  psIdNat: 'urn:oid:1.2.250.1.71.4.2.1',
  structIdNat: 'urn:oid:1.2.250.1.71.4.2.2',
} as const;
export const RPPS = 'https://rpps.esante.gouv.fr';
export const FINESS = 'https://finess.esante.gouv.fr';
/** Médecin traitant in a CareTeam (interop.md 3, careteam-roles-vs). */
export const TRE_R259 = 'https://mos.esante.gouv.fr/NOS/TRE_R259-HL7ParticipationFunction/FHIR/TRE-R259-HL7ParticipationFunction';
export const TRE_A07 = 'https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument';
export const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
export const FR_CORE = 'https://hl7.fr/ig/fhir/core';
export const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' } as const;

/** Code systems of HL7 that identify, classify or describe. */
export const HL7 = {
  identifierType: 'http://terminology.hl7.org/CodeSystem/v2-0203',
  maritalStatus: 'http://terminology.hl7.org/CodeSystem/v2-0002',
  actCode: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  birthPlace: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
} as const;
/** FR Core code systems and extensions that intake writes (interop.md 1, 2). */
export const FR_CORE_SYSTEM = {
  identifierType: `${FR_CORE}/CodeSystem/fr-core-cs-v2-0203`,
  identityStatus: `${FR_CORE}/CodeSystem/fr-core-cs-identity-status`,
  identityStatusComment: `${FR_CORE}/CodeSystem/fr-core-cs-identity-status-comment`,
  identityStatusFormer: `${FR_CORE}/CodeSystem/fr-core-cs-v2-0445`,
  circonstancesSortie: `${FR_CORE}/CodeSystem/fr-core-cs-circonstances-sortie`,
  commune: 'https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM',
} as const;
export const FR_CORE_EXTENSION = {
  identityReliability: `${FR_CORE}/StructureDefinition/fr-core-identity-reliability`,
  birthListGivenName: `${FR_CORE}/StructureDefinition/fr-core-patient-birth-list-given-name`,
  inseeCode: `${FR_CORE}/StructureDefinition/fr-core-address-insee-code`,
  estimatedDischargeDate: `${FR_CORE}/StructureDefinition/fr-core-estimated-discharge-date`,
} as const;
