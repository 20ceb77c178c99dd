import type { Encounter, EpisodeOfCare, Task } from '@medplum/fhirtypes';
import type { Ref, RelaisResource } from '../../fhir/types.ts';
import { EXTENSION, SYSTEM } from '../../fhir/vocabulary.ts';
import { epochMsOf, type Instant } from '../../platform/instant.ts';
import { codingOf, etatOf, stateIn, withEtat } from '../etat.ts';
import { refOf } from '../refs.ts';
import { rulesOf } from '../rules.ts';
import { ended, isOpen, type TaskCode, tasksAbout } from '../tasks.ts';
import { all, find, type Situation } from '../types.ts';
import { EPISODE_STATES } from './states.ts';

/** An episode of M6; what the network follows from the announcement to the end of the follow-up. */
export function isEpisode(resource: RelaisResource): resource is EpisodeOfCare {
  return resource.resourceType === 'EpisodeOfCare';
}

export function episodeStateOf(episode: EpisodeOfCare): string {
  return etatOf(episode) ?? EPISODE_STATES.find(({ status }) => status === episode.status)?.code ?? 'entered-in-error';
}

export function withEpisodeState(episode: EpisodeOfCare, code: string): EpisodeOfCare {
  const state = EPISODE_STATES.find((row) => row.code === code);
  return state ? { ...withEtat(episode, state), status: state.status } : episode;
}

/** The episode in a state, with the end of its period when that state is final. */
export function movedTo(episode: EpisodeOfCare, code: string, at: Instant): EpisodeOfCare {
  if (episodeStateOf(episode) === code) return episode;
  const { end: _former, ...begun } = episode.period ?? {};
  const isFinal = ['finished', 'cancelled'].includes(stateIn(EPISODE_STATES, code).status);
  const start = begun.start !== undefined && epochMsOf(begun.start) > epochMsOf(at) && isFinal ? {} : begun;
  const period = { ...start, ...(isFinal ? { end: at } : {}) };
  const { period: _period, ...rest } = withEpisodeState(episode, code);
  return { ...rest, ...(Object.keys(period).length > 0 ? { period } : {}) };
}

export function newEpisode(situation: Situation, patient: Ref, code: string, id = situation.newId()): EpisodeOfCare {
  return withEpisodeState(
    {
      resourceType: 'EpisodeOfCare',
      id,
      status: 'active',
      type: [{ coding: [{ system: SYSTEM.typeEpisode, code: 'sortie-hospitalisation', display: 'Sortie d’hospitalisation' }] }],
      patient: { reference: patient },
      managingOrganization: { reference: situation.by.network.reference },
    },
    code,
  );
}

export function episodeOfStay({ episodeOfCare = [] }: Encounter, situation: Situation): EpisodeOfCare | undefined {
  return find(situation.compartment, 'EpisodeOfCare', (episode) => episodeOfCare.some(({ reference }) => reference === refOf(episode)));
}

export function stayOfEpisode(episode: EpisodeOfCare, situation: Situation): Encounter | undefined {
  return find(situation.compartment, 'Encounter', ({ episodeOfCare = [] }) =>
    episodeOfCare.some(({ reference }) => reference === refOf(episode)),
  );
}

/** Tasks of a kind that an episode has made, newest last. */
export function tasksOf(episode: EpisodeOfCare, code: TaskCode, situation: Situation): readonly Task[] {
  return tasksAbout(situation, code, 'focus', refOf(episode));
}

export function openTasksOf(episode: EpisodeOfCare, code: TaskCode, situation: Situation): readonly Task[] {
  return tasksOf(episode, code, situation).filter(isOpen);
}

const FOLLOW_UP: readonly TaskCode[] = ['lettre-de-liaison', 'prise-en-compte', 'fixer-rdv', 'recherche-mt', 'dysfonctionnement'];

/**
 * What a discharge had opened, once it did not happen or the person died. A letter that was received keeps its output
 * and its date: it counts again should the person leave the same day after all.
 */
export function followUpStopped(episode: EpisodeOfCare, situation: Situation, reason: string): readonly Task[] {
  const stopped = FOLLOW_UP.flatMap((code) => openTasksOf(episode, code, situation)).map((task) =>
    ended(task, 'cancelled', situation.now, reason),
  );
  const received = tasksOf(episode, 'lettre-de-liaison', situation)
    .filter(({ status }) => status === 'completed')
    .map((task): Task => ({ ...task, status: 'cancelled', statusReason: { text: reason } }));
  return [...stopped, ...received];
}

/** The Task in a state of its episode (domain.md 0: the episode's state stands in both). */
export function withTaskEtat(task: Task, code: string): Task {
  return { ...task, businessStatus: { coding: [codingOf(stateIn(EPISODE_STATES, code))] } };
}

/** M6: an admission so soon after a discharge is a readmission, and its episode says which one it follows. */
export function readmissionOf(admittedAt: Instant, situation: Situation): EpisodeOfCare | undefined {
  const since = epochMsOf(admittedAt) - rulesOf(situation).readmissionDays * 86_400_000;
  const left = all(situation.compartment, 'Encounter').filter(
    ({ status, period }) =>
      status === 'finished' &&
      period?.end !== undefined &&
      epochMsOf(period.end) >= since &&
      epochMsOf(period.end) <= epochMsOf(admittedAt),
  );
  const latest = left.toSorted((one, other) => epochMsOf(other.period?.end ?? '') - epochMsOf(one.period?.end ?? ''))[0];
  return latest && episodeOfStay(latest, situation);
}

export function followingEpisode(episode: EpisodeOfCare, former: EpisodeOfCare | undefined): EpisodeOfCare {
  if (!former) return episode;
  const link = { url: EXTENSION.readmission, valueReference: { reference: refOf(former) } };
  return { ...episode, extension: [...(episode.extension ?? []), link] };
}
