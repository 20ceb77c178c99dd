import type { EpisodeOfCare } from '@medplum/fhirtypes';
import type { State } from '../etat.ts';

/** M6, states (domain.md 2): the episode of the network. */
export const EPISODE_STATES: readonly State<EpisodeOfCare['status']>[] = [
  { code: 'annonce', display: 'Annoncé', status: 'planned' },
  { code: 'hospitalise', display: 'Hospitalisé', status: 'active' },
  { code: 'sortie-planifiee', display: 'Sortie planifiée', status: 'active' },
  { code: 'sorti', display: 'Sorti', status: 'active' },
  { code: 'lettre-en-retard', display: 'Lettre en retard', status: 'active' },
  { code: 'lettre-recue', display: 'Lettre reçue', status: 'active' },
  { code: 'pris-en-compte', display: 'Pris en compte', status: 'active' },
  { code: 'suivi-planifie', display: 'Suivi planifié', status: 'active' },
  { code: 'suivi-fait', display: 'Suivi fait', status: 'active' },
  { code: 'clos', display: 'Clos', status: 'finished' },
  { code: 'annule', display: 'Annulé', status: 'cancelled' },
  { code: 'decede', display: 'Décédé', status: 'finished' },
];

/** States that a discharge opens; the others follow from the movements alone. */
export const AFTER_DISCHARGE: readonly string[] = [
  'sorti',
  'lettre-en-retard',
  'lettre-recue',
  'pris-en-compte',
  'suivi-planifie',
  'suivi-fait',
  'clos',
];

/** States that still wait for the letter. */
export const AWAITING_LETTER: readonly string[] = ['sorti', 'lettre-en-retard'];
