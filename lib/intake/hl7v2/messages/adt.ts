import type { Intake, Movement } from '../../intake.ts';
import { first, type Message, segmentsOf, text } from '../er7.ts';
import type { Hl7Result, Hl7Warning } from '../hl7-refusal.ts';
import { beginReading, type Hl7Context, type Reading } from '../reading.ts';
import { readPatient } from '../segments/pid.ts';
import { namedMedecinTraitant } from '../segments/rol.ts';
import { dmpFeedingOf, readStay, tellsDeath } from '../segments/stay.ts';
import { readMovement } from '../segments/zbe.ts';
import type { AdtEvent } from './adt-events.ts';

/** Segments that speak of one patient and one movement: a second one would mix two. */
const ONCE: readonly string[] = ['MSH', 'EVN', 'PID', 'PV1', 'PV2', 'ZBE', 'ZFA', 'ZFM'];

/**
 * One ADT message as an Intake: identity, and the movement with its stay. All ADT structures share these segments; what
 * differs by event is its row in `adt-events.ts`. Segments without a reader here (ZFS, IN1, DG1…) are never stored.
 * @returns every refusal that the message earns, each with its place
 * @see IHE PAM France 2.11.1 §5, §6
 */
export function adtToIntake(
  message: Message,
  trigger: string,
  event: Extract<AdtEvent, { handling: 'taken' }>,
  context: Hl7Context,
): Hl7Result<Intake> {
  const reading = beginReading(message, context);
  refuseRepeatedSegments(reading);
  noteFacility(reading);
  const { patient, keys } = readPatient(reading);
  const movement = movementOf(reading, trigger, event);
  const [refusal, ...others] = reading.refusals;
  if (refusal !== undefined) return { ok: false, refusals: [refusal, ...others] };
  return {
    ok: true,
    value: {
      patient,
      identityKeys: keys,
      ...(movement === undefined ? {} : { movement }),
      documents: [],
      warnings: reading.warnings,
      mapping: reading.mapping,
      ...(reading.deletions.length === 0 ? {} : { deletions: reading.deletions }),
    },
  };
}

/** Absent only when the message is refused. */
function movementOf(reading: Reading, trigger: string, event: Extract<AdtEvent, { handling: 'taken' }>): Movement | undefined {
  const { at, atSaid, ...told } = readMovement(reading, trigger, event);
  const encounter = readStay(reading, { ...told, ...(atSaid === undefined ? {} : { atSaid }) });
  const dmpFeeding = dmpFeedingOf(reading);
  if (at === undefined) return undefined;
  const doctor = namedMedecinTraitant(reading, at);
  return {
    ...told,
    at,
    encounter,
    ...(doctor === undefined ? {} : { namedMedecinTraitant: doctor }),
    ...(dmpFeeding === undefined ? {} : { dmpFeeding }),
    ...(tellsDeath(reading, encounter) ? { death: true } : {}),
  };
}

export function refuseRepeatedSegments(reading: Reading): void {
  for (const name of ONCE) {
    const second = segmentsOf(reading.message, name)[1];
    if (second !== undefined) {
      reading.refusals.push({
        category: 'unprocessable',
        code: 'segment-repeated',
        ack: 'AE',
        err: '198',
        expression: name,
        location: `${name}^2`,
        diagnostics: `${name} may be there once; ADT carries one patient and one movement.`,
        remedy: 'Envoyez un message par patient et par mouvement.',
      });
    }
  }
}

/** A facility that the client did not declare is a warning: the client is bound to one FINESS anyway (contracts.md 5). */
export function noteFacility({ message, context, warnings }: Reading): void {
  const name = text(first(message.segments[0], 4));
  if (context.declaredFacilities === undefined || context.declaredFacilities.includes(name)) return;
  const warning: Hl7Warning = {
    code: 'facility-undeclared',
    expression: 'MSH-4',
    location: 'MSH^1^4',
    diagnostics: 'MSH-4 is no facility that this client declared; the stay belongs to the establishment of the client.',
    remedy: 'Déclarez l’établissement émetteur auprès du réseau.',
  };
  warnings.push(warning);
}
