import type {
  CarePlan,
  Condition,
  Consent,
  DocumentReference,
  Encounter,
  Goal,
  Patient,
  QuestionnaireResponse,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEMO_ALIASES } from '../../functions/local/demo/people.ts';
import type { FilterId } from '../../lib/access/filters/filter.ts';
import { FILTERS } from '../../lib/access/filters/index.ts';
import { applyFilter, isShownWhole, projectionOf } from '../../lib/access/view.ts';
import type { RelaisResource } from '../../lib/fhir/types.ts';
import { EXTENSION, SUBSETTED, SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { itemsOf } from './stories.ts';

const ME = 'PractitionerRole/me';
const subject = { reference: 'Patient/pat' };
const view = (resource: RelaisResource, id: FilterId, own: readonly string[] = [ME]): RelaisResource | undefined =>
  applyFilter(resource, { id, own })?.resource;
const FILTER_IDS = Object.keys(FILTERS).filter((id): id is FilterId => Object.hasOwn(FILTERS, id));

describe('every filter', () => {
  it('is an allow-list: what it does not name is not in the view, whatever it is called', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DEMO_ALIASES),
        fc.constantFrom(...FILTER_IDS),
        fc.string({ minLength: 1, maxLength: 8 }),
        (alias, id, name) => {
          const poison = {
            [`x${name}`]: 'POISON',
            text: { div: 'POISON' },
            note: [{ text: 'POISON' }],
            contained: [{ id: 'POISON' }],
            modifierExtension: [{ url: 'POISON' }],
            extension: [{ url: 'POISON', valueString: 'POISON' }],
          };
          for (const { resource } of itemsOf(alias)) {
            const poisoned = Object.assign(structuredClone(resource), poison);
            expect(JSON.stringify(view(poisoned, id) ?? '')).not.toContain('POISON');
          }
        },
      ),
    );
  });

  it('tags what it cut, keeps id, version and time, and drops labels and profiles', () => {
    fc.assert(
      fc.property(fc.constantFrom(...DEMO_ALIASES), fc.constantFrom(...FILTER_IDS), (alias, id) => {
        for (const { resource } of itemsOf(alias)) {
          const cut = applyFilter(resource, { id, own: [ME] });
          if (!cut) continue;
          expect(cut.cut).toBe(true);
          expect(cut.resource.id).toBe(resource.id);
          expect(cut.resource.meta).toEqual({ versionId: '1', lastUpdated: resource.meta?.lastUpdated, tag: [SUBSETTED] });
        }
      }),
    );
  });

  it('lets no type pass that it has no row for (A-14)', () => {
    const passed = FILTER_IDS.flatMap((id) =>
      itemsOf('minor').flatMap(({ resource }) =>
        !FILTERS[id][resource.resourceType] && view(resource, id) ? [`${id} ${resource.resourceType}`] : [],
      ),
    );
    expect(passed).toEqual([]);
  });

  it('changes nothing of what it reads', () => {
    const [{ resource } = { resource: undefined }] = itemsOf('given').filter((item) => item.resource.resourceType === 'CarePlan');
    if (!resource) throw new Error('given has a plan');
    const before = structuredClone(resource);
    view(resource, 'F9');
    expect(resource).toEqual(before);
  });

  it('full is the resource itself', () => {
    const patient: Patient = { resourceType: 'Patient', id: 'pat' };
    expect(applyFilter(patient, 'full')).toEqual({ resource: patient, cut: false });
  });
});

describe('the projection in an ETag', () => {
  const of = (id: FilterId, own: readonly string[]) =>
    projectionOf({ outcome: 'permit', basis: 'CONS', rules: [], obligations: [], filter: { id, own } });

  it('is short, and fit for an ETag', () => {
    expect(of('F9', [ME])).toMatch(/^[A-Za-z0-9-]{4,20}$/);
  });

  it('is the same for the same view, another for another filter or another person', () => {
    expect(of('F9', ['a', 'b'])).toBe(of('F9', ['b', 'a']));
    expect(new Set([of('F9', ['a']), of('F9', ['b']), of('F15', ['a']), of('F9', ['a', 'b'])]).size).toBe(4);
  });
});

