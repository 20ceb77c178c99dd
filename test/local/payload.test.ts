import { describe, expect, it } from 'vitest';
import { answerOf, eventOf, type HeardRequest } from '../../functions/local/payload.ts';

const at = new Date('2026-03-01T12:00:00Z');
const heard = (over: Partial<HeardRequest> = {}): HeardRequest => ({
  method: 'GET',
  target: '/',
  httpVersion: '1.1',
  rawHeaders: ['Host', 'localhost:3000'],
  body: Buffer.alloc(0),
  sourceIp: '127.0.0.1',
  ...over,
});
const event = (over: Partial<HeardRequest> = {}) => eventOf(heard(over), 'request-1', at);

describe('payload 2.0 of a request', () => {
  it('has the path decoded and the query as sent', () => {
    const { rawPath, rawQueryString, requestContext } = event({ target: '/fhir/Patient/%24x?identifier=a%7Cb&name=%C3%A9' });
    expect({ rawPath, rawQueryString, path: requestContext.http.path }).toEqual({
      rawPath: '/fhir/Patient/$x',
      rawQueryString: 'identifier=a%7Cb&name=%C3%A9',
      path: '/fhir/Patient/$x',
    });
  });

  it.each<{ story: string; rawHeaders: readonly string[]; want: Record<string, string>; cookies?: readonly string[] }>([
    { story: 'names in lower case', rawHeaders: ['If-Match', 'W/"1"'], want: { 'if-match': 'W/"1"' } },
    { story: 'repeated ones joined by a comma', rawHeaders: ['Prefer', 'a', 'prefer', 'b'], want: { prefer: 'a,b' } },
    { story: 'cookies apart too', rawHeaders: ['Cookie', 'a=1; b=2'], want: { cookie: 'a=1; b=2' }, cookies: ['a=1', 'b=2'] },
  ])('has headers: $story', ({ rawHeaders, want, cookies }) => {
    const { headers, cookies: apart } = event({ rawHeaders });
    expect(headers).toEqual(want);
    expect(apart).toEqual(cookies);
  });

  it('has repeated parameters joined by a comma, none when there is no query', () => {
    expect(event({ target: '/x?a=1&a=2&b=' }).queryStringParameters).toEqual({ a: '1,2', b: '' });
    expect(event({ target: '/x' }).queryStringParameters).toBeUndefined();
  });

  it.each<{ story: string; type?: string; body: Buffer; base64: boolean }>([
    { story: 'JSON as text', type: 'application/json', body: Buffer.from('{"é":1}'), base64: false },
    { story: 'plain text as text', type: 'text/plain', body: Buffer.from('MSH|'), base64: false },
    { story: 'FHIR JSON in base64, as API Gateway does', type: 'application/fhir+json', body: Buffer.from('{}'), base64: true },
    { story: 'er7 in base64', type: 'x-application/hl7-v2+er7', body: Buffer.from('MSH|'), base64: true },
    { story: 'text that is no UTF-8 in base64', type: 'text/plain', body: Buffer.from([0xe9]), base64: true },
    { story: 'text of another charset in base64', type: 'text/plain; charset=iso-8859-1', body: Buffer.from('a'), base64: true },
    { story: 'what has no type in base64', body: Buffer.from('a'), base64: true },
  ])('has a body: $story', ({ type, body, base64 }) => {
    const { body: sent = '', isBase64Encoded } = event({ method: 'POST', body, rawHeaders: type ? ['Content-Type', type] : [] });
    expect(isBase64Encoded).toBe(base64);
    expect(Buffer.from(sent, isBase64Encoded ? 'base64' : 'utf8')).toEqual(body);
  });

  it('takes a stray percent sign as it is', () => {
    expect(event({ target: '/fhir/Patient/100%' }).rawPath).toBe('/fhir/Patient/100%');
  });

  it('takes the whole URL of a proxy’s request', () => {
    expect(event({ target: 'http://localhost:3000/fhir/metadata?x=1' })).toMatchObject({
      rawPath: '/fhir/metadata',
      rawQueryString: 'x=1',
    });
  });
});

describe('the answer that API Gateway makes of a result', () => {
  it('is status, headers and body as the handler says', () => {
    const { status, headers, body } = answerOf({ statusCode: 201, headers: { ETag: 'W/"1"', 'Content-Type': 'text/plain' }, body: 'é' });
    expect({ status, headers, body: body.toString('utf8') }).toEqual({
      status: 201,
      headers: { etag: 'W/"1"', 'content-type': 'text/plain' },
      body: 'é',
    });
  });

  it('is bytes when the body is in base64', () => {
    expect([...answerOf({ statusCode: 200, isBase64Encoded: true, body: Buffer.of(0, 255).toString('base64') }).body]).toEqual([0, 255]);
  });

  it('has one Set-Cookie a cookie', () => {
    expect(answerOf({ statusCode: 200, cookies: ['a=1', 'b=2'] }).headers['set-cookie']).toEqual(['a=1', 'b=2']);
  });

  it.each([
    { story: 'an object without statusCode', result: { a: 1 }, want: '{"a":1}' },
    { story: 'a text', result: 'hello', want: 'hello' },
    { story: 'nothing', result: undefined, want: '' },
  ])('is 200 with JSON for $story', ({ result, want }) => {
    const { status, body } = answerOf(result);
    expect({ status, body: body.toString('utf8') }).toEqual({ status: 200, body: want });
  });
});
