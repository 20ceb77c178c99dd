import { pathToFileURL } from 'node:url';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

export type Invoke = (event: APIGatewayProxyEventV2) => Promise<{ readonly statusCode: number; readonly body: string }>;

/** The handler of a production bundle, in this process: verified token in, response out. */
export async function loadHandler(bundle: string): Promise<Invoke> {
  const module: unknown = await import(pathToFileURL(bundle).href);
  const handler = typeof module === 'object' && module !== null && 'handler' in module ? module.handler : undefined;
  if (typeof handler !== 'function') throw new Error(`${bundle} exports no handler`);
  return async (event) => {
    const answer: unknown = await handler(event, {});
    if (typeof answer !== 'object' || answer === null || !('statusCode' in answer) || typeof answer.statusCode !== 'number')
      throw new Error('no answer');
    return { statusCode: answer.statusCode, body: 'body' in answer ? String(answer.body) : '' };
  };
}

/** An answer that is not the wanted one stops the bench: a refusal is fast, and would be a lie. */
export async function succeed(invoke: Invoke, event: APIGatewayProxyEventV2): Promise<void> {
  const { statusCode, body } = await invoke(event);
  const isAck = /\rMSA\|/.test(body) || /\rMSA\|/.test(Buffer.from(body, 'base64').toString('latin1'));
  const refusedByAck = isAck && !/\rMSA\|AA/.test(body) && !/\rMSA\|AA/.test(Buffer.from(body, 'base64').toString('latin1'));
  if (statusCode >= 300 || refusedByAck)
    throw new Error(`${event.requestContext.http.method} ${event.rawPath}: ${statusCode} ${body.slice(0, 600)}`);
}
