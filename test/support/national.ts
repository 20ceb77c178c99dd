/** One valid resource of each national profile that Relais checks (interop.md 1.2, 2 to 6), all invented. */

export const FR_CORE = 'https://hl7.fr/ig/fhir/core';
const CI_SIS = 'https://interop.esante.gouv.fr/ig/fhir';

type Json = { readonly [key: string]: unknown };

const coding = (system: string, code: string) => ({ coding: [{ system, code }] });
const text = (said: string) => ({ text: said });

/** Status of an identity in one of the two vocabularies: `cs-identity-status` (RNIV v2) or `cs-v2-0445` (FR Core 2.1). */
export function reliability(vocabulary: 'identity-status' | 'v2-0445', status: string, ...comments: readonly string[]): Json {
  return {
    url: `${FR_CORE}/StructureDefinition/fr-core-identity-reliability`,
    extension: [
      { url: 'identityStatus', valueCoding: { system: `${FR_CORE}/CodeSystem/fr-core-cs-${vocabulary}`, code: status } },
      ...comments.map((code) => ({
        url: 'comment',
        valueCodeableConcept: coding(`${FR_CORE}/CodeSystem/fr-core-cs-identity-status-comment`, code),
      })),
    ],
  };
}

export const BIRTH_PLACE: Json = {
  url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
  valueAddress: { city: 'ESSAIVILLE' },
};
const BIRTH_LIST: Json = { url: `${FR_CORE}/StructureDefinition/fr-core-patient-birth-list-given-name`, valueString: 'ALIX ANNE' };
export const INS: Json = { use: 'official', system: 'urn:oid:1.2.250.1.213.1.4.10', value: '150022A00100161' };
const nde = (id: string, value: Json): Json => ({ url: `${CI_SIS}/nde/StructureDefinition/${id}`, ...value });
const EVENT_SYSTEM = 'https://mos.esante.gouv.fr/NOS/TRE_R254-TypeEvenement/FHIR/TRE-R254-TypeEvenement';
export const eventType = (code: string): Json => nde('event-type', { valueCodeableConcept: coding(EVENT_SYSTEM, code) });

const patient: Json = {
  resourceType: 'Patient',
  identifier: [INS],
  name: [{ use: 'official', family: 'ESSAI', given: ['ALIX'], extension: [BIRTH_LIST] }],
  gender: 'female',
  birthDate: '1950-02-28',
  extension: [reliability('identity-status', 'QUAL'), BIRTH_PLACE],
};
const circle: Json = {
  resourceType: 'CareTeam',
  meta: { source: 'urn:x' },
  identifier: [{ system: 'urn:x', value: 'cercle-1' }],
  status: 'active',
  name: 'Cercle',
  subject: { reference: 'Patient/p' },
  period: { start: '2026-01-01' },
  participant: [{ member: { reference: 'PractitionerRole/r' }, period: { start: '2026-01-01' } }],
};
const simplified: Json = {
  resourceType: 'DocumentReference',
  status: 'current',
  subject: { reference: 'Patient/p' },
  date: '2026-01-12T17:00:00+01:00',
  author: [{ reference: 'PractitionerRole/r' }],
  custodian: { reference: 'Organization/o' },
  content: [{ attachment: { contentType: 'application/pdf', data: 'JVBERg==', title: 'Lettre' } }],
};
const comprehensive: Json = {
  ...simplified,
  contained: [{ resourceType: 'Practitioner', id: 'a' }],
  author: [{ reference: '#a' }],
  securityLabel: [coding('http://terminology.hl7.org/CodeSystem/v3-Confidentiality', 'N')],
  content: [{ attachment: { contentType: 'application/pdf', url: 'Binary/b', size: 4, hash: 'YQ==', title: 'Lettre' } }],
  context: {
    period: { start: '2026-01-01' },
    facilityType: text('hôpital'),
    practiceSetting: text('établissement'),
    sourcePatientInfo: { reference: 'Patient/p' },
  },
};
const list: Json = {
  resourceType: 'List',
  contained: [{ resourceType: 'Practitioner', id: 'a' }],
  status: 'current',
  mode: 'working',
  code: coding('https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes', 'submissionset'),
  subject: { reference: 'Patient/p' },
  date: '2026-01-12T17:00:00+01:00',
  source: { reference: '#a' },
  entry: [{ item: { reference: 'DocumentReference/d' } }],
};
const declaration: Json = {
  resourceType: 'CommunicationRequest',
  contained: [
    { resourceType: 'Patient', id: 'p' },
    { resourceType: 'Organization', id: 'o', name: 'CH des Essais' },
  ],
  status: 'active',
  extension: [eventType('SOR'), nde('event-time', { valueDateTime: '2026-01-12T17:00:00+01:00' })],
  subject: { reference: '#p' },
  payload: [{ contentString: 'sortie' }],
  requester: { reference: '#o' },
};
const written = (resource: Json): Json => ({ resource, request: { method: 'POST', url: resource['resourceType'] } });

