import type { Ref } from '../../../lib/fhir/types.ts';
import { OID_SYSTEM } from '../../../lib/fhir/vocabulary.ts';
import { baseUrlOf } from '../environment.ts';
import { DEMO_ALIASES, type DemoAlias, PEOPLE } from './people.ts';
import { networkRef, patientRef, practitionerRef, roleRef } from './references.ts';
import { DEMO_ROLES, type DemoRole, isMemberRole, MEMBERS, type NetworkId, STRUCTURES } from './roles.ts';

export type DemoRoleLine = {
  readonly name: string;
  readonly reference: Ref;
  readonly practitioner?: Ref;
  readonly rpps?: string;
  readonly finess?: string;
  readonly idPrefix: string;
};

export type DemoPatientLine = {
  readonly reference: Ref;
  readonly ins: string;
  readonly oid: string;
  readonly family: string;
  readonly given: string;
  readonly birthDate: string;
  readonly gender: string;
};

/** The JSON of `npm run --silent demo` (contracts.md 2). */
export type DemoDescription = {
  readonly base: string;
  readonly fhir: string;
  readonly mllp: string;
  readonly networks: Readonly<Record<NetworkId, { readonly name: string; readonly reference: Ref }>>;
  readonly roles: Readonly<Record<DemoRole, DemoRoleLine>>;
  readonly patients: Readonly<Record<DemoAlias, DemoPatientLine>>;
};

/** Who is there, and where. The same after every `--fresh`. */
export function describeDemo(port: number, mllpPort: number): DemoDescription {
  const base = baseUrlOf(port);
  return {
    base,
    fhir: `${base}/fhir`,
    mllp: `mllp://127.0.0.1:${mllpPort}`,
    networks: {
      cpts: { name: STRUCTURES['reseau-cpts'].name, reference: networkRef('cpts') },
      dac: { name: STRUCTURES['reseau-dac'].name, reference: networkRef('dac') },
    },
    roles: recordOf(DEMO_ROLES, roleLine),
    patients: recordOf(DEMO_ALIASES, patientLine),
  };
}

function roleLine(role: DemoRole): DemoRoleLine {
  if (!isMemberRole(role)) {
    const { usedFamily, usedGiven } = PEOPLE[role === 'patient' ? 'given' : 'minor'];
    return { name: role === 'patient' ? `${usedGiven} ${usedFamily}` : `Jeanne ${usedFamily}`, reference: roleRef(role), idPrefix: '' };
  }
  const row = MEMBERS[role];
  const finess = row.kind === 'device' ? undefined : STRUCTURES[row.structure].finess;
  return {
    name: row.name,
    reference: roleRef(role),
    ...(row.kind === 'person' ? { practitioner: practitionerRef(role) } : {}),
    ...(row.kind === 'person' && row.rpps ? { rpps: row.rpps } : {}),
    ...(finess ? { finess } : {}),
    idPrefix: row.idPrefix,
  };
}

function patientLine(alias: DemoAlias): DemoPatientLine {
  const { ins, family, given, birthDate, gender } = PEOPLE[alias];
  return { reference: patientRef(alias), ins, oid: OID_SYSTEM.insTest.replace('urn:oid:', ''), family, given, birthDate, gender };
}

function recordOf<Name extends string, Line>(names: readonly Name[], lineOf: (name: Name) => Line): Readonly<Record<Name, Line>> {
  const lines: Partial<Record<Name, Line>> = {};
  for (const name of names) lines[name] = lineOf(name);
  if (!isComplete(lines, names)) throw new Error('every name has a line');
  return lines;
}

function isComplete<Name extends string, Line>(lines: Partial<Record<Name, Line>>, names: readonly Name[]): lines is Record<Name, Line> {
  return names.every((name) => lines[name] !== undefined);
}
