import type { ServiceRequest, Task } from '@medplum/fhirtypes';
import type { State } from '../etat.ts';

export type ReferralState = State<Task['status']> & {
  /** Status of the ServiceRequest that follows. */
  readonly request: ServiceRequest['status'];
  readonly open: boolean;
};

/** M1, states: FHIR status of the Task and of its ServiceRequest (domain.md 2). */
export const REFERRAL_STATES: readonly ReferralState[] = [
  { code: 'brouillon', display: 'Brouillon', status: 'draft', request: 'draft', open: true },
  { code: 'envoyee', display: 'Envoyée', status: 'requested', request: 'active', open: true },
  { code: 'recue', display: 'Reçue', status: 'received', request: 'active', open: true },
  { code: 'en-attente-de-complement', display: 'En attente de complément', status: 'on-hold', request: 'on-hold', open: true },
  { code: 'acceptee', display: 'Acceptée', status: 'accepted', request: 'active', open: true },
  { code: 'en-cours', display: 'En cours', status: 'in-progress', request: 'active', open: true },
  { code: 'relais-propose', display: 'Relais proposé', status: 'in-progress', request: 'active', open: true },
  { code: 'suspendue', display: 'Suspendue', status: 'on-hold', request: 'on-hold', open: true },
  { code: 'transferee', display: 'Transférée', status: 'completed', request: 'completed', open: false },
  { code: 'cloturee', display: 'Clôturée', status: 'completed', request: 'completed', open: false },
  { code: 'reorientee', display: 'Réorientée', status: 'rejected', request: 'revoked', open: false },
  { code: 'refusee', display: 'Refusée', status: 'rejected', request: 'revoked', open: false },
  { code: 'annulee', display: 'Annulée', status: 'cancelled', request: 'revoked', open: false },
  { code: 'classee-sans-suite', display: 'Classée sans suite', status: 'cancelled', request: 'revoked', open: false },
];

/** S1-15: the only reasons for which a request is refused; never severity, age, cover or housing (S0-06). */
export const REFUSAL_REASONS = ['hors-territoire', 'sans-accord', 'doublon', 'hors-mission'] as const;
