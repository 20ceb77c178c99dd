import type { Binary, Coding, DocumentReference, Patient } from '@medplum/fhirtypes';
import { CONFIDENTIALITY } from '../../fhir/vocabulary.ts';
import { accepted, type Refusal, type Result, refused } from '../../platform/refusal.ts';
import type { IncomingDocument } from '../intake.ts';
import { unprocessable } from './cda-refusal.ts';
import { codingOf } from './codes.ts';
import { documentClass, documentFormat } from './document-types.ts';
import { URI_SYSTEM, uniqueIdOf } from './identifiers.ts';
import { readMedecinTraitant, readPeople, readRecipients } from './people.ts';
import { contextPeriod, encounterInterval, type Interval, serviceInterval, stayPeriod } from './period.ts';
import { type CdaTime, readTime } from './time.ts';
import { became, doubt, type Trail } from './trail.ts';
import { attr, child, children, text, type XmlElement } from './xml.ts';

const ROOT = '/ClinicalDocument';

/** `relatedDocument/@typeCode` → `relatesTo.code`. */
const RELATIONS = { RPLC: 'replaces', APND: 'appends', XFRM: 'transforms' } as const;

/** SNOMED CT "en cours", value of the observation GEN-065 of the section Statut du document (interop.md 9.2). */
const UNDER_WAY = '385651009';

type Identity = { readonly uniqueId: string; readonly type: Coding; readonly created: CdaTime };

/**
 * The document as PDSm describes it (pdsm-comprehensive-document-reference), with its bytes. Not in it, because only
 * the edge can say them: `subject`, `attachment.url` and `attachment.hash` (SHA-1, base64, of `bytes`).
 * Refused without id, code or effectiveTime; any document type is taken.
 * @param patient as the same document says him; repeated in `context.sourcePatientInfo`
 * @see PDSM 3.1.1, pdsm-comprehensive-document-reference; interop.md 4.1, 4.3
 */
export function readDocument(
  document: XmlElement,
  bytes: Uint8Array,
  patient: Patient,
  senderFiness: string,
  trail: Trail,
): Result<IncomingDocument> {
  const identity = readIdentity(document, trail);
  if (!identity.ok) return identity;
  const { uniqueId, type, created } = identity.value;
  const title = text(child(document, 'title')) ?? type.display ?? type.code ?? uniqueId;
  const people = readPeople(document, senderFiness, trail);
  const relations = readRelations(document, trail);
  const stay = encounterInterval(document, trail);
  const service = serviceInterval(document, trail);
  const period = stay ?? service;
  const setId = uniqueIdOf(child(document, 'setId'));
  const category = documentClass(type.code ?? '');
  if (setId) became(trail, `${ROOT}/setId`, 'DocumentReference.identifier[0]');
  if (child(document, 'title')) became(trail, `${ROOT}/title`, 'DocumentReference.description');
  const sourcePatient = contained(patient);
  const reference: DocumentReference = {
    resourceType: 'DocumentReference',
    contained: [...people.contained, sourcePatient],
    masterIdentifier: { system: URI_SYSTEM, value: uniqueId },
    ...(setId && { identifier: [{ system: URI_SYSTEM, value: setId }] }),
    status: 'current',
    docStatus: docStatusOf(document, relations),
    type: { coding: [type] },
    ...(category && { category: [{ coding: [category] }] }),
    date: created.earliest,
    ...people.elements,
    ...(relations.length > 0 && { relatesTo: [...relations] }),
    description: title,
    securityLabel: [{ coding: [confidentiality(document, trail)] }],
    content: [
      {
        attachment: {
          contentType: 'text/xml',
          language: attr(child(document, 'languageCode'), 'code') ?? 'fr-FR',
          size: bytes.length,
          title,
          creation: created.dateTime,
        },
        format: documentFormat(
          children(document, 'templateId').flatMap((template) => attr(template, 'root') ?? []),
          attr(child(document, 'component', 'nonXMLBody', 'text'), 'mediaType'),
        ),
      },
    ],
    context: { ...readContext(document, service ?? stay, trail), sourcePatientInfo: { reference: `#${sourcePatient.id}` } },
  };
  const binary: Binary = { resourceType: 'Binary', contentType: 'text/xml', data: Buffer.from(bytes).toString('base64') };
  const replaces = relations.find(({ code }) => code === 'replaces')?.target.identifier?.value;
  const namedMedecinTraitant = readMedecinTraitant(document, trail);
  return accepted({
    uniqueId,
    reference,
    binary,
    bytes,
    ...(period && { period: stayPeriod(period) }),
    ...(replaces && { replaces }),
    recipients: readRecipients(document, trail),
    ...(namedMedecinTraitant && { namedMedecinTraitant }),
  });
}

function readIdentity(document: XmlElement, trail: Trail): Result<Identity> {
  const uniqueId = required(
    uniqueIdOf(child(document, 'id')),
    unprocessable('cda-id', `${ROOT}/id/@root`, 'No document id (an OID or a UUID).', 'Donnez un identifiant unique au document.'),
  );
  const type = required(
    codingOf(child(document, 'code')),
    unprocessable('cda-code', `${ROOT}/code`, 'No document type (code and codeSystem).', 'Indiquez le type du document (JDV_J07).'),
  );
  const created = required(
    readTime(attr(child(document, 'effectiveTime'), 'value')),
    unprocessable('cda-effective-time', `${ROOT}/effectiveTime/@value`, 'No date of creation.', 'Datez le document (AAAAMMJJhhmmss+hhmm).'),
  );
  if (!uniqueId.ok) return refused(uniqueId.refusals[0], ...refusalsOf(type), ...refusalsOf(created));
  if (!type.ok) return refused(type.refusals[0], ...refusalsOf(created));
  if (!created.ok) return created;
  became(trail, `${ROOT}/id`, 'DocumentReference.masterIdentifier');
  became(trail, `${ROOT}/code`, 'DocumentReference.type');
  became(trail, `${ROOT}/effectiveTime/@value`, 'DocumentReference.date');
  return accepted({ uniqueId: uniqueId.value, type: type.value, created: created.value });
}

