import type { Task } from '@medplum/fhirtypes';
import { ANSWER_LEVELS, EXTENSION, SYSTEM } from '../../fhir/vocabulary.ts';
import { epochMsOf, type Instant, shift } from '../../platform/instant.ts';
import type { Refusal } from '../../platform/refusal.ts';
import { afterDays, afterWorkingDays } from '../calendar.ts';
import { withExtension } from '../etat.ts';
import { type Definition, type Guard, parameterRefusal, type Step, type Transition } from '../machine.ts';
import { isOpposed, isRef, refOf, speaksFor } from '../refs.ts';
import { type Rules, rulesOf } from '../rules.ts';
import { dueOn, ended, newTask } from '../tasks.ts';
import type { Effects } from '../types.ts';
import { createReferral, missingIn } from './create.ts';
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

const refusalReasonIsClosed: Guard<Task> = ({ request: { reason } }) => {
  const given = endReason(reason, REFUSAL_REASONS)?.coding?.[0];
  const isListed = given?.system === SYSTEM.motifFin && REFUSAL_REASONS.some((code) => code === given.code);
  if (reason === undefined || isListed) return [];
  return [
    parameterRefusal(
      'reason',
      'reason-not-in-list',
      `A request is refused for one of these reasons only: ${REFUSAL_REASONS.join(', ')} (S1-15).`,
      `Choisissez un motif de la liste : ${REFUSAL_REASONS.join(', ')}. Ni la gravité, ni l’âge, ni la couverture sociale ne sont des motifs de refus.`,
    ),
  ];
};

const niveauIsKnown: Guard<Task> = ({ request: { parameters } }) =>
  ANSWER_LEVELS.some((level) => level === parameters.niveau)
    ? []
    : [
        parameterRefusal(
          'niveau',
          'niveau-unknown',
          `niveau is one of ${ANSWER_LEVELS.join(', ')}.`,
          `Choisissez le niveau de réponse : ${ANSWER_LEVELS.join(', ')}.`,
        ),
      ];

const destinataireIsNamed: Guard<Task> = ({ request: { parameters, at }, situation }) => {
  const receiver = parameters.destinataire;
  if (!isRef(receiver)) {
    return [
      parameterRefusal(
        'destinataire',
        'destinataire-missing',
        'destinataire is a literal reference (Type/id).',
        'Indiquez le professionnel ou la structure qui prendrait le relais.',
      ),
    ];
  }
  // The same words whatever the reason: the sender is not told that an opposition exists.
  return isOpposed(situation.facts, receiver, at)
    ? [
        parameterRefusal(
          'destinataire',
          'destinataire-not-covered',
          'The accord of the person does not cover this receiver.',
          'Choisissez avec la personne un autre destinataire.',
        ),
      ]
    : [];
};

/** S0-08, A-21: nobody is told before the person is. */
const personIsInformed: Guard<Task> = ({ situation: { facts } }): readonly Refusal[] =>
  facts.consents.some(({ kind, informed }) => kind === 'sharing' && informed)
    ? []
    : [
        {
          category: 'unprocessable',
          code: 'information-not-recorded',
          expression: 'Consent',
          diagnostics: 'The person has not been told that members do not work alone (A-21, S0-08).',
          remedy: 'Enregistrez l’information de la personne (Consent, événement informer), puis proposez le relais.',
        },
      ];

const isRecent: Guard<Task> = ({ carrier, request, situation }): readonly Refusal[] => {
  const endedAt = carrier.executionPeriod?.end;
  const { reouvertureDays } = rulesOf(situation);
  if (endedAt === undefined || epochMsOf(request.at) <= epochMsOf(shift(endedAt, reouvertureDays * 86_400_000))) return [];
  return [
    {
      category: 'unprocessable',
      code: 'ended-too-long-ago',
      expression: 'Task.executionPeriod.end',
      diagnostics: `A request is opened again within ${reouvertureDays} days of its end.`,
      remedy: 'Créez une nouvelle demande d’appui.',
    },
  ];
};

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
