import type { CarePlan, Condition, DocumentReference, Patient, Subscription } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import type { SearchParameterType } from '../../../lib/fhir/search/parameter.ts';
import type { RelaisResource, ResourceType } from '../../../lib/fhir/types.ts';
import { finds, refusalCodes } from './searching.ts';

const q = encodeURIComponent;
const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';

const patient: Patient = {
  resourceType: 'Patient',
  id: 'p',
  text: {
    status: 'generated',
    div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Chute &#224; domicile, <b>Élise</b> vit seule</p></div>',
  },
  gender: 'female',
  birthDate: '1951-07-01',
  name: [{ family: 'Gençay', given: ['Élise'] }],
  identifier: [{ system: 'urn:ipp', value: '42', type: { coding: [{ system: 'urn:type', code: 'PI' }], text: 'Dossier' } }],
  telecom: [{ system: 'phone', use: 'home', value: '06 12 34 56 78' }],
  generalPractitioner: [{ identifier: { system: 'urn:rpps', value: '99700000001' } }],
};
const relapse: Condition = {
  resourceType: 'Condition',
  subject: { reference: 'Patient/p' },
  clinicalStatus: { coding: [{ system: CLINICAL, code: 'relapse' }] },
  code: { coding: [{ system: 'urn:c', code: 'x', display: 'Démence débutante' }], text: 'Troubles de la mémoire' },
};
const plan: CarePlan = { resourceType: 'CarePlan', status: 'active', intent: 'order', subject: { reference: 'Patient/p' } };
const subscription: Subscription = {
  resourceType: 'Subscription',
  status: 'active',
  reason: 'suivi',
  criteria: 'Task?owner=x',
  channel: { type: 'rest-hook', endpoint: 'https://gp.test/relais/hook' },
};
const document: DocumentReference = {
  resourceType: 'DocumentReference',
  status: 'current',
  content: [{ attachment: { title: 'Lettre de sortie', data: 'Y2h1dGU=' } }],
  relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/d' } }],
};

/** One parameter of each type, of a resource that has a value of it. */
const SAMPLES: Readonly<Record<SearchParameterType, readonly [RelaisResource, string, string]>> = {
  string: [patient, 'family', 'gencay'],
  token: [patient, 'gender', 'female'],
  reference: [relapse, 'subject', 'Patient/p'],
  uri: [subscription, 'url', 'https://gp.test/relais/hook'],
  date: [patient, 'birthdate', '1951'],
  number: [patient, '', ''], // no type of ours has a number: the compiler knows it, no row uses it
  quantity: [{ resourceType: 'Encounter', status: 'finished', class: {}, length: { value: 5, unit: 'd' } }, 'length', '5'],
  composite: [document, 'relationship', 'replaces$DocumentReference/d'],
};

/** R4 search.html 3.1.1.4.5: every modifier of R4, by the types that take it. `:above` and `:below` of references are refused by name. */
const TAKEN_BY: Readonly<Record<string, readonly SearchParameterType[]>> = {
  missing: ['string', 'token', 'reference', 'uri', 'date', 'quantity', 'composite'],
  exact: ['string'],
  contains: ['string'],
  text: ['token'],
  not: ['token'],
  in: ['token'],
  'not-in': ['token'],
  'of-type': ['token'],
  above: ['token', 'uri'],
  below: ['token', 'uri'],
  identifier: ['reference'],
  Patient: ['reference'],
};
const VALUES: Readonly<Record<string, string>> = {
  missing: 'true',
  in: 'http://hl7.org/fhir/ValueSet/administrative-gender',
  'not-in': 'http://hl7.org/fhir/ValueSet/administrative-gender',
  'of-type': 'urn:type|PI|42',
};
const TYPES = ['string', 'token', 'reference', 'uri', 'date', 'quantity', 'composite'] as const;

describe('every modifier on every type of parameter: understood, or refused by name', () => {
  const cases = Object.entries(TAKEN_BY).flatMap(([modifier, takers]) =>
    TYPES.map((type) => ({ modifier, type, isTaken: takers.includes(type) })),
  );
  it.each(cases)('$type:$modifier is taken: $isTaken', ({ modifier, type, isTaken }) => {
    const [resource, name, sample] = SAMPLES[type];
    const ofCode =
      type === 'token' && (modifier === 'above' || modifier === 'below') ? 'http://hl7.org/fhir/administrative-gender|female' : sample;
    const query = `${name}:${modifier}=${q(VALUES[modifier] ?? ofCode)}`;
    expect(refusalCodes(resource.resourceType, query)).toEqual(isTaken ? [] : ['modifier-not-supported']);
  });

  it.each(['sounds', 'Exact', 'exact:contains', ''])('"%s" is none', (modifier) => {
    expect(refusalCodes('Patient', `family:${modifier}=x`)).toEqual(['modifier-not-supported']);
  });
});

