import type { Context } from 'hono';
import type { Result } from '../../lib/platform/refusal.ts';
import type { Caller } from '../../lib/usecases/caller.ts';
import { callerFrom, jsonBody, refusal } from '../http.ts';
import type { Runtime } from '../runtime.ts';

/** Answers an operation that has a body, in JSON or in XML; without a good token nothing of it is read. */
export async function withBody(
  run: Runtime,
  context: Context,
  serve: (body: unknown, caller: Caller) => Response | Promise<Response>,
): Promise<Response> {
  const caller = await callerFrom(context, run);
  if (!caller.ok) return refusal(caller.refusals);
  const body: Result<unknown> = await jsonBody(context);
  return body.ok ? serve(body.value, caller.value) : refusal(body.refusals);
}
