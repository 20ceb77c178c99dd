/** Retries of a delivery (contracts.md 7): 1 s, doubled up to 5 min, for 24 h, then parked in sight. */
const RETRY_FIRST_MS = 1_000;
export const RETRY_MAX_MS = 300_000;
export const RETRY_FOR_MS = 86_400_000;

/**
 * Wait before the next attempt, or `undefined` when it is over.
 * @param attempts attempts made so far, at least 1
 * @param sinceFirstMs since the event
 * @param jitter between 0 and 1, drawn at the edge: spreads receivers that came back together
 */
export function retryAfterMs(attempts: number, sinceFirstMs: number, jitter: number): number | undefined {
  if (sinceFirstMs >= RETRY_FOR_MS) return undefined;
  const fullMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** (attempts - 1));
  return Math.round(fullMs * (0.75 + jitter / 4));
}
