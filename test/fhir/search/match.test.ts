import type {
  CarePlan,
  Condition,
  DocumentReference,
  Encounter,
  Measure,
  Patient,
  QuestionnaireResponse,
  Subscription,
  Task,
} from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches } from '../../../lib/fhir/search/match.ts';
import { baseUrl, finds, searchOf } from './searching.ts';

const q = encodeURIComponent;

const patient: Patient = {
  resourceType: 'Patient',
  id: 'p1',
  meta: { lastUpdated: '2026-05-01T08:00:00.123Z', tag: [{ system: 'urn:x', code: 'A' }], profile: ['https://relais.example/p|1.0'] },
  active: true,
  gender: 'female',
  birthDate: '1951-07-01',
  identifier: [
    {
      system: 'urn:oid:1.2.250.1.213.1.4.10',
      value: '2510763220010',
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'PI' }], text: 'Numéro du dossier' },
    },
    { value: 'sans-autorite' },
  ],
  name: [{ family: 'Gençay-Lefèvre', given: ['Noémie', 'Cœlia'], text: 'Mme Noémie Gençay-Lefèvre' }],
  address: [{ line: ["3, rue de l'Église"], city: 'Saint-Étienne', postalCode: '42000' }],
  telecom: [
    { system: 'phone', value: '06 12 34 56 78' },
    { system: 'email', value: 'Noemie@exemple.test' },
  ],
};

describe('string: starts with, whatever the case, accents and punctuation', () => {
  it.each([
    ['family=gencay', true],
    ['family=GENÇAY LEFEVRE', true],
    ['family=lefevre', false],
    ['family:contains=LEFEVRE', true],
    ['family:exact=Gençay-Lefèvre', true],
    ['family:exact=gençay-lefèvre', false],
    ['family:exact=Gençay', false],
    ['given=noemie', true],
    ['given=coelia', true],
    ['name=noé', true],
    ['name=gencay', true],
    ['name=mme noemie', true],
    ['address=saint etienne', true],
    ['address-city=SAINT-ETIENNE', true],
    ['address=3 rue de l eglise', true],
    ['address-postalcode=42', true],
    ['family=-', false],
    ['family=durand,gen', true],
    ['family=durand', false],
  ])('%s: %s', (query, want) => {
    expect(
      finds(
        patient,
        query.replace(/=(.*)/, (_, value: string) => `=${q(value)}`),
      ),
    ).toBe(want);
  });

  it('finds a name by any beginning of it, in any case', () => {
    fc.assert(
      fc.property(fc.constantFrom('Gençay', 'Éloïse', 'Œuvrard', 'Łucja', 'Müller'), fc.nat(6), fc.boolean(), (family, length, isUpper) => {
        const start = family.slice(0, length + 1);
        const asked = isUpper ? start.toUpperCase() : start.toLowerCase();
        expect(finds({ resourceType: 'Patient', name: [{ family }] }, `family=${q(asked)}`)).toBe(true);
      }),
    );
  });
});

describe('token', () => {
  it.each([
    ['identifier=urn:oid:1.2.250.1.213.1.4.10|2510763220010', true],
    ['identifier=2510763220010', true],
    ['identifier=urn:oid:1.2.3|2510763220010', false],
    ['identifier=urn:oid:1.2.250.1.213.1.4.10|', true],
    ['identifier=urn:oid:1.2.3|', false],
    ['identifier=|sans-autorite', true],
    ['identifier=|2510763220010', false],
    ['identifier=251076322001', false],
    ['identifier:text=numero', true],
    ['identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|PI|2510763220010', true],
    ['identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|2510763220010', false],
    ['identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|PI|sans-autorite', false],
    ['gender=female', true],
    ['gender=http://hl7.org/fhir/administrative-gender|female', true],
    ['gender=http://example.org|female', false],
    ['gender=Female', false],
    ['gender:not=male', true],
    ['gender:not=male,female', false],
    ['active=true', true],
    ['deceased=false', true],
    ['deceased=true', false],
    ['_id=p1', true],
    ['_id=P1', false],
    ['_id=p2,p1', true],
    ['_tag=urn:x|a', true],
    ['_tag:not=urn:x|A', false],
    ['phone=0612345678', true],
    ['phone=06.12.34.56.78', true],
    ['phone=noemie@exemple.test', false],
    ['email=noemie@exemple.test', true],
    ['language:missing=true', true],
    ['gender:missing=true', false],
    ['gender:missing=false', true],
  ])('%s: %s', (query, want) => {
    expect(finds(patient, query)).toBe(want);
  });

  const task = (code?: Task['code']): Task => ({ resourceType: 'Task', status: 'requested', intent: 'order', ...(code ? { code } : {}) });

  it('finds one coding among several, and codes in any case', () => {
    const coded = task({
      coding: [
        { system: 'a', code: 'X' },
        { system: 'b', code: 'relais' },
      ],
      text: 'Passage de relais',
    });
    expect(finds(coded, 'code=b|relais')).toBe(true);
    expect(finds(coded, 'code=b|RELAIS')).toBe(true);
    expect(finds(coded, 'code=a|relais')).toBe(false);
    expect(finds(coded, 'code:text=passage')).toBe(true);
  });

  it(':not also finds what has no value at all', () => {
    expect(finds(task(), 'code:not=relais')).toBe(true);
    expect(finds(task(), 'code=relais')).toBe(false);
  });

  it('says dead whatever the form in which it is recorded', () => {
    expect(finds({ resourceType: 'Patient', deceasedDateTime: '2026-05-01' }, 'deceased=true')).toBe(true);
    expect(finds({ resourceType: 'Patient', deceasedBoolean: false }, 'deceased=true')).toBe(false);
    expect(finds({ resourceType: 'Patient', deceasedDateTime: '2026-05-01' }, 'death-date=2026-05')).toBe(true);
  });
});

