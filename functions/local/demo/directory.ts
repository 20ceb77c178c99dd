import type { Device, Organization, Practitioner, PractitionerRole } from '@medplum/fhirtypes';
import type { Member, Network } from '../../../lib/access/requester.ts';
import type { Ref, RelaisResource } from '../../../lib/fhir/types.ts';
import { FINESS, OID_SYSTEM, RPPS } from '../../../lib/fhir/vocabulary.ts';
import { demoId, networkRef, practitionerRef, roleRef, structureRef } from './references.ts';
import {
  isMemberRole,
  isStructureId,
  MEMBERS,
  type MemberRole,
  type MemberRow,
  type NetworkId,
  type Profession,
  STRUCTURES,
  type StructureId,
} from './roles.ts';

/** A resource of the directory, and the networks in which it is found. */
export type DirectoryEntry = { readonly resource: RelaisResource; readonly networks: readonly NetworkId[] };

const TRE_G15 = 'https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante';

/** Fictitious, as the names are: the postal codes are in no use. */
const COMMUNES = {
  cpts: { city: 'Épure-sur-Marge', postalCode: '69990' },
  dac: { city: 'Trame-les-Bains', postalCode: '33990' },
  hospitals: { city: 'Essais-le-Grand', postalCode: '69991' },
} as const;

const PROFESSION_NAMES: Readonly<Record<Profession, string>> = {
  '10': 'Médecin',
  '60': 'Infirmier',
  psychologue: 'Psychologue',
  'assistant-social': 'Assistant de service social',
  coordinateur: 'Coordinateur de parcours',
  'delegue-protection-donnees': 'Délégué à la protection des données',
  administrateur: 'Administrateur',
};

/**
 * Two professionals who wrote what the demo's records hold and have no membership: so that nobody of the demo reads it
 * because he wrote it.
 */
export const EXTERNALS = {
  psychologist: { name: 'Lise NUANCE', family: 'NUANCE', given: 'Lise', profession: 'psychologue' },
  socialWorker: { name: 'Marc REPÈRE', family: 'REPÈRE', given: 'Marc', profession: 'assistant-social' },
} as const;

export function externalRef(external: keyof typeof EXTERNALS): Ref {
  return `PractitionerRole/${demoId(`external role ${external}`)}`;
}

/** Every structure, professional and system of the demo. */
export function directory(): readonly DirectoryEntry[] {
  const structures = Object.keys(STRUCTURES).filter(isStructureId);
  const roles = Object.keys(MEMBERS).filter(isMemberRole);
  return [
    ...structures.map((id): DirectoryEntry => ({ resource: organization(id), networks: networksOfStructure(id) })),
    ...roles.flatMap((role) => entriesOf(role)),
    ...(['psychologist', 'socialWorker'] as const).flatMap((external) => externalEntries(external)),
  ];
}

function entriesOf(role: MemberRole): readonly DirectoryEntry[] {
  const row = MEMBERS[role];
  const networks = networksOf(row);
  if (row.kind === 'structure') return [];
  if (row.kind === 'device') return [{ resource: device(role, row), networks }];
  const { profession, structure, family, given, rpps } = row;
  const [practitionerId, id] = [idOf(practitionerRef(role)), idOf(roleRef(role))];
  return [
    { resource: practitioner(practitionerId, family, given, rpps), networks },
    { resource: practitionerRole(id, practitionerId, row.name, profession, structure), networks },
  ];
}

function externalEntries(external: keyof typeof EXTERNALS): readonly DirectoryEntry[] {
  const { name, family, given, profession } = EXTERNALS[external];
  const practitionerId = demoId(`external practitioner ${external}`);
  const networks = ['cpts', 'dac'] as const;
  return [
    { resource: practitioner(practitionerId, family, given, undefined), networks },
    { resource: practitionerRole(idOf(externalRef(external)), practitionerId, name, profession, undefined), networks },
  ];
}

