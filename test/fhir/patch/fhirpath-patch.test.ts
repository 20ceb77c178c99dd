import type { Parameters, ParametersParameter, Patient } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { applyFhirPathPatch } from '../../../lib/fhir/patch/fhirpath-patch.ts';
import { elementsTouched, operationsOf } from '../../../lib/fhir/patch/operations.ts';

type Part = ParametersParameter;
const operation = (type: string, path: string, ...part: readonly Part[]): Part => ({
  name: 'operation',
  part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...part],
});
const at = (name: string, valueInteger: number): Part => ({ name, valueInteger });
const value = (of: Omit<Part, 'name'>): Part => ({ name: 'value', ...of });
const named = (valueString: string): Part => ({ name: 'name', valueString });
const parameters = (...parameter: Part[]): Parameters => ({ resourceType: 'Parameters', parameter });

/** What a patch makes of a Patient, or the code of its refusal. */
function patched(before: Partial<Patient>, ...operations: Part[]): unknown {
  const asked = operationsOf(parameters(...operations));
  if (!asked.ok) return asked.refusals[0].code;
  const result = applyFhirPathPatch({ resourceType: 'Patient', ...before }, asked.value);
  if (!result.ok) return result.refusals[0].code;
  const { resourceType: _, ...after } = JSON.parse(JSON.stringify(result.value));
  return after;
}

const names = (...texts: readonly string[]) => texts.map((text) => ({ text }));
const phone = (use: 'home' | 'work', number: string) => ({ system: 'phone' as const, use, value: number });

