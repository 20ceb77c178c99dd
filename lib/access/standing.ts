import type { Ref } from '../fhir/types.ts';
import { addDays, type Instant, shift, startOfParisDay } from '../platform/instant.ts';
import { columnOf, consentState, type StateColumn } from './consent-state.ts';
import type { ConsentState, Facts, StayFact } from './facts.ts';
import { covers, DAY_MS } from './moments.ts';
import type { Requester, Role } from './requester.ts';

/** Rows of domain.md 4.4. */
export type Row =
  | 'A-40'
  | 'A-41'
  | 'A-42'
  | 'A-43'
  | 'A-44'
  | 'A-45'
  | 'A-30'
  | 'A-46'
  | 'A-47'
  | 'A-49'
  | 'A-50'
  | 'A-51'
  | 'A-52'
  | 'A-53'
  | 'A-55'
  | 'A-56';

/** Who asks, in which row, of a person in which state. */
export type Standing = {
  readonly facts: Facts;
  readonly requester: Requester;
  readonly at: Instant;
  /** References that name the requester himself. */
  readonly mine: readonly Ref[];
  readonly row: Row;
  /** The person's consent towards the network, and the column of 4.5 that it is read in. */
  readonly state: ConsentState | 'none';
  readonly column: StateColumn;
  /** Accepted member of the circle, in period. */
  readonly inCircle: boolean;
};

/** A-27, [ours]: how long a hospital still treats after the discharge. */
const TREATING_DAYS_AFTER_DISCHARGE = 30;

/** Row by role: in the circle as médecin traitant, in it otherwise, outside; `undefined` = no row, so no right. */
const ROW_OF_ROLE: Readonly<Record<Role, { readonly mt: Row; readonly circle: Row; readonly outside: Row } | undefined>> = {
  hospital: { mt: 'A-41', circle: 'A-41', outside: 'A-41' }, // A-40 by its stays, not by the circle
  clinician: { mt: 'A-44', circle: 'A-44', outside: 'A-44' },
  gp: { mt: 'A-42', circle: 'A-43', outside: 'A-44' },
  nurse: { mt: 'A-45', circle: 'A-45', outside: 'A-44' },
  social: { mt: 'A-30', circle: 'A-30', outside: 'A-44' },
  coordinator: { mt: 'A-46', circle: 'A-46', outside: 'A-46' },
  dashboard: { mt: 'A-47', circle: 'A-47', outside: 'A-47' },
  patient: { mt: 'A-49', circle: 'A-49', outside: 'A-49' },
  representative: { mt: 'A-50', circle: 'A-50', outside: 'A-50' },
  dmp: { mt: 'A-51', circle: 'A-51', outside: 'A-51' },
  admin: { mt: 'A-52', circle: 'A-52', outside: 'A-52' },
  dpo: { mt: 'A-53', circle: 'A-53', outside: 'A-53' },
  association: { mt: 'A-55', circle: 'A-55', outside: 'A-56' },
  'other-field': { mt: 'A-56', circle: 'A-56', outside: 'A-56' },
  none: undefined,
};

/** Row of domain.md 4.4 for a requester when no patient is spoken of: directory, subscriptions, own trace. */
export function rowOutside({ role }: Requester): Row | undefined {
  return ROW_OF_ROLE[role]?.outside;
}

export function standingOf(facts: Facts, requester: Requester, at: Instant): Standing | undefined {
  const rows = ROW_OF_ROLE[requester.role];
  if (!rows) return undefined;
  const mine = referencesOf(requester);
  const places = facts.circle.filter((place) => mine.includes(place.member) && covers(place, at));
  const inCircle = places.length > 0;
  const row =
    requester.role === 'hospital' && treats(facts, requester, at)
      ? 'A-40'
      : rowIn(
          rows,
          inCircle,
          places.some(({ medecinTraitant }) => medecinTraitant),
        );
  const state = consentState(facts, at);
  return { facts, requester, at, mine, row, inCircle, state, column: columnOf(state) };
}

function rowIn(rows: { readonly mt: Row; readonly circle: Row; readonly outside: Row }, inCircle: boolean, medecinTraitant: boolean): Row {
  if (!inCircle) return rows.outside;
  return medecinTraitant ? rows.mt : rows.circle;
}

/** References under which the requester is addressed, owns and is opposed: himself, his practitioner; a hospital, its structure. */
export function referencesOf({ role, reference, practitioner, structure }: Requester): readonly Ref[] {
  return [reference, ...(practitioner ? [practitioner] : []), ...(role === 'hospital' && structure ? [structure.reference] : [])];
}

/** Opposition may name the person or the structure that he works for. */
export function opposableReferences(requester: Requester): readonly Ref[] {
  return [...referencesOf(requester), ...(requester.structure ? [requester.structure.reference] : [])];
}

/** from admission or accepted pre-admission to 30 days after discharge; cancelled, at once no more. */
function treats(facts: Facts, requester: Requester, at: Instant): boolean {
  const own = referencesOf(requester);
  return facts.stays.some((stay) => own.includes(stay.structure) && isUnderCare(stay, at));
}

function isUnderCare({ status, until }: StayFact, at: Instant): boolean {
  if (status === 'planned' || status === 'in-progress') return true;
  return status === 'finished' && until !== undefined && at < shift(until, TREATING_DAYS_AFTER_DISCHARGE * DAY_MS);
}

/** a coordinator acts on an open referral, or on an episode: a stay that is not yet 30 days past. */
export function actsOnOpenWork({ facts, at }: Standing): boolean {
  return facts.referrals.some(({ open }) => open) || facts.stays.some((stay) => isUnderCare(stay, at));
}

/** Who takes part in the care: circle, treating hospital, coordinator with open work. */
export function takesPart(standing: Standing): boolean {
  const { row, inCircle, requester } = standing;
  if (row === 'A-40') return true;
  if (row !== 'A-46') return inCircle;
  return (inCircle || requester.network.kind === 'dac') && actsOnOpenWork(standing);
}

/** First moment of the day on which somebody born that day is `years` old, in Europe/Paris; born on 29 February: on 1 March. */
function birthdayStart(birthDate: string | undefined, years: number): Instant | undefined {
  const [, year, monthAndDay] = /^(\d{4})-(\d{2}-\d{2})$/.exec(birthDate ?? '') ?? [];
  if (year === undefined || monthAndDay === undefined) return undefined;
  const day = addDays(`${Number(year) + years}-${monthAndDay}`, 0);
  return startOfParisDay(day);
}

export function isMinor({ patient }: Facts, at: Instant): boolean {
  const majority = birthdayStart(patient.birthDate, 18);
  return majority !== undefined && at < majority;
}
