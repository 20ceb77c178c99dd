import { connect } from 'node:net';
import { MEMBERS } from '../../functions/local/demo/roles.ts';
import { frame, makeFramer } from '../../functions/mllp-gateway/framing.ts';
import { timeStampOf } from '../../lib/intake/hl7v2/datetime.ts';
import { epochMsOf, type Instant, parisOffsetMinutes } from '../../lib/platform/instant.ts';
import { segment } from '../fixtures/hl7v2/discharge.ts';
import type { TestService } from './service.ts';

/** A person as a hospital knows her; traits as INSi writes them. */
export type Admitted = {
  readonly ipp: string;
  readonly ins?: string;
  readonly family: string;
  readonly given: string;
  readonly birthDate: string;
  readonly gender: string;
};

/** One stay and the message that tells of it. */
export type Told = {
  readonly trigger: string;
  /** MSH-10. */
  readonly controlId: string;
  readonly person: Admitted;
  /** PV1-19 and stem of ZBE-1. */
  readonly venue: string;
  readonly admitted: Instant;
  readonly left?: Instant;
};

const AUTHORITY = 'GAM&690000120&M';
const INS_AUTHORITY = 'ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO';

/** An ADT message of CH des Essais (PAM France 2.11), one segment a line. `change` of the intake tests varies its fields. */
export function adt({ trigger, controlId, person, venue, admitted, left }: Told): string {
  const moved = stamp(left ?? admitted);
  return [
    segment('MSH', {
      2: '^~\\&',
      3: 'GAM',
      4: 'CHE',
      5: 'RELAIS',
      6: 'CPTS',
      7: moved,
      9: `ADT^${trigger}`,
      10: controlId,
      11: 'P',
      12: '2.5^FRA^2.11',
      17: 'FRA',
      18: 'UNICODE UTF-8',
      19: 'FR',
    }),
    segment('EVN', { 2: moved, 6: moved }),
    segment('PID', {
      1: '1',
      3: `${person.ipp}^^^${AUTHORITY}^PI${person.ins ? `~${person.ins}^^^${INS_AUTHORITY}^INS` : ''}`,
      5: `${person.family}^${person.given}^${person.given}^^^^L`,
      7: person.birthDate.replaceAll('-', ''),
      8: person.gender === 'female' ? 'F' : 'M',
      32: person.ins ? 'VALI' : 'PROV',
    }),
    segment('PV1', {
      1: '1',
      2: 'I',
      3: `MED^101^1^${AUTHORITY}`,
      19: `${venue}^^^${AUTHORITY}^VN`,
      44: stamp(admitted),
      ...(left ? { 45: stamp(left) } : {}),
    }),
    segment('ZBE', { 1: `${venue}-${trigger}^GAM^690000120^M`, 2: moved, 4: 'INSERT', 5: 'N', 9: 'HMS' }),
    ...(left ? [segment('ZFM', { 2: '8' })] : []),
  ].join('\n');
}

/** To the second, with the offset of Paris, as HL7 writes it. */
function stamp(instant: Instant): string {
  const epochMs = epochMsOf(instant);
  return timeStampOf(epochMs, parisOffsetMinutes(epochMs));
}

export type Ack = {
  readonly code: string;
  /** MSA-2. */
  readonly controlId: string;
  /** One an ERR: code of table 0357, severity, our rule, place. */
  readonly errors: readonly string[];
};

/** What an acknowledgement says. @throws Error that quotes what is none */
export function ackIn(text: string): Ack {
  const segments = text.split('\r').map((line) => line.split('|'));
  const msa = segments.find(([name]) => name === 'MSA');
  if (!msa) throw new Error(`no acknowledgement: ${text.slice(0, 400)}`);
  return {
    code: msa[1] ?? '',
    controlId: msa[2] ?? '',
    errors: segments
      .filter(([name]) => name === 'ERR')
      .map((err) => [err[3]?.split('^')[0], err[4], err[5], err[2]].filter((part) => part !== '').join(' ')),
  };
}

/** CH des Essais sends a message with which a story begins. @throws Error when it is not acknowledged AA */
export async function mustTake(service: Pick<TestService, 'send'>, message: string): Promise<void> {
  const { text } = await service.send({ method: 'POST', path: '/intake/hl7v2', role: 'hospital', body: message });
  if (ackIn(text).code !== 'AA') throw new Error(`not taken: ${text}`);
}

/** Sends messages over one MLLP connection; their acknowledgements, in order. */
export function overMllp(port: number, ...messages: readonly (string | Uint8Array)[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const framer = makeFramer(1_000_000);
    const acks: string[] = [];
    const socket = connect(port, '127.0.0.1', () => {
      for (const message of messages) socket.write(frame(Buffer.from(message)));
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`the connection was closed after ${acks.length} acknowledgements`)));
    socket.on('data', (chunk) => {
      for (const framed of framer.push(Buffer.from(chunk))) if (framed.kind === 'message') acks.push(framed.bytes.toString('utf8'));
      if (acks.length < messages.length) return;
      resolve(acks);
      socket.end();
    });
  });
}

/** Somebody whom the network does not know: an INS of the test domain whose key is right. */
export function stranger(number: number, over: Partial<Admitted> = {}): Admitted {
  const body = `1500675${String(number).padStart(6, '0')}`;
  const key = 97 - Number(BigInt(body) % 97n);
  return {
    ipp: `IPP-${number}`,
    ins: `${body}${String(key).padStart(2, '0')}`,
    family: 'HASARD',
    given: 'LEON',
    birthDate: '1950-06-12',
    gender: 'male',
    ...over,
  };
}

/** Author and recipient of the demo's letters. */
export function physician(role: 'clinician' | 'gp'): { readonly rpps: string; readonly family: string; readonly given: string } {
  const row = MEMBERS[role];
  if (row.kind !== 'person' || row.rpps === undefined) throw new Error(`${role} has no RPPS`);
  return { rpps: row.rpps, family: row.family, given: row.given };
}
