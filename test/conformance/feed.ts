import { type Answer, outcomeIn, type Request } from '../support/http.ts';
import { type Kind, senderOf, typeOf } from './kinds.ts';

/** What became of one file. */
export type Line = {
  readonly file: string;
  readonly kind: Kind;
  readonly answer: string;
  readonly result: 'accepted' | 'refused' | 'not sent' | 'crashed';
  readonly why: string;
  /** Resources that it made. */
  readonly resources: number;
  readonly ms: number;
};

type Send = (request: Request) => Promise<Answer>;

/** Sends one file as its sender would, and says what came back. */
export async function feed(send: Send, file: string, kind: Kind, bytes: Uint8Array<ArrayBuffer>): Promise<Line> {
  const line = { file, kind, resources: 0, ms: 0 };
  switch (kind) {
    case 'hl7v2':
      return intake(send, line, '/intake/hl7v2', 'x-application/hl7-v2+er7', bytes);
    case 'cda':
      return intake(send, line, '/intake/cda', 'application/xml', bytes);
    case 'fhir-json':
      return resource(send, line, typeOf(bytes) ?? '', 'application/fhir+json', bytes);
    case 'fhir-xml':
      return resource(send, line, '', 'application/fhir+xml', bytes);
    case 'other':
      return { ...line, answer: '-', result: 'not sent', why: 'no er7, CDA or FHIR file' };
  }
}

type Begun = Pick<Line, 'file' | 'kind' | 'resources' | 'ms'>;

async function intake(send: Send, line: Begun, path: string, type: string, body: Uint8Array<ArrayBuffer>): Promise<Line> {
  const request = { method: 'POST', role: 'hospital', headers: { 'content-type': type }, body };
  const tried = await send({ ...request, path: `${path}?dry-run=true` });
  const began = performance.now();
  const answer = await send({ ...request, path });
  const ms = performance.now() - began;
  const [, code = '', ,] = /\rMSA\|(\w\w)/.exec(answer.text) ?? [];
  const isAccepted = path.endsWith('cda') ? answer.status < 300 : code === 'AA';
  const said = path.endsWith('cda') ? `${answer.status}` : `${answer.status} ${code}`;
  if (answer.status >= 500 || (code === 'AR' && /\|our-failure\|/.test(answer.text)))
    return { ...line, ms, answer: said, result: 'crashed', why: answer.text.slice(0, 200) };
  return {
    ...line,
    ms,
    answer: said,
    result: isAccepted ? 'accepted' : 'refused',
    why: path.endsWith('cda') && !isAccepted ? diagnosticsOf(answer) : errorsOf(answer.text),
    resources: isAccepted ? entriesOf(tried) : 0,
  };
}

async function resource(send: Send, line: Begun, type: string, contentType: string, body: Uint8Array<ArrayBuffer>): Promise<Line> {
  const path = type === 'Bundle' || type === '' ? '/fhir' : `/fhir/${type}`;
  const began = performance.now();
  const answer = await send({ method: 'POST', path, role: senderOf(type), headers: { 'content-type': contentType }, body });
  const ms = performance.now() - began;
  const isAccepted = answer.status < 300;
  return {
    ...line,
    ms,
    answer: `${answer.status}`,
    result: answer.status >= 500 ? 'crashed' : isAccepted ? 'accepted' : 'refused',
    why: isAccepted ? '' : diagnosticsOf(answer),
    resources: isAccepted ? 1 : 0,
  };
}

function diagnosticsOf(answer: Answer): string {
  const [first, ...others] = outcomeIn(answer).issue;
  const place = first?.expression?.[0];
  return `${place ? `${place}: ` : ''}${first?.diagnostics ?? ''}${others.length > 0 ? ` (+${others.length})` : ''}`;
}

/** ERR-5 of each ERR: codes of warnings and errors. */
function errorsOf(ack: string): string {
  return ack
    .split('\r')
    .filter((segment) => segment.startsWith('ERR|'))
    .map((segment) => segment.split('|'))
    .map(([, , place = '', , severity = '', code = '']) => `${severity === 'W' ? 'W ' : ''}${code}${place ? ` at ${place}` : ''}`)
    .join(', ');
}

/** Resources of a dry run, the OperationOutcome in front aside. */
function entriesOf({ json }: Answer): number {
  const entries = typeof json === 'object' && json !== null && 'entry' in json && Array.isArray(json.entry) ? json.entry.length : 0;
  return Math.max(0, entries - 1);
}
