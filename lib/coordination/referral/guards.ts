import type { Task } from '@medplum/fhirtypes';
import { ANSWER_LEVELS, SYSTEM } from '../../fhir/vocabulary.ts';
import { epochMsOf, shift } from '../../platform/instant.ts';
import type { Refusal } from '../../platform/refusal.ts';
import type { Guard } from '../machine.ts';
import { parameterRefusal } from '../machine-refusals.ts';
import { isOpposed, isRef } from '../refs.ts';
import { rulesOf } from '../rules.ts';
import { endReason } from './pair.ts';
import { REFUSAL_REASONS } from './states.ts';

export const refusalReasonIsClosed: Guard<Task> = ({ request: { reason } }) => {
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

export const niveauIsKnown: Guard<Task> = ({ request: { parameters } }) =>
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

export const destinataireIsNamed: Guard<Task> = ({ request: { parameters, at }, situation }) => {
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
export const personIsInformed: Guard<Task> = ({ situation: { facts } }): readonly Refusal[] =>
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

export const isRecent: Guard<Task> = ({ carrier, request, situation }): readonly Refusal[] => {
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
