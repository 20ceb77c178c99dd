import type { CarePlan } from '@medplum/fhirtypes';
import type { State } from '../etat.ts';

/** M3, states (domain.md 2). A version that a revision replaced is closed, with the FHIR status `revoked`. */
export const PPS_STATES: readonly State<CarePlan['status']>[] = [
  { code: 'brouillon', display: 'Brouillon', status: 'draft' },
  { code: 'en-concertation', display: 'En concertation', status: 'draft' },
  { code: 'pret', display: 'Prêt', status: 'draft' },
  { code: 'actif', display: 'Actif', status: 'active' },
  { code: 'en-revision', display: 'En révision', status: 'active' },
  { code: 'suspendu', display: 'Suspendu', status: 'on-hold' },
  { code: 'cloture', display: 'Clôturé', status: 'completed' },
  { code: 'refuse-par-la-personne', display: 'Refusé par la personne', status: 'revoked' },
];

export const DRAFT: readonly string[] = ['brouillon', 'en-concertation', 'pret'];
/** States in which the activities go on. */
export const RUNNING: readonly string[] = ['actif', 'en-revision'];
