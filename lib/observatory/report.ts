import type { Measure, MeasureReport, MeasureReportGroupPopulation } from '@medplum/fhirtypes';
import { BASE, EXTENSION } from '../fhir/vocabulary.ts';
import { addDays, type Instant, type ParisDay } from '../platform/instant.ts';
import type { Contribution, Indicator, Period } from './contribution.ts';
import { suppress, suppressRate } from './suppress.ts';

const DATA_ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
const POPULATION = 'http://terminology.hl7.org/CodeSystem/measure-population';
const SCORING = 'http://terminology.hl7.org/CodeSystem/measure-scoring';

/** Version of our Measures: a report says by which definition it was made. */
const MEASURE_VERSION = '1.0.0';

/** A count in a MeasureReport: the number, or why it is not told (contracts.md 8). */
type Counted = Pick<MeasureReportGroupPopulation, 'count'> & { readonly _count?: { readonly extension: readonly object[] } };

function counted(count: number | undefined, threshold: number): Counted {
  if (count !== undefined) return { count };
  return {
    _count: {
      extension: [
        { url: DATA_ABSENT, valueCode: 'masked' },
        { url: EXTENSION.seuil, valueString: `<${threshold}` },
      ],
    },
  };
}

/** The FHIR Measure of an indicator. */
export function measureOf({ id, title, kind }: Indicator): Measure {
  return {
    resourceType: 'Measure',
    id,
    url: `${BASE}/Measure/${id}`,
    version: MEASURE_VERSION,
    name: id.replace('-', '').toUpperCase(),
    title,
    status: 'active',
    scoring: { coding: [{ system: SCORING, code: kind === 'rate' ? 'proportion' : 'cohort' }] },
    improvementNotation: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/measure-improvement-notation', code: 'increase' }] },
  };
}

export type ReportPeriod = { readonly start: ParisDay; readonly end: ParisDay };

/**
 * Months that a period is made of; `undefined` unless it is whole months, at most 24: two overlapping periods that
 * differ by a few days would tell by difference what suppression hides.
 */
export function monthsOf({ start, end }: ReportPeriod): readonly Period[] | undefined {
  const next = addDays(end, 1);
  if (!start.endsWith('-01') || !next.endsWith('-01') || end < start) return undefined;
  const months: Period[] = [];
  for (let [year = 0, month = 0] = start.split('-').map(Number); ; ) {
    const text = `${year}-${String(month).padStart(2, '0')}`;
    if (text >= next.slice(0, 7)) break;
    months.push(text);
    [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1];
  }
  return months.length <= 24 ? months : undefined;
}

/** The MeasureReport of an indicator over contributions already of one network and period, small cells suppressed. */
export function reportOf(
  indicator: Indicator,
  period: ReportPeriod,
  contributions: readonly Contribution[],
  threshold: number,
  dataAsOf: Instant,
): MeasureReport {
  const base = {
    resourceType: 'MeasureReport',
    status: 'complete',
    type: 'summary',
    measure: `${BASE}/Measure/${indicator.id}|${MEASURE_VERSION}`,
    date: dataAsOf,
    period,
  } as const;
  if (indicator.kind === 'rate') {
    const { numerator, denominator } = suppressRate(contributions.filter((one) => one.numerator).length, contributions.length, threshold);
    const score =
      numerator !== undefined && denominator !== undefined && denominator > 0
        ? {
            measureScore: {
              value: Math.round((numerator / denominator) * 1000) / 10,
              unit: '%',
              system: 'http://unitsofmeasure.org',
              code: '%',
            },
          }
        : {};
    return {
      ...base,
      group: [{ population: [population('numerator', numerator, threshold), population('denominator', denominator, threshold)], ...score }],
    };
  }
  const counts = new Map<string, number>();
  for (const { stratum = 'autre' } of contributions) counts.set(stratum, (counts.get(stratum) ?? 0) + 1);
  const { cells, total } = suppress(
    [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, count]) => ({ key, count })),
    threshold,
  );
  const stratum = cells.map(({ key, count }) => ({
    value: { text: key },
    population: [population('initial-population', count, threshold)],
  }));
  return {
    ...base,
    group: [
      {
        population: [population('initial-population', total, threshold)],
        ...(stratum.length > 0 ? { stratifier: [{ code: [{ text: 'origine' }], stratum }] } : {}),
      },
    ],
  };
}

function population(code: string, count: number | undefined, threshold: number): MeasureReportGroupPopulation {
  const cell = counted(count, threshold);
  return Object.assign({ code: { coding: [{ system: POPULATION, code }] } }, cell);
}
