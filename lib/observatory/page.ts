import type { Measure, MeasureReport, MeasureReportGroupPopulation } from '@medplum/fhirtypes';
import { html } from 'hono/html';
import { EXTENSION } from '../fhir/vocabulary.ts';
import type { Indicator } from './contribution.ts';
import { indicatorOf } from './indicators/index.ts';

type Html = ReturnType<typeof html>;

/** The observatory page: server-rendered, a table beside every bar, no script, nothing from elsewhere. */
export function observatoryPage(network: string, reports: readonly { readonly measure: Measure; readonly report: MeasureReport }[]): Html {
  return html`<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Observatoire – ${network}</title>
<link rel="stylesheet" href="/observatory.css">
</head>
<body>
<header><h1>Observatoire</h1><p>${network}. Aucun chiffre de moins de 11 n’est montré : « &lt;11 » en tient lieu.</p></header>
<main>${reports.map(section)}</main>
</body>
</html>`;
}

function section({ measure, report }: { readonly measure: Measure; readonly report: MeasureReport }): Html {
  const indicator = indicatorOf(measure.id ?? '');
  const [group] = report.group ?? [];
  const strata = group?.stratifier?.[0]?.stratum ?? [];
  const [first, second] = group?.population ?? [];
  const rows: readonly (readonly [string, MeasureReportGroupPopulation | undefined])[] =
    indicator?.kind === 'rate'
      ? [
          [indicator.numeratorLabel, first],
          [indicator.denominatorLabel, second],
        ]
      : [
          ...strata.map(({ value, population }) => [labelOf(value?.text ?? '', indicator), population?.[0]] as const),
          [indicator?.denominatorLabel ?? 'total', first],
        ];
  const largest = Math.max(1, ...rows.map(([, one]) => one?.count ?? 0));
  return html`<section aria-labelledby="${measure.id}">
<h2 id="${measure.id}">${measure.title}</h2>
<p>Du ${report.period.start} au ${report.period.end}. Données du ${(report.date ?? '').slice(0, 10)}, définition ${measure.version}.</p>
<table>
<thead><tr><th scope="col">Quoi</th><th scope="col">Nombre</th><th scope="col"><span class="hidden">Barre</span></th></tr></thead>
<tbody>${rows.map(([label, one]) => html`<tr><th scope="row">${label}</th><td>${shown(one)}</td><td>${bar(one, largest)}</td></tr>`)}</tbody>
</table>
${group?.measureScore?.value === undefined ? '' : html`<p class="score">${String(group.measureScore.value).replace('.', ',')} %</p>`}
</section>`;
}

function labelOf(stratum: string, indicator: Indicator | undefined): string {
  return indicator?.stratumLabels?.[stratum] ?? stratum;
}

function shown(population: MeasureReportGroupPopulation | undefined): string {
  if (population?.count !== undefined) return String(population.count);
  const hidden: unknown = population ? Reflect.get(population, '_count') : undefined;
  return new RegExp(`"${EXTENSION.seuil}","valueString":"([^"]+)"`).exec(JSON.stringify(hidden ?? {}))?.[1] ?? '';
}

function bar(population: MeasureReportGroupPopulation | undefined, largest: number): Html {
  const width = Math.round(((population?.count ?? 0) / largest) * 200);
  return html`<svg width="200" height="14" aria-hidden="true"><rect width="${width}" height="14" rx="2"></rect></svg>`;
}

export const OBSERVATORY_CSS = `body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;color:#1b1b35;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{padding:.4rem .6rem;text-align:left;border-bottom:1px solid #ddd}tr>:nth-child(2){text-align:right;width:6rem;font-variant-numeric:tabular-nums}
rect{fill:#000091}.score{font-size:1.4rem;font-weight:600}.hidden{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
@media(max-width:30rem){svg{width:5rem}}@media print{body{max-width:none}}`;
