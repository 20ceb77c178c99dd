import type { Binary, DocumentReference, Identifier } from '@medplum/fhirtypes';
import { insKeyIsValid, isIns, isProductionIns } from '../../identity/ins.ts';
import { accepted, type Refusal, type Result, refused, type Warning } from '../../platform/refusal.ts';

const ATTACHMENT = 'DocumentReference.content[0].attachment';

export type PublishedDocument = {
  /** Without its data: `attachment.url`, `hash` (SHA-1) and the literal `subject` are the edge's to add. */
  readonly reference: DocumentReference;
  readonly binary: Binary;
  readonly bytes: Uint8Array;
  readonly ins: Identifier;
  /** `urn:oid:…` or `urn:uuid:…`. */
  readonly uniqueId: string;
  readonly warnings: readonly Warning[];
};

/**
 * A document that a DMP-like repository publishes to us by `POST /fhir/DocumentReference` (ITI-105, contracts.md 6).
 * Refused (all reasons at once): not current, no unique id, no type, not exactly one content, no inline data or an
 * external url, no contentType or title, no INS of its subject. Custodian, date, size and hash may be absent: published
 * examples lack them (interop.md 11, traps 38, 39). Whether the INS is qualified here is for the caller to look up.
 * @param published a DocumentReference that is already valid FHIR R4
 * @see PDSM 3.1.1 pdsm-simplified-publish; interop.md 4.1, 4.2
 */
export function acceptSimplifiedPublish(published: DocumentReference): Result<PublishedDocument> {
  const attachment = published.content?.[0]?.attachment ?? {};
  const uniqueId = uniqueIdOf(published);
  const bytes = bytesOf(attachment.data);
  const ins = subjectIns(published);
  const warnings: Warning[] = [];
  const problems: Refusal[] = [
    ...unless(
      published.status === 'current',
      'DocumentReference.status',
      'The status is not current.',
      'Publiez un document en statut current.',
    ),
    ...unless(published.type?.coding?.[0]?.code, 'DocumentReference.type', 'No type.', 'Indiquez le type du document (JDV_J07).'),
    ...unless(
      published.content?.length === 1,
      'DocumentReference.content',
      'Not exactly one content.',
      'Publiez un contenu par DocumentReference.',
    ),
    ...unless(attachment.contentType, `${ATTACHMENT}.contentType`, 'No contentType.', 'Indiquez le format du document.'),
    ...unless(attachment.title, `${ATTACHMENT}.title`, 'No title.', 'Donnez un titre au document.'),
    ...unless(attachment.url === undefined, `${ATTACHMENT}.url`, 'A url is not accepted here.', 'Mettez le document dans attachment.data.'),
    ...(attachment.size !== undefined && bytes !== undefined
      ? unless(attachment.size === bytes.length, `${ATTACHMENT}.size`, 'The size is not that of the data.', 'Vérifiez le contenu joint.')
      : []),
  ];
  const noId = refusal(
    'DocumentReference.masterIdentifier',
    'No unique id (urn:oid: or urn:uuid:).',
    'Donnez un identifiant unique au document.',
  );
  const noData = refusal(`${ATTACHMENT}.data`, 'No data, or not base64.', 'Joignez le document en base64.');
  const noIns = refusal('DocumentReference.subject', 'The subject has no valid INS.', 'Désignez le patient par son INS qualifiée.');
  if (uniqueId === undefined) return refused(noId, ...(bytes ? [] : [noData]), ...(ins ? [] : [noIns]), ...problems);
  if (bytes === undefined) return refused(noData, ...(ins ? [] : [noIns]), ...problems);
  if (ins === undefined) return refused(noIns, ...problems);
  const [first, ...others] = problems;
  if (first) return refused(first, ...others);
  if (!insKeyIsValid(ins.value ?? '')) {
    warnings.push({
      code: 'ins-key',
      expression: 'DocumentReference.subject',
      diagnostics: 'The key of the test INS is wrong.',
      remedy: "Vérifiez l'INS de test.",
    });
  }
  const contentType = attachment.contentType ?? 'application/octet-stream';
  return accepted({
    reference: withoutData(published, ins, bytes),
    binary: { resourceType: 'Binary', contentType, data: Buffer.from(bytes).toString('base64') },
    bytes,
    ins,
    uniqueId,
    warnings,
  });
}

function refusal(expression: string, diagnostics: string, remedy: string): Refusal {
  return { category: 'unprocessable', code: 'simplified-publish', expression, diagnostics, remedy };
}

function unless(holds: unknown, expression: string, diagnostics: string, remedy: string): readonly Refusal[] {
  return holds ? [] : [refusal(expression, diagnostics, remedy)];
}

function uniqueIdOf({ masterIdentifier }: DocumentReference): string | undefined {
  const value = masterIdentifier?.value;
  return value !== undefined && /^urn:(?:oid:[0-2](?:\.\d+)+(?:\^.+)?|uuid:[0-9a-f-]{36})$/i.test(value) ? value : undefined;
}

/** Strict base64 (white space aside); an empty document is none. */
function bytesOf(data: string | undefined): Uint8Array | undefined {
  const compact = data?.replace(/\s+/g, '') ?? '';
  if (compact === '' || compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) return undefined;
  return new Uint8Array(Buffer.from(compact, 'base64'));
}

/** INS of the subject: by logical identifier, in a contained Patient, or in a conditional reference `Patient?identifier=system|value` (trap 38). */
function subjectIns(published: DocumentReference): Identifier | undefined {
  const candidates = [published.subject?.identifier, ...containedIdentifiers(published), conditional(published.subject?.reference)];
  return candidates.find((identifier) => {
    if (identifier?.value === undefined || !isIns(identifier)) return false;
    return insKeyIsValid(identifier.value) || !isProductionIns(identifier.system);
  });
}

function containedIdentifiers(published: DocumentReference): readonly Identifier[] {
  const subject = published.contained?.find(({ id }) => id !== undefined && `#${id}` === published.subject?.reference);
  return subject?.resourceType === 'Patient' ? (subject.identifier ?? []) : [];
}

function conditional(reference: string | undefined): Identifier | undefined {
  const [, query] = /^Patient\?(.+)$/.exec(reference ?? '') ?? [];
  const [system, value] = new URLSearchParams(query ?? '').get('identifier')?.split('|') ?? [];
  return system && value ? { system, value } : undefined;
}

/** The same reference with the patient by INS alone: traits that a repository repeats are not what we know of him. */
function withoutData(published: DocumentReference, ins: Identifier, bytes: Uint8Array): DocumentReference {
  const { id: _id, meta, contained, subject, content, context, ...kept } = published;
  const { data: _data, ...attachment } = content[0]?.attachment ?? {};
  const format = content[0]?.format;
  const { sourcePatientInfo, ...otherContext } = context ?? {};
  const isPatientNeeded = sourcePatientInfo?.reference !== undefined && sourcePatientInfo.reference === subject?.reference;
  const others = contained?.filter((resource) => isPatientNeeded || `#${resource.id}` !== subject?.reference) ?? [];
  return {
    ...kept,
    ...(meta && {
      meta: {
        ...(meta.profile && { profile: meta.profile }),
        ...(meta.security && { security: meta.security }),
        ...(meta.tag && { tag: meta.tag }),
      },
    }),
    ...(others.length > 0 && { contained: others }),
    subject: { type: 'Patient', identifier: ins },
    content: [{ attachment: { ...attachment, size: bytes.length }, ...(format && { format }) }],
    ...(context && { context: { ...otherContext, ...(sourcePatientInfo && { sourcePatientInfo }) } }),
  };
}
