import type { Hono } from 'hono';
import { SUCCESS } from '../../lib/fhir/outcome.ts';
import { indicatorOf } from '../../lib/observatory/indicators/index.ts';
import { OBSERVATORY_CSS, observatoryPage } from '../../lib/observatory/page.ts';
import { measureOf } from '../../lib/observatory/report.ts';
import { networkOf } from '../../lib/usecases/enter.ts';
import { evaluateMeasure, measures, publicReports } from '../../lib/usecases/observe.ts';
import { ID_IN_PATH } from '../allow.ts';
import { callerFrom, fhir, refusal } from '../http.ts';
import type { Runtime } from '../runtime.ts';

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Measures, their evaluation, and the page that shows them. */
export function observatoryRoutes(app: Hono, run: Runtime): void {
  const { ports } = run;
  app.get('/fhir/Measure/:id/$evaluate-measure', async (context) => {
    const caller = await callerFrom(context, run);
    if (!caller.ok) return refusal(caller.refusals);
    const { periodStart = '', periodEnd = '', subject } = context.req.query();
    const report = await evaluateMeasure(ports, caller.value, {
      measure: context.req.param('id'),
      periodStart,
      periodEnd,
      ...(subject ? { subject } : {}),
    });
    return report.ok ? fhir(report.value, SUCCESS.ok) : refusal(report.refusals);
  });
  app.get('/fhir/Measure', async (context) => {
    const caller = await callerFrom(context, run);
    return caller.ok ? fhir(measures(ports), SUCCESS.ok) : refusal(caller.refusals);
  });
  app.get(`/fhir/Measure/${ID_IN_PATH}`, async (context) => {
    const caller = await callerFrom(context, run);
    if (!caller.ok) return refusal(caller.refusals);
    const indicator = indicatorOf(context.req.param('id'));
    return indicator
      ? fhir(measureOf(indicator), SUCCESS.ok)
      : refusal([{ category: 'not-found', code: 'not-found', diagnostics: 'No such Measure.', remedy: 'Cherchez GET /fhir/Measure.' }]);
  });
  app.get(
    '/observatory.css',
    () =>
      new Response(OBSERVATORY_CSS, { headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=3600' } }),
  );
  app.get('/observatory', async (context) => {
    const networks = (await ports.store.documents('N')).flatMap((document) => networkOf(document) ?? []);
    const asked = context.req.query('network');
    const network = networks.find(({ id }) => id === asked) ?? networks.find(({ kind }) => kind === 'cpts') ?? networks[0];
    const reports = network ? await publicReports(ports, network.id) : [];
    return new Response(String(await observatoryPage(network?.name ?? 'réseau', reports)), { headers: PAGE_HEADERS });
  });
}
