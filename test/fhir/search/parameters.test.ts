import type { StructureDefinition } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { loadCore } from '../../../fhir-profiles/build/definitions.ts';
import { Paths } from '../../../fhir-profiles/build/search-paths.ts';
import { ELEMENTS, searchParametersOf } from '../../../lib/fhir/generated/search-parameters.js';
import { isResourceType, RESOURCE_TYPES } from '../../../lib/fhir/resource-types.ts';
import { arrange } from '../../../lib/fhir/search/page.ts';
import type { SearchParameter } from '../../../lib/fhir/search/parameter.ts';
import { parameterNames, parameterOf } from '../../../lib/fhir/search/table.ts';
import type { RelaisResource, ResourceType } from '../../../lib/fhir/types.ts';
import { finds, searchOf } from './searching.ts';

/** A value that each parameter type understands. */
const SAMPLE = {
  string: 'a',
  token: 'urn:x|a',
  reference: 'a',
  uri: 'urn:a',
  date: '2026-05',
  number: '1',
  quantity: '1',
  composite: 'a$1',
} as const;

/** Sparse, full and misshapen: what is stored was validated, yet a search must never be what breaks. */
const EXAMPLES: readonly RelaisResource[] = [
  {
    resourceType: 'Patient',
    id: 'a',
    name: [{ family: 'A' }],
    birthDate: '2026-05',
    telecom: [{ system: 'phone', value: '1' }],
    link: [{ other: {}, type: 'seealso' }],
  },
  { resourceType: 'RelatedPerson', id: 'a', patient: { reference: 'Patient/a' }, relationship: [{ coding: [{ code: 'a' }] }] },
  { resourceType: 'CareTeam', id: 'a', participant: [{ member: { reference: 'Patient/a' } }], period: {} },
  {
    resourceType: 'Consent',
    id: 'a',
    status: 'active',
    scope: {},
    category: [{}],
    provision: { actor: [{ role: {}, reference: { display: 'x' } }], data: [] },
  },
  {
    resourceType: 'ServiceRequest',
    id: 'a',
    status: 'active',
    intent: 'order',
    subject: {},
    occurrenceTiming: { repeat: { boundsDuration: { value: 1 } } },
  },
  {
    resourceType: 'Task',
    id: 'a',
    status: 'requested',
    intent: 'order',
    restriction: { period: { end: '2026-05-10' } },
    for: { identifier: { value: 'a' } },
  },
  {
    resourceType: 'CarePlan',
    id: 'a',
    status: 'active',
    intent: 'plan',
    subject: {},
    activity: [{ detail: { status: 'scheduled', scheduledString: 'x' } }, { reference: {} }],
  },
  {
    resourceType: 'Goal',
    id: 'a',
    lifecycleStatus: 'active',
    description: {},
    subject: {},
    startDate: '2026',
    target: [{ dueDate: '2026-05' }, { dueDuration: {} }],
  },
  {
    resourceType: 'Encounter',
    id: 'a',
    status: 'finished',
    class: {},
    length: {},
    participant: [{ individual: {} }],
    diagnosis: [{ condition: {} }],
  },
  { resourceType: 'EpisodeOfCare', id: 'a', status: 'active', patient: { reference: '#x' }, period: { start: '2026' } },
  {
    resourceType: 'DocumentReference',
    id: 'a',
    status: 'current',
    content: [{ attachment: {} }],
    context: { period: {} },
    relatesTo: [{ code: 'replaces', target: {} }],
  },
  { resourceType: 'Binary', id: 'a', contentType: 'application/pdf' },
  { resourceType: 'Condition', id: 'a', subject: {}, onsetAge: {}, abatementRange: {}, stage: [{ summary: {} }] },
  { resourceType: 'QuestionnaireResponse', id: 'a', status: 'completed', questionnaire: 'urn:a' },
  {
    resourceType: 'AuditEvent',
    id: 'a',
    type: {},
    recorded: '2026-05-01T10:00:00Z',
    agent: [{ requestor: true, who: {} }],
    source: { observer: {} },
    entity: [{ what: {} }],
  },
  { resourceType: 'Practitioner', id: 'a', identifier: [{}], communication: [{ text: 'x' }] },
  { resourceType: 'PractitionerRole', id: 'a', active: false, code: [{}] },
  { resourceType: 'Organization', id: 'a', name: 'A', address: [{}], partOf: {} },
  { resourceType: 'Device', id: 'a', udiCarrier: [{}], deviceName: [{ name: 'a', type: 'model-name' }] },
  {
    resourceType: 'Subscription',
    id: 'a',
    status: 'active',
    reason: 'a',
    criteria: 'Task?',
    channel: { type: 'rest-hook' },
    contact: [{}],
  },
  {
    resourceType: 'Measure',
    id: 'a',
    status: 'active',
    relatedArtifact: [{ type: 'depends-on', resource: 'urn:a' }],
    library: ['urn:b'],
    useContext: [{ code: { code: 'a' }, valueRange: {} }],
  },
  { resourceType: 'MeasureReport', id: 'a', status: 'complete', type: 'summary', measure: 'urn:a', period: {}, evaluatedResource: [{}] },
];
const exampleOf = (type: ResourceType): RelaisResource =>
  EXAMPLES.find(({ resourceType }) => resourceType === type) ?? expect.fail(`no example of ${type}`);

