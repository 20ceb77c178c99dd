import type { Encounter, Extension, Identifier, Period } from '@medplum/fhirtypes';
import type { Ref } from '../../fhir/types.ts';
import { EXTENSION, FR_CORE_EXTENSION, HL7 } from '../../fhir/vocabulary.ts';
import { epochMsOf } from '../../platform/instant.ts';
import { withExtension } from '../etat.ts';
import { all, type Situation } from '../types.ts';
import type { HospitalMovement, Told } from './movement.ts';
import { type Course, type Recorded, toExtension } from './record.ts';

/** Stays of one establishment; one whose establishment nobody said is taken as its own. */
export function staysOf(situation: Situation, hospital: Ref): readonly Encounter[] {
  return all(situation.compartment, 'Encounter').filter(({ serviceProvider }) => (serviceProvider?.reference ?? hospital) === hospital);
}

/**
 * The stay that a movement speaks of: same venue number (authority and value, trap 6), else, when one of the two says no
 * venue, the same dossier or no number in common at all but overlapping times.
 */
export function stayOfMovement({ encounter, at }: HospitalMovement, situation: Situation, hospital: Ref): Encounter | undefined {
  const stays = staysOf(situation, hospital);
  const venue = numbers(encounter, 'VN');
  const byVenue = stays.find((stay) => shared(numbers(stay, 'VN'), venue));
  if (byVenue) return byVenue;
  const candidates = stays.filter((stay) => venue.length === 0 || numbers(stay, 'VN').length === 0);
  const folder = numbers(encounter, 'AN');
  const sameFolder = candidates.filter((stay) => shared(numbers(stay, 'AN'), folder));
  const contains = (stay: Encounter): boolean => isDuring(stay, epochMsOf(at));
  return sameFolder.find(contains) ?? sameFolder.at(-1) ?? (folder.length === 0 ? candidates.find(contains) : undefined);
}

function numbers({ identifier = [] }: Encounter, type: 'VN' | 'AN'): readonly Identifier[] {
  return identifier.filter((one) => one.type?.coding?.some(({ code }) => code === type) === true);
}

function shared(some: readonly Identifier[], others: readonly Identifier[]): boolean {
  return some.some((one) => others.some((other) => isSameNumber(one, other)));
}

function isSameNumber(one: Identifier, other: Identifier): boolean {
  return one.system === other.system && one.value === other.value;
}

function isDuring({ period, status }: Encounter, atMs: number): boolean {
  if (status === 'cancelled' || period?.start === undefined) return false;
  return epochMsOf(period.start) <= atMs && (period.end === undefined || atMs <= epochMsOf(period.end));
}

export type StayContext = {
  readonly id: string;
  readonly patient: Ref;
  readonly hospital: Ref;
  readonly episode: Ref;
};

/** The stay as one more message leaves it: what the message does not say stays as it is known. */
export function stayAfter(
  known: Encounter | undefined,
  movement: HospitalMovement,
  told: Told | undefined,
  moves: readonly Recorded[],
  course: Course,
  { id, patient, hospital, episode }: StayContext,
): Encounter {
  const said = movement.encounter;
  const isNews = known === undefined || (!movement.historic && told?.action !== 'cancel');
  const period = periodAfter(known?.period, movement, told, course);
  const hospitalization = hospitalizationAfter(known, movement, told, course);
  const { period: _period, hospitalization: _hospitalization, ...kept } = known ?? {};
  const base: Encounter = { resourceType: 'Encounter', status: course.encounter, class: said.class, ...kept };
  return {
    ...base,
    id,
    extension: extensionsAfter(known, movement, course, moves, isNews),
    identifier: [
      ...(known?.identifier ?? []),
      ...(said.identifier ?? []).filter((one) => known?.identifier?.some((other) => isSameNumber(one, other)) !== true),
    ],
    status: course.encounter,
    class: isNews && said.class?.system === HL7.actCode ? said.class : base.class,
    subject: { reference: patient },
    ...(period ? { period } : {}),
    ...(hospitalization ? { hospitalization } : {}),
    serviceProvider: { ...said.serviceProvider, ...known?.serviceProvider, reference: hospital },
    episodeOfCare: [{ reference: episode }],
  };
}

/** The start as the latest admission says it; an end only while a discharge lives. */
function periodAfter(known: Period | undefined, movement: HospitalMovement, told: Told | undefined, course: Course): Period | undefined {
  const said = movement.encounter.period;
  const isExpected = told?.kind === 'pre-admission' && course.encounter !== 'planned' && course.encounter !== 'cancelled';
  const tellsStart = said?.start !== undefined && told?.action !== 'cancel' && !(isExpected && known?.start !== undefined);
  const start = tellsStart ? said?.start : (known?.start ?? said?.start);
  const tellsEnd = told?.kind === 'discharge' && told.action !== 'cancel' && movement.at === course.discharge?.at;
  const end = course.discharge ? ((tellsEnd ? said?.end : known?.end) ?? course.discharge.at) : undefined;
  if (start === undefined && end === undefined) return undefined;
  // A start after the end is a slip of the sender: the end, which opens the clock of L-08, is kept.
  const isReversed = start !== undefined && end !== undefined && epochMsOf(start) > epochMsOf(end);
  return { ...(start === undefined || isReversed ? {} : { start }), ...(end === undefined ? {} : { end }) };
}

/** Disposition and destination live as long as a discharge, planned or done, does. */
function hospitalizationAfter(
  known: Encounter | undefined,
  { encounter }: HospitalMovement,
  told: Told | undefined,
  { discharge, isPlanned }: Course,
): Encounter['hospitalization'] {
  const { dischargeDisposition, destination, ...rest } = known?.hospitalization ?? {};
  const leaves = discharge !== undefined || isPlanned;
  const isOlder = told?.kind === 'planned-discharge' && discharge !== undefined;
  const said = told?.action === 'cancel' || isOlder ? undefined : encounter.hospitalization;
  const merged = {
    ...rest,
    ...(leaves && dischargeDisposition ? { dischargeDisposition } : {}),
    ...(leaves && destination ? { destination } : {}),
    ...(leaves ? said : {}),
  };
  return Object.keys(merged).length > 0 ? merged : undefined;
}

/** Told by the message, beside what is known; the movements last. */
function extensionsAfter(
  known: Encounter | undefined,
  { encounter, dmpFeeding, historic }: HospitalMovement,
  { isPlanned, discharge }: Course,
  moves: readonly Recorded[],
  isNews: boolean,
): Extension[] {
  const isOver = (url: string): boolean => url === FR_CORE_EXTENSION.estimatedDischargeDate && !isPlanned && !discharge;
  const former = (known?.extension ?? []).filter(({ url }) => url !== EXTENSION.mouvement && !isOver(url));
  const said = [
    ...(isNews ? (encounter.extension ?? []) : []),
    // NA = not asked: it says nothing against an opposition already told (interop.md 7.6).
    ...(dmpFeeding && dmpFeeding !== 'NA' && !(historic && known) ? [{ url: EXTENSION.alimentationDmp, valueCode: dmpFeeding }] : []),
  ];
  const { extension = [] } = said.reduce<{ extension?: Extension[] }>((holder, one) => withExtension(holder, one), { extension: former });
  return [...extension, ...moves.map(toExtension)];
}
