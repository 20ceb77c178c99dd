import type { Encounter, EpisodeOfCare, Task } from '@medplum/fhirtypes';
import type { Ref, RelaisResource } from '../../fhir/types.ts';
import { endOfParisDay, type Instant, instantOf, parisDay } from '../../platform/instant.ts';
import { accepted, type Refusal, type Result, refused, type Warning } from '../../platform/refusal.ts';
import { lateFrom } from '../deadlines.ts';
import { etatOf } from '../etat.ts';
import { closeReferrals } from '../referral/pair.ts';
import { refOf } from '../refs.ts';
import { changedOnly } from '../same.ts';
import { dueOn, ended, isOpen } from '../tasks.ts';
import type { Effects, Situation } from '../types.ts';
import {
  episodeOfStay,
  episodeStateOf,
  followingEpisode,
  followUpStopped,
  movedTo,
  newEpisode,
  openTasksOf,
  readmissionOf,
  tasksOf,
  withTaskEtat,
} from './episode.ts';
import { type HospitalMovement, toldBy } from './movement.ts';
import { letterOf, letterTask, receiptTasks, withLetter } from './receipt.ts';
import { type Course, courseOf, note, recordOf } from './record.ts';
import { AFTER_DISCHARGE, AWAITING_LETTER } from './states.ts';
import { stayAfter, stayOfMovement } from './stay.ts';

/** Whose stay it is and which establishment says so: the client's own, whatever the message says. */
export type Intaken = { readonly patient: Ref; readonly hospital: Ref };

export type IntakeEffects = Effects & { readonly warnings: readonly Warning[] };

/**
 * One hospital movement on the stay, its episode and their tasks (domain.md 2, M6). The state follows from all movements
 * that live, by event time: messages may come twice, out of order, or undo one another. What changes nothing writes
 * nothing. A discharge opens the clock of L-08; whether it has run out is told by `letterLate` alone, once, from the next
 * second on, also for a discharge that is told when its day is already over.
 * @returns the episode as carrier; refused for a message that moves nobody
 */
export function applyMovement(movement: HospitalMovement, situation: Situation, { patient, hospital }: Intaken): Result<IntakeEffects> {
  if (movement.kind === 'identity') return refused(NO_MOVEMENT);
  const known = stayOfMovement(movement, situation, hospital);
  const told = toldBy(movement);
  const noted = told
    ? note(known ? recordOf(known) : [], movement, told)
    : { moves: known ? recordOf(known) : [], warnings: [CORRECTS_NOTHING] };
  const course = courseOf(noted.moves);
  const knownEpisode = known && episodeOfStay(known, situation);
  const episodeId = knownEpisode?.id ?? situation.newId();
  const encounter = stayAfter(known, movement, told, noted.moves, course, {
    id: known?.id ?? situation.newId(),
    patient,
    hospital,
    episode: `EpisodeOfCare/${episodeId}`,
  });
  const isBeginning = told?.action === 'insert' && (told.kind === 'admission' || told.kind === 'pre-admission');
  const episode = knownEpisode ?? begun(newEpisode(situation, patient, course.state, episodeId), movement, situation, isBeginning);
  const { writes, carrier } = followUp(starting(episode, encounter), encounter, course, hospital, situation);
  const warnings = [...noted.warnings, ...(known || isBeginning ? [] : [UNKNOWN_STAY])];
  return accepted({ writes: changedOnly([encounter, carrier, ...writes], situation.compartment), carrier, warnings });
}

function begun(episode: EpisodeOfCare, { at }: HospitalMovement, situation: Situation, isBeginning: boolean): EpisodeOfCare {
  return isBeginning ? followingEpisode(episode, readmissionOf(at, situation)) : episode;
}

/** The period of the episode begins with its stay. */
function starting(episode: EpisodeOfCare, { period }: Encounter): EpisodeOfCare {
  return period?.start === undefined ? episode : { ...episode, period: { ...episode.period, start: period.start } };
}

/** The episode in the state that the movements mean, and the tasks that this opens, moves or stops. */
function followUp(
  episode: EpisodeOfCare,
  encounter: Encounter,
  { state, discharge }: Course,
  hospital: Ref,
  situation: Situation,
): { readonly writes: readonly RelaisResource[]; readonly carrier: EpisodeOfCare } {
  const current = episodeStateOf(episode);
  if (state !== 'sorti' || !discharge) {
    const carrier = movedTo(episode, state, situation.now);
    const hadLeft = AFTER_DISCHARGE.includes(current);
    const stopped = hadLeft ? followUpStopped(episode, situation, state === 'decede' ? 'Décès' : 'Sortie annulée') : [];
    const closed = state === 'decede' && current !== 'decede' ? closeReferrals(situation, 'deces', situation.now) : [];
    return { carrier, writes: [...stopped, ...closed] };
  }
  const [task] = tasksOf(episode, 'lettre-de-liaison', situation);
  if (discharge.outcome === 'transfert') {
    // No letter to town: the next establishment gets a transfer letter (domain.md 2, M6).
    const carrier =
      AFTER_DISCHARGE.includes(current) && current !== 'lettre-en-retard' ? episode : movedTo(episode, 'sorti', situation.now);
    const stopped = task && isOpen(task) ? followUpStopped(episode, situation, 'Transfert vers un autre établissement') : [];
    return { carrier, writes: stopped };
  }
  const due = endOfParisDay(parisDay(dischargedAt(encounter, discharge.at)));
  return expectLetter(episode, encounter, task, due, hospital, situation);
}

