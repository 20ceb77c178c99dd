import type { Identifier } from '@medplum/fhirtypes';
import type { Instant } from '../../../platform/instant.ts';
import type { Movement } from '../../intake.ts';
import { systemOfEi } from '../authorities.ts';
import { missingField } from '../envelope.ts';
import { first, type Repetition, type Segment, segmentOf, text } from '../er7.ts';
import type { Hl7Warning } from '../hl7-refusal.ts';
import { type AdtEvent, adtEvent, mayBeCorrected } from '../messages/adt-events.ts';
import { became, doubt, type Reading, refuse, refuseCode, timeStampIn } from '../reading.ts';

type TakenEvent = Extract<AdtEvent, { handling: 'taken' }>;

export type MovementReading = Pick<Movement, 'kind' | 'movementId' | 'corrects' | 'historic'> & {
  /** Absent only when the message was refused. */
  readonly at?: Instant;
  /** As precisely as said, for the period of the stay. */
  readonly atSaid?: string;
};

/** Fields of a ZBE, wherever its sender put them. */
type Fields = { readonly action: number; readonly historic: number; readonly trigger: number; readonly shifted: boolean };

const ACTIONS: readonly string[] = ['INSERT', 'UPDATE', 'CANCEL'];
const REGULAR: Fields = { action: 4, historic: 5, trigger: 6, shifted: false };
const SHIFTED: Fields = { action: 5, historic: 6, trigger: 7, shifted: true };

/**
 * The movement that a message tells: which, when, current or historical, and what it undoes or corrects.
 * The national discharge template has its ZBE shifted by one field (trap 8): it is realigned with a warning, and the
 * time of the movement is then EVN-6, because ZBE-2 holds the admission.
 * @see IHE PAM France 2.11.1 §6.13; interop.md 7.3
 */
export function readMovement(reading: Reading, trigger: string, event: TakenEvent): MovementReading {
  const zbe = segmentOf(reading.message, 'ZBE');
  const fields = layoutOf(reading, zbe);
  const movementId = movementIdOf(reading, zbe, event.kind);
  const action = text(first(zbe, fields.action)).toUpperCase();
  const kind = kindOf(reading, event, first(zbe, fields.action), action);
  const corrects = correctsOf(reading, trigger, event, kind, zbe, fields);
  const when = timeOf(reading, zbe, fields, event.kind);
  return {
    kind,
    historic: text(first(zbe, fields.historic)) === 'Y',
    ...(movementId === undefined ? {} : { movementId }),
    ...(corrects === undefined ? {} : { corrects }),
    ...(when?.instant === undefined ? {} : { at: when.instant, atSaid: when.dateTime }),
  };
}

function layoutOf(reading: Reading, zbe: Segment | undefined): Fields {
  const fifth = first(zbe, 5);
  if (fifth === undefined || text(first(zbe, 4)) !== '' || !ACTIONS.includes(text(fifth))) return REGULAR;
  doubt(
    reading,
    { repetition: fifth },
    {
      code: 'zbe-shifted',
      diagnostics: 'ZBE-4 is empty and ZBE-5 holds the action: ZBE was read shifted by one field, the time was taken from EVN-6.',
      remedy: 'Placez l’action en ZBE-4, l’indicateur historique en ZBE-5 et l’événement d’origine en ZBE-6.',
    },
  );
  return SHIFTED;
}

function movementIdOf(reading: Reading, zbe: Segment | undefined, kind: Movement['kind']): Identifier | undefined {
  const ei = first(zbe, 1);
  const value = text(ei);
  if (ei === undefined || value === '') {
    if (kind !== 'identity') reading.warnings.push(UNNUMBERED);
    return undefined;
  }
  became(reading, { repetition: ei }, 'Movement.movementId');
  return { system: systemOfEi(reading, ei), value };
}

const UNNUMBERED: Hl7Warning = {
  code: 'movement-without-number',
  err: '101',
  expression: 'ZBE-1',
  location: 'ZBE^1^1',
  diagnostics: 'ZBE-1 says nothing: this movement can be cancelled or corrected only as the latest one of its kind.',
  remedy: 'Transmettez l’identifiant du mouvement en ZBE-1.',
};

