import type { EpisodeOfCare, Task } from '@medplum/fhirtypes';
import type { RelaisResource } from '../../fhir/types.ts';
import { afterWorkingDays } from '../calendar.ts';
import { dueAt } from '../deadlines.ts';
import { refOf } from '../refs.ts';
import { rulesOf } from '../rules.ts';
import { newTask, taskCodeOf } from '../tasks.ts';
import { type Effects, find, type Situation } from '../types.ts';
import { episodeStateOf, movedTo, tasksOf, withTaskEtat } from './episode.ts';
import { isKnownToNetwork } from './receipt.ts';

/** Whether the day of discharge has passed without the letter, and nobody has said so yet. */
export function isLetterLate(task: Task, { now }: Situation): boolean {
  const due = dueAt(task);
  return taskCodeOf(task) === 'lettre-de-liaison' && due !== undefined && due <= now;
}

/**
 * The day of discharge ended without its letter (L-08; contracts.md 4): the hospital's Task and the episode are
 * `lettre-en-retard`, and the coordinator gets one Task `dysfonctionnement`, unless the network does not know the person:
 * then it stays between the hospital and its own Task. Said once: a Task that is late already, or closed, changes nothing.
 */
export function letterLate(task: Task, situation: Situation): Effects {
  if (!isLetterLate(task, situation)) return { writes: [], carrier: task };
  const late: Task = { ...withTaskEtat(task, 'lettre-en-retard'), lastModified: situation.now };
  const episode = find(situation.compartment, 'EpisodeOfCare', (one) => refOf(one) === task.focus?.reference);
  return { writes: [late, ...(episode ? consequences(episode, task, situation) : [])], carrier: late };
}

function consequences(episode: EpisodeOfCare, { encounter }: Task, situation: Situation): readonly RelaisResource[] {
  const moved = episodeStateOf(episode) === 'sorti' ? [movedTo(episode, 'lettre-en-retard', situation.now)] : [];
  const isTold = tasksOf(episode, 'dysfonctionnement', situation).some(({ status }) => status !== 'cancelled');
  if (isTold || !isKnownToNetwork(situation)) return moved;
  const rules = rulesOf(situation);
  const dysfunction = newTask(situation, {
    code: 'dysfonctionnement',
    owner: situation.coordinator,
    due: afterWorkingDays(situation.now, rules.dysfonctionnementWorkingDays, rules),
    focus: refOf(episode),
    requester: situation.by.network.reference,
    description: 'Lettre de liaison non reçue le jour de la sortie.',
    ...(encounter?.reference ? { encounter: encounter.reference } : {}),
  });
  return [...moved, dysfunction];
}
