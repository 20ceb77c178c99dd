import type { Attachment, DocumentReference, Identifier, Patient, Reference, Resource } from '@medplum/fhirtypes';
import { FR_CORE_EXTENSION, HL7, OID_SYSTEM } from '../../fhir/vocabulary.ts';
import { insKeyIsValid, isIns } from '../../identity/ins.ts';
import { identityStatusOf } from '../../identity/status.ts';
import { accepted, type Refusal, type Result, refused } from '../../platform/refusal.ts';

/** Profile of what ITI-105 carries (interop.md 4.1). */
const SIMPLIFIED_PUBLISH = 'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-simplified-publish';

const SUBJECT_ID = 'subject-patient';
/** INS domains, the one that lasts first. */
const STRENGTH: readonly (string | undefined)[] = [OID_SYSTEM.insNir, OID_SYSTEM.insNia, OID_SYSTEM.insTest, OID_SYSTEM.insDemo];

function unprocessable(code: string, expression: string, diagnostics: string, remedy: string): Refusal {
  return { category: 'unprocessable', code, expression, diagnostics, remedy };
}

/**
 * The DocumentReference to POST to a DMP-like repository (ITI-105): the document inline, the patient by INS.
 * An allow-list: ids, versions, tags, extensions, local numbers and literal references of ours stay here; the visibility
 * labels go with it unchanged.
 * Refused unless the identity is qualified and its INS has its key (interop.md 1.1, 1.2), the reference is current, and
 * author and custodian can be said without our directory.
 * @param bytes of the document, as stored
 * @see PDSM 3.1.1 pdsm-simplified-publish; interop.md 4.1, 4.2
 */
export function toSimplifiedPublish(reference: DocumentReference, bytes: Uint8Array, patient: Patient): Result<DocumentReference> {
  const ins = qualifiedIns(patient);
  if (ins === undefined) {
    return refused(
      unprocessable(
        'ins-not-qualified',
        'Patient.identifier',
        'Only a qualified INS travels to a DMP.',
        "Qualifiez l'identité : téléservice INSi et pièce d'identité.",
      ),
    );
  }
  if (reference.status !== 'current') {
    return refused(
      unprocessable(
        'publish-not-current',
        'DocumentReference.status',
        'Only a current document is published.',
        'Publiez la dernière version du document.',
      ),
    );
  }
  const author = (reference.author ?? []).flatMap((one) => portable(one, reference) ?? []);
  const custodian = reference.custodian && portable(reference.custodian, reference);
  const authenticator = reference.authenticator && portable(reference.authenticator, reference);
  const { type, date } = reference;
  const content = reference.content?.[0];
  const { contentType, title } = content?.attachment ?? {};
  if (!reference.masterIdentifier)
    return refused(absent('DocumentReference.masterIdentifier', 'Donnez un identifiant unique au document.'));
  if (author.length === 0) return refused(absent('DocumentReference.author', "Indiquez l'auteur du document."));
  if (!custodian) return refused(absent('DocumentReference.custodian', 'Indiquez la structure qui conserve le document.'));
  if (!type) return refused(absent('DocumentReference.type', 'Indiquez le type du document.'));
  if (!date) return refused(absent('DocumentReference.date', 'Datez le document.'));
  if (!contentType) return refused(absent('DocumentReference.content[0].attachment.contentType', 'Indiquez le format du document.'));
  if (!title) return refused(absent('DocumentReference.content[0].attachment.title', 'Donnez un titre au document.'));
  if (bytes.length === 0) return refused(absent('DocumentReference.content[0].attachment.data', 'Joignez le document.'));
  const { masterIdentifier, identifier, docStatus, category, description, securityLabel } = reference;
  const relatesTo = (reference.relatesTo ?? []).flatMap(({ code, target }) =>
    target.identifier ? [{ code, target: { identifier: target.identifier } }] : [],
  );
  const context = contextOf(reference);
  const people = containedOf(reference, [...author, custodian, ...(authenticator ? [authenticator] : [])]);
  return accepted({
    resourceType: 'DocumentReference',
    meta: { profile: [SIMPLIFIED_PUBLISH] },
    contained: [...people, minimalPatient(patient, ins)],
    ...(masterIdentifier && { masterIdentifier }),
    ...(identifier && { identifier }),
    status: 'current',
    ...(docStatus && { docStatus }),
    type,
    ...(category && { category }),
    subject: { reference: `#${SUBJECT_ID}`, type: 'Patient', identifier: ins },
    date,
    author,
    ...(authenticator && { authenticator }),
    custodian,
    ...(relatesTo.length > 0 && { relatesTo }),
    ...(description && { description }),
    ...(securityLabel && { securityLabel }),
    content: [{ attachment: inline(content?.attachment ?? {}, bytes), ...(content?.format && { format: content.format }) }],
    ...(context && { context }),
  });
}

