import type { AuditEvent, Bundle } from '@medplum/fhirtypes';
import type { PatientKey } from '../access/facts.ts';
import type { Requester } from '../access/requester.ts';
import { leaveOpen } from '../access/scopes.ts';
import { searchsetBundle } from '../fhir/bundle.ts';
import { matches } from '../fhir/search/match.ts';
import { arrange, isPosition } from '../fhir/search/page.ts';
import { parseSearch } from '../fhir/search/parse.ts';
import type { Search } from '../fhir/search/search.ts';
import type { Instant } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Caller } from './caller.ts';
import { writeTrace } from './disclose.ts';
import { enter, ownPatientOf } from './enter.ts';
import type { Ports } from './ports.ts';
import { patientOf, relativeOf } from './resolve-patient.ts';
import { type SearchRequest, UNKNOWN_PAGE } from './search.ts';

/** Reads the trace table: `functions/trace` alone has this port. */
export type ReadTrace = (patient: PatientKey, months: readonly string[], max: number) => Promise<readonly unknown[]>;

const MONTHS_BACK = 24;
const EVENTS_MAX = 1_000;

/**
 * `GET /fhir/AuditEvent?patient=…`: the patient sees who read what of him, permits only; the DPO sees the
 * denials too; nobody else sees anything. Reading the trace is traced.
 */
export async function searchTrace(
  ports: Ports,
  readTrace: ReadTrace,
  caller: Caller,
  { rawQuery, handling }: Omit<SearchRequest, 'type'>,
): Promise<Result<Bundle>> {
  const parsed = parseSearch('AuditEvent', rawQuery, { handling, baseUrl: ports.fhirBase });
  if (!parsed.ok) return parsed;
  const criteria = parsed.value.sort.length > 0 ? parsed.value : { ...parsed.value, sort: NEWEST_FIRST };
  const { patient: wanted, pageToken } = criteria;
  const mention = wanted
    ? 'identifier' in wanted
      ? ({ kind: 'identifier', identifier: wanted.identifier } as const)
      : ({ kind: 'reference', ref: relativeOf(wanted.reference, ports.fhirBase) } as const)
    : undefined;
  const own = ownPatientOf(ports, caller);
  if (!mention && !own) return refused(PATIENT_NEEDED);
  const purpose = `trace|${caller.reference}|${criteria.selfQuery}`;
  const opened = pageToken === undefined ? undefined : ports.keys.open(purpose, pageToken);
  const position = isPosition(opened, criteria) ? opened : undefined;
  if (pageToken !== undefined && position === undefined) return refused(UNKNOWN_PAGE);
  const patient = mention ? await patientOf(ports, mention, [caller.network]) : own;
  const events = await traceOf(ports, readTrace, caller, patient);
  if (!events.ok) return events;
  const found = events.value.filter((event) => matches(event, criteria));
  const { page, total, next } = arrange(found, criteria, position);
  return accepted(
    searchsetBundle({
      baseUrl: ports.fhirBase,
      type: 'AuditEvent',
      selfQuery: criteria.selfQuery,
      page,
      total,
      warnings: criteria.ignored,
      ...(pageToken === undefined ? {} : { pageToken }),
      ...(next === undefined ? {} : { nextToken: ports.keys.seal(purpose, next) }),
    }),
  );
}

/** Unless another order is asked for. */
const NEWEST_FIRST: Search['sort'] = [{ name: 'date', descending: true }];

/** The trace of one patient as the caller may see it, newest first. */
export async function traceOf(
  ports: Ports,
  readTrace: ReadTrace,
  caller: Caller,
  patient: PatientKey | undefined,
): Promise<Result<readonly AuditEvent[]>> {
  const at = ports.now();
  const entered = await enter(ports, caller, patient);
  if (!entered.ok) return entered;
  const { requester, facts } = entered.value;
  const sees = patient !== undefined && facts !== undefined ? sight(requester, patient, facts.network) : 'nothing';
  const events =
    patient !== undefined && sees !== 'nothing' ? (await readTrace(patient, monthsBack(at), EVENTS_MAX)).filter(isAuditEvent) : [];
  if (patient) {
    await writeTrace(
      ports,
      at,
      [
        {
          requester,
          patient,
          interaction: 'trace',
          outcome: sees === 'nothing' ? 'deny' : 'permit',
          rules: [sees === 'permits' ? 'A-59' : 'A-58'],
          entities: ['AuditEvent'],
          count: events.length,
        },
      ],
      () => facts?.patient.id,
    );
  }
  return accepted(sees === 'all' ? events : events.filter(({ outcome }) => outcome === '0'));
}

function sight(requester: Requester, patient: PatientKey, network: string): 'all' | 'permits' | 'nothing' {
  if (requester.purpose === 'refused' || !leaveOpen(requester.scopes, 'search-type', 'AuditEvent')) return 'nothing';
  if (requester.role === 'patient' && requester.ownPatient === patient) return 'permits';
  if (requester.role === 'dpo' && requester.membership === 'active' && requester.network.id === network) return 'all';
  return 'nothing';
}

function monthsBack(at: Instant): readonly string[] {
  const [year = 0, month = 0] = at.slice(0, 7).split('-').map(Number);
  return Array.from({ length: MONTHS_BACK }, (_, back) => {
    const index = year * 12 + month - 1 - back;
    return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
  });
}

function isAuditEvent(value: unknown): value is AuditEvent {
  return typeof value === 'object' && value !== null && 'resourceType' in value && value.resourceType === 'AuditEvent';
}

const PATIENT_NEEDED: Refusal = {
  category: 'not-understood',
  code: 'patient-needed',
  expression: 'patient',
  diagnostics: 'A search of AuditEvent names its patient.',
  remedy: 'Ajoutez patient=Patient/<id>.',
};
