import type { DocumentReference, Patient } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { toSimplifiedPublish } from '../../../lib/exchange/pdsm/publish.ts';
import { validate } from '../../../lib/fhir/validate.ts';
import { readCda } from '../../../lib/intake/cda/read.ts';
import { INS, letter, SENDER } from '../../fixtures/cda/letter.ts';

const bytes = letter();
const read = readCda(bytes, SENDER);
if (!read.ok || read.value.documents[0] === undefined) throw new Error('the letter must be read');
const patient: Patient = { ...read.value.patient, id: 'ours', contact: [{ name: { text: 'sa fille' } }] };
/** As the store keeps it: with what only we understand. */
const stored: DocumentReference = {
  ...read.value.documents[0].reference,
  id: 'ours',
  meta: { versionId: '3', tag: [{ code: 'SUBSETTED' }] },
  extension: [{ url: 'https://relais.example/fhir/StructureDefinition/etat', valueCode: 'x' }],
  subject: { reference: 'Patient/ours' },
};

const published = (over: Partial<DocumentReference> = {}, who: Patient = patient): DocumentReference => {
  const result = toSimplifiedPublish({ ...stored, ...over }, bytes, who);
  if (!result.ok) throw new Error(result.refusals[0].expression);
  return result.value;
};

describe('what is published to a DMP-like repository', () => {
  it('is current, of the profile, with the document inline and the unique id of the letter', () => {
    expect(published()).toMatchObject({
      meta: { profile: ['https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-simplified-publish'] },
      masterIdentifier: { value: 'urn:oid:1.2.250.1.999.1.29.1' },
      status: 'current',
      date: '2026-03-06T15:40:00.000Z',
      custodian: { identifier: { value: '300000015' } },
      content: [{ attachment: { contentType: 'text/xml', size: bytes.length, title: 'Lettre de liaison à la sortie' } }],
    });
    const data = published().content[0]?.attachment.data ?? '';
    expect(new Uint8Array(Buffer.from(data, 'base64'))).toEqual(bytes);
    expect(published().content[0]?.attachment).not.toHaveProperty('url');
  });

  it('is valid against our profile of DocumentReference', () => expect(validate(published())).toEqual([]));

  it('names the patient by INS with strict traits, and nothing else of him', () => {
    const { subject, contained } = published();
    expect(subject).toMatchObject({ reference: '#subject-patient', identifier: { value: INS } });
    const inside = contained?.filter(({ resourceType }) => resourceType === 'Patient');
    expect(inside).toEqual([
      {
        resourceType: 'Patient',
        id: 'subject-patient',
        extension: patient.extension,
        identifier: [patient.identifier?.[0]],
        name: patient.name,
        gender: 'female',
        birthDate: '1945-03-14',
      },
    ]);
  });

  it('holds no id, version, tag, extension, local number or literal reference of ours', () => {
    const text = JSON.stringify(published());
    for (const ours of ['"ours"', 'versionId', 'SUBSETTED', 'relais.example', '0004711', 'sa fille', 'Patient/', 'source-patient']) {
      expect(text).not.toContain(ours);
    }
  });

  it('keeps who may see it', () => {
    const securityLabel = [
      {
        coding: [
          {
            system: 'https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument',
            code: 'INVISIBLE_PATIENT',
          },
        ],
      },
    ];
    expect(published({ securityLabel }).securityLabel).toEqual(securityLabel);
  });

  it('contains each person that it names, and only those', () => {
    const { contained, author, authenticator, custodian } = published({ authenticator: { reference: 'Practitioner/ours' } });
    expect(authenticator).toBeUndefined();
    expect([author?.[0]?.reference, custodian?.reference]).toEqual(['#author-1', '#custodian']);
    expect(contained?.map(({ id }) => id)).toEqual([
      'author-1',
      'author-1-practitioner',
      'author-1-structure',
      'custodian',
      'subject-patient',
    ]);
  });

  it('when the patient wrote it, its author is its subject', () => {
    const { author, contained } = published({ author: [{ reference: '#source-patient' }] });
    expect(author).toEqual([{ reference: '#subject-patient' }]);
    expect(contained?.filter(({ resourceType }) => resourceType === 'Patient')).toHaveLength(1);
  });

  it('says what it replaces by unique id, never by an id of ours', () => {
    const relatesTo: DocumentReference['relatesTo'] = [
      { code: 'replaces', target: { reference: 'DocumentReference/ours', identifier: { value: 'urn:oid:1.2.3' } } },
      { code: 'appends', target: { reference: 'DocumentReference/ours' } },
    ];
    expect(published({ relatesTo }).relatesTo).toEqual([{ code: 'replaces', target: { identifier: { value: 'urn:oid:1.2.3' } } }]);
  });

  it('has the lasting INS when the patient has two', () => {
    const nia = { system: 'urn:oid:1.2.250.1.213.1.4.9', value: INS };
    const nir = { system: 'urn:oid:1.2.250.1.213.1.4.8', value: INS };
    expect(published({}, { ...patient, identifier: [nia, nir] }).subject?.identifier).toEqual(nir);
  });
});

describe('what is not published', () => {
  const withoutReliability: Patient = { ...patient, extension: [] };
  const only = (identifier: Patient['identifier']): Patient => ({ ...patient, ...(identifier && { identifier }) });
  it.each<{ story: string; who?: Patient; over?: Partial<DocumentReference>; content?: Uint8Array; expression: string }>([
    { story: 'an identity that is not qualified', who: withoutReliability, expression: 'Patient.identifier' },
    { story: 'an identity without INS', who: only([{ system: 'urn:oid:1.2.3', value: '1' }]), expression: 'Patient.identifier' },
    {
      story: 'an INS with a wrong key',
      who: only([{ system: 'urn:oid:1.2.250.1.213.1.4.10', value: '245033000701244' }]),
      expression: 'Patient.identifier',
    },
    {
      story: 'an INS that is no longer his',
      who: only([{ use: 'old', system: 'urn:oid:1.2.250.1.213.1.4.10', value: INS }]),
      expression: 'Patient.identifier',
    },
    { story: 'a superseded document', over: { status: 'superseded' }, expression: 'DocumentReference.status' },
    { story: 'a document entered in error', over: { status: 'entered-in-error' }, expression: 'DocumentReference.status' },
    {
      story: 'an author only our directory knows',
      over: { author: [{ reference: 'Practitioner/ours' }] },
      expression: 'DocumentReference.author',
    },
    {
      story: 'no custodian that others know',
      over: { custodian: { reference: 'Organization/ours' } },
      expression: 'DocumentReference.custodian',
    },
    {
      story: 'no title',
      over: { content: [{ attachment: { contentType: 'text/xml' } }] },
      expression: 'DocumentReference.content[0].attachment.title',
    },
    {
      story: 'no media type',
      over: { content: [{ attachment: { title: 'x' } }] },
      expression: 'DocumentReference.content[0].attachment.contentType',
    },
    { story: 'no bytes', content: new Uint8Array(), expression: 'DocumentReference.content[0].attachment.data' },
  ])('$story', ({ who = patient, over = {}, content = bytes, expression }) => {
    expect(toSimplifiedPublish({ ...stored, ...over }, content, who)).toMatchObject({
      ok: false,
      refusals: [{ category: 'unprocessable', expression }],
    });
  });
});
