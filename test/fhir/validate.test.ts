import { describe, expect, it } from 'vitest';
import { isResource, parseAs, parseBundle, parseParameters, parseResource, validate } from '../../lib/fhir/validate.ts';
import { BASE } from '../../lib/fhir/vocabulary.ts';

type Json = { readonly [key: string]: unknown };

const ours = (id: string) => `${BASE}/StructureDefinition/${id}`;
const ref = (reference: string) => ({ reference });
const rang = (value: number) => ({ url: ours('rang'), valuePositiveInt: value });

const patient = (over: Json = {}): Json => ({
  resourceType: 'Patient',
  name: [{ use: 'official', family: 'ESSAI', given: ['ALIX'] }],
  gender: 'female',
  birthDate: '1950-02-28',
  ...over,
});
const activity = (rank: number, detail: Json = {}): Json => ({ extension: [rang(rank)], detail: { status: 'not-started', ...detail } });
const plan = (over: Json = {}): Json => ({ resourceType: 'CarePlan', status: 'draft', intent: 'plan', subject: ref('Patient/p'), ...over });
const task = (over: Json = {}): Json => ({ resourceType: 'Task', status: 'requested', intent: 'order', for: ref('Patient/p'), ...over });
const request = (over: Json = {}): Json => ({
  resourceType: 'ServiceRequest',
  status: 'active',
  intent: 'order',
  subject: ref('Patient/p'),
  ...over,
});
const consent = (over: Json = {}): Json => ({
  resourceType: 'Consent',
  status: 'proposed',
  scope: { text: 'vie privée' },
  category: [{ text: 'partage' }],
  patient: ref('Patient/p'),
  policyRule: { text: 'partage sur consentement' },
  ...over,
});
const subscription = (channel: Json): Json => ({
  resourceType: 'Subscription',
  status: 'requested',
  reason: 'suivre les plans',
  criteria: 'CarePlan?status=active',
  channel,
});
const document = (over: Json = {}): Json => ({
  resourceType: 'DocumentReference',
  status: 'current',
  subject: ref('Patient/p'),
  content: [{ attachment: { contentType: 'application/pdf', data: 'JVBERg==' } }],
  ...over,
});
const bundle = (over: Json): Json => ({ resourceType: 'Bundle', type: 'collection', ...over });

/** Each broken rule as `rule at expression`. */
const broken = (json: unknown): readonly string[] => validate(json).map(({ rule, expression }) => `${rule} at ${expression}`);
const brokenInBundle = (json: unknown): readonly string[] => {
  const parsed = parseBundle(json);
  return parsed.ok ? [] : parsed.refusals.map(({ code, expression }) => `${code} at ${expression}`);
};