describe('F9: the plan for a social worker', () => {
  const activity = (code: string, performer: string, system = 'http://other'): NonNullable<CarePlan['activity']>[number] => ({
    extension: [{ url: EXTENSION.activiteId, valueId: code }],
    detail: {
      status: 'scheduled',
      code: { coding: [{ system, code }], text: `texte ${code}` },
      description: `description ${code}`,
      performer: [{ reference: performer, display: 'NOM' }],
      scheduledPeriod: { start: '2026-12-01' },
      reasonCode: [{ text: `raison ${code}` }],
    },
  });
  const plan: CarePlan = {
    resourceType: 'CarePlan',
    id: 'p',
    status: 'active',
    intent: 'plan',
    subject,
    title: 'titre',
    description: 'récit',
    addresses: [{ reference: 'Condition/c' }],
    goal: [{ reference: 'Goal/clinique' }],
    extension: [
      { url: EXTENSION.etat, valueCoding: { code: 'actif' } },
      { url: EXTENSION.projetDeVieNonExprime, valueString: 'récit' },
    ],
    activity: [
      activity('mienne', ME),
      activity('social', 'PractitionerRole/other', SYSTEM.categorie),
      activity('pansement', 'PractitionerRole/nurse'),
    ],
  };
  const cut = view(plan, 'F9');
  const activities = cut?.resourceType === 'CarePlan' ? (cut.activity ?? []) : [];

  it('keeps own and social activities whole enough to act on', () => {
    expect(activities.slice(0, 2).map(({ extension, detail }) => [extension?.[0]?.valueId, detail?.description])).toEqual([
      ['mienne', 'description mienne'],
      ['social', 'description social'],
    ]);
  });

  it('shows when others care, and that it is care, no more', () => {
    expect(activities[2]).toEqual({ detail: { status: 'scheduled', code: { text: 'soin' }, scheduledPeriod: { start: '2026-12-01' } } });
  });

  it('removes diagnoses, clinical goals, narrative and names', () => {
    expect(JSON.stringify(cut)).not.toMatch(/Condition|clinique|titre|récit|pansement|NOM|raison/);
  });

  it.each([
    { categories: ['projet-de-vie'], shown: true },
    { categories: ['logement', 'droits'], shown: true },
    { categories: ['clinique'], shown: false },
    { categories: ['social', 'clinique'], shown: false },
    { categories: [], shown: false },
  ])('a goal of $categories is shown: $shown', ({ categories, shown }) => {
    const goal: Goal = {
      resourceType: 'Goal',
      id: 'g',
      lifecycleStatus: 'active',
      description: { text: 'vivre chez moi' },
      subject,
      note: [{ text: 'note' }],
      category: categories.map((code) => ({ coding: [{ system: SYSTEM.categorieObjectif, code }] })),
    };
    expect(view(goal, 'F9') !== undefined).toBe(shown);
  });
});

describe('F3: a stay for who is no physician', () => {
  const stay: Encounter = {
    resourceType: 'Encounter',
    id: 'e',
    status: 'finished',
    class: { code: 'IMP', display: 'psychiatrie' },
    type: [{ text: 'psychiatrie' }],
    serviceType: { text: 'psychiatrie' },
    subject,
    period: { start: '2026-11-01', end: '2026-11-05' },
    reasonCode: [{ text: 'diagnostic' }],
    diagnosis: [{ condition: { reference: 'Condition/c' } }],
    location: [{ location: { reference: 'Location/psychiatrie' } }],
    serviceProvider: { reference: 'Organization/ch', display: 'psychiatrie' },
    hospitalization: { dischargeDisposition: { coding: [{ code: 'HOM' }], text: 'récit' }, dietPreference: [{ text: 'récit' }] },
    meta: { security: [{ system: SYSTEM.categorie, code: 'psy' }] },
  };

  it('keeps dates, disposition and establishment', () => {
    expect(view(stay, 'F3')).toEqual({
      resourceType: 'Encounter',
      id: 'e',
      meta: { tag: [SUBSETTED] },
      status: 'finished',
      class: { code: 'IMP' },
      subject,
      period: stay.period,
      serviceProvider: { reference: 'Organization/ch' },
      hospitalization: { dischargeDisposition: { coding: [{ code: 'HOM' }] } },
    });
  });
});

