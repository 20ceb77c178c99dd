import type { Coding, Encounter, Extension, Organization, Period, Reference } from '@medplum/fhirtypes';
import { EXTENSION, FINESS, FR_CORE_EXTENSION, FR_CORE_SYSTEM, HL7, SYSTEM } from '../../../fhir/vocabulary.ts';
import { isFiness } from '../../../identity/directory-numbers.ts';
import type { Movement } from '../../intake.ts';
import { missingField } from '../envelope.ts';
import { first, type Repetition, type Segment, segmentOf, text } from '../er7.ts';
import { adtEvent } from '../messages/adt-events.ts';
import { periodFrom } from '../period.ts';
import { became, doubt, type Reading, refuse, refuseCode, timeStampIn } from '../reading.ts';
import { stayIdentifiers } from './identifiers.ts';
import { unitOf } from './unit.ts';
import type { MovementReading } from './zbe.ts';

/** PV1-2, table 0004 of PAM France, as classes of v3-ActCode. N is of messages without a stay. */
const CLASSES: ReadonlyMap<string, string> = new Map(Object.entries({ I: 'IMP', E: 'EMER', O: 'AMB', R: 'AMB', V: 'VR' } as const));

const STATUS: Readonly<Record<Movement['kind'], Encounter['status']>> = {
  'pre-admission': 'planned',
  admission: 'in-progress',
  transfer: 'in-progress',
  'planned-discharge': 'in-progress',
  discharge: 'finished',
  'cancel-pre-admission': 'cancelled',
  'cancel-admission': 'cancelled',
  'cancel-transfer': 'in-progress',
  'cancel-planned-discharge': 'in-progress',
  'cancel-discharge': 'in-progress',
  correction: 'in-progress',
  identity: 'unknown',
};

/** Where a discharge says the patient goes: three codings in three systems (interop.md 7.5). */
const DISPOSITIONS: readonly {
  readonly segment: 'PV1' | 'ZFM';
  readonly field: number;
  readonly system: string;
  readonly codes: readonly string[];
  /** A code that nobody knows: the mode de sortie tells a death, so it is refused; the two others are dropped with a doubt. */
  readonly unknown: 'refused' | 'dropped';
}[] = [
  {
    segment: 'PV1',
    field: 36,
    system: FR_CORE_SYSTEM.circonstancesSortie,
    codes: '2 3 4 5 6 R E F A P S B REO PSA'.split(' '),
    unknown: 'dropped',
  },
  { segment: 'ZFM', field: 2, system: SYSTEM.modeSortie, codes: '0 4 5 6 7 8 9'.split(' '), unknown: 'refused' },
  { segment: 'ZFM', field: 4, system: SYSTEM.destinationSortie, codes: '1 2 3 4 6 7 8'.split(' '), unknown: 'dropped' },
];

/**
 * The stay as a movement describes it: numbers, class, period, where it ends. The establishment is the one that the
 * client is bound to, whatever the message says.
 * @see IHE PAM France 2.11.1 §6.10, §6.17; FR Core fr-core-encounter
 */
export function readStay(reading: Reading, movement: MovementReading): Encounter {
  const [pid, pv1] = [segmentOf(reading.message, 'PID'), segmentOf(reading.message, 'PV1')];
  const serviceProvider = establishment(reading.context.senderFiness);
  if (movement.kind === 'identity') return { resourceType: 'Encounter', status: 'unknown', class: NO_STAY, serviceProvider };
  const identifier = stayIdentifiers(reading, pid, pv1);
  if (pv1 === undefined) reading.refusals.push(missingField('PV1', 'PV1^1'));
  else if (identifier.length === 0) {
    reading.refusals.push(
      missingField('PV1-19', 'PV1^1^19', 'Transmettez le numéro de venue en PV1-19 ou le numéro de dossier en PID-18.'),
    );
  }
  const period = periodOf(reading, pv1, movement);
  const extension = [...expectedDischarge(reading, movement), ...protection(reading)];
  const hospitalization = hospitalizationOf(reading, pv1, movement);
  const location = unitOf(reading);
  return {
    resourceType: 'Encounter',
    ...(extension.length === 0 ? {} : { extension }),
    identifier: [...identifier],
    status: statusOf(movement, period),
    class: classOf(reading, pv1),
    ...(period === undefined ? {} : { period }),
    ...(hospitalization === undefined ? {} : { hospitalization }),
    ...(location === undefined ? {} : { location }),
    serviceProvider,
  };
}

