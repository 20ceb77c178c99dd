import type { DocumentReference, Patient } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { withoutNumbers } from '../../lib/access/withdrawn.ts';
import { OID_SYSTEM } from '../../lib/fhir/vocabulary.ts';

const INS = { system: OID_SYSTEM.insTest, value: '245037511600194' };
const IPP = { system: 'https://relais.example/sid/690000120/GAM', value: '7' };
const person: Patient = { resourceType: 'Patient', id: 'p', identifier: [IPP, { ...INS, use: 'official' }] };

describe('A47: a number that was withdrawn is in no view', () => {
  it('identifiers that say it go, others stay', () => {
    expect(withoutNumbers(person, [INS])).toEqual({ ...person, identifier: [IPP] });
  });

  it('an element that said nothing else goes with it', () => {
    expect(withoutNumbers({ ...person, identifier: [INS] }, [INS])).toEqual({ resourceType: 'Patient', id: 'p' });
  });

  it('wherever it stands: the reference by identifier of a document', () => {
    const document: DocumentReference = {
      resourceType: 'DocumentReference',
      status: 'current',
      subject: { reference: 'Patient/p', identifier: INS },
      content: [{ attachment: { contentType: 'text/xml', url: 'Binary/b', hash: 'x' } }],
    };
    expect(withoutNumbers(document, [INS])).toEqual({
      ...document,
      subject: { reference: 'Patient/p' },
      content: [{ attachment: { contentType: 'text/xml', url: 'Binary/b' } }],
    });
  });

  it('in the bytes of a text it is blanked, their length kept', () => {
    const bytes = (text: string) => Buffer.from(text, 'latin1').toString('base64');
    const cda = `<id root="1.2.250.1.213.1.4.10" extension="${INS.value}"/><name>MODÈLE</name>`;
    const view = withoutNumbers({ resourceType: 'Binary', contentType: 'text/xml', data: bytes(cda) }, [INS]);
    expect(view).toEqual({ resourceType: 'Binary', contentType: 'text/xml', data: bytes(cda.replace(INS.value, '*'.repeat(15))) });
  });

  it.each([{ withdrawn: [] }, { withdrawn: [{ ...INS, value: '145037511600105' }] }])(
    'what says none of them is served as it is',
    ({ withdrawn }) => {
      expect(withoutNumbers(person, withdrawn)).toBe(person);
    },
  );
});
