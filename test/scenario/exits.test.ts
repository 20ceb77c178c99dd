import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../functions/api/app.ts';
import { DELIVERIES } from '../../functions/delivery.ts';
import { createIntake } from '../../functions/intake/app.ts';
import { runtime } from '../../functions/runtime.ts';
import { createTrace } from '../../functions/trace/app.ts';
import { isResourceType, RESOURCE_TYPES } from '../../lib/fhir/resource-types.ts';
import { EXITS, TELL_OF_NOBODY } from '../support/exits.ts';
import { type Answer, bundleIn } from '../support/http.ts';
import { PERSON_EXITS } from '../support/person-exits.ts';
import { startTestService, type TestService } from '../support/service.ts';

/** One of each kind that reads something, and one that knows nobody. */
const ROLES = ['gp', 'gp2', 'nurse', 'social', 'coordinator', 'hospital', 'patient', 'dpo', 'gp@dac', 'outsider'] as const;

describe('every exit', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.stop());

  /** `Type/id` of the matches of a searchset, in the order told. */
  const hits = (answer: Answer): readonly string[] =>
    (bundleIn(answer).entry ?? []).flatMap(({ resource, search }) =>
      search?.mode === 'match' && resource ? [`${resource.resourceType}/${resource.id}`] : [],
    );

  it('T26: each route of the functions is named: with a request that is decided (unseen.test.ts), or why it tells of nobody', async () => {
    const run = await runtime();
    const routes = [createApi, createIntake, createTrace].flatMap((create) => create(run).routes);
    const served = routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path.replace(/\{.*\}$/, '')}`);
    const decided = [...EXITS, ...PERSON_EXITS].map(({ route }) => route);
    expect([...new Set(served)].toSorted()).toEqual([...new Set([...decided, ...Object.keys(TELL_OF_NOBODY)])].toSorted());
    expect(decided.filter((route) => route in TELL_OF_NOBODY)).toEqual([]);
  });

  it('T26: each operation that the CapabilityStatement names has a route among them', async () => {
    const { text } = await service.fhir('gp').get('metadata');
    const named = [...text.matchAll(/"name":"([\w-]+)","definition":"[^"]*OperationDefinition/g)].map(([, name = '']) => name);
    const routes = [...[...EXITS, ...PERSON_EXITS].map(({ route }) => route), ...Object.keys(TELL_OF_NOBODY)];
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) expect([name, routes.some((route) => route.endsWith(`/$${name}`))]).toEqual([name, true]);
  });

  it('T26: each kind of delivery of the outbox is decided when it goes', () => {
    const DECIDED = {
      subscription: 'notification.test.ts, exits-told.test.ts (T51, T52)',
      repository: 'repository.test.ts: identity, opposition to the DMP, state of the document',
    };
    expect(Object.keys(DELIVERIES).toSorted()).toEqual(Object.keys(DECIDED).toSorted());
  });

  describe('agrees with the read of one resource', () => {
    /** Everything of the demo that stands in somebody's record, as the table holds it, whoever may see it. */
    const inRecords = async (): Promise<readonly string[]> =>
      (await service.items()).flatMap(({ pk, sk }) => {
        const [, ref = ''] = /^r#(.+)$/.exec(sk?.S ?? '') ?? [];
        const [type = ''] = ref.split('/');
        return pk?.S?.startsWith('P#') && isResourceType(type) && RESOURCE_TYPES[type].interactions.includes('search-type') ? [ref] : [];
      });

    it('T14, T28: a search by _id finds what a read gives, the same bytes, for any role and any resource', async () => {
      const resources = await inRecords();
      expect(resources.length).toBeGreaterThan(100);
      let seen = 0;
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...ROLES), fc.constantFrom(...resources), async (role, ref) => {
          const [type, id] = ref.split('/');
          const read = await service.fhir(role).get(ref);
          const found = await service.fhir(role).get(`${type}?_id=${id}`);
          expect([found.status, hits(found)]).toEqual([200, read.status === 200 ? [ref] : []]);
          expect([200, 404]).toContain(read.status);
          expect(bundleIn(found).entry?.[0]?.resource).toEqual(read.status === 200 ? read.json : undefined);
          seen += read.status === 200 ? 1 : 0;
        }),
        { numRuns: 40, seed: 28, endOnFailure: true },
      );
      expect(seen).toBeGreaterThan(5);
    });

    it('T28: so does a search in the record, of all that stands in it', async () => {
      const { reference } = service.demo.patients.given;
      const own = (await service.items()).flatMap(({ pk, sk }) => (sk?.S === `r#${reference}` ? [pk?.S] : []))[0];
      const record = (await service.items()).flatMap(({ pk, sk }) => (pk?.S === own && sk?.S?.startsWith('r#') ? [sk.S.slice(2)] : []));
      for (const role of ROLES) {
        const client = service.fhir(role);
        for (const type of ['Condition', 'DocumentReference', 'Task'] as const) {
          const all = record.filter((ref) => ref.startsWith(`${type}/`));
          const readable: string[] = [];
          for (const ref of all) if ((await client.get(ref)).status === 200) readable.push(ref);
          const found = hits(await client.get(`${type}?patient=${reference}`));
          expect([role, type, found.toSorted()]).toEqual([role, type, readable.toSorted()]);
        }
      }
    });

    it('A-90, T54: so does $everything: nothing in it that a read refuses, everything cut as a read cuts it', async () => {
      const { reference } = service.demo.patients.given;
      for (const role of ['nurse', 'social', 'coordinator']) {
        const entries = bundleIn(await service.fhir(role).get(`${reference}/$everything`)).entry ?? [];
        expect(entries.length).toBeGreaterThan(3);
        for (const { resource } of entries) {
          const read = await service.fhir(role).get(`${resource?.resourceType}/${resource?.id}?_format=json`);
          expect([role, read.status, read.json]).toEqual([role, 200, resource]);
        }
      }
    });

    it('T20: a list of ids, in any order and with hidden ones in between, finds the same: those that are seen', async () => {
      const goals = (await inRecords()).filter((ref) => ref.startsWith('Goal/'));
      const client = service.fhir('gp');
      const visible: string[] = [];
      for (const ref of goals) if ((await client.get(ref)).status === 200) visible.push(ref);
      expect([visible.length > 1, visible.length < goals.length]).toEqual([true, true]);
      const shuffled = fc.shuffledSubarray(goals, { minLength: goals.length });
      await fc.assert(
        fc.asyncProperty(shuffled, async (order) => {
          const answer = await client.get(`Goal?_id=${order.map((ref) => ref.slice('Goal/'.length)).join(',')}&_count=200`);
          expect([bundleIn(answer).total, hits(answer).toSorted()]).toEqual([visible.length, visible.toSorted()]);
        }),
        { numRuns: 20 },
      );
    });

    it.each([
      'Goal?patient=<given>&_sort=-_lastUpdated',
      'Condition?patient=<given>&code=F32.0',
      'Task?status=requested,in-progress',
      'CarePlan?patient=<given>&_include=CarePlan:goal&_revinclude=Task:focus',
      'Patient?_has:CarePlan:patient:status=active&_total=accurate',
    ])('T56: POST _search answers as GET does: %s', async (query) => {
      const [type = '', parameters = ''] = query.replaceAll('<given>', service.demo.patients.given.reference).split('?');
      for (const role of ['gp', 'nurse', 'social', 'outsider']) {
        const got = await service.fhir(role).get(`${type}?${parameters}`);
        const posted = await service.send({
          method: 'POST',
          path: `/fhir/${type}/_search`,
          role,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: parameters,
        });
        expect([role, posted.status, posted.headers.get('etag'), posted.json]).toEqual([role, 200, got.headers.get('etag'), got.json]);
      }
    });
  });
});
