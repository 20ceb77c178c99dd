import type { DocumentReference, Encounter, EpisodeOfCare, Reference, Task } from '@medplum/fhirtypes';
import type { Ref, RelaisResource } from '../../fhir/types.ts';
import { endOfParisDay, epochMsOf, type Instant, parisDay } from '../../platform/instant.ts';
import { accepted, type Result, type Warning } from '../../platform/refusal.ts';
import { refOf } from '../refs.ts';
import type { Situation } from '../types.ts';
import type { IntakeEffects, Intaken } from './apply-movement.ts';
import { episodeOfStay, episodeStateOf, movedTo, newEpisode, tasksOf } from './episode.ts';
import { isLetterLate, letterLate } from './late.ts';
import { letterTask, receiptTasks, withLetter } from './receipt.ts';
import { AWAITING_LETTER } from './states.ts';
import { staysOf } from './stay.ts';

const TOLERANCE_MS = 86_400_000;

/** What a document says of the stay that it speaks of. */
export type LetterPeriod = { readonly start?: Instant; readonly end?: Instant };

/**
 * A lettre de liaison arrived (domain.md 2, M6; L-08; contracts.md 5). It belongs to the stay of the same patient in the
 * sender's establishment whose period overlaps its own by a day of tolerance: it closes the hospital's Task, on time or
 * late, and asks the médecin traitant to take it into account. Before the discharge it is attached, and no clock will
 * start. Without such a stay it makes a closed episode of its own, with a warning, and closes no clock.
 * @returns the episode as carrier, and the document with its stay and episode among the writes
 */
export function letterReceived(
  document: DocumentReference,
  period: LetterPeriod | undefined,
  situation: Situation,
  { patient, hospital }: Intaken,
): Result<IntakeEffects> {
  const stay = stayOfLetter(period, situation, hospital);
  if (!stay) return accepted(withoutMovement(document, period, situation, patient));
  const known = episodeOfStay(stay, situation);
  const episode = known ?? newEpisode(situation, patient, stay.status === 'finished' ? 'sorti' : 'hospitalise');
  const encounter: Encounter = known ? stay : { ...stay, episodeOfCare: [...(stay.episodeOfCare ?? []), { reference: refOf(episode) }] };
  const attached = withContext(document, [refOf(encounter)], refOf(episode));
  const { carrier, writes } = received(episode, encounter, refOf(document), hospital, situation);
  return accepted({
    writes: [attached, ...(known ? [] : [encounter]), ...(known === carrier ? [] : [carrier]), ...writes],
    carrier,
    warnings: [],
  });
}

function received(
  episode: EpisodeOfCare,
  encounter: Encounter,
  letter: Ref,
  hospital: Ref,
  situation: Situation,
): { readonly carrier: EpisodeOfCare; readonly writes: readonly RelaisResource[] } {
  const { now } = situation;
  const [task] = tasksOf(episode, 'lettre-de-liaison', situation);
  const state = episodeStateOf(episode);
  if (state === 'annule' || state === 'decede' || state === 'clos') return { carrier: episode, writes: [] };
  const closes = task ? [withLetter(task, letter, now)] : [];
  if (AWAITING_LETTER.includes(state)) {
    return {
      carrier: movedTo(episode, 'lettre-recue', now),
      writes: [...closes, ...latenessOf(task, situation), ...(task ? receiptTasks(episode, refOf(encounter), letter, situation) : [])],
    };
  }
  // Before the discharge: the Task is born closed, so that the discharge finds the letter there.
  const isStaying = ['annonce', 'hospitalise', 'sortie-planifiee'].includes(state);
  const born =
    isStaying && !task ? [withLetter(letterTask(episode, encounter, hospital, endOfParisDay(parisDay(now)), situation), letter, now)] : [];
  return { carrier: episode, writes: [...closes, ...born] };
}

/** A letter may come after midnight and before the clock was looked at: it was late all the same. */
function latenessOf(task: Task | undefined, situation: Situation): readonly RelaisResource[] {
  if (!task || !isLetterLate(task, situation)) return [];
  return letterLate(task, situation).writes.filter(({ resourceType, id }) => resourceType === 'Task' && id !== task.id);
}

function stayOfLetter(period: LetterPeriod | undefined, situation: Situation, hospital: Ref): Encounter | undefined {
  const start = period?.start ?? period?.end;
  const end = period?.end ?? period?.start;
  if (start === undefined || end === undefined) return undefined;
  const [fromMs, untilMs] = [epochMsOf(start), epochMsOf(end)];
  return staysOf(situation, hospital)
    .filter(({ status }) => ['in-progress', 'finished', 'arrived', 'onleave'].includes(status))
    .map((stay) => ({ stay, overlapMs: overlapOf(stay, fromMs, untilMs, epochMsOf(situation.now)) }))
    .filter(({ overlapMs }) => overlapMs >= -TOLERANCE_MS)
    .toSorted((one, other) => other.overlapMs - one.overlapMs)[0]?.stay;
}

/** How long both last together; negative: how far they are from each other. A stay in progress lasts until now. */
function overlapOf({ period }: Encounter, fromMs: number, untilMs: number, nowMs: number): number {
  const beginMs = epochMsOf(period?.start ?? period?.end ?? '');
  const endMs = period?.end === undefined ? Math.max(nowMs, beginMs) : lastMsOf(period.end);
  const overlapMs = Math.min(untilMs, endMs) - Math.max(fromMs, Number.isNaN(beginMs) ? endMs : beginMs);
  return Number.isNaN(overlapMs) ? Number.NEGATIVE_INFINITY : overlapMs;
}

function lastMsOf(dateTime: string): number {
  return dateTime.length === 10 ? epochMsOf(endOfParisDay(dateTime)) : epochMsOf(dateTime);
}

function withoutMovement(document: DocumentReference, period: LetterPeriod | undefined, situation: Situation, patient: Ref): IntakeEffects {
  const made = newEpisode(situation, patient, 'clos');
  const carrier: EpisodeOfCare = {
    ...made,
    type: [...(made.type ?? []), { text: 'Lettre sans mouvement' }],
    period: { ...(period?.start ? { start: period.start } : {}), end: period?.end ?? period?.start ?? situation.now },
  };
  return { writes: [withContext(document, [], refOf(carrier)), carrier], carrier, warnings: [LETTER_WITHOUT_MOVEMENT] };
}

function withContext(document: DocumentReference, encounters: readonly Ref[], episode: Ref): DocumentReference {
  const { encounter = [], related = [], ...context } = document.context ?? {};
  const joined = [...encounter, ...missingFrom(encounter, encounters)];
  return {
    ...document,
    context: { ...context, ...(joined.length > 0 ? { encounter: joined } : {}), related: [...related, ...missingFrom(related, [episode])] },
  };
}

function missingFrom(known: readonly Reference[], refs: readonly Ref[]): readonly { reference: Ref }[] {
  return refs.filter((ref) => !known.some(({ reference }) => reference === ref)).map((reference) => ({ reference }));
}

const LETTER_WITHOUT_MOVEMENT: Warning = {
  code: 'letter-without-movement',
  expression: 'DocumentReference.context.period',
  diagnostics: 'No stay of this patient fits the dates of the letter: it got a closed episode of its own and closes no clock.',
  remedy: 'Envoyez les mouvements du séjour, ou corrigez les dates de la prise en charge dans la lettre.',
};