describe('reference', () => {
  const task: Task = {
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    for: { reference: 'Patient/p1' },
    owner: { identifier: { system: 'https://rpps.esante.gouv.fr', value: '10001234568' } },
    focus: { reference: `${baseUrl}/ServiceRequest/s1` },
    basedOn: [{ reference: 'https://elsewhere.test/fhir/CarePlan/c1' }, { reference: 'CarePlan/c2/_history/3' }],
  };
  it.each([
    ['patient=p1', true],
    ['patient=Patient/p1', true],
    [`patient=${q(`${baseUrl}/Patient/p1`)}`, true],
    ['patient=p2', false],
    ['subject=p1', true],
    ['subject:Patient=p1', true],
    ['subject:Group=p1', false],
    ['subject=Group/p1', false],
    ['focus=ServiceRequest/s1', true],
    ['focus=s1', true],
    ['based-on=https://elsewhere.test/fhir/CarePlan/c1', true],
    ['based-on=CarePlan/c1', false],
    ['based-on=CarePlan/c2', true],
    ['owner:identifier=https://rpps.esante.gouv.fr|10001234568', true],
    ['owner:identifier=10001234569', false],
    ['owner=10001234568', false],
  ])('%s: %s', (query, want) => {
    expect(finds(task, query)).toBe(want);
  });

  it('looks at a patient parameter only where the target is a patient', () => {
    const plan: CarePlan = { resourceType: 'CarePlan', status: 'active', intent: 'plan', subject: { reference: 'Group/p1' } };
    expect(finds(plan, 'patient=p1')).toBe(false);
    expect(finds(plan, 'subject=Group/p1')).toBe(true);
  });

  it('finds a canonical with or without its version', () => {
    const response: QuestionnaireResponse = {
      resourceType: 'QuestionnaireResponse',
      status: 'completed',
      questionnaire: 'https://relais.example/Q|2.0',
    };
    expect(finds(response, 'questionnaire=https://relais.example/Q')).toBe(true);
    expect(finds(response, `questionnaire=${q('https://relais.example/Q|2.0')}`)).toBe(true);
    expect(finds(response, `questionnaire=${q('https://relais.example/Q|1.0')}`)).toBe(false);
    expect(finds(patient, '_profile=https://relais.example/p')).toBe(true);
  });
});

describe('uri', () => {
  const subscription: Subscription = {
    resourceType: 'Subscription',
    status: 'active',
    reason: 'suivi',
    criteria: 'Task?owner=x',
    channel: { type: 'rest-hook', endpoint: 'https://gp.test/relais/hook' },
  };
  it.each([
    ['url=https://gp.test/relais/hook', true],
    ['url=https://gp.test/relais', false],
    ['url:below=https://gp.test/relais', true],
    ['url:above=https://gp.test/relais/hook/1', true],
    ['url:above=https://gp.test/relais/hook1', false],
  ])('%s: %s', (query, want) => {
    expect(finds(subscription, query)).toBe(want);
  });
});

