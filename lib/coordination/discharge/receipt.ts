import type { Encounter, EpisodeOfCare, Task } from '@medplum/fhirtypes';
import type { Ref } from '../../fhir/types.ts';
import { LETTRE_DE_LIAISON_SORTIE, LOINC } from '../../fhir/vocabulary.ts';
import type { Instant } from '../../platform/instant.ts';
import { afterWorkingDays } from '../calendar.ts';
import { isOpposed, medecinTraitantOf, refOf } from '../refs.ts';
import { rulesOf } from '../rules.ts';
import { ended, newTask } from '../tasks.ts';
import type { Situation } from '../types.ts';
import { openTasksOf, tasksOf, withTaskEtat } from './episode.ts';

/** The hospital's Task for the letter of this stay, due the last second of the day of discharge (L-08). */
export function letterTask(episode: EpisodeOfCare, encounter: Encounter, hospital: Ref, due: Instant, situation: Situation): Task {
  const { reference } = situation.by.network;
  return withTaskEtat(
    newTask(situation, {
      code: 'lettre-de-liaison',
      owner: hospital,
      due,
      focus: refOf(episode),
      encounter: refOf(encounter),
      requester: reference,
    }),
    'sorti',
  );
}

/** The Task with the letter that it waited for; a later version stands beside the earlier one. */
export function withLetter(task: Task, letter: Ref, at: Instant): Task {
  const output = [
    ...(task.output ?? []),
    { type: { coding: [{ system: LOINC, code: LETTRE_DE_LIAISON_SORTIE }] }, valueReference: { reference: letter } },
  ];
  return task.status === 'completed' ? { ...task, output } : withTaskEtat({ ...ended(task, 'completed', at), output }, 'lettre-recue');
}

/** The letter that a Task got last. */
export function letterOf({ output }: Task): Ref | undefined {
  return output?.findLast(({ valueReference }) => valueReference?.reference !== undefined)?.valueReference?.reference;
}

/**
 * Who must take the letter into account: the médecin traitant of the circle. Without one the coordinator
 * acknowledges in his place and looks for one; when the person opposes her doctor, the coordinator learns that the letter
 * is not for him, and no reason (domain.md 2, M6). Nothing of a person whom the network does not know leaves the hospital.
 */
export function receiptTasks(episode: EpisodeOfCare, encounter: Ref | undefined, letter: Ref, situation: Situation): readonly Task[] {
  if (!isKnownToNetwork(situation) || tasksOf(episode, 'prise-en-compte', situation).some(({ status }) => status !== 'cancelled'))
    return [];
  const { now, facts, coordinator } = situation;
  const doctor = medecinTraitantOf(facts, now);
  const isRecipient = doctor !== undefined && !isOpposed(facts, doctor, now);
  const rules = rulesOf(situation);
  const about = { focus: refOf(episode), requester: situation.by.network.reference, ...(encounter ? { encounter } : {}) };
  const acknowledge: Task = {
    ...newTask(situation, {
      ...about,
      code: 'prise-en-compte',
      owner: isRecipient ? doctor : coordinator,
      due: afterWorkingDays(now, rules.priseEnCompteWorkingDays, rules),
      ...(doctor && !isRecipient ? { description: 'Médecin traitant non destinataire.' } : {}),
    }),
    reasonReference: { reference: letter },
  };
  return [acknowledge, ...(doctor ? [] : searchForDoctor(episode, situation))];
}

/** One open search for a médecin traitant an episode. */
export function searchForDoctor(episode: EpisodeOfCare, situation: Situation): readonly Task[] {
  if (openTasksOf(episode, 'recherche-mt', situation).length > 0) return [];
  const rules = rulesOf(situation);
  return [
    newTask(situation, {
      code: 'recherche-mt',
      owner: situation.coordinator,
      due: afterWorkingDays(situation.now, rules.rechercheMtWorkingDays, rules),
      focus: refOf(episode),
      requester: situation.by.reference,
    }),
  ];
}

/** M6, first row: without a basis to notify, what the hospital sends is stored for the hospital only. */
export function isKnownToNetwork({ facts }: Situation): boolean {
  return facts.circle.length > 0 || facts.referrals.length > 0 || facts.consents.length > 0;
}
