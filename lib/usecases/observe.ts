import type { Bundle, Measure, MeasureReport } from '@medplum/fhirtypes';
import * as z from 'zod';
import type { Facts, PatientKey } from '../access/facts.ts';
import { searchsetBundle } from '../fhir/bundle.ts';
import type { RelaisResource } from '../fhir/types.ts';
import type { Contribution } from '../observatory/contribution.ts';
import { INDICATORS, indicatorOf } from '../observatory/indicators/index.ts';
import { measureOf, monthsOf, type ReportPeriod, reportOf } from '../observatory/report.ts';
import { THRESHOLD } from '../observatory/suppress.ts';
import { addDays, parisDay } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { DocumentWrite } from '../store/commit.ts';
import { KEY } from '../store/table.ts';
import type { Caller } from './caller.ts';
import { enter } from './enter.ts';
import type { Ports } from './ports.ts';

const contribution = z.object({
  indicator: z.string(),
  period: z.string(),
  subject: z.string(),
  numerator: z.boolean(),
  stratum: z.string().exactOptional(),
  structure: z.string().exactOptional(),
});

const memory = z.array(z.object({ indicator: z.string(), period: z.string(), subject: z.string() }));

/**
 * Brings the contributions of one patient up to date with his resources. What he contributed before and does no more
 * (cancelled, moved to another month) is deleted: the list of what he contributed stands in his own partition.
 */
export async function contribute(ports: Ports, patient: PatientKey, facts: Facts, compartment: readonly RelaisResource[]): Promise<void> {
  const { network } = facts;
  const memoryKey = { pk: `P#${patient}`, sk: 'contributions' };
  const known = memory.catch([]).parse((await ports.store.load([memoryKey])).document(memoryKey)?.value ?? []);
  const now = INDICATORS.flatMap((indicator) => indicator.contributions(compartment, facts).keep);
  const keyOf = (one: { indicator: string; period: string; subject: string }) =>
    KEY.contribution(network, one.indicator, one.period, ports.keys.hash('subject', one.subject));
  const kept = new Set(now.map((one) => `${one.indicator}|${one.period}|${one.subject}`));
  const gone = known.filter((one) => !kept.has(`${one.indicator}|${one.period}|${one.subject}`));
  if (now.length === 0 && gone.length === 0) return;
  const documents: DocumentWrite[] = [
    ...now.map((one) => ({ key: keyOf(one), value: { ...one, subject: '' } })),
    ...gone.map((one) => ({ key: keyOf(one), remove: true as const })),
    { key: memoryKey, value: now.map(({ indicator, period, subject }) => ({ indicator, period, subject })) },
  ];
  for (let from = 0; from < documents.length; from += 90) {
    await ports.store.commit({
      network,
      at: ports.now(),
      writes: [],
      timerOf: () => undefined,
      documents: documents.slice(from, from + 90),
    });
  }
}

export type ReportRequest = {
  readonly measure: string;
  readonly periodStart: string;
  readonly periodEnd: string;
  readonly subject?: string;
};

/**
 * `Measure/$evaluate-measure` (contracts.md 8): one partition a month, small cells suppressed. For the dashboard, the
 * coordinator and the administrators of the network (AGG, A-25); a hospital for its own structure.
 */
export async function evaluateMeasure(ports: Ports, caller: Caller, request: ReportRequest): Promise<Result<MeasureReport>> {
  const entered = await enter(ports, caller, undefined);
  if (!entered.ok) return entered;
  const { requester } = entered.value;
  const own = requester.role === 'hospital' ? requester.structure?.reference : undefined;
  const wide = ['dashboard', 'coordinator', 'admin'].includes(requester.role);
  if (requester.membership !== 'active' || requester.purpose === 'refused' || (!wide && own === undefined)) return refused(NOT_FOR_YOU);
  if (own !== undefined && request.subject !== undefined && request.subject !== own) return refused(NOT_FOR_YOU);
  const indicator = indicatorOf(request.measure);
  if (!indicator) return refused(unknownMeasure(request.measure));
  const period = { start: request.periodStart, end: request.periodEnd };
  const months = monthsOf(period);
  if (!months) return refused(BAD_PERIOD);
  const partitions = await Promise.all(
    months.map((month) => ports.store.documents(KEY.contribution(requester.network.id, indicator.id, month, '').pk)),
  );
  const subject = request.subject ?? own;
  const contributions: Contribution[] = partitions.flat().map(({ value }) => contribution.parse(value));
  const asked = contributions.filter(
    ({ structure }) => subject === undefined || structure === subject || subject === requester.network.reference,
  );
  const report = reportOf(indicator, period, asked, THRESHOLD.internal, ports.now());
  return accepted(subject === undefined ? report : { ...report, subject: { reference: subject } });
}

/** Reports of every indicator over the last whole months and the running one, for the page: no token, public threshold. */
export async function publicReports(
  ports: Ports,
  network: string,
): Promise<readonly { readonly measure: Measure; readonly report: MeasureReport }[]> {
  const today = parisDay(ports.now());
  const start = `${addDays(`${today.slice(0, 7)}-01`, -1).slice(0, 7)}-01`;
  const end = addDays(`${addDays(`${today.slice(0, 7)}-28`, 7).slice(0, 7)}-01`, -1);
  const period: ReportPeriod = { start, end };
  return Promise.all(
    INDICATORS.map(async (indicator) => {
      const partitions = await Promise.all(
        (monthsOf(period) ?? []).map((month) => ports.store.documents(KEY.contribution(network, indicator.id, month, '').pk)),
      );
      const contributions: Contribution[] = partitions.flat().map(({ value }) => contribution.parse(value));
      return { measure: measureOf(indicator), report: reportOf(indicator, period, contributions, THRESHOLD.public, ports.now()) };
    }),
  );
}

/** Measures are definitions: anybody with a token reads them. */
export function measures(ports: Ports): Bundle {
  const page = INDICATORS.map(measureOf);
  return searchsetBundle({ baseUrl: ports.fhirBase, type: 'Measure', selfQuery: '', page, total: page.length });
}

const NOT_FOR_YOU: Refusal = {
  category: 'forbidden',
  code: 'aggregates-not-allowed',
  diagnostics: 'Aggregates are for the dashboard, the coordinator and administrators of the network, and for a hospital about itself.',
  remedy: 'Utilisez un jeton de tableau de bord du réseau.',
};

const BAD_PERIOD: Refusal = {
  category: 'unprocessable',
  code: 'period-not-whole-months',
  expression: 'periodStart',
  diagnostics: 'The period must be whole months (first day to last day), at most 24.',
  remedy: 'Demandez des mois entiers : periodStart=2026-11-01&periodEnd=2026-11-30.',
};

function unknownMeasure(id: string): Refusal {
  return {
    category: 'not-found',
    code: 'unknown-measure',
    diagnostics: `No Measure ${id}.`,
    remedy: `Mesures servies : ${INDICATORS.map((one) => one.id).join(', ')}.`,
  };
}
