import type { Encounter, Patient } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { summarised } from '../../../lib/fhir/search/view.ts';

const subsetted = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };
const patient: Patient = {
  resourceType: 'Patient',
  id: 'p1',
  meta: { versionId: '2', tag: [{ system: 'urn:x', code: 'a' }] },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
  extension: [{ url: 'urn:e', valueBoolean: true }],
  active: true,
  name: [{ family: 'Gabarit' }],
  birthDate: '1950-01-01',
  deceasedBoolean: false,
  contact: [{ name: { family: 'Proche' } }],
};
const keys = (value: object): readonly string[] => Object.keys(value).toSorted();

describe('what a view keeps (R4 search.html 3.1.1.5.8, 3.1.1.5.9)', () => {
  const frame = ['id', 'meta', 'resourceType'];
  it.each([
    ['_elements keeps what is named, mandatory and modifier elements', { elements: ['name'] }, ['active', 'deceasedBoolean', 'name']],
    ['_elements names a choice by its root', { elements: ['deceased'] }, ['active', 'deceasedBoolean']],
    ['_elements of nothing known', { elements: ['couleur', 'constructor'] }, ['active', 'deceasedBoolean']],
    ['_summary=text', { summary: 'text' }, ['active', 'deceasedBoolean', 'text']],
    ['_summary=true', { summary: 'true' }, ['active', 'birthDate', 'deceasedBoolean', 'name']],
    ['_summary=data', { summary: 'data' }, ['active', 'birthDate', 'contact', 'deceasedBoolean', 'extension', 'name']],
    ['_elements before _summary', { elements: ['contact'], summary: 'true' }, ['active', 'contact', 'deceasedBoolean']],
  ] as const)('%s', (_, wanted, want) => {
    expect(keys(summarised(patient, wanted))).toEqual([...frame, ...want].toSorted());
  });

  it('goes down into a backbone element: a diagnosis keeps its condition only', () => {
    const stay: Encounter = {
      resourceType: 'Encounter',
      status: 'finished',
      class: {},
      diagnosis: [{ condition: { reference: 'Condition/c' }, rank: 1 }],
    };
    expect(summarised(stay, { summary: 'true' })).toMatchObject({ diagnosis: [{ condition: { reference: 'Condition/c' } }] });
    expect(JSON.stringify(summarised(stay, { summary: 'true' }))).not.toContain('rank');
  });

  it('keeps the extensions of an element beside it', () => {
    const extended = { ...patient, _birthDate: { extension: [] }, _contact: [] };
    expect(keys(summarised(extended, { elements: ['birthDate'] }))).toContain('_birthDate');
    expect(keys(summarised(extended, { elements: ['birthDate'] }))).not.toContain('_contact');
  });
});

describe('the mark of a cut', () => {
  it('adds SUBSETTED to the tags that are there, once', () => {
    const once = summarised(patient, { elements: ['name'] });
    expect(once.meta?.tag).toEqual([{ system: 'urn:x', code: 'a' }, subsetted]);
    expect(summarised(once, { elements: ['name'] }).meta?.tag).toHaveLength(2);
  });

  it('leaves a whole view as it is', () => {
    expect(summarised(patient, {})).toBe(patient);
    expect(summarised(patient, { summary: 'count' })).toBe(patient);
  });

  it('never changes the resource that was given', () => {
    const before = JSON.stringify(patient);
    summarised(patient, { summary: 'true' });
    expect(JSON.stringify(patient)).toBe(before);
  });
});
