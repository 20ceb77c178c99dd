import type { Consent } from '@medplum/fhirtypes';
import type { State } from '../etat.ts';

/** M14, states (domain.md 2); `opposition` is a Consent of its own. */
export const CONSENT_STATES: readonly State<Consent['status']>[] = [
  { code: 'informe', display: 'Informé', status: 'proposed' },
  { code: 'donne', display: 'Donné', status: 'active' },
  { code: 'limite', display: 'Limité', status: 'active' },
  { code: 'refuse', display: 'Refusé', status: 'rejected' },
  { code: 'retire', display: 'Retiré', status: 'inactive' },
  { code: 'expire', display: 'Expiré', status: 'inactive' },
  { code: 'opposition', display: 'Opposition', status: 'active' },
];