function knownParameter(type: ResourceType, name: string): SearchParameter {
  const parameter = parameterOf(type, name);
  if (!parameter) throw new Error(`${type} has no ${name}`);
  return parameter;
}

const types = EXAMPLES.map(({ resourceType }) => resourceType);
const rows = types.flatMap((type) => parameterNames(type).map((name) => [type, name] as const));

describe('the table of search parameters', () => {
  it('has a row for every type that we serve, and every row has an example here', () => {
    expect(Object.keys(RESOURCE_TYPES).filter((type) => !isResourceType(type) || !('_id' in searchParametersOf(type)))).toEqual([]);
    expect(Object.keys(ELEMENTS).toSorted()).toEqual([...types].toSorted());
  });

  it.each(rows)('%s?%s= is parsed, matched and sorted by without crashing', (type, name) => {
    const parameter = knownParameter(type, name);
    const resource = exampleOf(type);
    const value = parameter.components ? parameter.components.map((component) => SAMPLE[component.type]).join('$') : SAMPLE[parameter.type];
    expect(finds(resource, `${name}:missing=true`)).toBe(parameter.extract(resource).length === 0);
    expect(finds(resource, `${name}=${encodeURIComponent(value)}`)).toBeTypeOf('boolean');
    const sort = parameter.type === 'composite' || parameter.fullText ? '_id' : name;
    expect(arrange([resource], searchOf(type, `_sort=${sort}`)).page).toEqual([resource]);
  });

  it.each<[ResourceType, readonly string[]]>([
    [
      'Task',
      [
        '_id',
        '_lastUpdated',
        '_profile',
        '_security',
        '_tag',
        'business-status',
        'code',
        'due',
        'focus',
        'owner',
        'patient',
        'period',
        'status',
        'subject',
      ],
    ],
    ['DocumentReference', ['category', 'date', 'encounter', 'patient', 'period', 'relationship', 'type']],
    ['CareTeam', ['participant', 'patient', 'status']],
    ['Consent', ['actor', 'patient', 'status']],
    ['EpisodeOfCare', ['date', 'patient', 'status']],
  ])('%s has %j', (type, names) => {
    expect(parameterNames(type)).toEqual(expect.arrayContaining([...names]));
  });

  it('does not claim what looks at no element', () => {
    expect(['_query', '_filter', '_list', '_has'].filter((name) => parameterOf('Patient', name))).toEqual([]);
  });
});

describe('translation of FHIRPath at build time', () => {
  const { structures, valueSets } = loadCore();
  const paths = new Paths(structures, valueSets);
  it.each([
    ['a path', 'Task', 'Task.restriction.period.end', 'date', "(r) => as(get(get(get([r], 'restriction'), 'period'), 'end'), 'dateTime')"],
    [
      'a code with the system of its required binding',
      'Task',
      'Task.status',
      'token',
      "(r) => as(get([r], 'status'), 'code', 'http://hl7.org/fhir/task-status')",
    ],
    [
      'the branch of a union that starts at the type',
      'Goal',
      'CarePlan.subject | Goal.subject',
      'reference',
      "(r) => as(get([r], 'subject'), 'Reference')",
    ],
    [
      'resolve() is',
      'Task',
      'Task.for.where(resolve() is Patient)',
      'reference',
      "(r) => as(get([r], 'for').filter(isTo('Patient')), 'Reference')",
    ],
    [
      "where(x='v')",
      'Patient',
      "Patient.telecom.where(system='email')",
      'token',
      "(r) => as(get([r], 'telecom').filter((node) => node?.system === 'email'), 'ContactPoint')",
    ],
    ['ofType', 'Goal', '(Goal.start.ofType(date))', 'date', "(r) => as(get([r], 'startDate'), 'date')"],
    ['.as()', 'Goal', 'Goal.start.as(date)', 'date', "(r) => as(get([r], 'startDate'), 'date')"],
    ['as', 'Goal', '(Goal.start as date)', 'date', "(r) => as(get([r], 'startDate'), 'date')"],
  ])('knows %s', (_, type, expression, parameterType, want) => {
    expect(paths.extractor(type, expression, parameterType)).toBe(want);
  });

  it.each([
    ['a function that it does not know', 'Task.input.first()', 'token', /cannot translate first\(\)/],
    ['an element that does not exist', 'Task.couleur', 'token', /Task has no couleur/],
    ['no branch for the type', 'Goal.subject', 'reference', /no branch/],
    ['values that the type cannot compare', 'Task.restriction', 'date', /no value that a date compares/],
    ['a type that is not served', 'Task.status', 'special', /not served/],
  ])('stops the build on %s', (_, expression, parameterType, message) => {
    expect(() => paths.extractor('Task', expression, parameterType)).toThrow(message);
  });

  it('needs no more than a snapshot: a profile of ours could be walked too', () => {
    const own: StructureDefinition = {
      resourceType: 'StructureDefinition',
      url: 'http://hl7.org/fhir/StructureDefinition/Own',
      name: 'Own',
      status: 'active',
      kind: 'resource',
      abstract: false,
      type: 'Own',
      snapshot: {
        element: [
          { id: 'Own', path: 'Own' },
          { id: 'Own.when', path: 'Own.when', type: [{ code: 'date' }] },
        ],
      },
    };
    expect(new Paths(new Map([[own.url, own]]), new Map()).extractor('Own', 'Own.when', 'date')).toBe(
      "(r) => as(get([r], 'when'), 'date')",
    );
  });
});
