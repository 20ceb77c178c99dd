import type { CareTeam, CareTeamParticipant, Coding, Extension, Patient, RelatedPerson } from '@medplum/fhirtypes';
import { EXTENSION, FR_CORE_EXTENSION, FR_CORE_SYSTEM, HL7, OID_SYSTEM, SYSTEM, TRE_R259 } from '../../../lib/fhir/vocabulary.ts';
import type { Instant } from '../../../lib/platform/instant.ts';
import { idOf } from './directory.ts';
import { type DemoAlias, PEOPLE } from './people.ts';
import { demoId, networkRef, patientRef, representativeRef, roleRef } from './references.ts';
import { MEMBERS, type MemberRole, STRUCTURES } from './roles.ts';

/** The person as FR Core says her: a qualified identity of the INS test domain. @see interop.md 1.1 to 1.3 */
export function patient(alias: DemoAlias): Patient {
  const { family, given, usedFamily, usedGiven, birthDate, gender, birthPlace, ins } = PEOPLE[alias];
  return {
    resourceType: 'Patient',
    id: idOf(patientRef(alias)),
    extension: [
      {
        url: FR_CORE_EXTENSION.identityReliability,
        extension: [{ url: 'identityStatus', valueCoding: { system: FR_CORE_SYSTEM.identityStatus, code: 'QUAL' } }],
      },
      {
        url: HL7.birthPlace,
        valueAddress: {
          city: birthPlace.city,
          extension: [{ url: FR_CORE_EXTENSION.inseeCode, valueCoding: { system: FR_CORE_SYSTEM.commune, code: birthPlace.insee } }],
        },
      },
    ],
    identifier: [
      {
        use: 'official',
        type: { coding: [{ system: FR_CORE_SYSTEM.identifierType, code: 'INS-NIR-TEST' }] },
        system: OID_SYSTEM.insTest,
        value: ins,
      },
    ],
    active: true,
    name: [
      { use: 'official', family, given: [given], extension: [{ url: FR_CORE_EXTENSION.birthListGivenName, valueString: given }] },
      { use: 'usual', family: usedFamily, given: [usedGiven] },
    ],
    gender,
    birthDate,
  };
}

/** The mother of the minor: she holds the parental authority. */
export function representative(alias: DemoAlias): RelatedPerson {
  const { usedFamily } = PEOPLE[alias];
  return {
    resourceType: 'RelatedPerson',
    id: idOf(representativeRef(alias)),
    active: true,
    patient: { reference: patientRef(alias) },
    relationship: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'MTH', display: 'mother' }] }],
    name: [{ family: usedFamily, given: ['Jeanne'] }],
    gender: 'female',
  };
}

const CIRCLE_ROLE: Readonly<Partial<Record<MemberRole, Coding>>> = {
  gp2: { system: SYSTEM.roleCercle, code: 'medecin', display: 'Médecin' },
  nurse: { system: SYSTEM.roleCercle, code: 'infirmier', display: 'Infirmier' },
  social: { system: SYSTEM.roleCercle, code: 'assistant-social', display: 'Assistant social' },
  coordinator: { system: SYSTEM.roleCercle, code: 'coordinateur', display: 'Coordinateur' },
  'coordinator@dac': { system: SYSTEM.roleCercle, code: 'coordinateur', display: 'Coordinateur' },
};

/** The circle: accepted members, the médecin traitant among them; one that the person recognises says so beside each. */
export function circle(alias: DemoAlias, from: Instant): CareTeam {
  const person = PEOPLE[alias];
  return {
    resourceType: 'CareTeam',
    id: circleId(alias),
    identifier: [{ system: 'urn:ietf:rfc:3986', value: `https://relais.example/sid/cercle/${alias}` }],
    status: 'active',
    name: `Cercle de soins de ${person.usedGiven} ${person.usedFamily}`,
    subject: { reference: patientRef(alias) },
    period: { start: from },
    participant: person.circle.map((role) => participant(alias, role, from)),
    managingOrganization: [
      { reference: networkRef(person.network), display: STRUCTURES[person.network === 'cpts' ? 'reseau-cpts' : 'reseau-dac'].name },
    ],
  };
}

export function circleId(alias: DemoAlias): string {
  return demoId('circle', PEOPLE[alias].key);
}

function participant(alias: DemoAlias, role: MemberRole, from: Instant): CareTeamParticipant {
  const { medecinTraitant, recognises } = PEOPLE[alias];
  const coding =
    role === medecinTraitant
      ? [
          { system: SYSTEM.roleCercle, code: 'medecin-traitant', display: 'Médecin traitant' },
          { system: TRE_R259, code: 'PCP', display: 'Médecin traitant' },
        ]
      : [CIRCLE_ROLE[role] ?? { system: SYSTEM.roleCercle, code: 'autre', display: 'Autre' }];
  return {
    ...(recognises ? { extension: [recognition(alias, from)] } : {}),
    role: [{ coding }],
    member: { reference: roleRef(role), display: MEMBERS[role].name },
    period: { start: from },
  };
}

/** Who said it and when: a fact of its own, never implied by the place in the circle. */
function recognition(alias: DemoAlias, at: Instant): Extension {
  return {
    url: EXTENSION.reconnaissance,
    extension: [
      { url: 'par', valueReference: { reference: patientRef(alias) } },
      { url: 'date', valueDateTime: at },
    ],
  };
}