describe('FHIRPath Patch (the kinds of case of R4 fhirpatch.html)', () => {
  it.each<{ story: string; before: Partial<Patient>; operations: Part[]; after: unknown }>([
    {
      story: 'adds an element that was absent',
      before: {},
      operations: [operation('add', 'Patient', named('birthDate'), value({ valueDate: '1950-01-02' }))],
      after: { birthDate: '1950-01-02' },
    },
    {
      story: 'does not add what is there already',
      before: { birthDate: '1950-01-02' },
      operations: [operation('add', 'Patient', named('birthDate'), value({ valueDate: '1951-01-02' }))],
      after: 'patch-inapplicable',
    },
    {
      story: 'adds to the end of a list',
      before: { name: names('a') },
      operations: [operation('add', 'Patient', named('name'), value({ valueHumanName: { text: 'b' } }))],
      after: { name: names('a', 'b') },
    },
    {
      story: 'adds a list inside of an element',
      before: { name: names('a', 'b') },
      operations: [operation('add', "Patient.name.where(text = 'b')", named('given'), value({ valueString: 'Ada' }))],
      after: { name: [{ text: 'a' }, { text: 'b', given: ['Ada'] }] },
    },
    {
      story: 'adds a choice by the type of its value',
      before: {},
      operations: [operation('add', 'Patient', named('deceased'), value({ valueBoolean: false }))],
      after: { deceasedBoolean: false },
    },
    {
      story: 'does not add a second type of a choice',
      before: { deceasedBoolean: false },
      operations: [operation('add', 'Patient', named('deceased'), value({ valueDateTime: '2026' }))],
      after: 'patch-inapplicable',
    },
    {
      story: 'adds an element without a type of its own, by its parts',
      before: {},
      operations: [
        operation(
          'add',
          'Patient',
          named('contact'),
          value({
            part: [
              { name: 'name', valueHumanName: { text: 'Fille' } },
              { name: 'telecom', valueContactPoint: phone('home', '1') },
            ],
          }),
        ),
      ],
      after: { contact: [{ name: { text: 'Fille' }, telecom: [phone('home', '1')] }] },
    },
    {
      story: 'inserts in front, between and behind',
      before: { name: names('b') },
      operations: [
        operation('insert', 'Patient.name', at('index', 0), value({ valueHumanName: { text: 'a' } })),
        operation('insert', 'Patient.name', at('index', 2), value({ valueHumanName: { text: 'c' } })),
      ],
      after: { name: names('a', 'b', 'c') },
    },
    {
      story: 'does not insert beyond the end',
      before: { name: names('a') },
      operations: [operation('insert', 'Patient.name', at('index', 2), value({ valueHumanName: { text: 'b' } }))],
      after: 'patch-inapplicable',
    },
    {
      story: 'deletes one of a list, by index or by what it says',
      before: { telecom: [phone('home', '1'), phone('work', '2'), phone('work', '3')] },
      operations: [operation('delete', 'Patient.telecom[0]'), operation('delete', "Patient.telecom.where(use='work' and value='3')")],
      after: { telecom: [phone('work', '2')] },
    },
    {
      story: 'leaves nothing empty behind',
      before: { maritalStatus: { text: 'x' }, name: [{ given: ['Ada'] }] },
      operations: [operation('delete', 'Patient.maritalStatus.text'), operation('delete', 'Patient.name.given.first()')],
      after: {},
    },
    {
      story: 'has nothing to do where nothing is to delete',
      before: {},
      operations: [operation('delete', 'Patient.birthDate')],
      after: {},
    },
    {
      story: 'does not delete several at once',
      before: { name: names('a', 'b') },
      operations: [operation('delete', 'Patient.name')],
      after: 'patch-inapplicable',
    },
    {
      story: 'replaces a value',
      before: { birthDate: '1950-01-02' },
      operations: [operation('replace', 'Patient.birthDate', value({ valueDate: '1951-01-02' }))],
      after: { birthDate: '1951-01-02' },
    },
    {
      story: 'replaces a choice, its type with it',
      before: { deceasedBoolean: false },
      operations: [operation('replace', 'Patient.deceased', value({ valueDateTime: '2026-01-01' }))],
      after: { deceasedDateTime: '2026-01-01' },
    },
    {
      story: 'replaces the value of an extension by its address',
      before: { extension: [{ url: 'https://essai.example/x', valueString: 'a' }] },
      operations: [operation('replace', "Patient.extension('https://essai.example/x').value", value({ valueString: 'b' }))],
      after: { extension: [{ url: 'https://essai.example/x', valueString: 'b' }] },
    },
    {
      story: 'does not replace what is absent',
      before: {},
      operations: [operation('replace', 'Patient.birthDate', value({ valueDate: '1951-01-02' }))],
      after: 'patch-inapplicable',
    },
    {
      story: 'moves within a list',
      before: { name: names('a', 'b', 'c') },
      operations: [operation('move', 'Patient.name', at('source', 0), at('destination', 2))],
      after: { name: names('b', 'c', 'a') },
    },
    {
      story: 'does not move from beyond the end',
      before: { name: names('a') },
      operations: [operation('move', 'Patient.name', at('source', 1), at('destination', 0))],
      after: 'patch-inapplicable',
    },
    {
      story: 'does nothing when one of several does not apply',
      before: {},
      operations: [operation('delete', 'Patient.birthDate'), operation('replace', 'Patient.gender', value({ valueCode: 'male' }))],
      after: 'patch-inapplicable',
    },
    { story: 'knows the elements of R4', before: {}, operations: [operation('delete', 'Patient.colour')], after: 'patch-inapplicable' },
    { story: 'is for the type of the resource', before: {}, operations: [operation('delete', 'Goal.note')], after: 'patch-inapplicable' },
  ])('$story', ({ before, operations, after }) => {
    expect(patched(before, ...operations)).toEqual(after);
  });

  it.each([
    ['no operation', parameters()],
    ['another name', parameters({ name: 'patch', part: [] })],
    ['an unknown type', parameters(operation('turn', 'Patient.name'))],
    ['an add without name', parameters(operation('add', 'Patient', value({ valueString: 'x' })))],
    ['an insert without index', parameters(operation('insert', 'Patient.name', value({ valueString: 'x' })))],
    ['a replace without value', parameters(operation('replace', 'Patient.birthDate'))],
    ['a move without destination', parameters(operation('move', 'Patient.name', at('source', 0)))],
  ])('%s is no patch', (_, body) => {
    expect(operationsOf(body)).toMatchObject({ ok: false, refusals: [{ category: 'not-understood', code: 'patch-malformed' }] });
  });

  it.each(['', '.name', 'Patient.name.select(given)', 'Patient.name[-1]', 'Patient.name.where(use)', 'Patient..name', 'Patient | Goal'])(
    'path "%s" is not understood',
    (path) => {
      expect(operationsOf(parameters(operation('delete', path)))).toMatchObject({ ok: false, refusals: [{ code: 'patch-path' }] });
    },
  );

  it('tells every element that it looks at: what leads to a place tells what stands there', () => {
    const asked = operationsOf(
      parameters(operation('add', "Patient.contact.where(name.text = 'x')", named('telecom'), value({ valueString: 'x' }))),
    );
    expect(asked.ok && elementsTouched(asked.value)).toEqual([
      ['contact', '0', 'name', 'text'],
      ['contact', '0', 'telecom'],
    ]);
  });
});