describe('what is accepted', () => {
  it.each<{ story: string; json: Json }>([
    { story: 'a patient with the traits of FR Core', json: patient() },
    { story: 'a patient without any element', json: { resourceType: 'Patient' } },
    {
      story: 'a birth date said to be unknown',
      json: patient({ birthDate: undefined, _birthDate: { extension: [{ url: 'urn:x', valueCode: 'unknown' }] } }),
    },
    {
      story: 'a given name with an extension in the place of its value',
      json: patient({ name: [{ given: ['A', null], _given: [null, { extension: [{ url: 'urn:x', valueString: 'b' }] }] }] }),
    },
    { story: 'French typography with no-break spaces', json: task({ description: '« voir » à 12\u00a0h' }) },
    {
      story: 'an extension and a profile of somebody else',
      json: patient({
        meta: { profile: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient'] },
        extension: [{ url: 'https://hl7.fr/x', valueString: 'x' }],
      }),
    },
    { story: 'a draft of a PPS without activities', json: plan() },
    { story: 'a PPS with ranked activities', json: plan({ activity: [activity(1), activity(2)] }) },
    {
      story: 'a rank said as an integer',
      json: plan({ activity: [{ extension: [{ url: ours('rang'), valueInteger: 1 }], detail: { status: 'scheduled' } }] }),
    },
    {
      story: 'a task with what R4 and the compartment need',
      json: task({ code: { coding: [{ system: `${BASE}/CodeSystem/tache`, code: 'demande-appui' }] }, owner: ref('Organization/o') }),
    },
    {
      story: 'a request about a patient known by his INS only',
      json: request({ subject: { identifier: { system: 'urn:oid:1.2.250.1.213.1.4.10', value: '150022A00100161' } } }),
    },
    {
      story: 'a request about contained traits',
      json: request({ contained: [{ resourceType: 'Patient', id: 'lui', name: [{ family: 'ESSAI' }] }], subject: ref('#lui') }),
    },
    {
      story: 'a consent about a patient known by his INS only',
      json: consent({ patient: { identifier: { system: 'urn:oid:1.2.250.1.213.1.4.10', value: '150022A00100161' } } }),
    },
    { story: 'a subscription without payload', json: subscription({ type: 'rest-hook', endpoint: 'https://cabinet.example/avis' }) },
    { story: 'a document published with its bytes (ITI-105)', json: document() },
    {
      story: 'a count that is hidden, with its threshold',
      json: {
        resourceType: 'MeasureReport',
        status: 'complete',
        type: 'summary',
        measure: `${BASE}/Measure/m`,
        period: { start: '2026-01' },
        group: [{ population: [{ _count: { extension: [{ url: ours('seuil'), valueString: '<11' }] } }] }],
      },
    },
  ])('$story', ({ json }) => expect(broken(json)).toEqual([]));
});

describe('the structure of R4', () => {
  it.each<{ rule: string; json: unknown; want: readonly string[] }>([
    { rule: 'an unknown element is named', json: patient({ nom: 'X' }), want: ['unknown-element at Patient.nom'] },
    {
      rule: 'a misspelled element deep inside is named with its place',
      json: patient({ name: [{ familly: 'X' }] }),
      want: ['unknown-element at Patient.name[0].familly'],
    },
    { rule: 'an element of another type is unknown', json: task({ subject: ref('Patient/p') }), want: ['unknown-element at Task.subject'] },
    { rule: 'a property that is no word is not repeated', json: patient({ 'DUPONT Jean': 1 }), want: ['unknown-element at Patient'] },
    {
      rule: '__proto__ is an unknown element',
      json: JSON.parse('{"resourceType":"Patient","__proto__":{"gender":"x"}}'),
      want: ['unknown-element at Patient'],
    },
    { rule: 'a text where R4 has a boolean', json: patient({ active: 'true' }), want: ['json-type at Patient.active'] },
    { rule: 'one object where R4 has an array', json: patient({ name: { family: 'X' } }), want: ['json-type at Patient.name'] },
    { rule: 'an array where R4 has one object', json: task({ for: [ref('Patient/p')] }), want: ['json-type at Task.for'] },
    { rule: 'null is no value', json: patient({ gender: null }), want: ['json-type at Patient.gender'] },
    {
      rule: 'null in an array needs its extension',
      json: patient({ name: [{ given: ['A', null] }] }),
      want: ['json-type at Patient.name[0].given[1]'],
    },
    { rule: 'an empty array', json: patient({ name: [] }), want: ['empty at Patient.name'] },
    { rule: 'an empty object', json: patient({ contact: [{}] }), want: ['empty at Patient.contact[0]'] },
    { rule: 'an empty text', json: patient({ name: [{ family: '' }] }), want: ['empty at Patient.name[0].family'] },
    { rule: 'a mandatory element that is absent', json: plan({ intent: undefined }), want: ['required at CarePlan.intent'] },
    {
      rule: 'a choice with two types',
      json: patient({ deceasedBoolean: true, deceasedDateTime: '2026-01-01' }),
      want: ['choice-type at Patient.deceased'],
    },
    {
      rule: 'a choice with a type that R4 does not give it',
      json: patient({ deceasedString: 'oui' }),
      want: ['unknown-element at Patient.deceasedString'],
    },
    { rule: 'a day that is not in the calendar', json: patient({ birthDate: '1950-02-29' }), want: ['format at Patient.birthDate'] },
    { rule: 'a code outside a required value set', json: patient({ gender: 'F' }), want: ['binding at Patient.gender'] },
    {
      rule: 'a concept outside a required value set',
      json: { resourceType: 'Condition', subject: ref('Patient/p'), clinicalStatus: { text: 'active' } },
      want: ['binding at Condition.clinicalStatus'],
    },
    {
      rule: 'a reference to a type that R4 does not allow there',
      json: task({ owner: ref('Encounter/e') }),
      want: ['reference-target at Task.owner.reference'],
    },
    {
      rule: 'an absolute reference is read in the same way',
      json: task({ owner: ref('https://x.example/fhir/Encounter/e/_history/2') }),
      want: ['reference-target at Task.owner.reference'],
    },
    {
      rule: 'a reference that says its type is held to it',
      json: task({ owner: { type: 'Encounter', identifier: { value: 'V0042' } } }),
      want: ['reference-target at Task.owner.type'],
    },
    {
      rule: 'a reference to a type that does not exist',
      json: task({ focus: ref('Dossier/1') }),
      want: ['reference-target at Task.focus.reference'],
    },
    {
      rule: 'a recursive element is checked at every depth',
      json: {
        resourceType: 'QuestionnaireResponse',
        status: 'completed',
        subject: ref('Patient/p'),
        item: [{ linkId: '1', item: [{ linkId: '2', item: [{ text: 'x' }] }] }],
      },
      want: ['required at QuestionnaireResponse.item[0].item[0].item[0].linkId'],
    },
    {
      rule: 'all broken rules are told at once, in the order of the document',
      json: patient({ gender: 'F', birthDate: '1950-13-01', nom: 1 }),
      want: ['binding at Patient.gender', 'format at Patient.birthDate', 'unknown-element at Patient.nom'],
    },
  ])('$rule', ({ json, want }) => expect(broken(json)).toEqual(want));

  it('bounds the depth of what it reads', () => {
    let extension: Json = { url: 'urn:x', valueString: 'x' };
    for (let depth = 0; depth < 10_000; depth++) extension = { url: 'urn:x', extension: [extension] };
    expect(validate(patient({ extension: [extension] })).map(({ rule }) => rule)).toEqual(['too-deep']);
  });
});

describe('what R4 says of elements and extensions', () => {
  const note = { url: 'urn:x', valueString: 'x' };
  it.each<{ rule: string; json: Json; want: readonly string[] }>([
    {
      rule: 'ele-1: an element with an id alone says nothing',
      json: patient({ contact: [{ id: 'c' }] }),
      want: ['empty at Patient.contact[0]'],
    },
    { rule: 'an id beside a value is enough', json: patient({ _birthDate: { id: 'b' } }), want: [] },
    {
      rule: 'an id in the place of a value is not',
      json: patient({ birthDate: undefined, _birthDate: { id: 'b' } }),
      want: ['empty at Patient.birthDate'],
    },
    {
      rule: 'an id beside one value of a list, a gap beside the other',
      json: patient({ name: [{ given: ['A', 'B'], _given: [{ id: 'a' }, null] }] }),
      want: [],
    },
    {
      rule: 'a gap on both sides is nothing',
      json: patient({ name: [{ given: ['A', null], _given: [null, null] }] }),
      want: ['json-type at Patient.name[0].given[1]'],
    },
    { rule: 'a complex element has no companion', json: patient({ _name: [note] }), want: ['unknown-element at Patient._name'] },
    {
      rule: 'XHTML has none either: what it could say stands inside of it',
      json: patient({
        text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>', _div: { extension: [note] } },
      }),
      want: ['unknown-element at Patient.text._div'],
    },
    {
      rule: 'a blank text is as empty as an empty one',
      json: patient({ name: [{ family: ' \u00a0\t' }] }),
      want: ['empty at Patient.name[0].family'],
    },
    {
      rule: 'an extension that changes the meaning is refused unless it is understood',
      json: patient({ modifierExtension: [note] }),
      want: ['modifier-unknown at Patient.modifierExtension[0]'],
    },
    {
      rule: 'an extension of ours stands where it was defined',
      json: patient({ extension: [rang(1)] }),
      want: ['extension-context at Patient.extension[0]'],
    },
    {
      rule: 'a contained resource has the type that the reference may have',
      json: task({ contained: [{ resourceType: 'Location', id: 'l' }], owner: ref('#l') }),
      want: ['reference-target at Task.owner.reference'],
    },
    {
      rule: 'dom-4, dom-5: what is contained has no version and no label of its own',
      json: request({
        contained: [{ resourceType: 'Patient', id: 'a', meta: { versionId: '1', security: [{ system: 'urn:x', code: 'R' }] } }],
        subject: ref('#a'),
      }),
      want: ['dom-4 at ServiceRequest', 'dom-5 at ServiceRequest'],
    },
    {
      rule: 'what another server adds to R4 is no element of it',
      json: patient({ meta: { project: 'x', author: ref('Practitioner/p') } }),
      want: ['unknown-element at Patient.meta.project', 'unknown-element at Patient.meta.author'],
    },
    {
      rule: 'faults are told in the order of the document, what lacks at the end of its parent',
      json: task({ intent: undefined, description: '', owner: ref('Encounter/e'), restriction: { period: { start: '2026-13' } } }),
      want: [
        'empty at Task.description',
        'reference-target at Task.owner.reference',
        'format at Task.restriction.period.start',
        'required at Task.intent',
      ],
    },
  ])('$rule', ({ json, want }) => expect(broken(json)).toEqual(want));
});

describe('the invariants of R4', () => {
  it.each<{ rule: string; json: Json; want: readonly string[] }>([
    { rule: 'pat-1: a contact is somebody', json: patient({ contact: [{ gender: 'male' }] }), want: ['pat-1 at Patient.contact[0]'] },
    {
      rule: 'per-1: a period does not end before it starts',
      json: patient({ name: [{ period: { start: '2026-02', end: '2026-01' } }] }),
      want: ['per-1 at Patient.name[0].period'],
    },
    {
      rule: 'per-1 reads offsets',
      json: patient({ name: [{ period: { start: '2026-01-01T10:00:00+02:00', end: '2026-01-01T09:00:00Z' } }] }),
      want: [],
    },
    {
      rule: 'ext-1: an extension has a value or extensions',
      json: patient({ extension: [{ url: 'urn:x' }] }),
      want: ['ext-1 at Patient.extension[0]'],
    },
    {
      rule: 'ref-1: a local reference names something contained',
      json: request({ subject: ref('#lui') }),
      want: ['ref-1 at ServiceRequest.subject'],
    },
    {
      rule: 'dom-2: nothing is contained in what is contained',
      json: request({
        contained: [
          {
            resourceType: 'Patient',
            id: 'a',
            contained: [{ resourceType: 'Patient', id: 'b' }],
            link: [{ other: ref('#b'), type: 'refer' }],
          },
        ],
        subject: ref('#a'),
      }),
      want: ['ref-1 at ServiceRequest.contained[0].link[0].other', 'dom-2 at ServiceRequest'],
    },
    {
      rule: 'dom-3: what is contained is referred to',
      json: request({ contained: [{ resourceType: 'Patient', id: 'a' }] }),
      want: ['dom-3 at ServiceRequest'],
    },
    {
      rule: 'cpl-3: an activity has detail or reference',
      json: plan({ activity: [{ reference: ref('Task/t'), detail: { status: 'scheduled' } }] }),
      want: ['cpl-3 at CarePlan.activity[0]'],
    },
    {
      rule: 'org-2: an organization has no home',
      json: { resourceType: 'Organization', name: 'CH', address: [{ use: 'home' }] },
      want: ['org-2 at Organization.address[0]'],
    },
    {
      rule: 'org-1: an organization is named or identified',
      json: { resourceType: 'Organization', active: true },
      want: ['org-1 at Organization'],
    },
    { rule: 'ppc-1: a consent names its policy', json: consent({ policyRule: undefined }), want: ['ppc-1 at Consent'] },
    {
      rule: 'con-5: an error has no clinical status',
      json: {
        resourceType: 'Condition',
        subject: ref('Patient/p'),
        clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
        verificationStatus: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'entered-in-error' }],
        },
      },
      want: ['con-5 at Condition'],
    },
    {
      rule: 'inv-1: a task is not modified before it is made',
      json: task({ authoredOn: '2026-01-02', lastModified: '2026-01-01' }),
      want: ['inv-1 at Task'],
    },
    {
      rule: 'sqty-1: a simple quantity has no comparator',
      json: plan({ activity: [{ detail: { status: 'scheduled', quantity: { value: 1, comparator: '<' } } }] }),
      want: ['cardinality at CarePlan.activity[0].detail.quantity.comparator', 'sqty-1 at CarePlan.activity[0].detail.quantity'],
    },
    {
      rule: 'txt-1: a narrative holds no program',
      json: patient({ text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><script>x</script></div>' } }),
      want: ['txt-1 at Patient.text'],
    },
    ...[
      ['closes its tags where they open', '<div><p>x</div></p>'],
      ['closes all of them', '<div><p>x</div>'],
      ['is one div', '<div>x</div><div>y</div>'],
    ].map(([what, div]) => ({
      rule: `txt-1: a narrative ${what}`,
      json: patient({ text: { status: 'generated', div } }),
      want: ['txt-1 at Patient.text'],
    })),
    {
      rule: 'a string holds no control character',
      json: patient({ name: [{ family: 'A\u0001B' }] }),
      want: ['format at Patient.name[0].family'],
    },
    {
      rule: 'a string holds no half of a character',
      json: patient({ name: [{ family: 'A\ud800' }] }),
      want: ['format at Patient.name[0].family'],
    },
  ])('$rule', ({ json, want }) => expect(broken(json)).toEqual(want));

  it('a narrative may nest, break lines and hold images', () => {
    const div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>a<br/><b>b</b></p><img src="#x" alt="y"/></div>';
    expect(broken(patient({ text: { status: 'generated', div } }))).toEqual([]);
  });
});

