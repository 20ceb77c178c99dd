import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addDuration, loadClock, momentAsked, readOffsetMs } from '../../functions/local/clock-control.ts';
import { now } from '../../lib/platform/clock.ts';
import { epochMsOf, instantOf, shift } from '../../lib/platform/instant.ts';

const noon = '2026-03-01T12:00:00.000Z';

describe('a duration forward', () => {
  it.each([
    { duration: 'PT8H', want: '2026-03-01T20:00:00.000Z' },
    { duration: 'PT90M', want: '2026-03-01T13:30:00.000Z' },
    { duration: 'PT0.5S', want: '2026-03-01T12:00:00.500Z' },
    { duration: 'P1D', want: '2026-03-02T12:00:00.000Z' },
    { duration: 'P2W', want: '2026-03-15T12:00:00.000Z' },
    { duration: 'P1Y2M3DT4H5M6S', want: '2027-05-04T16:05:06.000Z' },
    { duration: 'PT0S', want: noon },
  ])('$duration', ({ duration, want }) => expect(addDuration(noon, duration)).toBe(want));

  it.each(['', 'P', 'PT', 'P1DT', '-PT1H', 'PT-1H', '8H', 'PT8h', 'P1H', 'P99999Y'])('"%s" is none', (text) =>
    expect(addDuration(noon, text)).toBeUndefined(),
  );
});

describe('what POST /local/clock asks for', () => {
  it.each<{ story: string; body: unknown; want: string }>([
    { story: 'a duration', body: { advance: 'PT8H' }, want: '2026-03-01T20:00:00.000Z' },
    { story: 'a moment', body: { now: '2026-03-02T09:00:00+01:00' }, want: '2026-03-02T08:00:00.000Z' },
    { story: 'the present moment', body: { now: noon }, want: noon },
  ])('$story', ({ body, want }) => expect(momentAsked(body, noon)).toEqual({ ok: true, value: want }));

  it.each<{ story: string; body: unknown; code: string }>([
    { story: 'a moment that is past', body: { now: '2026-03-01T11:59:59Z' }, code: 'clock-backwards' },
    { story: 'a moment without offset', body: { now: '2026-03-02T09:00:00' }, code: 'clock-malformed' },
    { story: 'a day that the calendar does not have', body: { now: '2026-13-31T09:00:00Z' }, code: 'clock-malformed' },
    { story: 'both at once', body: { now: noon, advance: 'PT1H' }, code: 'clock-malformed' },
    { story: 'nothing', body: {}, code: 'clock-malformed' },
    { story: 'no object', body: 'PT8H', code: 'clock-malformed' },
    { story: 'no body', body: undefined, code: 'clock-malformed' },
  ])('is refused: $story', ({ body, code }) => {
    expect(momentAsked(body, noon)).toMatchObject({ ok: false, refusals: [{ category: 'not-understood', code }] });
  });

  it('is never before now, whatever the duration', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.nat(90_000), (months, days, seconds) => {
        const asked = momentAsked({ advance: `P${months}M${days}DT${seconds}S` }, noon);
        expect(asked.ok && asked.value >= noon).toBe(true);
      }),
    );
  });
});

describe('a moved clock', () => {
  let dataDir = '';
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'relais-clock-'));
  });
  afterEach(async () => {
    delete process.env.CLOCK_OFFSET_MS;
    await rm(dataDir, { recursive: true, force: true });
  });

  it('runs on from where it was set, and survives a restart', async () => {
    const clock = await loadClock(dataDir);
    const target = shift(now(), 8 * 3_600_000);
    await clock.moveTo(target);
    expect(epochMsOf(now()) - epochMsOf(target)).toBeLessThan(1_000);
    delete process.env.CLOCK_OFFSET_MS;
    await loadClock(dataDir);
    expect(now() >= target).toBe(true);
  });

  it('is the machine’s own where nobody moved it', async () => {
    await loadClock(dataDir);
    expect(await readOffsetMs(dataDir)).toBe(0);
    expect(Math.abs(epochMsOf(now()) - epochMsOf(instantOf(Date.now())))).toBeLessThan(1_000);
  });
});
