import { isUtf8 } from 'node:buffer';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** An HTTP request as node:http heard it, its body read to the end. */
export type HeardRequest = {
  readonly method: string;
  /** Request target: path and query as sent. */
  readonly target: string;
  readonly httpVersion: string;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
};

/** What node:http shall answer. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
};

/** Lambda's limit of a request or response, counted on the JSON of the event, so after base64. */
export const LAMBDA_PAYLOAD_MAX_BYTES = 6 * 1024 * 1024;

const TEXT_TYPES = /^(text\/[\w.+-]+|application\/(json|xml|javascript|x-www-form-urlencoded))$/;

/**
 * Payload format 2.0 of an API Gateway HTTP API (engine.md 8): header names in lower case, repeated ones joined by a
 * comma, cookies apart, path decoded, query raw, bodies that are not text in base64.
 */
export function eventOf(heard: HeardRequest, requestId: string, at: Date): APIGatewayProxyEventV2 {
  const [path = '/', ...query] = pathAndQuery(heard.target).split('?');
  const rawQueryString = query.join('?');
  const rawPath = decoded(path);
  const { headers, cookies } = headersOf(heard.rawHeaders);
  const isText = bodyIsText(heard.body, headers);
  const parameters = parametersOf(rawQueryString);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 ? { cookies: [...cookies] } : {}),
    headers,
    ...(parameters ? { queryStringParameters: parameters } : {}),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: (headers.host ?? 'localhost').replace(/:\d+$/, ''),
      domainPrefix: 'local',
      http: {
        method: heard.method,
        path: rawPath,
        protocol: `HTTP/${heard.httpVersion}`,
        sourceIp: heard.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: at.toISOString(),
      timeEpoch: at.getTime(),
    },
    ...(heard.body.length > 0 ? { body: heard.body.toString(isText ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: heard.body.length > 0 && !isText,
  };
}

/** The answer that API Gateway makes of a handler's result; a result without `statusCode` is 200 with JSON. */
export function answerOf(result: unknown): Answer {
  if (!isStructured(result)) {
    const body = Buffer.from(typeof result === 'string' ? result : (JSON.stringify(result) ?? ''), 'utf8');
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const headers: Record<string, string | readonly string[]> = { 'content-type': 'application/json' };
  if (isRecord(result.headers)) for (const [name, value] of Object.entries(result.headers)) headers[name.toLowerCase()] = String(value);
  if (Array.isArray(result.cookies)) headers['set-cookie'] = result.cookies.map(String);
  const text = typeof result.body === 'string' ? result.body : '';
  const body = Buffer.from(text, result.isBase64Encoded === true ? 'base64' : 'utf8');
  return { status: result.statusCode, headers, body };
}

function isStructured(result: unknown): result is Readonly<Record<string, unknown>> & { readonly statusCode: number } {
  return isRecord(result) && typeof result.statusCode === 'number';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** A proxy's request target is a whole URL. */
function pathAndQuery(target: string): string {
  const rest = target.replace(/^https?:\/\/[^/?]*/i, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A stray percent sign is no escape: the path stays as sent and no route knows it.
    return path;
  }
}

function headersOf(rawHeaders: readonly string[]): { readonly headers: Record<string, string>; readonly cookies: readonly string[] } {
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    const value = rawHeaders[index + 1] ?? '';
    headers[name] = headers[name] === undefined ? value : `${headers[name]}${name === 'cookie' ? ';' : ','}${value}`;
  }
  const cookies = (headers.cookie ?? '').split(/; */).filter((cookie) => cookie !== '');
  return { headers, cookies };
}

function parametersOf(rawQueryString: string): Record<string, string> | undefined {
  if (rawQueryString === '') return undefined;
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    parameters[name] = parameters[name] === undefined ? value : `${parameters[name]},${value}`;
  }
  return parameters;
}

function bodyIsText(body: Buffer, headers: Readonly<Record<string, string>>): boolean {
  if (headers['content-encoding'] !== undefined) return false;
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((one) => /^ *charset *= *"?([^" ]+)/.exec(one)?.[1]).find((one) => one !== undefined);
  if (!TEXT_TYPES.test(type.trim()) || (charset !== undefined && charset !== 'utf-8')) return false;
  // Bytes that are no UTF-8 would not survive as text.
  return isUtf8(body);
}