function required<T>(value: T | undefined, refusal: Refusal): Result<T> {
  return value === undefined ? refused(refusal) : accepted(value);
}

function refusalsOf(result: Result<unknown>): readonly Refusal[] {
  return result.ok ? [] : result.refusals;
}

/** Identity traits and identifiers only: addresses and numbers of the person are not the document's. */
function contained(patient: Patient): Patient {
  const { identifier, name, gender, birthDate } = patient;
  return {
    resourceType: 'Patient',
    id: 'source-patient',
    ...(identifier && { identifier }),
    ...(name && { name }),
    ...(gender && { gender }),
    ...(birthDate && { birthDate }),
  };
}

type Relation = {
  readonly code: (typeof RELATIONS)[keyof typeof RELATIONS];
  readonly target: { readonly identifier: { system: string; value: string } };
};

function readRelations(document: XmlElement, trail: Trail): readonly Relation[] {
  return children(document, 'relatedDocument').flatMap((related, index) => {
    const typeCode = attr(related, 'typeCode');
    const value = uniqueIdOf(child(related, 'parentDocument', 'id'));
    if (value === undefined || (typeCode !== 'RPLC' && typeCode !== 'APND' && typeCode !== 'XFRM')) {
      doubt(
        trail,
        'cda-related-document',
        `${ROOT}/relatedDocument[${index + 1}]`,
        'Relation or parent id not understood.',
        'Vérifiez le document lié.',
      );
      return [];
    }
    became(trail, `${ROOT}/relatedDocument[${index + 1}]`, `DocumentReference.relatesTo[${index}]`);
    return [{ code: RELATIONS[typeCode], target: { identifier: { system: URI_SYSTEM, value } } }];
  });
}

/** Not signed, or "en cours" by its own words: preliminary. */
function docStatusOf(document: XmlElement, relations: readonly Relation[]): NonNullable<DocumentReference['docStatus']> {
  if (child(document, 'legalAuthenticator') === undefined || isUnderWay(document)) return 'preliminary';
  return relations.some(({ code }) => code === 'replaces') ? 'amended' : 'final';
}

function isUnderWay(document: XmlElement): boolean {
  return children(child(document, 'component', 'structuredBody'), 'component')
    .flatMap((component) => children(child(component, 'section'), 'entry'))
    .map((entry) => child(entry, 'observation'))
    .some(
      (observation) => attr(child(observation, 'code'), 'code') === 'GEN-065' && attr(child(observation, 'value'), 'code') === UNDER_WAY,
    );
}

/** Confidentiality as said; unsaid it is restricted, because absence never grants. */
function confidentiality(document: XmlElement, trail: Trail): Coding {
  const said = codingOf(child(document, 'confidentialityCode'));
  if (said !== undefined) {
    became(trail, `${ROOT}/confidentialityCode`, 'DocumentReference.securityLabel[0]');
    return said;
  }
  doubt(
    trail,
    'cda-confidentiality',
    `${ROOT}/confidentialityCode`,
    'Not said: taken as restricted (R).',
    'Indiquez le niveau de confidentialité (N, R ou V).',
  );
  return { system: CONFIDENTIALITY, code: 'R' };
}

function readContext(document: XmlElement, interval: Interval | undefined, trail: Trail): NonNullable<DocumentReference['context']> {
  const events = children(document, 'documentationOf').flatMap((element) => codingOf(child(element, 'serviceEvent', 'code')) ?? []);
  const facilityType = codingOf(child(document, 'componentOf', 'encompassingEncounter', 'location', 'healthCareFacility', 'code'));
  const practiceSetting = children(document, 'documentationOf')
    .flatMap((element) => children(child(element, 'serviceEvent'), 'performer'))
    .map((performer) => codingOf(child(performer, 'assignedEntity', 'representedOrganization', 'standardIndustryClassCode')))
    .find((coding) => coding !== undefined);
  if (interval === undefined) {
    doubt(
      trail,
      'cda-period',
      `${ROOT}/documentationOf/serviceEvent/effectiveTime`,
      'No date of the care.',
      'Indiquez le début de la prise en charge.',
    );
  }
  if (facilityType) became(trail, `${ROOT}/componentOf//healthCareFacility/code`, 'DocumentReference.context.facilityType');
  if (practiceSetting) became(trail, `${ROOT}/documentationOf//standardIndustryClassCode`, 'DocumentReference.context.practiceSetting');
  return {
    ...(events.length > 0 && { event: events.map((coding) => ({ coding: [coding] })) }),
    ...(interval && { period: contextPeriod(interval, trail) }),
    ...(facilityType && { facilityType: { coding: [facilityType] } }),
    ...(practiceSetting && { practiceSetting: { coding: [practiceSetting] } }),
  };
}
