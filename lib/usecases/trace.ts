import type { AuditEvent, Bundle } from '@medplum/fhirtypes';
import type { Facts, PatientKey } from '../access/facts.ts';
import { searchsetBundle } from '../fhir/bundle.ts';
import { matches } from '../fhir/search/match.ts';
import { arrange, isPosition } from '../fhir/search/page.ts';
import { parseSearch } from '../fhir/search/parse.ts';
import type { Search } from '../fhir/search/search.ts';
import type { Instant } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import { KEY, type Locator } from '../store/table.ts';
import type { Caller } from './caller.ts';
import { writeTrace } from './disclose.ts';
import { enter, ownPatientOf } from './enter.ts';
import type { Ports } from './ports.ts';
import { patientOf, relativeOf } from './resolve-patient.ts';
import { type SearchRequest, UNKNOWN_PAGE } from './search.ts';
import { monthsIn, rangeWanted, type TraceRange } from './trace-range.ts';
import { seen, seesTrace } from './trace-sight.ts';

/** Reads the trace table, newest first: `functions/trace` alone has this port. Not `complete`: there are more than `max`. */
export type ReadTrace = (
  patient: PatientKey,
  months: readonly string[],
  range: TraceRange,
  max: number,
) => Promise<{ readonly events: readonly unknown[]; readonly complete: boolean }>;

/** What one search evaluates (DESIGN.md, "Bounds"). */
const EVENTS_MAX = 10_000;
/** L-42: how long the trace of care data is kept. */
const YEARS_KEPT = 10;

/**
 * `GET /fhir/AuditEvent?patient=…`: the patient sees who read what of him, permits only, and so does who
 * represents him, of what is not secret; the DPO sees the denials too; nobody else sees anything. Reading the trace is
 * traced. Dates bound what is read: a history of years is months read one by one, never a scan.
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
  const events = await traceOf(ports, readTrace, caller, patient, (possible) => rangeWanted(criteria, possible));
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

/**
 * The trace of one patient as the caller may see it, newest first; reading it is traced before anything is answered.
 * @param narrow the moments that are wanted, of those in which there can be any
 */
export async function traceOf(
  ports: Ports,
  readTrace: ReadTrace,
  caller: Caller,
  patient: PatientKey | undefined,
  narrow: (possible: TraceRange) => TraceRange,
): Promise<Result<readonly AuditEvent[]>> {
  const at = ports.now();
  const entered = await enter(ports, caller, patient);
  if (!entered.ok) return entered;
  const { requester, facts } = entered.value;
  const isSeen = patient !== undefined && facts !== undefined && seesTrace({ requester, facts, at });
  const found = isSeen ? await readRange(ports, readTrace, patient, facts, narrow, at) : accepted([]);
  const events = found.ok && isSeen ? await seen(ports, { requester, facts, patient, at }, found.value) : [];
  if (patient) {
    await writeTrace(
      ports,
      at,
      [
        {
          requester,
          patient,
          interaction: 'trace',
          outcome: isSeen ? 'permit' : 'deny',
          rules: [isSeen && requester.role !== 'dpo' ? 'A-59' : 'A-58'],
          entities: ['AuditEvent'],
          count: events.length,
        },
      ],
      () => facts?.patient.id,
    );
  }
  return found.ok ? accepted(events) : found;
}

/** The records of the months that can hold a match: from the day the person became known here, at most as long as the trace is kept. */
async function readRange(
  ports: Ports,
  readTrace: ReadTrace,
  patient: PatientKey,
  facts: Facts,
  narrow: (possible: TraceRange) => TraceRange,
  at: Instant,
): Promise<Result<readonly AuditEvent[]>> {
  const kept = `${Number(at.slice(0, 4)) - YEARS_KEPT}${at.slice(4)}`;
  const wanted = narrow({ from: kept, until: at });
  const months = monthsIn(wanted);
  const since = months.length > 1 ? await knownSince(ports, patient, facts) : undefined;
  const range = since !== undefined && since > wanted.from ? { ...wanted, from: since } : wanted;
  const { events, complete } = await readTrace(patient, monthsIn(range), range, EVENTS_MAX);
  return complete ? accepted(events.filter(isAuditEvent)) : refused(TOO_MUCH);
}

/** When the person's record began: nothing was traced about her before. */
async function knownSince(ports: Ports, patient: PatientKey, { patient: { id } }: Facts): Promise<Instant | undefined> {
  const target: Locator = { type: 'Patient', id, patient };
  const current = (await ports.store.load([KEY.resource(target)])).resource(target);
  return current?.version === 1 ? current.at : (await ports.store.version(target, 1))?.at;
}

function isAuditEvent(value: unknown): value is AuditEvent {
  return typeof value === 'object' && value !== null && 'resourceType' in value && value.resourceType === 'AuditEvent';
}

const TOO_MUCH: Refusal = {
  category: 'too-costly',
  code: 'too-costly',
  expression: 'date',
  diagnostics: `More than ${EVENTS_MAX} records of the trace lie in this time.`,
  remedy: 'Bornez la période : date=ge2026-01-01&date=lt2026-02-01, puis le mois suivant.',
};

const PATIENT_NEEDED: Refusal = {
  category: 'not-understood',
  code: 'patient-needed',
  expression: 'patient',
  diagnostics: 'A search of AuditEvent names its patient.',
  remedy: 'Ajoutez patient=Patient/<id>.',
};