describe('quantity, with the implied precision of what is asked', () => {
  const stay: Encounter = {
    resourceType: 'Encounter',
    status: 'finished',
    class: {},
    length: { value: 5.4, unit: 'jours', system: 'http://unitsofmeasure.org', code: 'd' },
  };
  it.each([
    ['length=5.4', true],
    ['length=5', true],
    ['length=5.40', true],
    ['length=6', false],
    ['length=ne6', true],
    ['length=gt5.4', false],
    ['length=ge5.4', true],
    ['length=lt5.5', true],
    ['length=le5.3', false],
    ['length=sa5', true],
    ['length=eb6', true],
    ['length=ap5.8', true],
    ['length=ap6.1', false],
    ['length=5.4|http://unitsofmeasure.org|d', true],
    ['length=5.4||d', true],
    ['length=5.4||jours', true],
    ['length=5.4|http://unitsofmeasure.org|h', false],
  ])('%s: %s', (query, want) => {
    expect(finds(stay, query)).toBe(want);
  });

  it('compares a Range by its ends, open where it has none', () => {
    const condition: Condition = { resourceType: 'Condition', subject: {}, onsetRange: { low: { value: 30 } } };
    expect(finds(condition, 'onset-age=gt90')).toBe(true);
    expect(finds(condition, 'onset-age=lt30')).toBe(false);
  });
});

describe('composite: both parts in the same repetition', () => {
  const document: DocumentReference = {
    resourceType: 'DocumentReference',
    status: 'current',
    content: [{ attachment: {} }],
    relatesTo: [
      { code: 'replaces', target: { reference: 'DocumentReference/d1' } },
      { code: 'appends', target: { reference: 'DocumentReference/d2' } },
    ],
  };
  it.each([
    ['relationship=replaces$DocumentReference/d1', true],
    ['relationship=replaces$DocumentReference/d2', false],
    ['relationship=replaces$d2,appends$d2', true],
  ])('%s: %s', (query, want) => {
    expect(finds(document, query)).toBe(want);
  });

  it('reads a choice inside', () => {
    const measure: Measure = {
      resourceType: 'Measure',
      status: 'active',
      useContext: [{ code: { code: 'age' }, valueQuantity: { value: 75 } }],
    };
    expect(finds(measure, 'context-type-quantity=age$gt70')).toBe(true);
    expect(finds(measure, 'context-type-quantity=age$gt80')).toBe(false);
  });
});

describe('AND and OR', () => {
  it('a comma is an OR, a repetition is an AND', () => {
    expect(finds(patient, 'given=noemie,zoe')).toBe(true);
    expect(finds(patient, 'given=noemie&given=coelia')).toBe(true);
    expect(finds(patient, 'given=noemie&given=zoe')).toBe(false);
  });

  it('takes an escaped comma, bar or dollar as the character', () => {
    const named: Patient = { resourceType: 'Patient', name: [{ family: 'a,b' }], identifier: [{ value: 'x|y$z' }] };
    expect(finds(named, `family:exact=${q('a\\,b')}`)).toBe(true);
    expect(finds(named, 'family:exact=a,b')).toBe(false);
    expect(finds(named, `identifier=${q('x\\|y\\$z')}`)).toBe(true);
  });

  it('finds only the type asked for (T5)', () => {
    expect(matches({ resourceType: 'Practitioner', id: 'p1' }, searchOf('Patient', '_id=p1'))).toBe(false);
  });

  it('adding a criterion never adds a match', () => {
    const some = fc.constantFrom(
      'gender=female',
      'gender:not=female',
      'family=gen',
      'active=true',
      'birthdate=lt1950',
      'email:missing=true',
      '_id=p1,p3',
    );
    fc.assert(
      fc.property(fc.array(some, { minLength: 1, maxLength: 4 }), some, (queries, more) => {
        expect(!finds(patient, [...queries, more].join('&')) || finds(patient, queries.join('&'))).toBe(true);
      }),
    );
  });
});

describe('common parameters', () => {
  it.each([
    ['_lastUpdated=2026-05-01', true],
    ['_lastUpdated=gt2026-05-01T10:00:00%2B02:00', false],
    ['_lastUpdated=ge2026-05-01T08:00:00.123Z', true],
    ['_security:missing=true', true],
    ['_profile:missing=true', false],
  ])('%s: %s', (query, want) => {
    expect(finds(patient, query)).toBe(want);
  });

  it('Task has due, the end of its restriction (contracts.md 3)', () => {
    const task: Task = {
      resourceType: 'Task',
      status: 'requested',
      intent: 'order',
      restriction: { period: { end: '2026-05-10T21:59:59Z' } },
    };
    expect(finds(task, 'due=2026-05-10')).toBe(true);
    expect(finds(task, 'due=lt2026-05-10')).toBe(false);
    expect(finds(task, 'period:missing=true')).toBe(true);
  });
});
