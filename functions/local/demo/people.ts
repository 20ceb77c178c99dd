import type { PatientKey } from '../../../lib/access/facts.ts';
import type { MemberRole, NetworkId } from './roles.ts';

/** The aliases of contracts.md 2, in its order. */
export const DEMO_ALIASES = [
  'given',
  'limited',
  'opposed',
  'nomt',
  'none',
  'refused',
  'withdrawn',
  'minor',
  'dac-informed',
  'dac-uninformed',
] as const;

export type DemoAlias = (typeof DEMO_ALIASES)[number];

export type Person = {
  /** Fixed, so that ids are the same after every `--fresh`. */
  readonly key: PatientKey;
  readonly network: NetworkId;
  /** Strict traits as INSi writes them: capitals without accents. */
  readonly family: string;
  readonly given: string;
  /** As the person writes it. */
  readonly usedFamily: string;
  readonly usedGiven: string;
  readonly birthDate: string;
  readonly gender: 'female' | 'male';
  readonly birthPlace: { readonly insee: string; readonly city: string };
  /** Test domain, with its key. */
  readonly ins: string;
  readonly consent: 'donne' | 'limite' | 'refuse' | 'retire' | 'informe' | undefined;
  /** An opposition of its own to this role. */
  readonly opposedTo?: MemberRole;
  readonly referral: 'open' | 'closed' | undefined;
  readonly medecinTraitant: MemberRole | undefined;
  /** Accepted members of the circle. */
  readonly circle: readonly MemberRole[];
  /** Recognises its circle as its équipe de soins. */
  readonly recognises: boolean;
  readonly represented: boolean;
};

const CPTS_CIRCLE = ['gp', 'gp2', 'nurse', 'social', 'coordinator'] as const;

/** The usual story of a person of the CPTS: consent given, request open. */
const USUAL = {
  network: 'cpts',
  consent: 'donne',
  referral: 'open',
  medecinTraitant: 'gp',
  circle: CPTS_CIRCLE,
  recognises: false,
  represented: false,
} as const;

const DAC = { ...USUAL, network: 'dac', medecinTraitant: 'gp@dac', circle: ['gp@dac', 'coordinator@dac'] } as const;

/** domain.md 7: every person is fictitious. */
export const PEOPLE: Readonly<Record<DemoAlias, Person>> = {
  given: {
    ...USUAL,
    key: 'a100000000000001',
    ...names('FICTIVE', 'ALMA', 'Fictive', 'Alma'),
    birthDate: '1945-03-12',
    gender: 'female',
    birthPlace: { insee: '75116', city: 'PARIS 16E ARRONDISSEMENT' },
    ins: '245037511600194',
  },
  limited: {
    ...USUAL,
    key: 'a100000000000002',
    ...names('EXEMPLE', 'BASILE', 'Exemple', 'Basile'),
    birthDate: '1952-06-08',
    gender: 'male',
    birthPlace: { insee: '69123', city: 'LYON' },
    ins: '152066912300291',
    consent: 'limite',
  },
  opposed: {
    ...USUAL,
    key: 'a100000000000003',
    ...names('MAQUETTE', 'ELISE', 'Maquette', 'Élise'),
    birthDate: '1938-11-23',
    gender: 'female',
    birthPlace: { insee: '69381', city: 'LYON 1ER ARRONDISSEMENT' },
    ins: '238116938100350',
    opposedTo: 'gp',
  },
  nomt: {
    ...USUAL,
    key: 'a100000000000004',
    ...names('PSEUDO', 'DENIS', 'Pseudo', 'Denis'),
    birthDate: '1961-02-17',
    gender: 'male',
    birthPlace: { insee: '69259', city: 'VENISSIEUX' },
    ins: '161026925900463',
    medecinTraitant: undefined,
    circle: CPTS_CIRCLE.filter((role) => role !== 'gp'),
  },
  none: {
    ...USUAL,
    key: 'a100000000000005',
    ...names('TESTON', 'CLARA', 'Teston', 'Clara'),
    birthDate: '1957-09-30',
    gender: 'female',
    birthPlace: { insee: '13055', city: 'MARSEILLE' },
    ins: '257091305500595',
    consent: undefined,
    referral: undefined,
  },
  refused: {
    ...USUAL,
    key: 'a100000000000006',
    ...names('BROUILLON', 'FARID', 'Brouillon', 'Farid'),
    birthDate: '1970-01-05',
    gender: 'male',
    birthPlace: { insee: '69387', city: 'LYON 7E ARRONDISSEMENT' },
    ins: '170016938700632',
    consent: 'refuse',
    referral: 'closed',
  },
  withdrawn: {
    ...USUAL,
    key: 'a100000000000007',
    ...names('CALQUE', 'GISELE', 'Calque', 'Gisèle'),
    birthDate: '1949-12-19',
    gender: 'female',
    birthPlace: { insee: '69029', city: 'BRON' },
    ins: '249126902900792',
    consent: 'retire',
    referral: 'closed',
  },
  minor: {
    ...USUAL,
    key: 'a100000000000008',
    ...names('POCHOIR', 'HECTOR', 'Pochoir', 'Hector'),
    birthDate: '2010-06-15',
    gender: 'male',
    birthPlace: { insee: '69382', city: 'LYON 2E ARRONDISSEMENT' },
    ins: '110066938200896',
    represented: true,
  },
  'dac-informed': {
    ...DAC,
    key: 'a100000000000009',
    ...names('EBAUCHE', 'IRENE', 'Ébauche', 'Irène'),
    birthDate: '1966-04-02',
    gender: 'female',
    birthPlace: { insee: '33063', city: 'BORDEAUX' },
    ins: '266043306300951',
    consent: 'informe',
    recognises: true,
  },
  'dac-uninformed': {
    ...DAC,
    key: 'a10000000000000a',
    ...names('CANEVAS', 'JOSEPH', 'Canevas', 'Joseph'),
    birthDate: '1955-08-26',
    gender: 'male',
    birthPlace: { insee: '33281', city: 'MERIGNAC' },
    ins: '155083328101080',
    consent: undefined,
  },
};

export function isDemoAlias(text: string): text is DemoAlias {
  return Object.hasOwn(PEOPLE, text);
}

function names(family: string, given: string, usedFamily: string, usedGiven: string) {
  return { family, given, usedFamily, usedGiven };
}
