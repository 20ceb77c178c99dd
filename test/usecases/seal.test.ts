import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../lib/platform/digest.ts';
import { nextLink, type SealLink, type TraceEntry } from '../../lib/usecases/seal.ts';

const AT = '2026-03-01T08:00:00.000Z';
const BEGINNING = { number: 0, hash: '0'.repeat(64) };

const entry: fc.Arbitrary<TraceEntry> = fc.record({
  key: fc.record({ pk: fc.constantFrom('A#1#2026-03', 'A#2#2026-03'), sk: fc.string({ minLength: 1, maxLength: 8 }) }),
  hash: fc.string({ minLength: 4, maxLength: 8 }),
});

function chainOf(batches: readonly (readonly TraceEntry[])[]): readonly SealLink[] {
  const links: SealLink[] = [];
  for (const entries of batches) links.push(nextLink(links.at(-1) ?? BEGINNING, entries, AT));
  return links;
}

/** What an auditor does: each link holds together, and hangs on the one before. */
function isWhole(links: readonly SealLink[]): boolean {
  return links.every(({ hash, ...said }, index) => {
    const before = links[index - 1] ?? BEGINNING;
    return said.number === before.number + 1 && said.previous === before.hash && hash === sha256Hex(JSON.stringify(said));
  });
}

describe('the sealed chain of the trace', () => {
  it('holds together, batch after batch', () => {
    fc.assert(
      fc.property(fc.array(fc.array(entry, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), (batches) => isWhole(chainOf(batches))),
    );
  });

  it('shows a record that was changed, and a link that was taken out', () => {
    const batches = fc.array(fc.array(entry, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(batches, fc.nat(), (some, place) => {
        const links = chainOf(some);
        const at = place % links.length;
        const forged = links.map((link, index) => (index === at ? { ...link, entries: [...link.entries, ...link.entries] } : link));
        const torn = links.filter((_, index) => index !== at);
        return !isWhole(forged) && (at === links.length - 1 || !isWhole(torn));
      }),
    );
  });

  it('begins at number 1, on zeros', () => {
    expect(chainOf([[{ key: { pk: 'A#1#2026-03', sk: 'x' }, hash: 'h' }]])).toMatchObject([{ number: 1, previous: BEGINNING.hash }]);
  });
});
