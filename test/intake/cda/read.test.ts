import { describe, expect, it } from 'vitest';
import { identityStatusOf } from '../../../lib/identity/status.ts';
import { readCda } from '../../../lib/intake/cda/read.ts';
import { INS, letter, SENDER } from '../../fixtures/cda/letter.ts';
import { type Edit, patientWith, warningsWith } from '../../fixtures/cda/reading.ts';

describe('trap 37: any element may be a nullFlavor; what is absent stays absent, with a doubt where it matters', () => {
  it.each<{ story: string; edit: Edit; warnings: readonly string[] }>([
    {
      story: 'the name',
      edit: [/<patient>\s*<name>[\s\S]*?<\/name>/, '<patient><name nullFlavor="NASK"/>'],
      warnings: ['birth-name-not-said', 'lettre-1-patient'],
    },
    { story: 'the birth date', edit: ['value="19450314"', 'nullFlavor="UNK"'], warnings: [] },
    { story: 'a lunar birth date is no date', edit: ['value="19450314"', 'value="19451431"'], warnings: ['birth-date-not-civil'] },
    { story: 'the birthplace', edit: [/<birthplace>.*<\/birthplace>/, '<birthplace nullFlavor="UNK"/>'], warnings: [] },
    { story: 'address and telephone', edit: [/<addr use="H">.*<\/addr>|<telecom [^>]*>/, '<telecom nullFlavor="NAV"/>'], warnings: [] },
    { story: 'the local number', edit: ['root="1.2.250.1.999.2" extension="0004711"', 'nullFlavor="UNK"'], warnings: [] },
    {
      story: 'the author',
      edit: [/<author>[\s\S]*<\/author>/, '<author><assignedAuthor><id nullFlavor="UNK"/></assignedAuthor></author>'],
      warnings: ['cda-author', 'lettre-1-medecin-hospitalier'],
    },
    {
      story: 'the custodian',
      edit: [
        /<representedCustodianOrganization>.*<\/representedCustodianOrganization>/,
        '<representedCustodianOrganization><id nullFlavor="UNK"/></representedCustodianOrganization>',
      ],
      warnings: ['cda-custodian'],
    },
    {
      story: 'a recipient',
      edit: [/<intendedRecipient>\s*<id [^>]*>/, '<intendedRecipient><id nullFlavor="UNK"/>'],
      warnings: ['cda-recipient'],
    },
    {
      story: 'the confidentiality',
      edit: [/<confidentialityCode [^>]*>/, '<confidentialityCode nullFlavor="UNK"/>'],
      warnings: ['cda-confidentiality'],
    },
    {
      story: 'all dates of the care',
      edit: [/<effectiveTime><low .*<\/effectiveTime>/, '<effectiveTime nullFlavor="MSK"/>'],
      warnings: ['cda-period', 'lettre-1-dates'],
    },
    {
      story: 'a date of the care that is no date',
      edit: [/<high [^>]*>/, '<high value="bientôt"/>'],
      warnings: ['cda-time', 'cda-time', 'lettre-1-dates'],
    },
    {
      story: 'a stay that ends before it starts',
      edit: [/<high [^>]*>/, '<high value="20250101"/>'],
      warnings: ['cda-period-reversed', 'cda-period-reversed', 'cda-period'],
    },
    {
      story: 'a related document without id',
      edit: [
        '<documentationOf>',
        '<relatedDocument typeCode="RPLC"><parentDocument><id nullFlavor="NA"/></parentDocument></relatedDocument><documentationOf>',
      ],
      warnings: ['cda-related-document'],
    },
  ])('$story', ({ edit, warnings }) => expect(warningsWith(edit)).toEqual(warnings));
});

describe('what cannot be taken is refused with every reason and its place', () => {
  it.each<{ story: string; edits: readonly Edit[]; want: readonly (readonly [code: string, expression: string])[] }>([
    {
      story: 'no patient',
      edits: [[/<recordTarget>[\s\S]*<\/recordTarget>/, '']],
      want: [['cda-patient-without-identifier', '/ClinicalDocument/recordTarget/patientRole/id']],
    },
    {
      story: 'a patient without any number',
      edits: [[/<id root="1.2.250.1.(?:213.1.4.10|999.2)"[^>]*>/, '<id nullFlavor="UNK"/>']],
      want: [['cda-patient-without-identifier', '/ClinicalDocument/recordTarget/patientRole/id']],
    },
    {
      story: 'two patients',
      edits: [['<author>', '<recordTarget><patientRole><id root="1.2.3" extension="9"/></patientRole></recordTarget><author>']],
      want: [['cda-several-patients', '/ClinicalDocument/recordTarget[2]']],
    },
    {
      story: 'a production INS with a wrong key',
      edits: [
        ['1.2.250.1.213.1.4.10', '1.2.250.1.213.1.4.8'],
        [INS, '245033000701244'],
      ],
      want: [['ins-key', '/ClinicalDocument/recordTarget/patientRole/id[1]/@extension']],
    },
    {
      story: 'no document id',
      edits: [['<id root="1.2.250.1.999.1.29.1"/>', '<id nullFlavor="NI"/>']],
      want: [['cda-id', '/ClinicalDocument/id/@root']],
    },
    {
      story: 'a document id that is neither OID nor UUID',
      edits: [['<id root="1.2.250.1.999.1.29.1"/>', '<id root="lettre-42"/>']],
      want: [['cda-id', '/ClinicalDocument/id/@root']],
    },
    {
      story: 'no type',
      edits: [[/<code code="11490-0"[^>]*>/, '<code nullFlavor="UNK"/>']],
      want: [['cda-code', '/ClinicalDocument/code']],
    },
    {
      story: 'no date',
      edits: [[/<effectiveTime value="20260306164000[^>]*>\s*<conf/, '<conf']],
      want: [['cda-effective-time', '/ClinicalDocument/effectiveTime/@value']],
    },
    {
      story: 'nothing of all that',
      edits: [[/<typeId[\s\S]*<\/recordTarget>/, '']],
      want: [
        ['cda-patient-without-identifier', '/ClinicalDocument/recordTarget/patientRole/id'],
        ['cda-id', '/ClinicalDocument/id/@root'],
        ['cda-code', '/ClinicalDocument/code'],
        ['cda-effective-time', '/ClinicalDocument/effectiveTime/@value'],
      ],
    },
  ])('$story', ({ edits, want }) => {
    const result = readCda(letter({}, ...edits), SENDER);
    expect(result.ok ? [] : result.refusals.map(({ code, expression }) => [code, expression])).toEqual(want);
  });

  it('trap 3: a test INS with a wrong key is a doubt, and the identity is not qualified by it', () => {
    const edit: Edit = [INS, '245033000701244'];
    expect(warningsWith(edit)).toEqual(['ins-key']);
    expect(identityStatusOf(patientWith(edit))).toBe('provisoire');
  });
});