describe('what our profiles add', () => {
  const etat = (code: string) => ({ url: ours('etat'), valueCoding: { system: `${BASE}/CodeSystem/etat`, code } });
  it.each<{ rule: string; json: Json; want: readonly string[] }>([
    { rule: 'a task says for whom', json: task({ for: undefined }), want: ['required at Task.for'] },
    { rule: 'a circle says whose', json: { resourceType: 'CareTeam', status: 'active' }, want: ['required at CareTeam.subject'] },
    { rule: 'a consent says whose', json: consent({ patient: undefined }), want: ['required at Consent.patient'] },
    { rule: 'a document says about whom', json: document({ subject: undefined }), want: ['required at DocumentReference.subject'] },
    {
      rule: 'a stay says whose',
      json: { resourceType: 'Encounter', status: 'planned', class: { code: 'IMP' } },
      want: ['required at Encounter.subject'],
    },
    {
      rule: 'ranks start at 1',
      json: plan({ activity: [{ extension: [{ url: ours('rang'), valueInteger: 0 }], detail: { status: 'scheduled' } }] }),
      want: ['rls-rang-positif at CarePlan.activity[0].extension[0]'],
    },
    {
      rule: 'an activity has one rank',
      json: plan({ activity: [{ extension: [rang(1), rang(2)], detail: { status: 'scheduled' } }] }),
      want: ['cardinality at CarePlan.activity[0].extension'],
    },
    {
      rule: 'two activities do not share a rank (S1-29)',
      json: plan({ activity: [activity(1), activity(1)] }),
      want: ['rls-rang-unique at CarePlan'],
    },
    {
      rule: 'an abandoned activity leaves its rank to another',
      json: plan({ activity: [activity(1, { status: 'cancelled' }), activity(1)] }),
      want: [],
    },
    {
      rule: 'an extension of ours has the type of value that it was given',
      json: plan({ extension: [{ url: ours('date-revision'), valueString: 'en juin' }] }),
      want: ['choice-type at CarePlan.extension[0].value'],
    },
    {
      rule: 'an extension that we do not define is not ours',
      json: plan({ extension: [{ url: ours('rangs'), valueString: 'x' }] }),
      want: ['extension-unknown at CarePlan.extension[0]'],
    },
    {
      rule: 'a state is one of the machines',
      json: consent({ extension: [etat('presque')] }),
      want: ['code-unknown at Consent.extension[0].value'],
    },
    {
      rule: 'a state is said once',
      json: consent({ extension: [etat('informe'), etat('donne')] }),
      want: ['cardinality at Consent.extension'],
    },
    {
      rule: 'a category is one of four, wherever it stands',
      json: patient({ meta: { security: [{ system: `${BASE}/CodeSystem/categorie`, code: 'psychologie' }] } }),
      want: ['code-unknown at Patient.meta.security[0]'],
    },
    {
      rule: 'a code of a system that is not ours is not judged',
      json: task({ code: { coding: [{ system: 'urn:x', code: 'y' }] } }),
      want: [],
    },
    {
      rule: 'a state is of our machines, not of another system',
      json: consent({ extension: [{ url: ours('etat'), valueCoding: { system: 'urn:x', code: 'donne' } }] }),
      want: ['binding at Consent.extension[0].value'],
    },
    {
      rule: 'a person named by a display alone is nobody',
      json: request({ subject: { display: 'Alma' } }),
      want: ['rls-personne-designee at ServiceRequest.subject'],
    },
    {
      rule: 'a document is addressed to somebody who can be addressed',
      json: document({ extension: [{ url: ours('destinataire'), valueReference: ref('Task/t') }] }),
      want: ['reference-target at DocumentReference.extension[0].value.reference'],
    },
    {
      rule: 'what was said of the DMP is one of three codes',
      json: {
        resourceType: 'Encounter',
        status: 'planned',
        class: { code: 'IMP' },
        subject: ref('Patient/p'),
        extension: [{ url: ours('alimentation-dmp'), valueCode: 'OUI' }],
      },
      want: ['binding at Encounter.extension[0].value'],
    },
    {
      rule: 'an information is given once',
      json: consent({ extension: [1, 2].map((notice) => ({ url: ours('information'), valueString: `notice ${notice}` })) }),
      want: ['cardinality at Consent.extension'],
    },
    {
      rule: 'a figure is of many people, never of one',
      json: {
        resourceType: 'MeasureReport',
        status: 'complete',
        type: 'individual',
        measure: `${BASE}/Measure/m`,
        subject: ref('Patient/p'),
        period: { start: '2026-01' },
        evaluatedResource: [ref('Encounter/e')],
      },
      want: [
        'reference-target at MeasureReport.subject.reference',
        'cardinality at MeasureReport.evaluatedResource',
        'fixed-value at MeasureReport.type',
      ],
    },
    {
      rule: 'a subscription is called back',
      json: subscription({ type: 'email', endpoint: 'https://x.example' }),
      want: ['fixed-value at Subscription.channel.type'],
    },
    {
      rule: 'a subscription has an address',
      json: subscription({ type: 'rest-hook' }),
      want: ['required at Subscription.channel.endpoint'],
    },
    {
      rule: 'the address is of the web',
      json: subscription({ type: 'rest-hook', endpoint: 'mailto:x@x.example' }),
      want: ['rls-canal-url at Subscription.channel'],
    },
    {
      rule: 'a notification carries nothing',
      json: subscription({ type: 'rest-hook', endpoint: 'https://x.example', payload: 'application/fhir+json' }),
      want: ['cardinality at Subscription.channel.payload'],
    },
  ])('$rule', ({ json, want }) => expect(broken(json)).toEqual(want));
});

