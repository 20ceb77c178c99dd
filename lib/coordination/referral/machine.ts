import type { Task } from '@medplum/fhirtypes';
import { EXTENSION, SYSTEM } from '../../fhir/vocabulary.ts';
import type { Instant } from '../../platform/instant.ts';
import { afterDays, afterWorkingDays } from '../calendar.ts';
import { withExtension } from '../etat.ts';
import type { Definition, Step, Transition } from '../machine.ts';
import { refOf, speaksFor } from '../refs.ts';
import { type Rules, rulesOf } from '../rules.ts';
import { dueOn, ended, newTask } from '../tasks.ts';
import type { Effects } from '../types.ts';
import { createReferral, missingIn } from './create.ts';
import { destinataireIsNamed, isRecent, niveauIsKnown, personIsInformed, refusalReasonIsClosed } from './guards.ts';
import { endReason, following, isReferral, openRelays, referralStateOf, requestOf, withReferralState } from './pair.ts';
import { REFERRAL_STATES, REFUSAL_REASONS } from './states.ts';

type Referral = Step<Task>;

const TERMINAL = REFERRAL_STATES.filter(({ open }) => !open).map(({ code }) => code);

const asCoordinator = ({ carrier, situation: { by } }: Referral): boolean =>
  by.role === 'coordinator' || speaksFor(by, carrier.owner?.reference);
const asRequester = (step: Referral): boolean => speaksFor(step.situation.by, step.carrier.requester?.reference) || asCoordinator(step);
const asReceiver = ({ carrier, situation }: Referral): boolean =>
  openRelays(carrier, situation).some(({ owner }) => speaksFor(situation.by, owner?.reference));

/** The next date of the carrier, counted from the event. */
const inWorkingDays =
  (delay: keyof Rules & `${string}WorkingDays`) =>
  ({ request, situation }: Referral): Instant =>
    afterWorkingDays(request.at, rulesOf(situation)[delay], rulesOf(situation));
const inReviewDays = ({ request, situation }: Referral): Instant => afterDays(request.at, rulesOf(situation).revueDays);

/** Moves the Task and its ServiceRequest; `due` when the state waits for somebody. */
const move =
  (next: string, due?: (step: Referral) => Instant, alsoChange: (task: Task, step: Referral) => Task = (task) => task) =>
  (step: Referral): Effects => {
    const { carrier, request, situation } = step;
    const reason = endReason(request.reason, REFUSAL_REASONS);
    const { statusReason: _former, ...rest } = carrier;
    const moved: Task = { ...withReferralState({ ...rest, ...(reason ? { statusReason: reason } : {}) }, next), lastModified: request.at };
    const task = alsoChange(due ? dueOn(moved, due(step)) : moved, step);
    return { writes: [task, ...following(task, requestOf(carrier, situation))], carrier: task };
  };

const end = (next: string) =>
  move(next, undefined, (task, { request }) => ({ ...task, executionPeriod: { ...task.executionPeriod, end: request.at } }));

function proposeRelay(step: Referral): Effects {
  const { carrier, request, situation } = step;
  const owner = request.parameters.destinataire ?? '';
  const { writes, carrier: task } = move('relais-propose', inWorkingDays('relaisWorkingDays'))(step);
  const focus = carrier.focus?.reference;
  const relay = newTask(situation, {
    code: 'relais',
    owner,
    due: inWorkingDays('relaisWorkingDays')(step),
    partOf: refOf(carrier),
    requester: situation.by.reference,
    ...(focus ? { focus } : {}),
  });
  return { writes: [...writes, relay], carrier: task };
}

function answerRelay(step: Referral, accepts: boolean): Effects {
  const { carrier, request, situation } = step;
  const relays = openRelays(carrier, situation);
  const owner = relays[0]?.owner;
  // S2-14: responsibility passes with the acceptance, not before; a refusal leaves it where it was.
  const moved = accepts
    ? end('transferee')({ ...step, carrier: { ...carrier, ...(owner ? { owner } : {}) } })
    : move('en-cours', inReviewDays)(step);
  const answered = relays.map((relay) => ended(relay, accepts ? 'completed' : 'rejected', request.at, request.reason));
  return { writes: [...moved.writes, ...answered], carrier: moved.carrier };
}

const withNiveau = (task: Task, { request }: Referral): Task =>
  withExtension(task, {
    url: EXTENSION.niveauReponse,
    valueCoding: { system: SYSTEM.niveauReponse, code: request.parameters.niveau ?? '' },
  });

