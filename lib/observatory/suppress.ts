/** A count as it may leave: `undefined` = hidden ("<5"). */
export type Cell = { readonly key: string; readonly count: number | undefined };

/** domain.md 5: cells of 1 to 4 are hidden in internal views, 1 to 10 in public or cross-network ones. */
export const THRESHOLD = { internal: 5, public: 11 } as const;

/**
 * Hides small cells, and so many of the next smallest that none can be had from the total (complementary suppression).
 * When a lone small cell has no neighbour to hide behind, the total is hidden with it. 0 is shown.
 * @param threshold smallest count that is shown
 */
export function suppress(
  cells: readonly { readonly key: string; readonly count: number }[],
  threshold: number,
): { readonly cells: readonly Cell[]; readonly total: number | undefined } {
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  const hidden = new Set(cells.filter(({ count }) => isSmall(count, threshold)).map(({ key }) => key));
  const shownBySize = cells
    .filter(({ key, count }) => !hidden.has(key) && count > 0)
    .sort((one, other) => one.count - other.count || one.key.localeCompare(other.key));
  let hiddenSum = cells.filter(({ key }) => hidden.has(key)).reduce((sum, { count }) => sum + count, 0);
  while (hidden.size > 0 && (hidden.size === 1 || hiddenSum < threshold)) {
    const next = shownBySize.shift();
    if (!next) break;
    hidden.add(next.key);
    hiddenSum += next.count;
  }
  const deducible = hidden.size > 0 && (hidden.size === 1 || hiddenSum < threshold);
  return {
    cells: cells.map(({ key, count }) => ({ key, count: hidden.has(key) ? undefined : count })),
    total: deducible || isSmall(total, threshold) ? undefined : total,
  };
}

function isSmall(count: number, threshold: number): boolean {
  return count > 0 && count < threshold;
}

/**
 * A rate leaves only when neither it nor its complement gives a small cell away.
 * @returns numerator and denominator as they may be shown
 */
export function suppressRate(
  numerator: number,
  denominator: number,
  threshold: number,
): { readonly numerator: number | undefined; readonly denominator: number | undefined } {
  if (isSmall(denominator, threshold)) return { numerator: undefined, denominator: undefined };
  const hide = isSmall(numerator, threshold) || isSmall(denominator - numerator, threshold);
  return { numerator: hide ? undefined : numerator, denominator };
}