export const NATIONAL = {
  frPatient: {
    profile: `${FR_CORE}/StructureDefinition/fr-core-patient`,
    valid: { ...patient, identifier: undefined, extension: undefined },
  },
  frPatientIns: { profile: `${FR_CORE}/StructureDefinition/fr-core-patient-ins`, valid: patient },
  frPractitioner: {
    profile: `${FR_CORE}/StructureDefinition/fr-core-practitioner`,
    valid: {
      resourceType: 'Practitioner',
      identifier: [{ system: 'https://rpps.esante.gouv.fr', value: '10100000001' }],
      name: [{ prefix: ['MME'] }],
    },
  },
  frPractitionerRole: {
    profile: `${FR_CORE}/StructureDefinition/fr-core-practitioner-role`,
    valid: { resourceType: 'PractitionerRole', practitioner: { reference: 'Practitioner/p' } },
  },
  frOrganization: {
    profile: `${FR_CORE}/StructureDefinition/fr-core-organization`,
    valid: { resourceType: 'Organization', identifier: [{ system: 'https://finess.esante.gouv.fr', value: '000000001' }] },
  },
  frEncounter: {
    profile: `${FR_CORE}/StructureDefinition/fr-core-encounter`,
    valid: {
      resourceType: 'Encounter',
      identifier: [{ type: text('venue'), system: 'urn:x', value: '1' }],
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
      subject: { reference: 'Patient/p' },
      period: { start: '2026-01-01' },
    },
  },
  frRelatedPerson: {
    profile: `${FR_CORE}/StructureDefinition/fr-core-related-person`,
    valid: { resourceType: 'RelatedPerson', identifier: [{ value: '1' }], patient: { reference: 'Patient/p' } },
  },
  cdsRelatedPerson: {
    profile: `${CI_SIS}/cds/StructureDefinition/cds-fr-related-person`,
    valid: {
      resourceType: 'RelatedPerson',
      identifier: [{ value: '1' }],
      patient: { reference: 'Patient/p' },
      name: [{ family: 'ESSAI', given: ['SACHA'] }],
      telecom: [{ system: 'phone', value: '0102030405' }],
      relationship: [coding('https://mos.esante.gouv.fr/NOS/TRE_R260-HL7RoleClass/FHIR/TRE-R260-HL7RoleClass', 'PRS')],
    },
  },
  cdsCareTeam: { profile: `${CI_SIS}/cds/StructureDefinition/cds-ihe-careteam`, valid: circle },
  cdsCreation: {
    profile: `${CI_SIS}/cds/StructureDefinition/cds-bundle-transaction-creation`,
    valid: { resourceType: 'Bundle', type: 'transaction', entry: [written(circle), written(patient)] },
  },
  pdsmSimplified: { profile: `${CI_SIS}/pdsm/StructureDefinition/pdsm-simplified-publish`, valid: simplified },
  pdsmComprehensive: { profile: `${CI_SIS}/pdsm/StructureDefinition/pdsm-comprehensive-document-reference`, valid: comprehensive },
  pdsmSubmissionSet: { profile: `${CI_SIS}/pdsm/StructureDefinition/pdsm-submissionset-comprehensive`, valid: list },
  pdsmFolder: { profile: `${CI_SIS}/pdsm/StructureDefinition/pdsm-folder-comprehensive`, valid: list },
  pdsmProvide: {
    profile: `${CI_SIS}/pdsm/StructureDefinition/pdsm-comprehensive-provide-document-bundle`,
    valid: { resourceType: 'Bundle', type: 'transaction', entry: [written(list), written(comprehensive)] },
  },
  ndeSubscription: {
    profile: `${CI_SIS}/nde/StructureDefinition/nde-subscription`,
    valid: {
      resourceType: 'Subscription',
      contained: [
        { resourceType: 'Patient', id: 'p' },
        { resourceType: 'Organization', id: 'o', name: 'Cabinet' },
      ],
      extension: [
        nde('start', { valueDateTime: '2026-01-01' }),
        nde('subject', { valueReference: { reference: '#p' } }),
        nde('declarant', { valueReference: { reference: '#o' } }),
        eventType('SOR'),
        nde('subscriber', { valueReference: { reference: '#o' } }),
      ],
      status: 'requested',
      reason: 'suivi',
      criteria: 'CommunicationRequest?event-type=SOR',
      channel: { type: 'rest-hook', endpoint: 'https://cabinet.example/avis' },
    },
  },
  ndeDeclaration: { profile: `${CI_SIS}/nde/StructureDefinition/nde-eventdeclaration`, valid: declaration },
  ndeNotification: {
    profile: `${CI_SIS}/nde/StructureDefinition/nde-notificationrequest`,
    valid: {
      ...declaration,
      basedOn: [{ reference: 'Subscription/s' }],
      medium: [coding('https://mos.esante.gouv.fr/NOS/TRE_R200-CanalCommunication/FHIR/TRE-R200-CanalCommunication', '3')],
      recipient: [{ reference: '#o', extension: [nde('recipient-endpoint', { valueUrl: 'mailto:cabinet@x.example' })] }],
    },
  },
  tdeAuditEvent: {
    profile: `${CI_SIS}/tde/StructureDefinition/tde-auditevent`,
    valid: {
      resourceType: 'AuditEvent',
      type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
      subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'read' }],
      period: { start: '2026-01-13T08:00:00Z' },
      recorded: '2026-01-13T08:00:00Z',
      agent: [{ who: { reference: 'PractitionerRole/r' }, requestor: true }],
      source: { observer: { reference: 'Device/d' } },
    },
  },
} as const satisfies { readonly [name: string]: { readonly profile: string; readonly valid: Json } };
