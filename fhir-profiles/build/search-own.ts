import type { SearchParameter } from '@medplum/fhirtypes';
import { BASE } from '../../lib/fhir/vocabulary.ts';

export type Row = {
  readonly name: string;
  readonly base: readonly string[];
  readonly type: string;
  readonly definition: string;
  readonly expression: string;
  readonly targets?: readonly string[];
  readonly components?: SearchParameter['component'];
};

const CDS = 'https://interop.esante.gouv.fr/ig/fhir/cds/SearchParameter';
const PDSM = 'https://interop.esante.gouv.fr/ig/fhir/pdsm/SearchParameter';
const TDE = 'https://interop.esante.gouv.fr/ig/fhir/tde/SearchParameter';
const MHD = 'https://profiles.ihe.net/ITI/MHD/SearchParameter';
const BIRTH_PLACE = 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace';
const IS_ARCHIVED = 'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived';

/** Ours (contracts.md 3), in the form of R4's. */
const OURS: readonly Row[] = [
  { name: 'due', base: ['Task'], type: 'date', definition: `${BASE}/SearchParameter/task-due`, expression: 'Task.restriction.period.end' },
];

/** What the volets of the CI-SIS add to R4, on the types that we serve (interop.md 3, 4, 6). */
const CI_SIS: readonly Row[] = [
  { name: 'start', base: ['CareTeam'], type: 'date', definition: `${CDS}/cds-careteam-start`, expression: 'CareTeam.period.start' },
  { name: 'end', base: ['CareTeam'], type: 'date', definition: `${CDS}/cds-careteam-end`, expression: 'CareTeam.period.end' },
  {
    name: 'participant-start',
    base: ['CareTeam'],
    type: 'date',
    definition: `${CDS}/cds-careteam-participant-start`,
    expression: 'CareTeam.participant.period.start',
  },
  {
    name: 'participant-end',
    base: ['CareTeam'],
    type: 'date',
    definition: `${CDS}/cds-careteam-participant-end`,
    expression: 'CareTeam.participant.period.end',
  },
  {
    name: 'managingOrganization',
    base: ['CareTeam'],
    type: 'reference',
    definition: `${CDS}/cds-careteam-managing-organization`,
    expression: 'CareTeam.managingOrganization',
    targets: ['Organization'],
  },
  {
    name: 'birthplace',
    base: ['Patient'],
    type: 'string',
    definition: `${CDS}/cds-patient-birthplace`,
    expression: `Patient.extension.where(url='${BIRTH_PLACE}').value.ofType(Address)`,
  },
  {
    name: 'isArchived',
    base: ['DocumentReference'],
    type: 'token',
    definition: `${PDSM}/PDSm-isArchived`,
    expression: `DocumentReference.extension.where(url='${IS_ARCHIVED}').value.ofType(boolean)`,
  },
  {
    name: 'period-start',
    base: ['DocumentReference'],
    type: 'date',
    definition: `${PDSM}/PDSm-period-start`,
    expression: 'DocumentReference.context.period.start',
  },
  {
    name: 'period-end',
    base: ['DocumentReference'],
    type: 'date',
    definition: `${PDSM}/PDSm-period-end`,
    expression: 'DocumentReference.context.period.end',
  },
  {
    name: 'creation',
    base: ['DocumentReference'],
    type: 'date',
    definition: `${MHD}/DocumentReference-Creation`,
    expression: 'DocumentReference.content.attachment.creation',
  },
  {
    // PDSm writes R4's `relatesto` with a capital.
    name: 'relatesTo',
    base: ['DocumentReference'],
    type: 'reference',
    definition: 'http://hl7.org/fhir/SearchParameter/DocumentReference-relatesto',
    expression: 'DocumentReference.relatesTo.target',
    targets: ['DocumentReference'],
  },
  {
    name: 'period-start',
    base: ['AuditEvent'],
    type: 'date',
    definition: `${TDE}/TDE_AuditEvent_period-start`,
    expression: 'AuditEvent.period.start',
  },
];

/** Search parameters beside those of R4. */
export const OWN_PARAMETERS: readonly Row[] = [...OURS, ...CI_SIS];