/** A07 with CANCEL undoes an A06 and the reverse (interop.md 7.2): there the action decides; elsewhere it must agree with the event. */
function kindOf(reading: Reading, event: TakenEvent, repetition: Repetition | undefined, action: string): Movement['kind'] {
  if (repetition === undefined || event.kind === 'identity') return event.kind;
  const at = { repetition };
  if (!ACTIONS.includes(action)) refuseCode(reading, at, ACTIONS.join(', '));
  else if (event.kind === 'transfer' && action === 'CANCEL') return 'cancel-transfer';
  else if (action !== expectedAction(event)) disagree(reading, repetition, action, event);
  return event.kind;
}

function expectedAction(event: TakenEvent): string {
  if (event.kind === 'correction') return 'UPDATE';
  return event.cancels === undefined ? 'INSERT' : 'CANCEL';
}

function disagree(reading: Reading, repetition: Repetition, action: string, event: TakenEvent): void {
  const finding = {
    code: 'action-disagrees',
    err: '103',
    diagnostics: `The action of ZBE is not the one of this event, which is ${expectedAction(event)}.`,
    remedy: `Indiquez ${expectedAction(event)} en ZBE-4, ou envoyez l’événement qui correspond à l’action.`,
  } as const;
  // A second INSERT of a movement is its update; the opposite action would do the opposite of one of the two.
  if (action === 'UPDATE' && expectedAction(event) === 'INSERT') doubt(reading, { repetition }, finding);
  else refuse(reading, { repetition }, finding);
}

/** ZBE-6; a cancel that does not say it undoes what its event is for. A Z99 without it corrects nothing: AE 101. */
function correctsOf(
  reading: Reading,
  trigger: string,
  event: TakenEvent,
  kind: Movement['kind'],
  zbe: Segment | undefined,
  fields: Fields,
): string | undefined {
  const repetition = first(zbe, fields.trigger);
  const said = text(repetition).toUpperCase();
  if (event.kind === 'correction' && said === '') reading.refusals.push(missingField('ZBE-6', 'ZBE^1^6'));
  if (event.kind === 'correction' && repetition !== undefined && said !== '' && !mayBeCorrected(said)) {
    refuseCode(reading, { repetition }, 'A01, A02, A03, A04, A05…');
  }
  const isCancel = event.cancels !== undefined || kind !== event.kind;
  if (!isCancel && event.kind !== 'correction') return undefined;
  if (repetition !== undefined && adtEvent(said) !== undefined) {
    became(reading, { repetition }, 'Movement.corrects');
    return said;
  }
  return event.cancels ?? (isCancel ? trigger : undefined);
}

/** ZBE-2, else EVN-6, else EVN-2, which is only when the message was recorded (traps 29, 49). */
function timeOf(reading: Reading, zbe: Segment | undefined, { shifted }: Fields, kind: Movement['kind']): ReturnType<typeof timeStampIn> {
  const evn = segmentOf(reading.message, 'EVN');
  const refusalsBefore = reading.refusals.length;
  const [moved, occurred] = [[zbe, 2] as const, [evn, 6] as const];
  // In the shifted template ZBE-2 is the admission: no time at all for a discharge.
  const realigned = kind === 'discharge' ? [occurred] : [occurred, moved];
  const candidates = shifted ? realigned : [moved, occurred];
  for (const [segment, field] of [...candidates, [evn, 2] as const]) {
    const stamp = timeStampIn(reading, segment, field);
    const repetition = first(segment, field);
    if (stamp !== undefined && repetition !== undefined) {
      if (stamp.instant === undefined) refuse(reading, { repetition }, NO_DAY);
      if (segment === evn && field === 2 && kind !== 'identity') doubt(reading, { repetition }, RECORDED_ONLY);
      became(reading, { repetition }, 'Movement.at');
      return stamp;
    }
    if (reading.refusals.length > refusalsBefore) return undefined;
  }
  reading.refusals.push(missingField('ZBE-2', 'ZBE^1^2', 'Indiquez la date du mouvement en ZBE-2.'));
  return undefined;
}

const NO_DAY = {
  code: 'movement-without-day',
  err: '102',
  diagnostics: 'The time of a movement is at least a day.',
  remedy: 'Indiquez le jour et l’heure du mouvement.',
} as const;

const RECORDED_ONLY = {
  code: 'movement-time-unknown',
  diagnostics: 'Neither ZBE-2 nor EVN-6 says when it happened: EVN-2, when it was recorded, was taken.',
  remedy: 'Indiquez la date du mouvement en ZBE-2.',
};
