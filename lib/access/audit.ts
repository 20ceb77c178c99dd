import type { AuditEvent, AuditEventEntity, Coding } from '@medplum/fhirtypes';
import type { Ref } from '../fhir/types.ts';
import { BASE } from '../fhir/vocabulary.ts';
import type { Instant } from '../platform/instant.ts';
import type { Purpose, Requester } from './requester.ts';

/** One access as it is to be recorded: one patient, or none. */
export type AccessRecord = {
  readonly at: Instant;
  readonly requester: Requester;
  /** The software that talked for him. */
  readonly client: string;
  readonly purpose: Purpose | 'refused';
  /** Code of `type-restful-interaction`, or a word of ours (`event`, `intake-hl7v2`, `notification`…). */
  readonly interaction: string;
  readonly outcome: 'permit' | 'deny';
  readonly rules: readonly string[];
  /** `Type/id`, or a bare type when a search found nothing. */
  readonly entities: readonly Ref[];
  readonly patientId?: string;
  readonly basis?: string;
  /** How many resources an answer disclosed, or a search dropped. */
  readonly count?: number;
};

const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';
const RESTFUL = 'http://hl7.org/fhir/restful-interaction';
/** Interactions that FHIR has no code for. */
const INTERACTION = `${BASE}/CodeSystem/interaction`;
const RESTFUL_CODES: ReadonlySet<string> = new Set([
  'read',
  'vread',
  'create',
  'update',
  'patch',
  'delete',
  'search-type',
  'history-instance',
  'transaction',
  'batch',
]);

/** AuditEvent.action (DICOM): create, read, update, delete; everything else is executed. */
const ACTION: Readonly<Record<string, 'C' | 'R' | 'U' | 'D'>> = {
  create: 'C',
  'intake-hl7v2': 'C',
  'intake-cda': 'C',
  read: 'R',
  vread: 'R',
  'history-instance': 'R',
  everything: 'R',
  trace: 'R',
  update: 'U',
  patch: 'U',
  event: 'U',
  delete: 'D',
};

/**
 * The trace of one access, without id: who and in which structure (the reference is that of his exercise), by
 * which software, why, what of whom, on which basis and rules. At most two agents, a subtype and a period, as the volet
 * Traçabilité asks; patient and data are entities, as in IHE BALP.
 * @see interop.md 6; https://interop.esante.gouv.fr/ig/fhir/tde
 */
export function auditEvent(record: AccessRecord): AuditEvent {
  const { at, requester, client, purpose, interaction, outcome } = record;
  return {
    resourceType: 'AuditEvent',
    type: { system: `${TERMINOLOGY}/audit-event-type`, code: 'rest', display: 'RESTful Operation' },
    subtype: [{ system: RESTFUL_CODES.has(interaction) ? RESTFUL : INTERACTION, code: interaction }],
    action: ACTION[interaction] ?? 'E',
    period: { start: at, end: at },
    recorded: at,
    outcome: outcome === 'permit' ? '0' : '4',
    ...(purpose === 'refused' ? {} : { purposeOfEvent: [{ coding: [{ system: `${TERMINOLOGY}/v3-ActReason`, code: purpose }] }] }),
    agent: [
      {
        type: { coding: [{ system: `${TERMINOLOGY}/v3-ParticipationType`, code: 'IRCP', display: 'information recipient' }] },
        role: [{ text: requester.role }],
        who: { reference: requester.reference, ...(requester.name ? { display: requester.name } : {}) },
        ...(requester.name ? { name: requester.name } : {}),
        requestor: true,
      },
      {
        type: { coding: [{ system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110150', display: 'Application' }] },
        who: { identifier: { value: client }, display: client },
        requestor: false,
      },
    ],
    source: {
      site: requester.network.id,
      observer: requester.network.reference ? { reference: requester.network.reference } : { display: 'Relais' },
      type: [{ system: `${TERMINOLOGY}/security-source-type`, code: '4', display: 'Application Server' }],
    },
    entity: entitiesOf(record),
  };
}

const SYSTEM_OBJECT = typeOfEntity('2', 'System Object');

function entitiesOf({ patientId, entities, rules, basis, count, requester }: AccessRecord): AuditEventEntity[] {
  const patient = patientId === undefined ? undefined : `Patient/${patientId}`;
  const items = entities.filter((entity) => entity !== patient);
  const detail = [
    ...(basis ? [{ type: 'base', valueString: basis }] : []),
    ...rules.map((rule) => ({ type: 'regle', valueString: rule })),
    ...(requester.structure ? [{ type: 'structure', valueString: requester.structure.reference }] : []),
    ...(count === undefined ? [] : [{ type: 'nombre', valueString: String(count) }]),
  ];
  return [
    ...(patient ? [{ what: { reference: patient }, type: typeOfEntity('1', 'Person'), role: roleOfEntity('1', 'Patient') }] : []),
    ...items.map((item) => ({
      ...(item.includes('/') ? { what: { reference: item } } : { name: item }),
      type: SYSTEM_OBJECT,
      role: roleOfEntity('4', 'Domain Resource'),
    })),
    ...(detail.length > 0
      ? [{ type: SYSTEM_OBJECT, role: roleOfEntity('13', 'Security Resource'), name: 'décision d’accès', detail }]
      : []),
  ];
}

function typeOfEntity(code: string, display: string): Coding {
  return { system: `${TERMINOLOGY}/audit-entity-type`, code, display };
}

function roleOfEntity(code: string, display: string): Coding {
  return { system: `${TERMINOLOGY}/object-role`, code, display };
}
