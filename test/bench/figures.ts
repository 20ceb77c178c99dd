/** Middle and slow side of a list of milliseconds. */
export type Figures = { readonly medianMs: number; readonly p95Ms: number; readonly count: number };

export function figuresOf(timesMs: readonly number[]): Figures {
  return { medianMs: at(timesMs, 0.5), p95Ms: at(timesMs, 0.95), count: timesMs.length };
}

/** With two decimals. */
export function medianOf(values: readonly number[]): number {
  return at(values, 0.5);
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN) * 100) / 100;
}