describe('what each modifier finds', () => {
  it.each<[RelaisResource, string, boolean]>([
    [patient, 'family:exact=Gençay', true],
    [patient, 'family:exact=Genc\u0327ay', true], // the same letters, composed otherwise
    [patient, 'family:exact=gençay', false],
    [patient, 'family:contains=ENCA', true],
    [patient, 'family:missing=false', true],
    [patient, 'death-date:missing=true', true],
    [patient, 'gender:not=male', true],
    [patient, 'gender:not=female', false],
    [patient, 'language:not=fr', true], // without a value as well
    [patient, 'identifier:text=doss', true],
    [relapse, 'code:text=demence', true],
    [relapse, 'code:text=troubles', true],
    [relapse, 'code:text=memoire', false], // begins with
    [patient, 'identifier:of-type=urn:type|PI|42', true],
    [patient, 'identifier:of-type=urn:type|MR|42', false],
    [patient, 'gender:in=http://hl7.org/fhir/ValueSet/administrative-gender', true],
    [patient, 'gender:in=http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1', true],
    [patient, 'gender:not-in=http://hl7.org/fhir/ValueSet/administrative-gender', false],
    [patient, 'gender:in=http://hl7.org/fhir/ValueSet/task-status,http://hl7.org/fhir/ValueSet/administrative-gender', true],
    [patient, 'gender:not-in=http://hl7.org/fhir/ValueSet/task-status', true],
    [relapse, 'clinical-status:in=http://hl7.org/fhir/ValueSet/condition-clinical', true],
    [relapse, 'code:in=http://hl7.org/fhir/ValueSet/condition-clinical', false],
    [relapse, 'code:not-in=http://hl7.org/fhir/ValueSet/condition-clinical', true],
    [relapse, 'severity:not-in=http://hl7.org/fhir/ValueSet/condition-clinical', true], // nothing is in no value set
    [relapse, `clinical-status:below=${CLINICAL}|active`, true],
    [relapse, `clinical-status:below=${CLINICAL}|relapse`, true],
    [relapse, `clinical-status:below=${CLINICAL}|inactive`, false],
    [relapse, `clinical-status:above=${CLINICAL}|relapse`, true],
    [relapse, `clinical-status:above=${CLINICAL}|active`, false],
    [relapse, `clinical-status=${CLINICAL}|active`, false], // subsumption only where it is asked for
    [plan, 'intent:above=http://hl7.org/fhir/request-intent|filler-order', true],
    [plan, 'intent:below=http://hl7.org/fhir/request-intent|filler-order', false],
    [relapse, 'subject:Patient=p', true],
    [relapse, 'subject:Patient=other', false],
    [patient, 'general-practitioner:identifier=urn:rpps|99700000001', true],
    [patient, 'general-practitioner:identifier=99700000002', false],
    [subscription, 'url:below=https://gp.test/relais', true],
    [subscription, 'url:below=https://gp.test/relais/', true],
    [subscription, 'url:below=https://gp.test/rel', false], // by segments
    [subscription, 'url:above=https://gp.test/relais/hook/1', true],
    [subscription, 'url:above=https://gp.test/relais/hook', true],
    [subscription, 'url:above=https://gp.test/relais', false],
    [patient, 'phone=home|0612345678', true],
    [patient, 'telecom=phone|06.12.34.56.78', true],
    [patient, 'telecom=work|0612345678', false],
  ])('$resourceType?%s: %s', (resource, query, want) => {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(query) ?? [];
    expect([query, finds(resource, `${name}=${q(value).replace(/%2C/g, ',')}`)]).toEqual([query, want]);
  });
});

describe('full text', () => {
  it.each<[RelaisResource, string, boolean]>([
    [patient, '_text=chute', true],
    [patient, '_text=CHUTE domicile', true],
    [patient, '_text=elise a', true],
    [patient, '_text=omicile', false],
    [patient, '_text=xhtml', false], // markup is no text
    [patient, '_text=chute,fracture', true],
    [patient, '_text=chute fracture', false],
    [patient, '_text=-', false],
    [patient, '_content=gencay', true],
    [patient, '_content=99700000001', true],
    [patient, '_text:missing=true', false],
    [document, '_text:missing=true', true],
    [document, '_text=lettre', false],
    [document, '_content=lettre sortie', true],
    [document, '_content=Y2h1dGU', false], // bytes are no text
  ])('$resourceType?%s: %s', (resource, query, want) => {
    expect(finds(resource, query.replace(/ /g, '%20'))).toBe(want);
  });
});

it('a null, where an extension stands alone, is no value', () => {
  const unnamed: unknown = JSON.parse('{"resourceType":"Patient","name":[{"given":[null],"_given":[{"extension":[]}]}]}');
  const isPatient = (value: unknown): value is Patient => typeof value === 'object' && value !== null && 'name' in value;
  expect(isPatient(unnamed) && finds(unnamed, 'given:missing=true')).toBe(true);
});

it('the type of a reference must be one that it may point at', () => {
  const types: readonly ResourceType[] = ['Task', 'CarePlan'];
  expect(types.map((type) => refusalCodes(type, 'subject:Practitioner=x'))).toEqual([[], ['modifier-not-supported']]);
});
