import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RETRY_FOR_MS, RETRY_MAX_MS, retryAfterMs } from '../../lib/exchange/backoff.ts';

describe('retries of a notification (contracts.md 7)', () => {
  it('begin at one second and double', () => {
    expect([1, 2, 3, 4].map((attempts) => retryAfterMs(attempts, 0, 1))).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  it('never wait more than five minutes, never less than three quarters of the step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, jitter) => {
        const waitMs = retryAfterMs(attempts, 1, jitter);
        expect(waitMs).toBeLessThanOrEqual(RETRY_MAX_MS);
        expect(waitMs).toBeGreaterThanOrEqual(750);
      }),
    );
  });

  it('end after 24 hours', () => {
    expect(retryAfterMs(50, RETRY_FOR_MS - 1, 0)).toBeDefined();
    expect(retryAfterMs(50, RETRY_FOR_MS, 0)).toBeUndefined();
  });
});
