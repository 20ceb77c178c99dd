import { pathToFileURL } from 'node:url';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

type Invoked = { readonly statusCode: number; readonly headers: Readonly<Record<string, string>>; readonly body: string };
export type Invoke = (event: APIGatewayProxyEventV2) => Promise<Invoked>;

/** The handler of a production bundle, in this process: verified token in, response out. */
export async function loadHandler(bundle: string): Promise<Invoke> {
  const module: unknown = await import(pathToFileURL(bundle).href);
  const handler = typeof module === 'object' && module !== null && 'handler' in module ? module.handler : undefined;
  if (typeof handler !== 'function') throw new Error(`${bundle} exports no handler`);
  return async (event) => {
    const answer: unknown = await handler(event, {});
    if (typeof answer !== 'object' || answer === null || !('statusCode' in answer) || typeof answer.statusCode !== 'number')
      throw new Error('no answer');
    const headers = 'headers' in answer && typeof answer.headers === 'object' && answer.headers !== null ? answer.headers : {};
    return {
      statusCode: answer.statusCode,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])),
      body: 'body' in answer ? String(answer.body) : '',
    };
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
