import { included } from '../fhir/search/include.ts';
import { refOf } from '../fhir/search/lookup.ts';
import { arrange, type Page, type Position } from '../fhir/search/page.ts';
import type { Search } from '../fhir/search/search.ts';
import type { RelaisResource } from '../fhir/types.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Around, Placed } from './search-around.ts';

/** A page of matches, and what goes with them. */
export type PageTold = { readonly arranged: Page; readonly brought: readonly Placed[] };

/**
 * What one answer holds: API Gateway carries 6 MB, in which each quote of the JSON counts twice, and the same in XML is
 * larger by a third.
 */
const ANSWER_BYTES_MAX = 3_500_000;

/**
 * One page with all that its includes bring. A page that is too large for an answer ends earlier, with its next link: what is
 * told is complete, or says where it goes on (peers.md T12). A single match with more beside it than an answer holds is
 * refused.
 *
 * @param after where the earlier page ended
 */
export async function pageOf(
  around: Pick<Around, 'settle' | 'placed'>,
  matches: readonly RelaisResource[],
  criteria: Search,
  after: Position | undefined,
  bytesMax = ANSWER_BYTES_MAX,
): Promise<Result<PageTold>> {
  let count = criteria.count;
  for (;;) {
    const arranged = arrange(matches, { ...criteria, count }, after);
    const beside = await around.settle((lookup) => included(arranged.page, criteria.includes, lookup));
    if (!beside.ok) return beside;
    if (arranged.page.length === 0 || weigh([...arranged.page, ...beside.value]) <= bytesMax) return told(arranged, beside.value, around);
    if (arranged.page.length === 1) return beside.value.length > 0 ? refused(TOO_MUCH_BESIDE) : told(arranged, [], around);
    count = Math.floor(arranged.page.length / 2);
  }
}

function told(arranged: Page, beside: readonly RelaisResource[], around: Pick<Around, 'placed'>): Result<PageTold> {
  return accepted({ arranged, brought: beside.flatMap((view) => around.placed(refOf(view)) ?? []) });
}

function weigh(resources: readonly RelaisResource[]): number {
  return resources.reduce((sum, resource) => sum + Buffer.byteLength(JSON.stringify(resource)), 0);
}

const TOO_MUCH_BESIDE: Refusal = {
  category: 'too-costly',
  code: 'too-costly',
  diagnostics: 'What _include and _revinclude bring beside one match is more than an answer holds.',
  remedy: 'Cherchez ces ressources par leur type, avec patient=… : elles viennent alors par pages.',
};