function absent(expression: string, remedy: string): Refusal {
  return unprocessable('publish-incomplete', expression, 'pdsm-simplified-publish asks for this element.', remedy);
}

function qualifiedIns(patient: Patient): Identifier | undefined {
  if (identityStatusOf(patient) !== 'qualifiee') return undefined;
  return (patient.identifier ?? [])
    .filter((identifier) => isIns(identifier) && identifier.use !== 'old' && insKeyIsValid(identifier.value ?? ''))
    .toSorted((one, other) => STRENGTH.indexOf(one.system) - STRENGTH.indexOf(other.system))[0];
}

/** A reference that a stranger can read: to a contained resource, or by business identifier; a literal one means nothing outside. */
function portable<T extends Resource>(reference: Reference<T>, holder: DocumentReference): Reference<T> | undefined {
  const { identifier, display } = reference;
  const target = reference.reference;
  const inside = holder.contained?.find(({ id }) => id !== undefined && target === `#${id}`);
  // An author who is the patient is the subject: his other numbers stay here.
  if (inside?.resourceType === 'Patient') return { reference: `#${SUBJECT_ID}`, ...(display && { display }) };
  const isContained = inside !== undefined;
  if (!isContained && identifier === undefined) return undefined;
  return { ...(isContained && target && { reference: target }), ...(identifier && { identifier }), ...(display && { display }) };
}

/** The contained resources that these references reach, directly or through each other; a contained Patient is not among them. */
function containedOf(reference: DocumentReference, references: readonly Reference[]): readonly Resource[] {
  const all = (reference.contained ?? []).filter(({ resourceType }) => resourceType !== 'Patient' && resourceType !== 'DocumentReference');
  const reached = new Set<string>();
  const visit = (target: string | undefined): void => {
    const found = all.find(({ id }) => id !== undefined && `#${id}` === target);
    if (found?.id === undefined || reached.has(found.id)) return;
    reached.add(found.id);
    if (found.resourceType !== 'PractitionerRole') return;
    visit(found.practitioner?.reference);
    visit(found.organization?.reference);
  };
  for (const { reference: target } of references) visit(target);
  return all.filter(({ id }) => id !== undefined && reached.has(id));
}

/** INS and strict traits, nothing else: no address, no number of a hospital, no contact. */
function minimalPatient(patient: Patient, ins: Identifier): Patient {
  const { name, gender, birthDate } = patient;
  const official = name?.filter(({ use }) => use === 'official' || use === 'usual') ?? [];
  const extension = (patient.extension ?? []).filter(({ url }) => url === HL7.birthPlace || url === FR_CORE_EXTENSION.identityReliability);
  return {
    resourceType: 'Patient',
    id: SUBJECT_ID,
    ...(extension.length > 0 && { extension }),
    identifier: [ins],
    ...(official.length > 0 && { name: official }),
    ...(gender && { gender }),
    ...(birthDate && { birthDate }),
  };
}

function inline(attachment: Attachment, bytes: Uint8Array): Attachment {
  const { contentType, language, title, creation, hash } = attachment;
  return {
    ...(contentType && { contentType }),
    ...(language && { language }),
    data: Buffer.from(bytes).toString('base64'),
    size: bytes.length,
    ...(hash && { hash }),
    ...(title && { title }),
    ...(creation && { creation }),
  };
}

/** `context.event` is 0..1 there; our encounter and our patient stay here. */
function contextOf({ context }: DocumentReference): DocumentReference['context'] {
  const { event, period, facilityType, practiceSetting } = context ?? {};
  if (!event && !period && !facilityType && !practiceSetting) return undefined;
  return {
    ...(event && { event: event.slice(0, 1) }),
    ...(period && { period }),
    ...(facilityType && { facilityType }),
    ...(practiceSetting && { practiceSetting }),
  };
}
