import { type Instant, instantOf } from './instant.ts';

/** The service's clock: the machine's, moved by CLOCK_OFFSET_MS, which only the local profile ever sets (infra's tests say so). */
export function now(): Instant {
  return instantOf(Date.now() + Number(process.env.CLOCK_OFFSET_MS ?? 0));
}

/** The machine's own clock, by which tokens expire. */
export function machineNow(): Date {
  return new Date();
}
