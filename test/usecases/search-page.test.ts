import { describe, expect, it } from 'vitest';
import { lookupIn } from '../../lib/fhir/search/lookup.ts';
import type { Position } from '../../lib/fhir/search/page.ts';
import { parseSearch } from '../../lib/fhir/search/parse.ts';
import type { RelaisResource } from '../../lib/fhir/types.ts';
import { accepted } from '../../lib/platform/refusal.ts';
import { pageOf } from '../../lib/usecases/search-page.ts';

const baseUrl = 'https://relais.test/fhir';
const patient: RelaisResource = { resourceType: 'Patient', id: 'p' };
const goals = Array.from(
  { length: 9 },
  (_, n): RelaisResource => ({
    resourceType: 'Goal',
    id: `g${n}`,
    lifecycleStatus: 'active',
    description: { text: 'x'.repeat(1_000) },
    subject: { reference: 'Patient/p' },
  }),
);
const around = {
  settle: async <T>(look: (lookup: ReturnType<typeof lookupIn>) => T) => accepted(look(lookupIn([patient, ...goals], baseUrl))),
  placed: () => undefined,
};

async function page(query: string, matches: readonly RelaisResource[], bytesMax: number, after?: Position) {
  const search = parseSearch(matches[0]?.resourceType ?? 'Goal', query, { handling: 'strict', baseUrl });
  if (!search.ok) throw new Error('the query is understood');
  return pageOf(around, matches, search.value, after, bytesMax);
}

describe('T12: an answer is complete, or says where it goes on', () => {
  it.each([100_000, 6_000, 3_000, 1_500, 10])(
    'of %i bytes: each page fits or is of one match, and every match is told once',
    async (bytesMax) => {
      const pages: (readonly RelaisResource[])[] = [];
      let after: Position | undefined;
      do {
        const told = await page('_count=500', goals, bytesMax, after);
        if (!told.ok) throw new Error('no page is refused');
        expect(told.value.arranged.total).toBe(9);
        pages.push(told.value.arranged.page);
        after = told.value.arranged.next;
      } while (after);
      expect(pages.filter((each) => each.length !== 1 && each.map((one) => JSON.stringify(one)).join('').length > bytesMax)).toEqual([]);
      expect(pages.flat()).toEqual(goals);
    },
  );

  it('a page that fits is not cut', async () => {
    expect(await page('_count=500', goals, 100_000)).toMatchObject({ value: { arranged: { page: goals } } });
  });

  it('what does not fit beside a single match is refused, with what to ask instead', async () => {
    const told = await page('_revinclude=Goal:patient', [patient], 6_000);
    expect(told.ok || told.refusals).toMatchObject([{ code: 'too-costly', remedy: expect.stringContaining('patient=') }]);
    expect((await page('_revinclude=Goal:patient', [patient], 60_000)).ok).toBe(true);
  });

  it('an empty page is no reason to look on', async () => {
    expect(await page('_summary=count', goals, 0)).toMatchObject({ value: { arranged: { page: [], total: 9 } } });
  });
});
