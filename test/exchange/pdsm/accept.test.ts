import type { DocumentReference } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptSimplifiedPublish, type PublishedDocument } from '../../../lib/exchange/pdsm/accept.ts';
import { toSimplifiedPublish } from '../../../lib/exchange/pdsm/publish.ts';
import { readCda } from '../../../lib/intake/cda/read.ts';
import { INS, letter, SENDER } from '../../fixtures/cda/letter.ts';

const SYSTEM = 'urn:oid:1.2.250.1.213.1.4.10';

/** The least that a repository may publish. */
function publication(over: Partial<DocumentReference> = {}): DocumentReference {
  return {
    resourceType: 'DocumentReference',
    masterIdentifier: { system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2.250.1.999.7.1' },
    status: 'current',
    type: { coding: [{ system: 'http://loinc.org', code: '11488-4' }] },
    subject: { identifier: { system: SYSTEM, value: INS } },
    date: '2026-03-06T10:00:00+01:00',
    content: [{ attachment: { contentType: 'text/plain', data: 'Qm9uam91cg==', title: 'Compte rendu' } }],
    ...over,
  };
}

function acceptedOf(over: Partial<DocumentReference> = {}): PublishedDocument {
  const result = acceptSimplifiedPublish(publication(over));
  if (!result.ok) throw new Error(result.refusals.map(({ expression }) => expression).join());
  return result.value;
}

const withAttachment = (attachment: DocumentReference['content'][0]['attachment']): Partial<DocumentReference> => ({
  content: [{ attachment: { contentType: 'text/plain', data: 'Qm9uam91cg==', title: 'Compte rendu', ...attachment } }],
});

describe('a document that a repository publishes to us', () => {
  it('is taken apart: bytes, a Binary, and a reference without data', () => {
    const { reference, binary, bytes, uniqueId, ins } = acceptedOf();
    expect(new TextDecoder().decode(bytes)).toBe('Bonjour');
    expect(binary).toEqual({ resourceType: 'Binary', contentType: 'text/plain', data: 'Qm9uam91cg==' });
    expect(reference.content).toEqual([{ attachment: { contentType: 'text/plain', title: 'Compte rendu', size: 7 } }]);
    expect([uniqueId, ins]).toEqual(['urn:oid:1.2.250.1.999.7.1', { system: SYSTEM, value: INS }]);
  });

  it.each<{ story: string; over: Partial<DocumentReference> }>([
    { story: 'by logical identifier', over: {} },
    {
      story: 'by a contained Patient',
      over: {
        subject: { reference: '#p' },
        contained: [
          {
            resourceType: 'Patient',
            id: 'p',
            identifier: [
              { system: 'urn:oid:1.2.3', value: '1' },
              { system: SYSTEM, value: INS },
            ],
          },
        ],
      },
    },
    { story: 'by a conditional reference', over: { subject: { reference: `Patient?identifier=${SYSTEM}|${INS}` } } },
    {
      story: 'by a conditional reference, encoded',
      over: { subject: { reference: `Patient?identifier=${encodeURIComponent(`${SYSTEM}|${INS}`)}` } },
    },
  ])('names its patient $story (trap 38)', ({ over }) => {
    const { ins, reference } = acceptedOf(over);
    expect(ins).toMatchObject({ system: SYSTEM, value: INS });
    expect(reference.subject).toEqual({ type: 'Patient', identifier: ins });
    expect(reference.contained).toBeUndefined();
  });

  it('keeps a contained patient that sourcePatientInfo needs', () => {
    const { reference } = acceptedOf({
      subject: { reference: '#p' },
      contained: [{ resourceType: 'Patient', id: 'p', identifier: [{ system: SYSTEM, value: INS }] }],
      context: { sourcePatientInfo: { reference: '#p' } },
    });
    expect(reference.contained).toHaveLength(1);
  });

  it('does not choose its id or version here, and keeps its labels', () => {
    const { reference } = acceptedOf({ id: 'theirs', meta: { versionId: '9', security: [{ code: 'psy' }] } });
    expect(reference).not.toHaveProperty('id');
    expect(reference.meta).toEqual({ security: [{ code: 'psy' }] });
  });

  it('may lack custodian, date, size and hash (traps 38, 39)', () => {
    const { date: _date, ...undated } = publication();
    expect(acceptSimplifiedPublish(undated).ok).toBe(true);
  });

  it('trap 3: a test INS with a wrong key is a doubt', () => {
    const { warnings } = acceptedOf({ subject: { identifier: { system: SYSTEM, value: '245033000701244' } } });
    expect(warnings.map(({ code }) => code)).toEqual(['ins-key']);
  });

  it.each<{ story: string; over: Partial<DocumentReference>; expression: string }>([
    { story: 'not current', over: { status: 'superseded' }, expression: 'DocumentReference.status' },
    { story: 'without unique id', over: { masterIdentifier: { value: '42' } }, expression: 'DocumentReference.masterIdentifier' },
    { story: 'without type', over: { type: {} }, expression: 'DocumentReference.type' },
    { story: 'without content', over: { content: [] }, expression: 'DocumentReference.content' },
    {
      story: 'with two contents',
      over: { content: [...publication().content, ...publication().content] },
      expression: 'DocumentReference.content',
    },
    { story: 'without data', over: withAttachment({ data: '' }), expression: 'DocumentReference.content[0].attachment.data' },
    {
      story: 'with data that is not base64',
      over: withAttachment({ data: 'Bonjour!' }),
      expression: 'DocumentReference.content[0].attachment.data',
    },
    {
      story: 'with data cut in its last quantum',
      over: withAttachment({ data: 'Qm9uam91cg=' }),
      expression: 'DocumentReference.content[0].attachment.data',
    },
    {
      story: 'at a url',
      over: withAttachment({ url: 'https://ailleurs.example/doc' }),
      expression: 'DocumentReference.content[0].attachment.url',
    },
    {
      story: 'without media type',
      over: withAttachment({ contentType: '' }),
      expression: 'DocumentReference.content[0].attachment.contentType',
    },
    { story: 'without title', over: withAttachment({ title: '' }), expression: 'DocumentReference.content[0].attachment.title' },
    { story: 'of another size than said', over: withAttachment({ size: 8 }), expression: 'DocumentReference.content[0].attachment.size' },
    { story: 'of nobody', over: { subject: { display: 'Alma' } }, expression: 'DocumentReference.subject' },
    { story: 'of a patient by an id of ours', over: { subject: { reference: 'Patient/123' } }, expression: 'DocumentReference.subject' },
    {
      story: 'of a patient by a local number',
      over: { subject: { identifier: { system: 'urn:oid:1.2.3', value: INS } } },
      expression: 'DocumentReference.subject',
    },
    {
      story: 'of a production INS with a wrong key',
      over: { subject: { identifier: { system: 'urn:oid:1.2.250.1.213.1.4.8', value: '245033000701244' } } },
      expression: 'DocumentReference.subject',
    },
    {
      story: 'of an NSS, which shares the OID of the INS',
      over: {
        subject: {
          identifier: {
            system: 'urn:oid:1.2.250.1.213.1.4.8',
            value: INS,
            type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'NH' }] },
          },
        },
      },
      expression: 'DocumentReference.subject',
    },
  ])('$story is refused, its element named', ({ over, expression }) => {
    const result = acceptSimplifiedPublish(publication(over));
    expect(result.ok ? [] : result.refusals.map((refusal) => refusal.expression)).toContain(expression);
  });

  it('is told all that is wrong at once', () => {
    const result = acceptSimplifiedPublish({ resourceType: 'DocumentReference', status: 'superseded', content: [{ attachment: {} }] });
    expect(result.ok ? 0 : result.refusals.length).toBe(7);
  });

  it('whatever the bytes, they come back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (sent) => {
        expect(acceptedOf(withAttachment({ data: Buffer.from(sent).toString('base64') })).bytes).toEqual(sent);
      }),
    );
  });

  it('and what we publish, we would accept', () => {
    const bytes = letter();
    const read = readCda(bytes, SENDER);
    const document = read.ok ? read.value.documents[0] : undefined;
    if (!read.ok || document === undefined) throw new Error('the letter must be read');
    const sent = toSimplifiedPublish(document.reference, bytes, read.value.patient);
    if (!sent.ok) throw new Error(sent.refusals[0].code);
    expect(acceptSimplifiedPublish(sent.value)).toMatchObject({
      ok: true,
      value: { uniqueId: document.uniqueId, ins: { value: INS }, warnings: [] },
    });
  });
});
