import { type Context, Hono } from 'hono';
import { SUCCESS } from '../../lib/fhir/outcome.ts';
import { accepted, type Result } from '../../lib/platform/refusal.ts';
import { readTrace } from '../../lib/store/trace.ts';
import { ownPatientOf } from '../../lib/usecases/enter.ts';
import { patientOf } from '../../lib/usecases/resolve-patient.ts';
import { type ReadTrace, searchTrace, traceOf } from '../../lib/usecases/trace.ts';
import { negotiateFormat } from '../format.ts';
import { callerFrom, fhir, formBody, handleFailures, handlingOf, openToPages, queryOf, refusal } from '../http.ts';
import type { Runtime } from '../runtime.ts';
import { tracePage } from './page.ts';

/** The trace, read: the only function that may. */
export function createTrace(run: Runtime): Hono {
  const app = new Hono();
  handleFailures(app);
  app.use('/fhir/*', openToPages());
  app.use('/fhir/*', negotiateFormat);
  const { ports, engine, traceTable } = run;
  const read: ReadTrace = (...asked) => readTrace(engine, traceTable, ...asked);

  const search = async (context: Context, queryOf: () => Promise<Result<string>>): Promise<Response> => {
    const caller = await callerFrom(context, run);
    if (!caller.ok) return refusal(caller.refusals);
    const query = await queryOf();
    if (!query.ok) return refusal(query.refusals);
    const bundle = await searchTrace(ports, read, caller.value, { rawQuery: query.value, handling: handlingOf(context) });
    return bundle.ok ? fhir(bundle.value, SUCCESS.ok) : refusal(bundle.refusals);
  };
  app.get('/fhir/AuditEvent', (context) => search(context, async () => accepted(queryOf(context))));
  app.post('/fhir/AuditEvent/_search', (context) => search(context, () => formBody(context)));
  app.get('/trace', async (context) => {
    const caller = await callerFrom(context, run);
    if (!caller.ok) return refusal(caller.refusals);
    const asked = context.req.query('patient');
    const patient = asked
      ? await patientOf(ports, { kind: 'reference', ref: asked }, [caller.value.network])
      : ownPatientOf(ports, caller.value);
    const events = await traceOf(ports, read, caller.value, patient, (possible) => possible);
    if (!events.ok) return refusal(events.refusals);
    return new Response(String(await tracePage(events.value)), {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        'cache-control': 'private, no-store',
      },
    });
  });
  return app;
}
