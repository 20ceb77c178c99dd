import { addDays, endOfParisDay, type Instant, type ParisDay, parisDay } from '../platform/instant.ts';

const FIXED_HOLIDAYS: readonly string[] = ['01-01', '05-01', '05-08', '07-14', '08-15', '11-01', '11-11', '12-25'];
/** Days after Easter Sunday: Easter Monday, Ascension, Whit Monday. */
const MOVABLE_HOLIDAYS: readonly number[] = [1, 39, 50];
const GOOD_FRIDAY = -2;

/** Easter Sunday of a year of the Gregorian calendar (Meeus/Jones/Butcher). */
export function easter(year: number): ParisDay {
  const a = year % 19;
  const century = Math.floor(year / 100);
  const inCentury = year % 100;
  const shifted = century - Math.floor((century + 8) / 25) + 1;
  const epact = (19 * a + century - Math.floor(century / 4) - Math.floor(shifted / 3) + 15) % 30;
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7;
  const late = Math.floor((a + 11 * epact + 22 * weekday) / 451);
  const monthAndDay = epact + weekday - 7 * late + 114;
  const month = Math.floor(monthAndDay / 31);
  const day = (monthAndDay % 31) + 1;
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/**
 * Whether a day is a French public holiday (code du travail L3133-1; L3134-13 for Alsace-Moselle).
 * @param alsaceMoselle adds Good Friday and 26 December
 */
export function isHoliday(day: ParisDay, alsaceMoselle = false): boolean {
  const easterSunday = easter(Number(day.slice(0, 4)));
  const monthDay = day.slice(5);
  if (FIXED_HOLIDAYS.includes(monthDay)) return true;
  if (MOVABLE_HOLIDAYS.some((after) => addDays(easterSunday, after) === day)) return true;
  return alsaceMoselle && (monthDay === '12-26' || addDays(easterSunday, GOOD_FRIDAY) === day);
}

/** Jour ouvré: Monday to Friday, no public holiday. */
export function isWorkingDay(day: ParisDay, alsaceMoselle = false): boolean {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !isHoliday(day, alsaceMoselle);
}

/**
 * The end (23:59:59 Europe/Paris) of the n-th working day after the day on which `from` falls (domain.md 2,
 * conventions); the day itself never counts.
 * @param workingDays 1 or more
 */
export function afterWorkingDays(from: Instant, workingDays: number, { alsaceMoselle }: { readonly alsaceMoselle: boolean }): Instant {
  let day = parisDay(from);
  for (let counted = 0; counted < workingDays; ) {
    day = addDays(day, 1);
    if (isWorkingDay(day, alsaceMoselle)) counted += 1;
  }
  return endOfParisDay(day);
}

/** The end of the n-th calendar day after the day on which `from` falls. */
export function afterDays(from: Instant, days: number): Instant {
  return endOfParisDay(addDays(parisDay(from), days));
}

/** The same day of the month, a number of months later; the last day of a shorter month. */
export function addMonths(day: ParisDay, months: number): ParisDay {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, lastOfMonth))).toISOString().slice(0, 10);
}
