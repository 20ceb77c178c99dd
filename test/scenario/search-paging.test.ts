import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, bundleIn, matchesIn, outcomeIn } from '../support/http.ts';
import { goal, idOf } from '../support/rest.ts';
import { type FhirClient, startTestService, type TestService } from '../support/service.ts';

/** Pages of a list that people go on writing. */
describe('paging', () => {
  let service: TestService;
  let coordinator: FhirClient;
  let given: string;
  let limited: string;
  beforeAll(async () => {
    service = await startTestService();
    coordinator = service.fhir('coordinator');
    given = service.demo.patients.given.reference;
    limited = service.demo.patients.limited.reference;
  });
  afterAll(() => service.stop());

  const write = async (subject: string, text: string): Promise<string> => {
    const answer = await coordinator.post('Goal', goal(subject, { description: { text }, startDate: '2026-05-01' }));
    expect(answer.status).toBe(201);
    return idOf(answer);
  };
  const linkOf = (answer: Answer, wanted: string): string | undefined => {
    const url = bundleIn(answer).link?.find(({ relation }) => relation === wanted)?.url;
    return url?.replace(`${service.base}/fhir/`, '');
  };
  const ids = (answer: Answer): readonly string[] => matchesIn('Goal', answer).map(({ id = '' }) => id);

  it('T29: equal sort keys neither repeat nor skip between pages, while others write and delete', async () => {
    const still = await Promise.all(Array.from({ length: 7 }, (_, n) => write(limited, `reste ${n}`)));
    const seen: string[] = [];
    let query: string | undefined = `Goal?patient=${limited}&start-date=2026-05-01&_sort=start-date&_count=2`;
    for (let turn = 0; query !== undefined; turn += 1) {
      const page = await coordinator.get(query);
      expect([turn, page.status]).toEqual([turn, 200]);
      seen.push(...ids(page));
      const [come] = await Promise.all([write(limited, `vient ${turn}`), turn < 2 ? write(limited, `passe ${turn}`) : undefined]);
      if (turn % 2 === 0) await service.send({ method: 'DELETE', path: `/fhir/Goal/${come}`, role: 'coordinator' });
      query = turn < 8 ? linkOf(page, 'next') : undefined;
    }
    expect(seen.filter((id) => still.includes(id)).toSorted()).toEqual(still.toSorted());
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('T30: what is filtered out empties no page and ends no list: every page but the last is full, by whatever criterion', async () => {
    await Promise.all(Array.from({ length: 6 }, (_, n) => write(given, n % 2 === 0 ? `garder ${n}` : `autre ${n}`)));
    const first = await coordinator.get(`Goal?patient=${given}&_content=garder&_count=2`);
    const second = await coordinator.get(linkOf(first, 'next') ?? '');
    expect([bundleIn(first).total, bundleIn(second).total]).toEqual([3, 3]);
    expect([ids(first).length, ids(second).length, linkOf(second, 'next')]).toEqual([2, 1, undefined]);
  });

  it('T30: nor does what is hidden from the requester', async () => {
    const social = service.fhir('social');
    const all = matchesIn('Goal', await social.get(`Goal?patient=${given}&_count=500`));
    let query: string | undefined = `Goal?patient=${given}&_count=1`;
    const pages: (readonly string[])[] = [];
    while (query !== undefined && pages.length < 50) {
      const page = await social.get(query);
      pages.push(ids(page));
      query = linkOf(page, 'next');
    }
    expect(pages.map((page) => page.length)).toEqual(all.map(() => 1));
    const seen = pages.flat();
    expect(seen.toSorted()).toEqual(all.map(({ id = '' }) => id).toSorted());
  });

  it('T13: a page token is of one caller, one network and one search, and tells nobody anything', async () => {
    const query = `Patient?_sort=family,birthdate&_count=1`;
    const gp = service.fhir('gp');
    const first = await gp.get(query);
    const [shown] = matchesIn('Patient', first);
    const next = linkOf(first, 'next') ?? '';
    const token = new URLSearchParams(next.split('?')[1]).get('_page') ?? '';
    const opened = Buffer.from(token, 'base64url').toString('latin1');
    for (const secret of [shown?.name?.[0]?.family?.toLowerCase() ?? '?', shown?.birthDate ?? '?', shown?.id ?? '?']) {
      expect(opened.toLowerCase()).not.toContain(secret);
    }
    expect((await gp.get(next)).status).toBe(200);
    const others = [
      await service.fhir('nurse').get(next),
      await service.fhir('gp@dac').get(next),
      await gp.get(next.replace('_count=1', '_count=2')),
      await gp.get(next.replace('Patient?', 'Condition?').replace('_sort=family,birthdate&', '')),
      await gp.get(next.replace(/_page=./, '_page=-')),
    ];
    for (const answer of others) {
      expect(answer.status).toBe(400);
      expect(outcomeIn(answer).issue[0]?.expression).toEqual(['_page']);
    }
  });

  it('T12: _revinclude is complete, however many there are', async () => {
    const before = bundleIn(await coordinator.get(`Patient?_id=${limited.split('/')[1]}&_revinclude=Goal:patient`));
    const more = await Promise.all(Array.from({ length: 30 }, (_, n) => write(limited, `avec ${n}`)));
    const after = bundleIn(await coordinator.get(`Patient?_id=${limited.split('/')[1]}&_revinclude=Goal:patient`));
    expect((after.entry?.length ?? 0) - (before.entry?.length ?? 0)).toBe(30);
    const included = after.entry?.map(({ resource }) => resource?.id) ?? [];
    expect(more.every((id) => included.includes(id))).toBe(true);
  });
});
