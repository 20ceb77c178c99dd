import type { Member, Role } from '../../../lib/access/requester.ts';

export type NetworkId = 'cpts' | 'dac';

/** The roles of contracts.md 2, in its order. */
export const DEMO_ROLES = [
  'hospital',
  'clinician',
  'hospital2',
  'gp',
  'gp2',
  'nurse',
  'social',
  'coordinator',
  'gp@dac',
  'coordinator@dac',
  'patient',
  'representative',
  'dashboard',
  'dmp',
  'association',
  'commune',
  'suspended',
  'outsider',
  'dpo',
  'admin',
] as const;

export type DemoRole = (typeof DEMO_ROLES)[number];

/** Roles whose rights come from a membership; the patient and the representative are known by the record itself. */
export type MemberRole = Exclude<DemoRole, 'patient' | 'representative'>;

export type MemberRow = {
  readonly name: string;
  readonly accessRole: Role;
  readonly network: NetworkId;
  /** Another network that it works in too. */
  readonly alsoIn?: NetworkId;
  readonly state?: Member['state'];
  readonly idPrefix: string;
} & (
  | {
      readonly kind: 'person';
      readonly family: string;
      readonly given: string;
      readonly rpps?: string;
      readonly profession: Profession;
      readonly structure: StructureId;
    }
  | { readonly kind: 'structure'; readonly structure: StructureId }
  | { readonly kind: 'device' }
);

/** Codes of TRE_G15-ProfessionSante for health professionals; our own words for the others. */
export type Profession =
  | '10'
  | '60'
  | 'psychologue'
  | 'assistant-social'
  | 'coordinateur'
  | 'delegue-protection-donnees'
  | 'administrateur';

export type StructureId =
  | 'reseau-cpts'
  | 'reseau-dac'
  | 'ch-des-essais'
  | 'clinique-du-gabarit'
  | 'cabinet-modele'
  | 'cabinet-gabarit'
  | 'cabinet-calibre'
  | 'cabinet-infirmier'
  | 'service-social'
  | 'association-temoin'
  | 'commune'
  | 'observatoire';

/** Structures of the demo; FINESS numbers are made up and have their Luhn key. */
export const STRUCTURES: Readonly<Record<StructureId, { readonly name: string; readonly network: NetworkId; readonly finess?: string }>> = {
  'reseau-cpts': { name: "CPTS de l'Esquisse", network: 'cpts', finess: '690000013' },
  'reseau-dac': { name: 'DAC Fictif', network: 'dac', finess: '330000076' },
  'ch-des-essais': { name: 'CH des Essais', network: 'cpts', finess: '690000120' },
  'clinique-du-gabarit': { name: 'Clinique du Gabarit', network: 'cpts', finess: '690000237' },
  'cabinet-modele': { name: 'Cabinet médical Modèle', network: 'cpts', finess: '690000344' },
  'cabinet-gabarit': { name: 'Cabinet médical Gabarit', network: 'cpts', finess: '690000450' },
  'cabinet-calibre': { name: 'Cabinet médical Calibre', network: 'dac', finess: '330000084' },
  'cabinet-infirmier': { name: 'Cabinet infirmier du Patron', network: 'cpts', finess: '690000567' },
  'service-social': { name: 'Service social de l’Échantillon', network: 'cpts', finess: '690000674' },
  'association-temoin': { name: 'Association Témoin', network: 'cpts' },
  commune: { name: 'Commune d’Épure-sur-Marge', network: 'cpts' },
  observatoire: { name: 'Observatoire de la CPTS de l’Esquisse', network: 'cpts' },
};