function organization(id: StructureId): Organization {
  const { name, finess, network } = STRUCTURES[id];
  return {
    resourceType: 'Organization',
    id: idOf(structureRef(id)),
    active: true,
    ...(finess
      ? {
          identifier: [
            { system: FINESS, value: finess },
            { system: OID_SYSTEM.structIdNat, value: `1${finess}` },
          ],
        }
      : {}),
    name,
    address: [id === 'ch-des-essais' || id === 'clinique-du-gabarit' ? COMMUNES.hospitals : COMMUNES[network]],
  };
}

function practitioner(id: string, family: string, given: string, rpps: string | undefined): Practitioner {
  return {
    resourceType: 'Practitioner',
    id,
    active: true,
    ...(rpps
      ? {
          identifier: [
            { system: RPPS, value: rpps },
            { system: OID_SYSTEM.psIdNat, value: `8${rpps}` },
          ],
        }
      : {}),
    name: [{ family, given: [given] }],
  };
}

function practitionerRole(
  id: string,
  practitionerId: string,
  name: string,
  profession: Profession,
  structure: StructureId | undefined,
): PractitionerRole {
  const display = PROFESSION_NAMES[profession];
  const isHealthProfession = /^\d+$/.test(profession);
  return {
    resourceType: 'PractitionerRole',
    id,
    active: true,
    practitioner: { reference: `Practitioner/${practitionerId}`, display: name },
    ...(structure ? { organization: { reference: structureRef(structure), display: STRUCTURES[structure].name } } : {}),
    code: [isHealthProfession ? { coding: [{ system: TRE_G15, code: profession, display }] } : { text: display }],
  };
}

function device(role: MemberRole, { name }: MemberRow): Device {
  return { resourceType: 'Device', id: idOf(roleRef(role)), status: 'active', deviceName: [{ name, type: 'user-friendly-name' }] };
}

/** Membership items of a role, one for each network that it belongs to. @param state in place of the demo's own */
export function membershipsOf(role: MemberRole, state?: Member['state']): readonly Member[] {
  const row = MEMBERS[role];
  const networks = networksOf(row);
  const structure = row.kind === 'device' ? undefined : STRUCTURES[row.structure];
  return networks.map((network) => ({
    network,
    reference: roleRef(role),
    role: row.accessRole,
    name: row.name,
    state: state ?? row.state ?? 'active',
    idPrefix: row.idPrefix,
    ...(row.kind === 'person' ? { practitioner: practitionerRef(role) } : {}),
    ...(row.kind === 'person' && row.rpps ? { rpps: row.rpps } : {}),
    ...(row.kind !== 'device' && structure?.finess
      ? { structure: { reference: structureRef(row.structure), finess: structure.finess } }
      : {}),
    ...(networks.length > 1 ? { alsoIn: networks.filter((other) => other !== network) } : {}),
  }));
}

export const NETWORKS: readonly Network[] = [
  {
    id: 'cpts',
    kind: 'cpts',
    reference: networkRef('cpts'),
    name: STRUCTURES['reseau-cpts'].name,
    coordinator: roleRef('coordinator'),
    charterInForce: true,
  },
  {
    id: 'dac',
    kind: 'dac',
    reference: networkRef('dac'),
    name: STRUCTURES['reseau-dac'].name,
    coordinator: roleRef('coordinator@dac'),
    charterInForce: true,
  },
];

function networksOf({ network, alsoIn }: MemberRow): readonly NetworkId[] {
  return alsoIn ? [network, alsoIn] : [network];
}

/** A structure is found wherever somebody of it works. */
function networksOfStructure(id: StructureId): readonly NetworkId[] {
  const others = Object.values(MEMBERS).flatMap((row) => (row.kind !== 'device' && row.structure === id ? networksOf(row) : []));
  return [...new Set([STRUCTURES[id].network, ...others])];
}

export function idOf(ref: Ref): string {
  return ref.split('/')[1] ?? '';
}
