import { addDays, type Instant, instantOf, type ParisDay, parisDay, parisWallToEpochMs } from '../../../lib/platform/instant.ts';

/** The past discharge: ten days before the first start, so that the hospital still treats (contracts.md 2; A-27). */
export const DISCHARGED_DAYS_AGO = 10;

/** Moments of the demo's past, counted in calendar days of Europe/Paris from its first start. */
export type DemoCalendar = { readonly day: (daysAgo: number) => ParisDay; readonly at: (daysAgo: number, wallTime: string) => Instant };

/** @param firstStart the service's clock when the demo was seeded */
export function demoCalendar(firstStart: Instant): DemoCalendar {
  const day = (daysAgo: number): ParisDay => addDays(parisDay(firstStart), -daysAgo);
  return { day, at: (daysAgo, wallTime) => instantOf(parisWallToEpochMs(Date.parse(`${day(daysAgo)}T${wallTime}:00Z`))) };
}