describe('documents by type and category', () => {
  const document = (type: string, category?: string): DocumentReference => ({
    resourceType: 'DocumentReference',
    id: 'd',
    status: 'current',
    subject,
    type: { coding: [{ system: 'http://loinc.org', code: type }] },
    description: 'récit',
    content: [{ attachment: { url: 'Binary/b', title: 'récit', contentType: 'application/pdf' } }],
    ...(category ? { meta: { security: [{ system: SYSTEM.categorie, code: category }] } } : {}),
  });

  it.each([
    { filter: 'F4', type: '11490-0', category: undefined, shown: true },
    { filter: 'F4', type: '11490-0', category: 'psy', shown: false },
    { filter: 'F4', type: '11488-4', category: undefined, shown: false },
    { filter: 'F4', type: '80788-3', category: 'medical', shown: true },
    { filter: 'F8', type: '11490-0', category: undefined, shown: false },
    { filter: 'F8', type: '11490-0', category: 'social', shown: true },
    { filter: 'F8', type: '34841-7', category: undefined, shown: true },
    { filter: 'F8', type: '34841-7', category: 'psy', shown: false },
  ] as const)('$filter, type $type, category $category: $shown', ({ filter, type, category, shown }) => {
    const cut = view(document(type, category), filter);
    expect(cut !== undefined).toBe(shown);
    expect(JSON.stringify(cut ?? '').includes('Binary/b')).toBe(shown);
    expect(JSON.stringify(cut ?? '')).not.toContain('récit');
  });
});

describe('problems by code and category', () => {
  const problem = (code: string, category?: string, system = 'http://hl7.org/fhir/sid/icd-10'): Condition => ({
    resourceType: 'Condition',
    id: 'c',
    subject,
    code: { coding: [{ system, code }], text: 'récit' },
    note: [{ text: 'récit' }],
    ...(category ? { meta: { security: [{ system: SYSTEM.categorie, code: category }] } } : {}),
  });

  it.each([
    { filter: 'F6', code: 'L89.2', category: undefined, shown: true },
    { filter: 'F6', code: 'F32.0', category: undefined, shown: false },
    { filter: 'F6', code: 'Z91.5', category: 'psy', shown: false },
    { filter: 'F10', code: 'Z59.1', category: undefined, shown: true },
    { filter: 'F10', code: 'I10', category: undefined, shown: false },
    { filter: 'F10', code: 'I10', category: 'social', shown: true },
    { filter: 'F11', code: 'I10', category: undefined, shown: true },
  ] as const)('$filter, $code, category $category: $shown', ({ filter, code, category, shown }) => {
    const cut = view(problem(code, category), filter);
    expect(cut !== undefined).toBe(shown);
    expect(JSON.stringify(cut ?? '')).not.toContain('récit');
  });

  it('a code of a system that we do not know passes no list', () => {
    expect(view(problem('L89.2', undefined, 'http://other'), 'F6')).toBeUndefined();
  });
});

describe('F1: the consent as a professional sees it', () => {
  const psy = { type: 'deny', securityLabel: [{ system: SYSTEM.categorie, code: 'psy' }] } as const;
  const against = { type: 'deny', actor: [{ role: {}, reference: { reference: 'PractitionerRole/x' } }] } as const;
  const consent = (nested: readonly object[]): Consent =>
    JSON.parse(
      JSON.stringify({
        resourceType: 'Consent',
        id: 'c',
        status: 'active',
        scope: {},
        category: [],
        patient: subject,
        performer: [{ display: 'témoin' }],
        extension: [{ url: EXTENSION.etat, valueCoding: { system: SYSTEM.etat, code: 'limite' } }],
        provision: { period: { end: '2027-01-01' }, provision: [{ type: 'permit' }, ...nested] },
      }),
    );

  it('keeps state, categories and review date, never whom the person opposes', () => {
    const cut = view(consent([psy, against]), 'F1');
    expect(cut).toMatchObject({ status: 'active', provision: { period: { end: '2027-01-01' }, provision: [{ type: 'permit' }, psy] } });
    expect(JSON.stringify(cut)).not.toMatch(/PractitionerRole|témoin/);
  });

  it('one that is limited against somebody only looks given (A-16)', () => {
    expect(JSON.stringify(view(consent([against]), 'F1'))).toContain('"donne"');
    expect(JSON.stringify(view(consent([psy]), 'F1'))).toContain('"limite"');
  });
});

