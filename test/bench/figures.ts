/** Middle and slow side of a list of milliseconds. */
export type Figures = { readonly medianMs: number; readonly p95Ms: number; readonly count: number };

export function figuresOf(timesMs: readonly number[]): Figures {
  const sorted = [...timesMs].sort((a, b) => a - b);
  return { medianMs: at(sorted, 0.5), p95Ms: at(sorted, 0.95), count: sorted.length };
}

function at(sorted: readonly number[], share: number): number {
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN) * 100) / 100;
}