function dischargedAt({ period }: Encounter, at: Instant): Instant {
  const said = period?.end === undefined ? Number.NaN : Date.parse(period.end);
  return Number.isNaN(said) ? at : instantOf(said);
}

/** The clock of the letter, or its receipt when the letter was there before the discharge was told. */
function expectLetter(
  episode: EpisodeOfCare,
  encounter: Encounter,
  task: Task | undefined,
  due: Instant,
  hospital: Ref,
  situation: Situation,
): { readonly writes: readonly RelaisResource[]; readonly carrier: EpisodeOfCare } {
  const current = episodeStateOf(episode);
  const isUnderWay = AFTER_DISCHARGE.includes(current) && !AWAITING_LETTER.includes(current);
  if (isUnderWay) return { carrier: episode, writes: task ? [dueOn(task, due)] : [] };
  const letter = task && letterOf(task);
  if (task && letter && isReceivedFor(task, due)) {
    const received = task.status === 'completed' ? task : withoutOutputTwice(task, letter, situation.now);
    return {
      carrier: movedTo(episode, 'lettre-recue', situation.now),
      writes: [dueOn(received, due), ...receiptTasks(episode, refOf(encounter), letter, situation)],
    };
  }
  const wasLate = task !== undefined && isOpen(task) && etatOf(task) === 'lettre-en-retard';
  // A corrected date of discharge moves the deadline; a letter that is not late any more opens no dysfunction.
  if (wasLate && lateFrom(due) <= situation.now) return { carrier: episode, writes: [dueOn(task, due)] };
  const withdrawn = wasLate
    ? openTasksOf(episode, 'dysfonctionnement', situation).map((one) => ended(one, 'cancelled', situation.now, 'Date de sortie corrigée'))
    : [];
  const awaited = task ? expectedAgain(task, due) : letterTask(episode, encounter, hospital, due, situation);
  return { carrier: movedTo(episode, 'sorti', situation.now), writes: [awaited, ...withdrawn] };
}

/** A letter of an earlier day than the discharge, whose discharge was cancelled since, is not the letter of this one. */
function isReceivedFor(task: Task, due: Instant): boolean {
  if (task.status === 'completed') return true;
  const receivedAt = task.executionPeriod?.end;
  return receivedAt !== undefined && parisDay(instantOf(Date.parse(receivedAt))) >= parisDay(due);
}

function withoutOutputTwice(task: Task, letter: Ref, at: Instant): Task {
  const { output, statusReason: _reason, ...rest } = task;
  const others = (output ?? []).filter(({ valueReference }) => valueReference?.reference !== letter);
  return withLetter({ ...rest, ...(others.length > 0 ? { output: others } : {}) }, letter, at);
}

/** One Task an episode: a discharge told again after a cancel opens the same one. */
function expectedAgain(task: Task, due: Instant): Task {
  if (isOpen(task)) return dueOn(withTaskEtat(task, 'sorti'), due);
  const { output: _output, statusReason: _reason, executionPeriod: _period, ...rest } = task;
  return dueOn(withTaskEtat({ ...rest, status: 'requested' }, 'sorti'), due);
}

const NO_MOVEMENT: Refusal = {
  category: 'unprocessable',
  code: 'no-movement',
  expression: 'ZBE',
  diagnostics: 'An identity message moves nobody.',
  remedy: 'Envoyez le mouvement (A01, A03…) avec son segment ZBE.',
};

const UNKNOWN_STAY: Warning = {
  code: 'stay-unknown',
  expression: 'PV1-19',
  diagnostics: 'No stay with this number was announced: it was created from this message.',
  remedy: 'Envoyez aussi l’admission (A01, A04) ; vérifiez le numéro de venue.',
};

const CORRECTS_NOTHING: Warning = {
  code: 'correction-without-movement',
  expression: 'ZBE-6',
  diagnostics: 'The trigger that this corrects inserts no movement: only the description of the stay was taken.',
  remedy: 'Indiquez en ZBE-6 l’événement d’origine du mouvement corrigé.',
};