/** R4 requires a class; an identity message has no stay to classify. */
const NO_STAY: Coding = { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'NA' };

function classOf(reading: Reading, pv1: Segment | undefined): Coding {
  const repetition = first(pv1, 2);
  const code = CLASSES.get(text(repetition).toUpperCase());
  if (repetition === undefined) {
    if (pv1 !== undefined) reading.refusals.push(missingField('PV1-2', 'PV1^1^2'));
  } else if (code === undefined) refuseCode(reading, { repetition }, 'I, E, O, R, V');
  else became(reading, { repetition }, 'Encounter.class');
  return code === undefined ? NO_STAY : { system: HL7.actCode, code };
}

/** A correction leaves the stay as the movement that it corrects; a stay in progress with an end in PV1-45 has ended. */
function statusOf(movement: MovementReading, period: Period | undefined): Encounter['status'] {
  const status = STATUS[toldKind(movement)];
  const hasEnded = period?.end !== undefined && movement.kind !== 'cancel-discharge' && movement.kind !== 'planned-discharge';
  return status === 'in-progress' && hasEnded ? 'finished' : status;
}

/** PV1-44 and PV1-45; else the time of the movement that begins or ends the stay; PV2-8 for one that is expected. */
function periodOf(reading: Reading, pv1: Segment | undefined, movement: MovementReading): Period | undefined {
  const pv2 = segmentOf(reading.message, 'PV2');
  const told = toldKind(movement);
  const expected = told === 'pre-admission' ? stamped(reading, pv2, 8, 'Encounter.period.start') : undefined;
  const begins = told === 'admission' || told === 'pre-admission' ? movement.atSaid : undefined;
  const start = stamped(reading, pv1, 44, 'Encounter.period.start') ?? expected ?? begins;
  const end = stamped(reading, pv1, 45, 'Encounter.period.end') ?? (told === 'discharge' ? movement.atSaid : undefined);
  const period = periodFrom(start, end);
  const anchor = first(pv1, 45) ?? first(pv1, 44);
  if (period?.start !== start && anchor !== undefined) doubt(reading, { repetition: anchor }, REVERSED);
  return period;
}

const REVERSED = {
  code: 'stay-reversed',
  err: '102',
  diagnostics: 'The stay would end before it starts: its start was dropped.',
  remedy: 'Vérifiez les dates d’entrée (PV1-44) et de sortie (PV1-45).',
} as const;

/** What the message tells about the stay: its own kind, or for a correction the kind of what it corrects. */
function toldKind({ kind, corrects = '' }: MovementReading): Movement['kind'] {
  const event = kind === 'correction' ? adtEvent(corrects) : undefined;
  return event?.handling === 'taken' ? event.kind : kind;
}

function stamped(reading: Reading, segment: Segment | undefined, field: number, target: string): string | undefined {
  const repetition = first(segment, field);
  const stamp = timeStampIn(reading, segment, field);
  if (repetition !== undefined && stamp !== undefined) became(reading, { repetition }, target);
  return stamp?.dateTime;
}

/** PV2-9, or EVN-3 of a planned discharge (A16), as the FR Core extension. */
function expectedDischarge(reading: Reading, movement: MovementReading): readonly Extension[] {
  if (movement.kind === 'cancel-planned-discharge') return [];
  const places: readonly (readonly ['PV2' | 'EVN', number])[] =
    toldKind(movement) === 'planned-discharge'
      ? [
          ['PV2', 9],
          ['EVN', 3],
        ]
      : [['PV2', 9]];
  for (const [name, field] of places) {
    const segment = segmentOf(reading.message, name);
    const repetition = first(segment, field);
    const stamp = timeStampIn(reading, segment, field);
    if (repetition !== undefined && stamp !== undefined) {
      became(reading, { repetition }, 'Encounter.extension(fr-core-estimated-discharge-date)');
      return [{ url: FR_CORE_EXTENSION.estimatedDischargeDate, valueDate: stamp.date }];
    }
  }
  return [];
}