describe('bundles and parameters', () => {
  it('checks each entry by its own type', () => {
    expect(brokenInBundle(bundle({ entry: [{ resource: patient() }, { resource: patient({ gender: 'F' }) }] }))).toEqual([
      'binding at Bundle.entry[1].resource.gender',
    ]);
  });
  it('reads a local reference inside of its own entry', () => {
    const entry = { resource: request({ contained: [{ resourceType: 'Patient', id: 'a' }], subject: ref('#a') }) };
    expect(brokenInBundle(bundle({ entry: [entry] }))).toEqual([]);
    expect(brokenInBundle(bundle({ entry: [entry, { resource: task({ for: ref('#a') }) }] }))).toEqual([
      'ref-1 at Bundle.entry[1].resource.for',
    ]);
  });
  it('refuses an entry of a type that nothing here can check', () => {
    expect(brokenInBundle(bundle({ entry: [{ resource: { resourceType: 'Dossier' } }] }))).toEqual([
      'resource-type at Bundle.entry[0].resource',
    ]);
  });
  it('bdl-3: a transaction says what to do with each entry', () => {
    expect(brokenInBundle({ resourceType: 'Bundle', type: 'transaction', entry: [{ resource: patient() }] })).toEqual(['bdl-3 at Bundle']);
  });
  it.each<[string, Json, string]>([
    ['bdl-1: a total is of a search or a history', { total: 1 }, 'bdl-1'],
    ['bdl-2: a score is of a search', { entry: [{ resource: patient(), search: { score: 1 } }] }, 'bdl-2'],
    ['bdl-4: an answer stands in an answer', { entry: [{ resource: patient(), response: { status: '200' } }] }, 'bdl-4'],
    [
      'bdl-7: two entries have two addresses',
      {
        entry: ['urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0', 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0'].map((fullUrl) => ({
          fullUrl,
          resource: patient(),
        })),
      },
      'bdl-7',
    ],
    [
      'bdl-8: an address names no version',
      { entry: [{ fullUrl: 'https://x.example/Patient/a/_history/1', resource: patient() }] },
      'bdl-8',
    ],
    [
      'bdl-9: a document is identified',
      { type: 'document', timestamp: '2026-01-01T00:00:00Z', entry: [{ resource: { resourceType: 'Composition' } }] },
      'bdl-9',
    ],
    [
      'bdl-11: a document starts with its Composition',
      {
        type: 'document',
        identifier: { system: 'urn:x', value: 'a' },
        timestamp: '2026-01-01T00:00:00Z',
        entry: [{ resource: patient() }],
      },
      'bdl-11',
    ],
    ['bdl-12: a message starts with its MessageHeader', { type: 'message', entry: [{ resource: patient() }] }, 'bdl-12'],
  ])('%s', (_rule, over, key) => {
    expect(brokenInBundle(bundle(over))).toContain(key === 'bdl-8' ? 'bdl-8 at Bundle.entry[0]' : `${key} at Bundle`);
  });
  it('takes the parameters of an event', () => {
    const parameters = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'event', valueCode: 'valider' },
        { name: 'accordLe', valueDate: '2026-01-01' },
      ],
    };
    expect(parseParameters(parameters)).toEqual({ ok: true, value: parameters });
  });
  it('inv-1: a parameter has one value', () => {
    const parsed = parseParameters({ resourceType: 'Parameters', parameter: [{ name: 'event' }] });
    expect(parsed.ok ? [] : parsed.refusals.map(({ code }) => code)).toEqual(['inv-1']);
  });
  it('does not take one for the other', () => {
    expect(parseParameters(bundle({})).ok).toBe(false);
    expect(parseBundle({ resourceType: 'Parameters' }).ok).toBe(false);
    expect(validate(bundle({})).map(({ rule }) => rule)).toEqual(['resource-type']);
  });
});