/** Who holds each role (domain.md 7: all names are fictitious; RPPS numbers are made up and have their Luhn key). */
export const MEMBERS: Readonly<Record<MemberRole, MemberRow>> = {
  hospital: {
    kind: 'structure',
    name: 'CH des Essais',
    accessRole: 'hospital',
    network: 'cpts',
    alsoIn: 'dac',
    structure: 'ch-des-essais',
    idPrefix: 'che-',
  },
  clinician: {
    kind: 'person',
    name: 'Dr Paul ÉPREUVE',
    family: 'ÉPREUVE',
    given: 'Paul',
    accessRole: 'clinician',
    network: 'cpts',
    alsoIn: 'dac',
    rpps: '10000901073',
    profession: '10',
    structure: 'ch-des-essais',
    idPrefix: 'chp-',
  },
  hospital2: {
    kind: 'structure',
    name: 'Clinique du Gabarit',
    accessRole: 'hospital',
    network: 'cpts',
    structure: 'clinique-du-gabarit',
    idPrefix: 'cdg-',
  },
  gp: {
    kind: 'person',
    name: 'Dr Gaëlle MODÈLE',
    family: 'MODÈLE',
    given: 'Gaëlle',
    accessRole: 'gp',
    network: 'cpts',
    rpps: '10000901149',
    profession: '10',
    structure: 'cabinet-modele',
    idPrefix: 'gmo-',
  },
  gp2: {
    kind: 'person',
    name: 'Dr Hugo GABARIT',
    family: 'GABARIT',
    given: 'Hugo',
    accessRole: 'gp',
    network: 'cpts',
    rpps: '10000901214',
    profession: '10',
    structure: 'cabinet-gabarit',
    idPrefix: 'hga-',
  },
  nurse: {
    kind: 'person',
    name: 'Inès PATRON',
    family: 'PATRON',
    given: 'Inès',
    accessRole: 'nurse',
    network: 'cpts',
    rpps: '10000901289',
    profession: '60',
    structure: 'cabinet-infirmier',
    idPrefix: 'ipa-',
  },
  social: {
    kind: 'person',
    name: 'Jules ÉCHANTILLON',
    family: 'ÉCHANTILLON',
    given: 'Jules',
    accessRole: 'social',
    network: 'cpts',
    profession: 'assistant-social',
    structure: 'service-social',
    idPrefix: 'jec-',
  },
  coordinator: {
    kind: 'person',
    name: 'Katia SPÉCIMEN',
    family: 'SPÉCIMEN',
    given: 'Katia',
    accessRole: 'coordinator',
    network: 'cpts',
    profession: 'coordinateur',
    structure: 'reseau-cpts',
    idPrefix: 'ksp-',
  },
  'gp@dac': {
    kind: 'person',
    name: 'Dr Nora CALIBRE',
    family: 'CALIBRE',
    given: 'Nora',
    accessRole: 'gp',
    network: 'dac',
    rpps: '10000901354',
    profession: '10',
    structure: 'cabinet-calibre',
    idPrefix: 'nca-',
  },
  'coordinator@dac': {
    kind: 'person',
    name: 'Omar ÉTALON',
    family: 'ÉTALON',
    given: 'Omar',
    accessRole: 'coordinator',
    network: 'dac',
    profession: 'coordinateur',
    structure: 'reseau-dac',
    idPrefix: 'oet-',
  },
  dashboard: {
    kind: 'structure',
    name: 'Observatoire de la CPTS de l’Esquisse',
    accessRole: 'dashboard',
    network: 'cpts',
    structure: 'observatoire',
    idPrefix: 'obs-',
  },
  dmp: { kind: 'device', name: 'Dossier médical partagé fictif', accessRole: 'dmp', network: 'cpts', alsoIn: 'dac', idPrefix: 'dmp-' },
  association: {
    kind: 'structure',
    name: 'Association Témoin',
    accessRole: 'association',
    network: 'cpts',
    structure: 'association-temoin',
    idPrefix: 'ate-',
  },
  commune: {
    kind: 'structure',
    name: 'Commune d’Épure-sur-Marge',
    accessRole: 'other-field',
    network: 'cpts',
    structure: 'commune',
    idPrefix: 'com-',
  },
  suspended: {
    kind: 'person',
    name: 'Rose CROQUIS',
    family: 'CROQUIS',
    given: 'Rose',
    accessRole: 'nurse',
    network: 'cpts',
    state: 'suspendue',
    rpps: '10000901420',
    profession: '60',
    structure: 'cabinet-infirmier',
    idPrefix: 'rcr-',
  },
  outsider: {
    kind: 'person',
    name: 'Dr Simon BRISTOL',
    family: 'BRISTOL',
    given: 'Simon',
    accessRole: 'gp',
    network: 'cpts',
    rpps: '10000901495',
    profession: '10',
    structure: 'cabinet-gabarit',
    idPrefix: 'sbr-',
  },
  dpo: {
    kind: 'person',
    name: 'Théa CONFORME',
    family: 'CONFORME',
    given: 'Théa',
    accessRole: 'dpo',
    network: 'cpts',
    profession: 'delegue-protection-donnees',
    structure: 'reseau-cpts',
    idPrefix: 'tco-',
  },
  admin: {
    kind: 'person',
    name: 'Ugo MARQUOIR',
    family: 'MARQUOIR',
    given: 'Ugo',
    accessRole: 'admin',
    network: 'cpts',
    profession: 'administrateur',
    structure: 'reseau-cpts',
    idPrefix: 'uma-',
  },
};

export function isDemoRole(text: string): text is DemoRole {
  return DEMO_ROLES.some((role) => role === text);
}

export function isMemberRole(text: string): text is MemberRole {
  return Object.hasOwn(MEMBERS, text);
}

export function isStructureId(text: string): text is StructureId {
  return Object.hasOwn(STRUCTURES, text);
}