/** M1, events (contracts.md 4; domain.md 2). */
const TRANSITIONS: readonly Transition<Task>[] = [
  {
    event: 'envoyer',
    from: ['brouillon'],
    next: 'envoyee',
    sender: asRequester,
    guards: [({ carrier, situation }) => missingIn(carrier, requestOf(carrier, situation))],
    effect: move('envoyee', inWorkingDays('accuserReceptionWorkingDays'), (task, { situation }) => ({
      ...task,
      owner: { reference: situation.coordinator },
    })),
  },
  {
    event: 'accuser-reception',
    from: ['envoyee'],
    next: 'recue',
    sender: asCoordinator,
    effect: move('recue', inWorkingDays('decisionWorkingDays')),
  },
  { event: 'annuler', from: ['envoyee'], next: 'annulee', needsReason: true, sender: asRequester, effect: end('annulee') },
  {
    event: 'accepter',
    from: ['recue'],
    next: 'acceptee',
    sender: asCoordinator,
    effect: move('acceptee', inWorkingDays('niveauWorkingDays')),
  },
  {
    event: 'demander-complement',
    from: ['recue'],
    next: 'en-attente-de-complement',
    needsReason: true,
    sender: asCoordinator,
    effect: move('en-attente-de-complement', inWorkingDays('complementWorkingDays')),
  },
  {
    event: 'completer',
    from: ['en-attente-de-complement'],
    next: 'recue',
    sender: asRequester,
    effect: move('recue', inWorkingDays('decisionWorkingDays')),
  },
  {
    event: 'classer-sans-suite',
    from: ['en-attente-de-complement'],
    next: 'classee-sans-suite',
    needsReason: true,
    sender: asCoordinator,
    effect: end('classee-sans-suite'),
  },
  { event: 'reorienter', from: ['recue'], next: 'reorientee', needsReason: true, sender: asCoordinator, effect: end('reorientee') },
  {
    event: 'refuser',
    from: ['recue'],
    next: 'refusee',
    needsReason: true,
    sender: asCoordinator,
    parameters: [refusalReasonIsClosed],
    effect: end('refusee'),
  },
  {
    event: 'choisir-niveau',
    from: ['acceptee', 'en-cours'],
    next: 'en-cours',
    sender: asCoordinator,
    parameters: [niveauIsKnown],
    effect: move('en-cours', inReviewDays, withNiveau),
  },
  {
    event: 'proposer-relais',
    from: ['en-cours'],
    next: 'relais-propose',
    sender: asCoordinator,
    parameters: [destinataireIsNamed],
    guards: [personIsInformed],
    effect: proposeRelay,
  },
  {
    event: 'accepter-relais',
    from: ['relais-propose'],
    next: 'transferee',
    sender: asReceiver,
    effect: (step) => answerRelay(step, true),
  },
  {
    event: 'refuser-relais',
    from: ['relais-propose'],
    next: 'en-cours',
    needsReason: true,
    sender: asReceiver,
    effect: (step) => answerRelay(step, false),
  },
  {
    event: 'cloturer',
    from: ['en-cours', 'suspendue'],
    next: 'cloturee',
    needsReason: true,
    sender: asCoordinator,
    effect: end('cloturee'),
  },
  {
    event: 'suspendre',
    from: ['en-cours'],
    next: 'suspendue',
    needsReason: true,
    sender: asCoordinator,
    effect: move('suspendue', inReviewDays),
  },
  { event: 'reprendre', from: ['suspendue'], next: 'en-cours', sender: asCoordinator, effect: move('en-cours', inReviewDays) },
  {
    event: 'rouvrir',
    from: TERMINAL,
    next: 'recue',
    needsReason: true,
    sender: asRequester,
    guards: [isRecent],
    effect: move('recue', inWorkingDays('decisionWorkingDays'), ({ executionPeriod: _ended, ...task }, { situation }) => ({
      ...task,
      owner: { reference: situation.coordinator },
    })),
  },
];

/** M1, demande d'appui: its Task carries the state, its ServiceRequest follows. */
export const REFERRAL: Definition<Task> = {
  id: 'M1',
  is: isReferral,
  states: REFERRAL_STATES,
  stateOf: referralStateOf,
  withState: withReferralState,
  transitions: TRANSITIONS,
  created: createReferral,
  update: {
    stateElements: ['status', 'businessStatus', 'statusReason', 'lastModified', 'executionPeriod', 'restriction'],
    stateExtensions: [EXTENSION.niveauReponse],
    editable: ['brouillon', 'envoyee', 'en-attente-de-complement'],
    requestOf: ({ statusReason, extension }) => {
      const reason = statusReason?.coding?.[0] ?? statusReason?.text;
      const niveau = extension?.find(({ url }) => url === EXTENSION.niveauReponse)?.valueCoding?.code;
      return { parameters: niveau === undefined ? {} : { niveau }, ...(reason === undefined ? {} : { reason }) };
    },
  },
};