describe('a refusal', () => {
  const categoryOf = (json: unknown): string => {
    const parsed = parseResource(json);
    return parsed.ok ? 'accepted' : [...new Set(parsed.refusals.map(({ category }) => category))].join();
  };
  it.each<{ what: string; json: unknown; want: string }>([
    { what: 'a valid resource', json: patient(), want: 'accepted' },
    { what: 'a text', json: 'Patient', want: 'not-understood' },
    { what: 'an array', json: [patient()], want: 'not-understood' },
    { what: 'an object without type', json: { name: 'x' }, want: 'not-understood' },
    { what: 'a type that we do not store', json: { resourceType: 'Claim' }, want: 'not-understood' },
    { what: 'a type named as a property of every object', json: { resourceType: 'constructor' }, want: 'not-understood' },
    { what: 'an unknown element', json: patient({ nom: 1 }), want: 'not-understood' },
    { what: 'a wrong JSON type', json: patient({ active: 'true' }), want: 'not-understood' },
    { what: 'a code outside its value set', json: patient({ gender: 'F' }), want: 'unprocessable' },
    { what: 'a missing element', json: plan({ status: undefined }), want: 'unprocessable' },
    { what: 'a broken invariant', json: patient({ contact: [{ gender: 'male' }] }), want: 'unprocessable' },
    { what: 'a rule of ours', json: plan({ activity: [activity(1), activity(1)] }), want: 'unprocessable' },
    { what: 'both kinds: it is no FHIR in the first place', json: patient({ gender: 'F', nom: 1 }), want: 'not-understood' },
  ])('$what: $want', ({ json, want }) => expect(categoryOf(json)).toBe(want));

  it('names both types when the body is not of the type of its address', () => {
    const parsed = parseAs('Task', patient());
    expect(parsed.ok ? [] : parsed.refusals.map(({ category, diagnostics }) => [category, diagnostics])).toEqual([
      ['not-understood', 'a Task is expected at this address, the body is Patient'],
    ]);
  });
  it('says the remedy in French and repeats no value of the client', () => {
    const issues = validate(patient({ gender: 'DUPONT', birthDate: 'DUPONT', name: 'DUPONT', 'M. DUPONT': 1 }));
    expect(issues).toHaveLength(4);
    expect(JSON.stringify(issues)).not.toContain('DUPONT');
    expect(issues.every(({ remedy, diagnostics }) => remedy !== '' && diagnostics !== '')).toBe(true);
  });
  it('is none for what parses, with the type narrowed', () => {
    const json = task();
    expect(isResource(json)).toBe(true);
    expect(parseAs('Task', json)).toEqual({ ok: true, value: json });
  });
});
