import { describe, expect, it } from 'vitest';
import { identityStatusOf } from '../../../lib/identity/status.ts';
import { INS, letter } from '../../fixtures/cda/letter.ts';
import { type Edit, intakeOf, patientWith, warningsWith } from '../../fixtures/cda/reading.ts';

const INS_SYSTEM = 'urn:oid:1.2.250.1.213.1.4.10';

describe('the patient of a letter', () => {
  const patient = intakeOf(letter()).patient;

  it('is who the letter says, with strict traits where FR Core has them', () => {
    expect(patient).toEqual({
      resourceType: 'Patient',
      extension: [
        {
          url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability',
          extension: [
            {
              url: 'identityStatus',
              valueCoding: { system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-identity-status', code: 'QUAL' },
            },
          ],
        },
        {
          url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
          valueAddress: {
            extension: [
              {
                url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code',
                valueCoding: { system: 'https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM', code: '30007' },
              },
            ],
            city: 'ALES',
          },
        },
      ],
      identifier: [
        {
          use: 'official',
          type: { coding: [{ system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', code: 'INS-NIR-TEST' }] },
          system: INS_SYSTEM,
          value: INS,
        },
        {
          use: 'usual',
          type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'PI' }] },
          system: 'urn:oid:1.2.250.1.999.2',
          value: '0004711',
        },
      ],
      name: [
        {
          use: 'official',
          family: "D'ESQUISSE",
          given: ['ALMA'],
          extension: [
            {
              url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-birth-list-given-name',
              valueString: 'ALMA ANNE-SOPHIE',
            },
          ],
        },
        { use: 'usual', family: 'MODELE', given: ['ANNE'] },
      ],
      telecom: [{ system: 'phone', value: '0100000000', use: 'home' }],
      gender: 'female',
      birthDate: '1945-03-14',
      address: [{ use: 'home', line: ["1 Rue de l'Essai"], city: 'ALES', postalCode: '30100' }],
    });
  });

  it('is found by INS first, then by the number of the sender', () => {
    expect(intakeOf(letter()).identityKeys.map(({ value }) => value)).toEqual([INS, '0004711']);
    const swapped = letter({}, [/(<id root="1.2.250.1.213.1.4.10"[^>]*>)\s*(<id [^>]*>)/, '$2$1']);
    expect(intakeOf(swapped).identityKeys.map(({ value }) => value)).toEqual([INS, '0004711']);
  });

  it('has a qualified identity with an INS, a provisional one without', () => {
    expect(identityStatusOf(patient)).toBe('qualifiee');
    expect(identityStatusOf(patientWith([/<id root="1.2.250.1.213.1.4.10"[^>]*>/, '']))).toBe('provisoire');
  });

  it.each<{ story: string; edit: Edit; want: object }>([
    {
      story: 'born in Corsica has a letter in the INS',
      edit: [INS, '248052A00400990'],
      want: { identifier: [{ value: '248052A00400990' }, {}] },
    },
    {
      story: 'with an NIA has a temporary identifier',
      edit: ['1.2.250.1.213.1.4.10', '1.2.250.1.213.1.4.9'],
      want: { identifier: [{ use: 'temp' }, {}] },
    },
    {
      story: 'keeps the UUID of an authority',
      edit: ['root="1.2.250.1.999.2"', 'root="2DB3E431-03B4-4FC4-99E5-AA2E3CE1D12A"'],
      want: { identifier: [{}, { system: 'urn:uuid:2db3e431-03b4-4fc4-99e5-aa2e3ce1d12a' }] },
    },
    {
      story: 'numbered by an authority without OID keeps it in a system of the sender',
      edit: ['root="1.2.250.1.999.2"', 'root="CPAGE"'],
      want: { identifier: [{}, { system: 'https://relais.example/sid/300000015/CPAGE' }] },
    },
    {
      story: 'of an unknown sex is unknown',
      edit: [/<administrativeGenderCode [^>]*>/, '<administrativeGenderCode nullFlavor="UNK"/>'],
      want: { gender: 'unknown' },
    },
    { story: 'born in a year has only a year', edit: ['value="19450314"', 'value="1945"'], want: { birthDate: '1945' } },
    { story: 'born at an hour has a date', edit: ['value="19450314"', 'value="194503140815+0100"'], want: { birthDate: '1945-03-14' } },
    {
      story: 'with an address in lines keeps the lines',
      edit: [
        /<addr use="H">.*<\/addr>/,
        '<addr><streetAddressLine>1 rue A</streetAddressLine><streetAddressLine>30100 ALES</streetAddressLine></addr>',
      ],
      want: { address: [{ line: ['1 rue A', '30100 ALES'] }] },
    },
    {
      story: 'with a free address keeps its text',
      edit: [/<addr use="H">.*<\/addr>/, '<addr>chez sa fille, Alès</addr>'],
      want: { address: [{ text: 'chez sa fille, Alès' }] },
    },
    {
      story: 'with a mailbox has it without scheme',
      edit: ['tel:0100000000" use="H"', 'mailto:alma@example.org"'],
      want: { telecom: [{ system: 'email', value: 'alma@example.org' }] },
    },
  ])('$story', ({ edit, want }) => expect(patientWith(edit)).toMatchObject(want));

  it.each<{ story: string; edit: Edit; names: object; warnings?: readonly string[] }>([
    {
      story: 'trap 34: the first given name is not doubled by the list',
      edit: ['ALMA ANNE-SOPHIE', 'ALMA'],
      names: [{ given: ['ALMA'], extension: [{ valueString: 'ALMA' }] }, {}],
    },
    {
      story: 'several givens without qualifier are one list',
      edit: ['<given>ALMA ANNE-SOPHIE</given>', '<given>ALMA</given><given>ANNE-SOPHIE</given>'],
      names: [{ given: ['ALMA'], extension: [{ valueString: 'ALMA ANNE-SOPHIE' }] }, {}],
    },
    {
      story: 'without a first given name, the list is not split',
      edit: ['<given qualifier="BR">ALMA</given>', ''],
      names: [{ given: ['ALMA ANNE-SOPHIE'] }, {}],
    },
    {
      story: 'a family without qualifier is not a birth name',
      edit: [/<family qualifier="BR">(.*)<\/family>|<family qualifier="CL">.*<\/family>/, '<family>$1</family>'],
      names: [{ use: 'usual', family: "D'ESQUISSE", given: ['ANNE'] }],
      warnings: ['birth-name-not-said'],
    },
    {
      story: 'a part with two qualifiers is both',
      edit: [/<family qualifier="BR">(.*)<\/family>|<family qualifier="CL">.*<\/family>/, '<family qualifier="BR CL">$1</family>'],
      names: [
        { use: 'official', family: "D'ESQUISSE" },
        { use: 'usual', family: "D'ESQUISSE" },
      ],
    },
  ])('$story', ({ edit, names, warnings = [] }) => {
    expect(patientWith(edit).name).toMatchObject(names);
    expect(warningsWith(edit)).toEqual(warnings);
  });
});
