import { describe, expect, it } from 'vitest';
import { validate } from '../../../lib/fhir/validate.ts';
import { letter } from '../../fixtures/cda/letter.ts';
import { documentOf, type Edit, intakeOf, referenceWith, warningsWith } from '../../fixtures/cda/reading.ts';

describe('the document of a letter', () => {
  const bytes = letter();
  const document = documentOf(bytes);

  it('is described as PDSm asks, but for what only the edge can say', () => {
    const { contained: _contained, ...reference } = document.reference;
    expect(reference).toEqual({
      resourceType: 'DocumentReference',
      masterIdentifier: { system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2.250.1.999.1.29.1' },
      identifier: [{ system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2.250.1.999.1.29' }],
      status: 'current',
      docStatus: 'final',
      type: {
        coding: [{ system: 'http://loinc.org', code: '11490-0', display: "Lettre de liaison à la sortie d'un établissement de soins" }],
      },
      category: [
        {
          coding: [
            {
              system: 'https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument',
              code: '10',
              display: 'Compte rendu',
            },
          ],
        },
      ],
      date: '2026-03-06T15:40:00.000Z',
      author: [{ reference: '#author-1', display: 'Camille CROQUIS' }],
      authenticator: { reference: '#authenticator', display: 'Camille CROQUIS' },
      custodian: {
        reference: '#custodian',
        identifier: { system: 'https://finess.esante.gouv.fr', value: '300000015' },
        display: 'CH des Essais',
      },
      description: 'Lettre de liaison à la sortie',
      securityLabel: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'N' }] }],
      content: [
        {
          attachment: {
            contentType: 'text/xml',
            language: 'fr-FR',
            size: bytes.length,
            title: 'Lettre de liaison à la sortie',
            creation: '2026-03-06T16:40:00+01:00',
          },
          format: {
            system: 'https://mos.esante.gouv.fr/NOS/TRE_A06-FormatCodeComplementaire/FHIR/TRE-A06-FormatCodeComplementaire',
            code: 'urn:asip:ci-sis:ldl-ses:2017',
          },
        },
      ],
      context: {
        event: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP', display: 'Hospitalisation' }] }],
        period: { start: '2026-03-01T10:15:00+01:00', end: '2026-03-06T14:00:00+01:00' },
        facilityType: {
          coding: [
            {
              system: 'https://mos.esante.gouv.fr/NOS/TRE_R02-SecteurActivite/FHIR/TRE-R02-SecteurActivite',
              code: 'SA01',
              display: 'Etablissement public de santé',
            },
          ],
        },
        practiceSetting: {
          coding: [
            {
              system: 'https://mos.esante.gouv.fr/NOS/TRE_A01-CadreExercice/FHIR/TRE-A01-CadreExercice',
              code: 'ETABLISSEMENT',
              display: 'Etablissement de santé',
            },
          ],
        },
        sourcePatientInfo: { reference: '#source-patient' },
      },
    });
  });

  it('contains who wrote, signed and keeps it, and the patient without his address', () => {
    expect(document.reference.contained?.map(({ resourceType, id }) => `${resourceType}/${id}`)).toEqual([
      'PractitionerRole/author-1',
      'Practitioner/author-1-practitioner',
      'Organization/author-1-structure',
      'PractitionerRole/authenticator',
      'Practitioner/authenticator-practitioner',
      'Organization/authenticator-structure',
      'Organization/custodian',
      'Patient/source-patient',
    ]);
    expect(document.reference.contained?.[1]).toMatchObject({
      identifier: [
        { system: 'urn:oid:1.2.250.1.71.4.2.1', value: '810100000016' },
        { system: 'https://rpps.esante.gouv.fr', value: '10100000016' },
      ],
      name: [{ family: 'CROQUIS', given: ['Camille'], suffix: ['DR'] }],
    });
    expect(document.reference.contained?.at(-1)).not.toHaveProperty('address');
  });

  it('is valid against our profiles, once the edge has said the rest', () => {
    const [content] = document.reference.content;
    const attachment = { ...content?.attachment, url: 'Binary/x', hash: 'A/hMRrv6Y15BjSM8kMLidrz+mHc=' };
    expect(validate({ ...document.reference, subject: { reference: 'Patient/x' }, content: [{ ...content, attachment }] })).toEqual([]);
    expect(validate(intakeOf(bytes).patient)).toEqual([]);
    expect(validate(document.binary)).toEqual([]);
  });

  it('keeps the bytes as sent, in the intake and in a Binary', () => {
    expect(document.bytes).toBe(bytes);
    expect(document.binary).toEqual({ resourceType: 'Binary', contentType: 'text/xml', data: Buffer.from(bytes).toString('base64') });
  });

  it('says the stay in moments, the recipients and the médecin traitant by RPPS', () => {
    expect(document).toMatchObject({
      uniqueId: 'urn:oid:1.2.250.1.999.1.29.1',
      period: { start: '2026-03-01T09:15:00.000Z', end: '2026-03-06T13:00:00.000Z' },
      recipients: [{ system: 'https://rpps.esante.gouv.fr', value: '10100000024' }],
      namedMedecinTraitant: { system: 'https://rpps.esante.gouv.fr', value: '10100000024' },
    });
    expect(document).not.toHaveProperty('replaces');
  });

  it('shows each field beside the element that it became, once', () => {
    const { mapping } = intakeOf(bytes);
    expect(mapping).toContainEqual({
      source: "/ClinicalDocument/recordTarget/patientRole/patient/name/family[@qualifier='BR']",
      target: 'Patient.name[0].family',
    });
    expect(mapping).toContainEqual({ source: '/ClinicalDocument/id', target: 'DocumentReference.masterIdentifier' });
    expect(mapping).toContainEqual({ source: '/ClinicalDocument/custodian', target: 'DocumentReference.custodian' });
    expect(new Set(mapping.map(({ target }) => target)).size).toBe(mapping.length);
  });

  it.each<{ story: string; edits: readonly Edit[]; want: object }>([
    {
      story: 'has root and extension in its unique id',
      edits: [['<id root="1.2.250.1.999.1.29.1"/>', '<id root="1.2.250.1.999.1" extension="L-42"/>']],
      want: { masterIdentifier: { value: 'urn:oid:1.2.250.1.999.1^L-42' } },
    },
    {
      story: 'may have a UUID as unique id',
      edits: [['<id root="1.2.250.1.999.1.29.1"/>', '<id root="2db3e431-03b4-4fc4-99e5-aa2e3ce1d12a"/>']],
      want: { masterIdentifier: { value: 'urn:uuid:2db3e431-03b4-4fc4-99e5-aa2e3ce1d12a' } },
    },
    {
      story: 'of a type of the ANS has its system and class',
      edits: [[/<code code="11490-0"[^>]*>/, '<code code="SYNTH" codeSystem="1.2.250.1.213.1.1.4.12"/>']],
      want: {
        type: {
          coding: [
            { system: 'https://mos.esante.gouv.fr/NOS/TRE_A05-TypeDocComplementaire/FHIR/TRE-A05-TypeDocComplementaire', code: 'SYNTH' },
          ],
        },
        category: [{ coding: [{ code: '11' }] }],
      },
    },
    {
      story: 'of an unknown type is taken all the same',
      edits: [[/<code code="11490-0"[^>]*>/, '<code code="X1" codeSystem="1.2.3.4"/>']],
      want: { type: { coding: [{ system: 'urn:oid:1.2.3.4', code: 'X1' }] } },
    },
    {
      story: 'without title is called by its type',
      edits: [[/<title>Lettre de liaison à la sortie<\/title>/, '<title nullFlavor="NI"/>']],
      want: { description: "Lettre de liaison à la sortie d'un établissement de soins" },
    },
    {
      story: 'without confidentiality is restricted: absence never grants',
      edits: [[/<confidentialityCode [^>]*>/, '']],
      want: { securityLabel: [{ coding: [{ code: 'R' }] }] },
    },
    {
      story: 'very restricted stays so',
      edits: [['<confidentialityCode code="N"', '<confidentialityCode code="V"']],
      want: { securityLabel: [{ coding: [{ code: 'V' }] }] },
    },
    {
      story: 'of level 1 is in the format of its body',
      edits: [[/<structuredBody>[\s\S]*<\/structuredBody>/, '<nonXMLBody><text mediaType="application/pdf">JVBERg==</text></nonXMLBody>']],
      want: { content: [{ format: { code: 'urn:ihe:iti:xds-sd:pdf:2008' } }] },
    },
    {
      story: 'of level 1 in another format is opened by its media type',
      edits: [[/<structuredBody>[\s\S]*<\/structuredBody>/, '<nonXMLBody><text mediaType="image/tiff">SUkq</text></nonXMLBody>']],
      want: { content: [{ format: { code: 'urn:ihe:iti:xds:2017:mimeTypeSufficient' } }] },
    },
    {
      story: 'of an unknown model is opened by its media type',
      edits: [['<templateId root="1.2.250.1.213.1.1.1.29" extension="2022.01"/>', '']],
      want: { content: [{ format: { code: 'urn:ihe:iti:xds:2017:mimeTypeSufficient' } }] },
    },
    {
      story: 'not signed is preliminary',
      edits: [[/<legalAuthenticator>[\s\S]*<\/legalAuthenticator>/, '']],
      want: { docStatus: 'preliminary' },
    },
    {
      story: '"en cours" by its own words is preliminary',
      edits: [['code="9571008"', 'code="385651009"']],
      want: { docStatus: 'preliminary' },
    },
    {
      story: 'that adds to another says so',
      edits: [
        [
          '<documentationOf>',
          '<relatedDocument typeCode="APND"><parentDocument><id root="1.2.3"/></parentDocument></relatedDocument><documentationOf>',
        ],
      ],
      want: { relatesTo: [{ code: 'appends', target: { identifier: { value: 'urn:oid:1.2.3' } } }] },
    },
    {
      story: 'trap 36: keeps a cabinet number that is no FINESS as written',
      edits: [[/extension="1300000015"/, 'extension="2801984755893"']],
      want: { custodian: { reference: '#custodian', display: 'CH des Essais' } },
    },
    {
      story: 'written by a software names it',
      edits: [
        [
          /<assignedPerson>.*<\/assignedPerson>(?=\s*<representedOrganization>.*\s*<\/assignedAuthor>)/,
          '<assignedAuthoringDevice><softwareName>DPI des Essais</softwareName></assignedAuthoringDevice>',
        ],
      ],
      want: { author: [{ reference: '#author-1', display: 'DPI des Essais' }] },
    },
  ])('$story', ({ edits, want }) => expect(referenceWith(...edits)).toMatchObject(want));

  it('trap 33: one id under three names is kept as three mentions, as written', () => {
    const { contained } = referenceWith([/(<legalAuthenticator>[\s\S]*?<family>)CROQUIS/, '$1AUTRE']);
    const practitioners = contained?.filter((resource) => resource.resourceType === 'Practitioner') ?? [];
    expect(practitioners.map(({ identifier, name }) => [identifier?.[1]?.value, name?.[0]?.family])).toEqual([
      ['10100000016', 'CROQUIS'],
      ['10100000016', 'AUTRE'],
    ]);
  });

  it('that replaces another says which, and is amended', () => {
    const next = documentOf(letter({ documentId: '1.2.250.1.999.1.29.2', versionNumber: 2, replaces: '1.2.250.1.999.1.29.1' }));
    expect(next).toMatchObject({
      uniqueId: 'urn:oid:1.2.250.1.999.1.29.2',
      replaces: 'urn:oid:1.2.250.1.999.1.29.1',
      reference: {
        docStatus: 'amended',
        identifier: [{ value: 'urn:oid:1.2.250.1.999.1.29' }],
        relatesTo: [{ code: 'replaces', target: { identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2.250.1.999.1.29.1' } } }],
      },
    });
  });

  it('a stay in days lasts from the first second of the first to the last of the last, in Paris', () => {
    const days = documentOf(letter({}, [/<low [^>]*>/, '<low value="20260301"/>'], [/<high [^>]*>/, '<high value="20260306"/>']));
    expect(days.period).toEqual({ start: '2026-02-28T23:00:00.000Z', end: '2026-03-06T22:59:59.000Z' });
    expect(days.reference.context?.period).toEqual({ start: '2026-03-01', end: '2026-03-06' });
  });

  it('when only the act is dated, that is the stay, and the other way round', () => {
    const masked = '<encompassingEncounter><effectiveTime nullFlavor="MSK"/>';
    expect(documentOf(letter({}, [/<encompassingEncounter>\s*<effectiveTime>.*<\/effectiveTime>/, masked])).period?.end).toBe(
      '2026-03-06T13:00:00.000Z',
    );
    const undated = referenceWith([/(<serviceEvent>\s*<code [^>]*>)\s*<effectiveTime>.*<\/effectiveTime>/, '$1']);
    expect(undated.context?.period?.end).toBe('2026-03-06T14:00:00+01:00');
  });

  it.each<{ story: string; edit: Edit; warnings: readonly string[] }>([
    {
      story: 'a custodian that is not the sending structure',
      edit: ['extension="1300000015"', 'extension="1750803447"'],
      warnings: ['cda-custodian-not-sender'],
    },
    { story: 'a recipient whose RPPS breaks its key', edit: ['810100000024', '810100000025'], warnings: ['rpps-key', 'rpps-key'] },
    { story: 'a recipient known by another number is found by it', edit: ['810100000024', '3300000015/0042'], warnings: [] },
  ])('$story is taken', ({ edit, warnings }) => expect(warningsWith(edit)).toEqual(warnings));

  it('without médecin traitant names none', () => {
    expect(documentOf(letter({}, ['code="PCP"', 'code="CORRE"']))).not.toHaveProperty('namedMedecinTraitant');
  });
});
