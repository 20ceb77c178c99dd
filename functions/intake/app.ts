import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { SUCCESS, warningsOutcome } from '../../lib/fhir/outcome.ts';
import { log } from '../../lib/platform/log.ts';
import { accepted, type Refusal, type Result, refused, type Warning } from '../../lib/platform/refusal.ts';
import { engineFaultOf, OutcomeUnknownError } from '../../lib/store/engine-fault.ts';
import { acceptCda } from '../../lib/usecases/accept-cda.ts';
import { acceptHl7v2, failureAck, type Hl7Answer } from '../../lib/usecases/accept-hl7v2.ts';
import { listParked, parkedBytes, replayParked } from '../../lib/usecases/parked.ts';
import { bodyBytes, callerFrom, fhir, handleFailures, parsedBody, refusal } from '../http.ts';
import { BLOB_MEDIA_TYPE } from '../mllp-gateway/forward.ts';
import type { Runtime } from '../runtime.ts';

/** The random key is the right to it: 128 bits that only the gateway drew. */
const blobBody = z.object({ key: z.string().regex(/^mllp\/[0-9a-f]{32}$/) });

const NO_SUCH_BLOB: Refusal = {
  category: 'not-understood',
  code: 'no-such-blob',
  diagnostics: 'The body names no message that the MLLP gateway left.',
  remedy: 'Envoyez le message lui-même (er7), 4 Mo au plus, ou passez par MLLP.',
};

const ER7 = 'x-application/hl7-v2+er7';

/** What hospitals push: HL7 v2 and CDA in, ACK or DocumentReference out. */
export function createIntake(run: Runtime): Hono {
  const app = new Hono();
  handleFailures(app);
  const { ports } = run;

  app.post('/intake/hl7v2', async (context) => {
    const caller = await callerFrom(context, run);
    if (!caller.ok) return refusal(caller.refusals);
    const bytes = await messageBytes(context, run);
    if (!bytes.ok) return refusal(bytes.refusals);
    try {
      return ackResponse(await acceptHl7v2(ports, caller.value, bytes.value, isDryRun(context)));
    } catch (error) {
      // The sender keeps the message and sends it again: AR 207, whatever failed on our side.
      const isAway = error instanceof OutcomeUnknownError || engineFaultOf(error) !== undefined;
      log('error', isAway ? 'RLS-0003' : 'RLS-0002', { errorName: error instanceof Error ? error.name : 'unknown' });
      return er7(failureAck(ports, bytes.value));
    }
  });
  app.post('/intake/cda', async (context) => {
    const caller = await callerFrom(context, run);
    if (!caller.ok) return refusal(caller.refusals);
    const bytes = await bodyBytes(context);
    if (!bytes.ok) return refusal(bytes.refusals);
    const answer = await acceptCda(ports, caller.value, bytes.value, isDryRun(context));
    if (!answer.ok) return refusal(answer.refusals);
    if (answer.value.kind === 'dry-run') return fhir(answer.value.bundle, SUCCESS.ok);
    const { kind, reference, warnings } = answer.value;
    return fhir(reference, kind === 'created' ? SUCCESS.created : SUCCESS.ok, {
      location: `${ports.fhirBase}/DocumentReference/${reference.id}/_history/1`,
      ...(warnings.length > 0 ? { 'x-relais-warnings': warningsHeader(warnings) } : {}),
    });
  });
  app.get('/intake/parked', async (context) => {
    const caller = await callerFrom(context, run);
    if (!caller.ok) return refusal(caller.refusals);
    const parked = await listParked(ports, caller.value);
    return parked.ok
      ? new Response(JSON.stringify(parked.value), { headers: { 'content-type': 'application/json' } })
      : refusal(parked.refusals);
  });
  app.get('/intake/parked/:id', async (context) => {
    const caller = await callerFrom(context, run);
    if (!caller.ok) return refusal(caller.refusals);
    const bytes = await parkedBytes(ports, caller.value, context.req.param('id'));
    return bytes.ok
      ? new Response(Buffer.from(bytes.value), { headers: { 'content-type': 'application/octet-stream' } })
      : refusal(bytes.refusals);
  });
  app.post('/intake/parked/:id/$replay', async (context) => {
    const caller = await callerFrom(context, run);
    if (!caller.ok) return refusal(caller.refusals);
    return ackResponse(await replayParked(ports, caller.value, context.req.param('id')));
  });
  return app;
}

const WARNINGS_HEADER_MAX_CHARS = 6_000;

/** As many whole warnings as a header holds, as percent-encoded JSON; the dry run tells all of them. */
function warningsHeader(warnings: readonly Warning[]): string {
  const told = warningsOutcome(warnings).issue.map(({ diagnostics, details }) => ({ diagnostics, text: details?.text }));
  const encoded = (count: number): string => encodeURIComponent(JSON.stringify(told.slice(0, count)));
  let count = told.length;
  while (count > 0 && encoded(count).length > WARNINGS_HEADER_MAX_CHARS) count -= 1;
  return encoded(count);
}

/** The message itself, or the blob under which the MLLP gateway left one too large for a Lambda event (contracts.md 5). */
async function messageBytes(context: Context, { blobs }: Runtime): Promise<Result<Uint8Array>> {
  if (context.req.header('content-type') !== BLOB_MEDIA_TYPE) return bodyBytes(context);
  const body = await parsedBody(context);
  if (!body.ok) return body;
  const named = blobBody.safeParse(body.value);
  const bytes = named.success ? await blobs.get(named.data.key) : undefined;
  return bytes ? accepted(bytes) : refused(NO_SUCH_BLOB);
}

function isDryRun(context: Context): boolean {
  return context.req.query('dry-run') === 'true';
}

function ackResponse(result: Result<Hl7Answer>): Response {
  if (!result.ok) return refusal(result.refusals);
  return result.value.kind === 'ack' ? er7(result.value.bytes) : fhir(result.value.bundle, SUCCESS.ok);
}

function er7(bytes: Uint8Array): Response {
  return new Response(Buffer.from(bytes), { status: SUCCESS.ok, headers: { 'content-type': ER7 } });
}
