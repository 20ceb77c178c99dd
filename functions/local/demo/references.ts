import { createHash } from 'node:crypto';
import type { PatientKey } from '../../../lib/access/facts.ts';
import type { Ref } from '../../../lib/fhir/types.ts';
import { makeKeys, NO_PATIENT } from '../../../lib/platform/ids.ts';
import { LOCAL_ID_KEY } from '../environment.ts';
import { type DemoAlias, PEOPLE } from './people.ts';
import { type DemoRole, isMemberRole, MEMBERS, type MemberRole, type NetworkId, type StructureId } from './roles.ts';

const keys = makeKeys(Buffer.from(LOCAL_ID_KEY, 'hex'));

/** The id that a thing of the demo has after every `--fresh`: its salt is drawn from its label. */
export function demoId(label: string, patient: PatientKey = NO_PATIENT): string {
  return keys.encodeId(patient, createHash('sha256').update(label).digest('hex').slice(0, 16));
}

export function structureRef(structure: StructureId): Ref {
  return `Organization/${demoId(`structure ${structure}`)}`;
}

export function networkRef(network: NetworkId): Ref {
  return structureRef(network === 'cpts' ? 'reseau-cpts' : 'reseau-dac');
}

export function practitionerRef(role: MemberRole): Ref {
  return `Practitioner/${demoId(`practitioner ${role}`)}`;
}

export function patientRef(alias: DemoAlias): Ref {
  return `Patient/${demoId('patient', PEOPLE[alias].key)}`;
}

export function representativeRef(alias: DemoAlias): Ref {
  return `RelatedPerson/${demoId('representative', PEOPLE[alias].key)}`;
}

/** What `Task.owner` and `CareTeam.member` take for a role (contracts.md 2). */
export function roleRef(role: DemoRole): Ref {
  if (!isMemberRole(role)) return role === 'patient' ? patientRef('given') : representativeRef('minor');
  const row = MEMBERS[role];
  switch (row.kind) {
    case 'person':
      return `PractitionerRole/${demoId(`role ${role}`)}`;
    case 'structure':
      return structureRef(row.structure);
    case 'device':
      return `Device/${demoId(`device ${role}`)}`;
  }
}