/** PV2-22 = Y: this stay is protected (L-18). */
function protection(reading: Reading): readonly Extension[] {
  const repetition = first(segmentOf(reading.message, 'PV2'), 22);
  if (repetition === undefined || text(repetition) !== 'Y') return [];
  became(reading, { repetition }, 'Encounter.extension(non-divulgation)');
  return [{ url: EXTENSION.nonDivulgation, valueBoolean: true }];
}

/** PV1-36, PV1-37, ZFM-2, ZFM-4 of a discharge, planned or done, and of its correction: elsewhere they mean nothing. */
function hospitalizationOf(reading: Reading, pv1: Segment | undefined, movement: MovementReading): Encounter['hospitalization'] {
  if (!['discharge', 'planned-discharge'].includes(toldKind(movement))) return undefined;
  const coding = DISPOSITIONS.flatMap((row) => dispositionCoding(reading, row) ?? []);
  const destination = destinationOf(reading, first(pv1, 37));
  if (coding.length === 0 && destination === undefined) return undefined;
  return {
    ...(coding.length === 0 ? {} : { dischargeDisposition: { coding } }),
    ...(destination === undefined ? {} : { destination }),
  };
}

function dispositionCoding(
  reading: Reading,
  { segment, field, system, codes, unknown }: (typeof DISPOSITIONS)[number],
): Coding | undefined {
  const repetition = first(segmentOf(reading.message, segment), field);
  const code = text(repetition);
  if (repetition === undefined || code === '') return undefined;
  if (codes.includes(code)) {
    became(reading, { repetition }, 'Encounter.hospitalization.dischargeDisposition');
    return { system, code };
  }
  if (unknown === 'refused') refuseCode(reading, { repetition }, codes.join(', '));
  else
    doubt(
      reading,
      { repetition },
      {
        code: 'disposition-unknown',
        err: '103',
        diagnostics: `Not one of ${codes.join(', ')}: ignored.`,
        remedy: 'Corrigez le code de sortie.',
      },
    );
  return undefined;
}

function establishment(finess: string): Reference<Organization> {
  return { type: 'Organization', identifier: { system: FINESS, value: finess } };
}

function destinationOf(reading: Reading, dld: Repetition | undefined): Reference<Organization> | undefined {
  const value = text(dld);
  if (dld === undefined || !isFiness(value)) return undefined;
  became(reading, { repetition: dld }, 'Encounter.hospitalization.destination');
  return establishment(value);
}

/** Whether the message says that the patient died: ZFM-2 = 9 of a discharge, or PID-30 = Y (interop.md 7.5). */
export function tellsDeath(reading: Reading, encounter: Encounter): boolean {
  const coding = encounter.hospitalization?.dischargeDisposition?.coding ?? [];
  const died = coding.some(({ system, code }) => system === SYSTEM.modeSortie && code === '9');
  const pid = segmentOf(reading.message, 'PID');
  return died || text(first(pid, 30)) === 'Y' || text(first(pid, 29)) !== '';
}

const FEEDING = ['NA', 'IO', 'INO'] as const;

/** ZFA-9. An unknown code is refused: to read it as "not opposed" would feed a DMP against the patient. */
export function dmpFeedingOf(reading: Reading): Movement['dmpFeeding'] {
  const repetition = first(segmentOf(reading.message, 'ZFA'), 9);
  const code = text(repetition);
  if (repetition === undefined || code === '') return undefined;
  const feeding = FEEDING.find((one) => one === code);
  if (feeding === undefined) {
    refuse(
      reading,
      { repetition },
      {
        code: 'dmp-feeding-unknown',
        err: '103',
        diagnostics: 'ZFA-9 is none of NA, IO, INO.',
        remedy: 'Corrigez le recueil de l’opposition à l’alimentation du DMP en ZFA-9 : NA, IO ou INO.',
      },
    );
  } else became(reading, { repetition }, 'Movement.dmpFeeding');
  return feeding;
}
