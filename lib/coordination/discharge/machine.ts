import type { EpisodeOfCare, Task } from '@medplum/fhirtypes';
import type { RelaisResource } from '../../fhir/types.ts';
import { EXTENSION } from '../../fhir/vocabulary.ts';
import { refused } from '../../platform/refusal.ts';
import { afterWorkingDays } from '../calendar.ts';
import type { Definition, Guard, Step, Transition } from '../machine.ts';
import { parameterRefusal } from '../machine-refusals.ts';
import { isOpposed, medecinTraitantOf, refOf, speaksFor } from '../refs.ts';
import { rulesOf } from '../rules.ts';
import { ended, newTask } from '../tasks.ts';
import type { Effects } from '../types.ts';
import { episodeStateOf, isEpisode, movedTo, openTasksOf, stayOfEpisode, withEpisodeState } from './episode.ts';
import { searchForDoctor } from './receipt.ts';
import { EPISODE_STATES } from './states.ts';

type Event = Step<EpisodeOfCare>;

/** Movements and letters are facts that a hospital tells by its messages (contracts.md 4). */
const BY_INTAKE_ONLY: readonly string[] = [
  'annoncer',
  'pre-admettre',
  'admettre',
  'transferer',
  'planifier-sortie',
  'sortir',
  'recevoir-lettre',
  'signaler-retard',
  'annuler',
  'deceder',
];

/** The médecin traitant himself, who was asked; the coordinator in his place when there is none or he gets no letter. */
function mayAcknowledge({ carrier, situation }: Event): boolean {
  const { by, facts, now } = situation;
  const doctor = medecinTraitantOf(facts, now);
  if (doctor !== undefined && !isOpposed(facts, doctor, now) && speaksFor(by, doctor)) return true;
  const asked = openTasksOf(carrier, 'prise-en-compte', situation);
  if (asked.some(({ owner }) => speaksFor(by, owner?.reference))) return true;
  return by.role === 'coordinator' && (doctor === undefined || isOpposed(facts, doctor, now));
}

const moved = (next: string, { carrier, request }: Event, others: readonly RelaisResource[] = []): Effects => {
  const episode = movedTo(carrier, next, request.at);
  return { writes: [episode, ...others], carrier: episode };
};

function completed({ carrier, request, situation }: Event, code: 'prise-en-compte' | 'fixer-rdv'): readonly Task[] {
  return openTasksOf(carrier, code, situation).map((task) => ended(task, 'completed', request.at));
}

function appointmentToFix({ carrier, request, situation }: Event, description?: string): Task {
  const rules = rulesOf(situation);
  const stay = stayOfEpisode(carrier, situation);
  return newTask(situation, {
    code: 'fixer-rdv',
    owner: situation.by.reference,
    due: afterWorkingDays(request.at, rules.rdvWorkingDays, rules),
    focus: refOf(carrier),
    requester: situation.by.network.reference,
    ...(stay ? { encounter: refOf(stay) } : {}),
    ...(description ? { description } : {}),
  });
}

const dateIsSaid: Guard<EpisodeOfCare> = ({ request: { parameters } }) => {
  const date = parameters.date ?? '';
  const isDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$/.test(date) && !Number.isNaN(Date.parse(date));
  return isDate
    ? []
    : [parameterRefusal('date', 'date-missing', 'date is the day or the moment of the appointment.', 'Indiquez la date du rendez-vous.')];
};

/** The appointment is kept where it was asked for: the output of the Task. */
function fixAppointment(step: Event): Effects {
  const date = step.request.parameters.date ?? '';
  const fixed = completed(step, 'fixer-rdv').map(
    (task): Task => ({ ...task, output: [...(task.output ?? []), { type: { text: 'Date du rendez-vous' }, valueDateTime: date }] }),
  );
  return moved('suivi-planifie', step, fixed);
}

/** The doctor does not answer or declines: the coordinator takes over what he was asked, and looks for another one. */
function reportAbsence(step: Event): Effects {
  const { carrier, situation } = step;
  const taken = [...openTasksOf(carrier, 'prise-en-compte', situation), ...openTasksOf(carrier, 'fixer-rdv', situation)].map(
    (task): Task => ({ ...task, owner: { reference: situation.coordinator }, lastModified: step.request.at }),
  );
  return { writes: [...taken, ...searchForDoctor(carrier, situation)], carrier };
}

const TRANSITIONS: readonly Transition<EpisodeOfCare>[] = [
  {
    event: 'accuser-prise-en-compte',
    from: ['lettre-recue'],
    next: 'pris-en-compte',
    sender: mayAcknowledge,
    effect: (step) => moved('pris-en-compte', step, [...completed(step, 'prise-en-compte'), appointmentToFix(step)]),
  },
  {
    event: 'fixer-rdv',
    from: ['pris-en-compte'],
    next: 'suivi-planifie',
    parameters: [dateIsSaid],
    effect: fixAppointment,
  },
  { event: 'signaler-mt-absent', from: ['lettre-recue'], next: 'lettre-recue', needsReason: true, effect: reportAbsence },
  { event: 'signaler-mt-absent', from: ['pris-en-compte'], next: 'pris-en-compte', needsReason: true, effect: reportAbsence },
  { event: 'honorer-rdv', from: ['suivi-planifie'], next: 'suivi-fait', effect: (step) => moved('suivi-fait', step) },
  {
    event: 'signaler-rdv-manque',
    from: ['suivi-planifie'],
    next: 'pris-en-compte',
    effect: (step) => moved('pris-en-compte', step, [appointmentToFix(step, 'Rendez-vous manqué : relancer.')]),
  },
  { event: 'cloturer', from: ['suivi-fait'], next: 'clos', effect: (step) => moved('clos', step) },
  {
    event: 'rouvrir',
    from: ['clos'],
    next: 'suivi-fait',
    needsReason: true,
    effect: (step) => moved('suivi-fait', step),
  },
];

/** M6, what people do after a discharge; annulé and décédé are undone by the hospital's movements only. */
export const EPISODE: Definition<EpisodeOfCare> = {
  id: 'M6',
  is: isEpisode,
  states: EPISODE_STATES,
  stateOf: episodeStateOf,
  withState: withEpisodeState,
  transitions: TRANSITIONS,
  elsewhere: BY_INTAKE_ONLY,
  created: () =>
    refused({
      category: 'unprocessable',
      code: 'intake-only',
      expression: 'EpisodeOfCare',
      diagnostics: 'An episode begins with a movement or a letter of a hospital.',
      remedy: 'Envoyez le mouvement ou la lettre par /intake/hl7v2 ou /intake/cda.',
    }),
  update: {
    stateElements: ['status', 'statusHistory', 'period'],
    stateExtensions: [EXTENSION.etat],
    editable: EPISODE_STATES.filter(({ status }) => status === 'planned' || status === 'active').map(({ code }) => code),
    requestOf: () => ({ parameters: {} }),
  },
};
