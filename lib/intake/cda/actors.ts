import type { Device, HumanName, Identifier, Organization, Patient, Practitioner, PractitionerRole, Reference } from '@medplum/fhirtypes';
import { FINESS, OID_SYSTEM, RPPS } from '../../fhir/vocabulary.ts';
import { luhnIsValid } from '../../identity/directory-numbers.ts';
import { isInsSystem } from '../../identity/ins.ts';
import { codingOf } from './codes.ts';
import { patientIdentifier, professionalIdentifiers, structureIdentifiers } from './identifiers.ts';
import { doubt, type Trail } from './trail.ts';
import { attr, child, children, text, type XmlElement } from './xml.ts';

/** Somebody named in the header: contained resources, and the reference to the one that stands for him. */
export type Actor = {
  readonly reference: Reference<Practitioner | PractitionerRole>;
  readonly contained: readonly (Practitioner | PractitionerRole | Organization)[];
};
export type Author = Actor | { readonly reference: Reference<Device | Patient>; readonly contained: readonly (Device | Patient)[] };
export type Custodian = {
  readonly reference: Reference<Organization>;
  readonly contained: readonly Organization[];
  readonly finess?: string;
};

/** A professional's name, whatever the qualifiers; undefined when it says nothing. */
function professionalName(name: XmlElement | undefined): HumanName | undefined {
  const family = text(child(name, 'family'));
  const given = children(name, 'given').flatMap((part) => text(part) ?? []);
  const prefix = children(name, 'prefix').flatMap((part) => text(part) ?? []);
  const suffix = children(name, 'suffix').flatMap((part) => text(part) ?? []);
  const whole = text(name);
  if (whole === undefined) return undefined;
  if (family === undefined && given.length === 0) return { text: whole };
  return {
    ...(family && { family }),
    ...(given.length > 0 && { given }),
    ...(prefix.length > 0 && { prefix }),
    ...(suffix.length > 0 && { suffix }),
  };
}

/**
 * A professional (assignedAuthor, assignedEntity): a Practitioner, in a PractitionerRole when a profession or a structure
 * is said. Each mention is kept as written: one id under three names is three people to a reader (interop.md 11, trap 33).
 * @param id of the contained resource that stands for him
 * @returns undefined when nothing is said of him
 */
export function professional(entity: XmlElement | undefined, id: string): Actor | undefined {
  const identifier = children(entity, 'id').flatMap(professionalIdentifiers);
  const name = professionalName(child(entity, 'assignedPerson', 'name'));
  const structure = organization(child(entity, 'representedOrganization'), `${id}-structure`);
  const profession = codingOf(child(entity, 'code'));
  if (identifier.length === 0 && name === undefined) return undefined;
  const needsRole = structure !== undefined || profession !== undefined;
  const practitioner: Practitioner = {
    resourceType: 'Practitioner',
    id: needsRole ? `${id}-practitioner` : id,
    ...(identifier.length > 0 && { identifier }),
    ...(name && { name: [name] }),
  };
  const display = displayOf(name);
  const reference = { reference: `#${id}`, ...(display && { display }) };
  if (!needsRole) return { reference, contained: [practitioner] };
  const role: PractitionerRole = {
    resourceType: 'PractitionerRole',
    id,
    practitioner: { reference: `#${practitioner.id}` },
    ...(structure && { organization: { reference: `#${structure.id}` } }),
    ...(profession && { code: [{ coding: [profession] }] }),
  };
  return { reference, contained: [role, practitioner, ...(structure ? [structure] : [])] };
}

/** An author: a professional, the patient himself (his INS or IPP as id, documents that he expresses), or a software. */
export function author(assigned: XmlElement | undefined, id: string, senderFiness: string): Author | undefined {
  const device = child(assigned, 'assignedAuthoringDevice');
  if (device !== undefined) {
    const name = text(child(device, 'softwareName')) ?? text(child(device, 'manufacturerModelName'));
    if (name === undefined) return undefined;
    return {
      reference: { reference: `#${id}`, display: name },
      contained: [{ resourceType: 'Device', id, deviceName: [{ name, type: 'model-name' }] }],
    };
  }
  const identifier = children(assigned, 'id').flatMap((element) => patientIdentifier(element, senderFiness) ?? []);
  if (identifier.some(({ system }) => isInsSystem(system))) {
    return { reference: { reference: `#${id}` }, contained: [{ resourceType: 'Patient', id, identifier }] };
  }
  return professional(assigned, id);
}

/** The custodian, by logical identifier when its FINESS is said and always as contained resource. */
export function custodian(element: XmlElement | undefined): Custodian | undefined {
  const structure = organization(child(element, 'assignedCustodian', 'representedCustodianOrganization'), 'custodian');
  if (structure === undefined) return undefined;
  const finess = structure.identifier?.find(({ system }) => system === FINESS);
  return {
    reference: { reference: '#custodian', ...(finess && { identifier: finess }), ...(structure.name && { display: structure.name }) },
    contained: [structure],
    ...(finess?.value && { finess: finess.value }),
  };
}

function organization(element: XmlElement | undefined, id: string): Organization | undefined {
  const identifier = children(element, 'id').flatMap(structureIdentifiers);
  const name = text(child(element, 'name'));
  if (identifier.length === 0 && name === undefined) return undefined;
  return { resourceType: 'Organization', id, ...(identifier.length > 0 && { identifier }), ...(name && { name }) };
}

/**
 * The number by which a professional can be found: RPPS, else PS_IdNat; undefined for a nullFlavor. A broken Luhn key is
 * a doubt, never a refusal (interop.md 1.4).
 */
export function directoryNumber(entity: XmlElement | undefined, place: string, trail: Trail): Identifier | undefined {
  const identifiers = children(entity, 'id').flatMap(professionalIdentifiers);
  const rpps = identifiers.find(({ system }) => system === RPPS);
  if (rpps?.value !== undefined && !luhnIsValid(rpps.value)) {
    doubt(trail, 'rpps-key', `${place}/id/@extension`, 'The RPPS breaks its Luhn key.', 'Vérifiez le RPPS du professionnel.');
  }
  return rpps ?? identifiers.find(({ system }) => system === OID_SYSTEM.psIdNat);
}

function displayOf(name: HumanName | undefined): string | undefined {
  return name?.text ?? ([...(name?.given ?? []), name?.family].filter((part) => part !== undefined).join(' ') || undefined);
}

/** Code of a participation (`functionCode/@code`). */
export function functionOf(participant: XmlElement): string | undefined {
  return attr(child(participant, 'functionCode'), 'code');
}
