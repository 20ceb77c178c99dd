import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoAlias, isDemoAlias } from '../../functions/local/demo/people.ts';
import type { RelaisResource, ResourceType } from '../../lib/fhir/types.ts';
import { type Answer, bundleIn, matchesIn, outcomeIn, resourceIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

const TYPES = [
  'Patient',
  'Encounter',
  'EpisodeOfCare',
  'DocumentReference',
  'CarePlan',
  'Goal',
  'CareTeam',
  'Consent',
  'ServiceRequest',
  'Task',
  'Condition',
  'QuestionnaireResponse',
] as const satisfies readonly ResourceType[];

/** What the rows of domain.md 4.4 read when their base lives; a star = cut by a filter (4.6). */
const A40 =
  'Patient Encounter EpisodeOfCare DocumentReference CarePlan Goal CareTeam Consent* ServiceRequest Task Condition QuestionnaireResponse*';
const A42 = A40;
const A43 =
  'Patient Encounter EpisodeOfCare DocumentReference CarePlan Goal CareTeam Consent* ServiceRequest Condition QuestionnaireResponse*';
const A45 = 'Patient Encounter* EpisodeOfCare* DocumentReference* CarePlan Goal CareTeam Consent* ServiceRequest* QuestionnaireResponse*';
const A30 = 'Patient* Encounter* EpisodeOfCare* CarePlan* Goal* CareTeam Consent* ServiceRequest* QuestionnaireResponse';
const A46 =
  'Patient Encounter EpisodeOfCare DocumentReference CarePlan Goal CareTeam Consent ServiceRequest Task Condition* QuestionnaireResponse';
const A49 =
  'Patient Encounter EpisodeOfCare DocumentReference CarePlan Goal CareTeam Consent ServiceRequest Task Condition QuestionnaireResponse';
/** the letter with a minimal Patient and the header of its stay. */
const LETTER = 'Patient* Encounter* EpisodeOfCare* DocumentReference';
/** what the hospital sent and what it owns. */
const OWN = 'Patient Encounter EpisodeOfCare DocumentReference Task';
const OWN_WITH_REQUEST = 'Patient Encounter EpisodeOfCare DocumentReference ServiceRequest Task';
/** identity and state, no content. */
const TO_CLOSE = 'Patient* Consent* ServiceRequest* Task*';
const NOTHING = '';
const without = (row: string, ...types: readonly string[]): string =>
  row
    .split(' ')
    .filter((type) => !types.includes(type.replace('*', '')))
    .join(' ');

/** domain.md 4.5 for the people of the demo: role, alias, what remains. */
const REMAINS: readonly { readonly rule: string; readonly role: string; readonly sees: Readonly<Partial<Record<DemoAlias, string>>> }[] = [
  {
    rule: 'A-70',
    role: 'hospital',
    sees: {
      given: A40,
      limited: without(A40, 'Condition'),
      opposed: A40,
      none: OWN,
      refused: OWN_WITH_REQUEST,
      withdrawn: OWN_WITH_REQUEST,
      'dac-informed': A40,
      'dac-uninformed': OWN_WITH_REQUEST,
    },
  },
  {
    rule: 'A-71',
    role: 'hospital2',
    sees: { given: NOTHING, limited: NOTHING, none: NOTHING, refused: NOTHING, withdrawn: NOTHING, 'dac-informed': NOTHING },
  },
  {
    rule: 'A-72',
    role: 'gp',
    sees: {
      given: A42,
      limited: without(A42, 'Condition'),
      opposed: NOTHING,
      nomt: NOTHING,
      none: LETTER,
      refused: LETTER,
      withdrawn: NOTHING,
      'dac-informed': NOTHING,
    },
  },
  { rule: 'A-72 in a DAC', role: 'gp@dac', sees: { 'dac-informed': A42, 'dac-uninformed': LETTER, given: NOTHING } },
  { rule: 'A-73', role: 'gp2', sees: { given: A43, opposed: A43, nomt: A43, none: NOTHING, refused: NOTHING, withdrawn: NOTHING } },
  { rule: 'A-74', role: 'outsider', sees: { given: NOTHING, none: NOTHING, refused: NOTHING, withdrawn: NOTHING } },
  {
    rule: 'A-75',
    role: 'nurse',
    sees: { given: A45, limited: A45, opposed: A45, none: NOTHING, refused: NOTHING, withdrawn: NOTHING, 'dac-informed': NOTHING },
  },
  {
    rule: 'A-76',
    role: 'social',
    sees: { given: A30, limited: A30, opposed: A30, none: NOTHING, refused: NOTHING, withdrawn: NOTHING, 'dac-informed': NOTHING },
  },
  {
    rule: 'A-77',
    role: 'coordinator@dac',
    sees: { 'dac-informed': A46, 'dac-uninformed': 'Task*', given: NOTHING },
  },
  {
    rule: 'A-78',
    role: 'coordinator',
    sees: { given: A46, limited: without(A46, 'Condition'), opposed: A46, none: NOTHING, refused: TO_CLOSE, withdrawn: TO_CLOSE },
  },
  { rule: 'A-79', role: 'dashboard', sees: { given: NOTHING, none: NOTHING, refused: NOTHING } },
  { rule: 'A-80', role: 'patient', sees: { given: A49, limited: A49, opposed: A49, refused: A49, withdrawn: A49 } },
  { rule: 'A-82', role: 'dmp', sees: { given: NOTHING, refused: NOTHING } },
  { rule: 'A-83', role: 'admin', sees: { given: NOTHING, none: NOTHING } },
  { rule: 'A-53', role: 'dpo', sees: { given: 'Consent', none: NOTHING, withdrawn: 'Consent' } },
  { rule: 'A-84', role: 'suspended', sees: { given: NOTHING, none: NOTHING } },
  { rule: 'A-86', role: 'association', sees: { given: NOTHING, none: NOTHING } },
  { rule: 'A-56', role: 'commune', sees: { given: NOTHING, none: NOTHING } },
];

describe('consent decides', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.stop());

  const patientOf = (alias: DemoAlias) => service.demo.patients[alias].reference;
  const as = (role: string, alias?: DemoAlias) => service.fhir(role, alias ? { alias } : {});
  const find = async <T extends RelaisResource['resourceType'] & ResourceType>(role: string, type: T, alias: DemoAlias) =>
    matchesIn(type, await as(role, role === 'patient' ? alias : undefined).get(`${type}?patient=${patientOf(alias)}`));
  const event = (name: string, ...others: readonly object[]) => ({
    resourceType: 'Parameters',
    parameter: [{ name: 'event', valueCode: name }, ...others],
  });

  describe('what remains of each row in each state (domain.md 4.5)', () => {
    const rows = REMAINS.flatMap(({ rule, role, sees }) =>
      Object.entries(sees).flatMap(([alias, want]) => (isDemoAlias(alias) ? [{ rule, role, alias, want }] : [])),
    );
    it.each(rows)('$rule: $role sees of $alias: $want', async ({ role, alias, want }) => {
      const client = as(role, role === 'patient' ? alias : undefined);
      const [, id] = patientOf(alias).split('/');
      const seen: string[] = [];
      for (const type of TYPES) {
        const answer = await client.get(type === 'Patient' ? `Patient?_id=${id}` : `${type}?patient=${patientOf(alias)}`);
        const entries = bundleIn(answer).entry ?? [];
        expect(bundleIn(answer).total).toBe(entries.length);
        const cut = entries.some(({ resource }) => resource?.meta?.tag?.some(({ code }) => code === 'SUBSETTED'));
        if (entries.length > 0) seen.push(cut ? `${type}*` : type);
      }
      expect(seen.join(' ')).toBe(want);
    });

    it.each([
      { role: 'patient', alias: 'given', documents: 3, why: 'the masked letter too' },
      { role: 'gp', alias: 'given', documents: 2, why: 'not the masked letter' },
      { role: 'gp', alias: 'limited', documents: 1, why: 'not the psychological report' },
      { role: 'nurse', alias: 'given', documents: 1, why: 'the letter, F4' },
    ] as const)('shows $documents documents of $alias to $role: $why', async ({ role, alias, documents }) => {
      expect(await find(role, 'DocumentReference', alias)).toHaveLength(documents);
    });
  });

  describe('a denied read equals an absent one', () => {
    const ABSENT = 'a'.repeat(26);
    /** Status, headers and bytes, without the moment and without what each asked for. */
    const told = ({ status, headers, text }: Answer, ...asked: readonly string[]): object => ({
      status,
      headers: [...headers].filter(([name]) => name !== 'date' && name !== 'etag'),
      text: asked.reduce((said, id) => said.replaceAll(id, '<id>'), text),
    });

    const readable = ['Encounter', 'EpisodeOfCare', 'DocumentReference', 'CarePlan', 'Consent', 'Task', 'Condition'] as const;
    const attempts = [
      ...readable.map((type) => ({ type, role: 'outsider' })),
      ...(['suspended', 'hospital2', 'dashboard', 'gp@dac'] as const).map((role) => ({ type: 'CarePlan' as const, role })),
    ];
    it.each(attempts)('whatever $role does to a $type', async ({ type, role }) => {
      const [target] = await find('patient', type, 'given');
      const id = target?.id ?? '';
      const requests = (one: string) => [
        { method: 'GET', path: `/fhir/${type}/${one}` },
        { method: 'GET', path: `/fhir/${type}/${one}/_history/1` },
        { method: 'GET', path: `/fhir/${type}/${one}/_history` },
        { method: 'GET', path: `/fhir/${type}/${one}/$events` },
        { method: 'POST', path: `/fhir/${type}/${one}/$event`, body: JSON.stringify(event('cloturer')) },
        { method: 'PUT', path: `/fhir/${type}/${one}`, body: JSON.stringify({ ...target, id: one }) },
        {
          method: 'PATCH',
          path: `/fhir/${type}/${one}`,
          headers: { 'content-type': 'application/json-patch+json' },
          body: '[{"op":"add","path":"/language","value":"fr"}]',
        },
        { method: 'DELETE', path: `/fhir/${type}/${one}` },
      ];
      const [denied, absent] = [requests(id), requests(ABSENT)];
      for (const [index, request] of denied.entries()) {
        const headers = { 'content-type': 'application/fhir+json', ...request.headers };
        const one = await service.send({ ...request, role, headers });
        const other = await service.send({ ...(absent[index] ?? request), role, headers });
        expect({ request, told: told(one, id) }).toEqual({ request, told: told(other, ABSENT) });
        expect(one.status).toBe(
          request.method === 'DELETE' ? 204 : type === 'EpisodeOfCare' && /^(PUT|PATCH)$/.test(request.method) ? 405 : 404,
        );
      }
    });

    it('whatever is searched: totals, pages, everything, the bytes of a document', async () => {
      const [, id = ''] = patientOf('given').split('/');
      const [letter] = await find('patient', 'DocumentReference', 'given');
      const [, binary = ''] = letter?.content[0]?.attachment.url?.split('/') ?? [];
      const outsider = as('outsider');
      for (const path of [
        'Patient/<id>',
        'Patient?_id=<id>',
        'Patient/<id>/$everything',
        'Patient/<id>/_history',
        'CarePlan?patient=Patient/<id>',
        'CarePlan?patient=Patient/<id>&_summary=count',
        'Task?patient=<id>&_total=accurate&_count=1',
        'DocumentReference?patient=Patient/<id>&_sort=-date',
        'AuditEvent?patient=Patient/<id>',
      ]) {
        const one = await outsider.get(path.replace('<id>', id));
        expect({ path, told: told(one, id) }).toEqual({ path, told: told(await outsider.get(path.replace('<id>', ABSENT)), ABSENT) });
      }
      expect(told(await outsider.get(`Binary/${binary}`), binary)).toEqual(told(await outsider.get(`Binary/${ABSENT}`), ABSENT));
    });

    it('and what is looked up by an INS that is followed here, or nowhere', async () => {
      const { ins, oid } = service.demo.patients.given;
      const other = '150067500000197';
      for (const path of ['Patient?identifier=urn:oid:<oid>|<ins>', 'CarePlan?patient.identifier=urn:oid:<oid>|<ins>']) {
        const ask = (value: string) => as('outsider').get(path.replace('<oid>', oid).replace('<ins>', value));
        expect(told(await ask(ins), ins)).toEqual(told(await ask(other), other));
      }
    });
  });

  describe('a view that a filter cut', () => {
    it('says so, has an ETag of its own, and is never written back whole', async () => {
      const [whole] = await find('gp', 'CarePlan', 'given');
      const path = `CarePlan/${whole?.id}`;
      const social = as('social');
      const seen = await social.get(path);
      const view = resourceIn('CarePlan', seen);
      expect(view.meta?.tag).toEqual([{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }]);
      const etag = seen.headers.get('etag') ?? '';
      expect(etag).toMatch(/^W\/"1\.F9[^"]*"$/);
      expect((await as('gp').get(path)).headers.get('etag')).toBe('W/"1"');
      // 304 needs version and projection of the earlier answer.
      expect((await social.get(path, { 'if-none-match': etag })).status).toBe(304);
      expect((await social.get(path, { 'if-none-match': 'W/"1"' })).status).toBe(200);
      const put = await social.put(path, view);
      expect([put.status, outcomeIn(put).issue[0]?.details?.text]).toEqual([405, expect.stringContaining('PATCH')]);
    });

    it('is patched where it is seen, by who may write it; nowhere else', async () => {
      const [request] = await find('coordinator', 'ServiceRequest', 'refused');
      expect(request?.meta?.tag?.[0]?.code).toBe('SUBSETTED');
      const patch = (path: string, value: unknown) =>
        as('coordinator').patch(`ServiceRequest/${request?.id}`, [{ op: 'add', path, value }]);
      const hidden = await patch('/note', [{ text: 'Autre' }]);
      expect([hidden.status, outcomeIn(hidden).issue[0]?.expression]).toEqual([403, ['ServiceRequest.note']]);
      expect((await patch('/priority', 'urgent')).status).toBe(200);
      // Applied to the whole: what he does not see stays.
      const [whole] = await find('hospital', 'ServiceRequest', 'refused');
      expect([whole?.priority, whole?.reasonCode?.[0]?.coding?.[0]?.code]).toEqual(['urgent', 'retour-a-domicile']);
    });

    it('shows a social worker the PPS by an allow-list (F9): what others do is "soin", no clinical goal', async () => {
      const [plan] = await find('social', 'CarePlan', 'given');
      const allowed =
        /^(resourceType|id|meta|meta\.(versionId|lastUpdated|tag|tag\.(system|code|display))|status|intent|(subject|author|careTeam)(\.(reference|type))?|period(\.(start|end))?|created|extension|activity|activity\.(id|extension|detail|detail\.(kind|status|code|code\.(text|coding.*)|scheduledString|scheduledPeriod.*|scheduledTiming.*|performer(\.(reference|type))?|location.*|description)))$/;
      expect(elementsOf(plan).filter((element) => !allowed.test(element) && !/extension\./.test(element))).toEqual([]);
      const urls = [...(plan?.extension ?? []), ...(plan?.activity ?? []).flatMap(({ extension }) => extension ?? [])].map(({ url }) =>
        url.split('/').pop(),
      );
      expect(urls.filter((url) => !['etat', 'date-revision', 'activite-id', 'rang', 'avis'].includes(url ?? ''))).toEqual([]);
      expect(plan?.activity?.map(({ detail }) => detail?.code?.text)).toEqual(['soin', 'soin', 'Dossier de demande d’aide à domicile']);
      expect(plan?.activity?.map(({ detail }) => detail?.performer !== undefined)).toEqual([false, false, true]);
      expect(JSON.stringify(plan)).not.toMatch(/Consultation|infirmier|deux fois par semaine|hospitalisation/i);
      const goals = await find('social', 'Goal', 'given');
      expect(new Set(goals.map(({ category }) => category?.[0]?.coding?.[0]?.code))).toEqual(new Set(['droits', 'projet-de-vie']));
    });

    it('shows a nurse a stay by an allow-list (F3): dates and place, no unit and no movement', async () => {
      const [stay] = await find('nurse', 'Encounter', 'given');
      const allowed =
        /^(resourceType|id|meta|meta\..*|status|class(\.(system|code))?|(subject|serviceProvider|episodeOfCare)(\.(reference|type))?|period(\.(start|end))?|hospitalization.*|extension.*)$/;
      expect(elementsOf(stay).filter((element) => !allowed.test(element))).toEqual([]);
      expect(JSON.stringify(stay)).not.toMatch(/mouvement|movement|identifier/);
      expect(stay?.period).toEqual({ start: expect.any(String), end: expect.any(String) });
      const [episode] = await find('nurse', 'EpisodeOfCare', 'given');
      expect(Object.keys(episode ?? {}).sort()).toEqual(
        ['extension', 'id', 'managingOrganization', 'meta', 'patient', 'period', 'resourceType', 'status', 'team'].sort(),
      );
    });
  });

  it('an opposition shuts one person out, from the next request, and lets him in again when it is lifted', async () => {
    const nurse = async () => (await find('nurse', 'CarePlan', 'nomt')).length;
    expect(await nurse()).toBe(1);
    const person = as('patient', 'nomt');
    const [consent] = await find('patient', 'Consent', 'nomt');
    const opposed = await person.post(
      `Consent/${consent?.id}/$event`,
      event('s-opposer', { name: 'acteur', valueReference: { reference: service.demo.roles.nurse.reference } }),
    );
    expect(opposed.status).toBe(200);
    expect([await nurse(), (await find('social', 'CarePlan', 'nomt')).length, (await find('gp2', 'Consent', 'nomt')).length]).toEqual([
      0, 1, 1,
    ]);
    const opposition = (await find('patient', 'Consent', 'nomt')).find(({ id }) => id !== consent?.id);
    expect((await person.post(`Consent/${opposition?.id}/$event`, event('lever-opposition'))).status).toBe(200);
    expect(await nurse()).toBe(1);
  });

  it('a withdrawal holds from the next request; the person keeps her own access', async () => {
    const [plan] = await find('gp', 'CarePlan', 'limited');
    const path = `CarePlan/${plan?.id}`;
    const [consent] = await find('patient', 'Consent', 'limited');
    const [gp, person] = [as('gp'), as('patient', 'limited')];
    expect((await gp.get(path)).status).toBe(200);
    expect((await person.post(`Consent/${consent?.id}/$event`, event('retirer'))).status).toBe(200);
    expect([(await gp.get(path)).status, (await gp.get(`${path}/_history/1`)).status, (await person.get(path)).status]).toEqual([
      404, 404, 200,
    ]);
    expect((await gp.get('CarePlan')).text).not.toContain(plan?.id);
  });

  it('a suspended member sees nothing from the next request, and all of it when taken back', async () => {
    const become = (state: string) => service.send({ method: 'POST', path: '/local/members/gp2', body: JSON.stringify({ state }) });
    const sees = async () => (await find('gp2', 'CarePlan', 'opposed')).length;
    expect(await sees()).toBe(1);
    await become('suspendue');
    expect(await sees()).toBe(0);
    await become('active');
    expect(await sees()).toBe(1);
  });

  it('is not given before who informed, how, with which leaflet, and that it was understood are said (S0-11, L-05)', async () => {
    const information = 'https://relais.example/fhir/StructureDefinition/information';
    const said = {
      par: { url: 'par', valueReference: { reference: service.demo.roles.nurse.reference } },
      moyen: { url: 'moyen', valueString: 'entretien' },
      notice: { url: 'notice', valueString: '2026-01' },
      comprehensionVerifiee: { url: 'comprehensionVerifiee', valueBoolean: true },
    };
    const consent = (...parts: readonly object[]) => ({
      resourceType: 'Consent',
      status: 'active',
      scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
      category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
      patient: { reference: patientOf('none') },
      dateTime: new Date().toISOString(),
      performer: [{ reference: patientOf('none') }],
      organization: [{ reference: service.demo.networks.cpts.reference }],
      policyRule: { coding: [{ system: 'https://relais.example/fhir/CodeSystem/regle', code: 'partage-sur-consentement' }] },
      provision: { type: 'permit', period: { start: '2026-01-01', end: '2027-12-31' } },
      extension: [{ url: information, extension: parts }],
    });
    const nurse = as('nurse');
    for (const missing of Object.keys(said)) {
      const others = Object.entries(said).flatMap(([name, part]) => (name === missing ? [] : [part]));
      const answer = await nurse.post('Consent', consent(...others));
      expect([answer.status, outcomeIn(answer).issue[0]?.expression]).toEqual([
        422,
        [`Consent.extension('${information}').extension('${missing}')`],
      ]);
    }
    expect(await find('nurse', 'CarePlan', 'none')).toEqual([]);
    const recorded = await nurse.post('Consent', consent(...Object.values(said)));
    expect([recorded.status, recorded.text]).toEqual([201, '']);
    expect(await find('nurse', 'CarePlan', 'none')).toHaveLength(1);
  });
});

/** Every element that a resource has, by its path without indexes. */
function elementsOf(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => elementsOf(item, path)))];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]: [string, unknown]) => {
    const here = path === '' ? name : `${path}.${name}`;
    return [here, ...elementsOf(child, here)];
  });
}
