import { EXTENSION, FR_CORE_EXTENSION } from '../../fhir/vocabulary.ts';
import type { Keeps, TypeFilter } from './filter.ts';

const ENCOUNTER: Keeps = {
  status: 'whole',
  class: { system: 'whole', code: 'whole' },
  subject: 'reference',
  period: 'whole',
  serviceProvider: 'reference',
  episodeOfCare: 'reference',
};

const EPISODE: Keeps = { status: 'whole', patient: 'reference', period: 'whole', managingOrganization: 'reference' };

/**
 * F3: dates, planned date, disposition, place of return, establishment to contact. Speciality, diagnosis and movements
 * are removed, and with them the category of the stay, which could tell psychiatry.
 */
export const F3: TypeFilter = {
  keep: {
    ...ENCOUNTER,
    hospitalization: { dischargeDisposition: 'codes', destination: 'reference' },
    extension: [FR_CORE_EXTENSION.estimatedDischargeDate, EXTENSION.etat],
  },
};

export const F3_EPISODE: TypeFilter = { keep: { ...EPISODE, careManager: 'reference', team: 'reference', extension: [EXTENSION.etat] } };

/** What goes with an exchanged document: when and where. */
export const HEADER: TypeFilter = { keep: ENCOUNTER };
export const HEADER_EPISODE: TypeFilter = { keep: { ...EPISODE, extension: [EXTENSION.etat] } };