describe('requests, tasks, identity, social analysis', () => {
  const request: ServiceRequest = {
    resourceType: 'ServiceRequest',
    id: 's',
    status: 'active',
    intent: 'order',
    subject,
    reasonCode: [
      {
        coding: [
          { system: SYSTEM.motifAppui, code: 'retour-a-domicile' },
          { system: 'http://snomed.info/sct', code: '1' },
        ],
      },
      { text: 'récit' },
    ],
    note: [{ text: 'récit' }],
  };

  it('F5 keeps the motive of support and no clinical code', () => {
    expect(view(request, 'F5')).toMatchObject({ reasonCode: [{ coding: [{ system: SYSTEM.motifAppui, code: 'retour-a-domicile' }] }] });
    expect(JSON.stringify(view(request, 'F5'))).not.toMatch(/snomed|récit/);
  });

  it('the state of a request says no motive', () => {
    expect(view(request, 'state')).not.toHaveProperty('reasonCode');
  });

  it('a worklist says what, about what and until when', () => {
    const task: Task = {
      resourceType: 'Task',
      id: 't',
      status: 'requested',
      intent: 'order',
      description: 'récit',
      for: subject,
      focus: { reference: 'EpisodeOfCare/e', display: 'récit' },
      restriction: { period: { end: '2026-12-01' } },
      input: [{ type: { text: 'récit' }, valueString: 'récit' }],
    };
    expect(view(task, 'worklist')).toMatchObject({
      for: subject,
      focus: { reference: 'EpisodeOfCare/e' },
      restriction: { period: { end: '2026-12-01' } },
    });
    expect(JSON.stringify(view(task, 'worklist'))).not.toContain('récit');
  });

  it('F7 shows no matricule, a minimal identity shows it', () => {
    const patient: Patient = {
      resourceType: 'Patient',
      id: 'pat',
      identifier: [{ system: 'urn:oid:x', value: '2450' }],
      name: [{ family: 'F' }],
      telecom: [{ value: '01' }],
    };
    expect([view(patient, 'F7'), view(patient, 'identity')].map((cut) => JSON.stringify(cut).includes('2450'))).toEqual([false, true]);
  });

  it('F2 shows needs of autonomy and home, and is nothing when there are none', () => {
    const response = (linkIds: readonly string[]): QuestionnaireResponse => ({
      resourceType: 'QuestionnaireResponse',
      id: 'q',
      status: 'completed',
      item: [{ linkId: 'groupe', text: 'récit', item: linkIds.map((linkId) => ({ linkId, answer: [{ valueString: linkId }] })) }],
    });
    expect(view(response(['logement', 'dettes']), 'F2')).toMatchObject({ item: [{ linkId: 'groupe', item: [{ linkId: 'logement' }] }] });
    expect(JSON.stringify(view(response(['logement', 'dettes']), 'F2'))).not.toMatch(/dettes|récit/);
    expect(view(response(['dettes']), 'F2')).toBeUndefined();
  });
});

describe('where a cut view may be written', () => {
  it.each<{ story: string; id: FilterId; type: RelaisResource['resourceType']; path: string; may: boolean }>([
    { story: 'an element that is shown', id: 'worklist', type: 'Task', path: 'priority', may: true },
    { story: 'a part of an element that is shown', id: 'worklist', type: 'Task', path: 'restriction/period/end', may: true },
    { story: 'an element of which a part may be hidden', id: 'worklist', type: 'Task', path: 'restriction', may: false },
    { story: 'an element that is hidden', id: 'worklist', type: 'Task', path: 'description', may: false },
    { story: 'a code', id: 'worklist', type: 'Task', path: 'businessStatus/coding/0/code', may: true },
    { story: 'the text beside a code', id: 'worklist', type: 'Task', path: 'businessStatus/text', may: false },
    { story: 'extensions, of which others may be hidden', id: 'worklist', type: 'Task', path: 'extension/0', may: false },
    { story: 'labels and profiles', id: 'worklist', type: 'Task', path: 'meta/security', may: false },
    {
      story: 'an item of a list that was shaped: its index is another',
      id: 'F9',
      type: 'CarePlan',
      path: 'activity/0/detail/status',
      may: false,
    },
    { story: 'a type that the filter does not pass', id: 'F9', type: 'Task', path: 'priority', may: false },
  ])('$story: $may', ({ id, type, path, may }) => {
    expect(isShownWhole(type, { id, own: [ME] }, path.split('/'))).toBe(may);
    expect(isShownWhole(type, 'full', path.split('/'))).toBe(true);
  });
});
