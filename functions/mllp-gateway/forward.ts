import { randomBytes } from 'node:crypto';
import type { Peer } from './serve.ts';

export type ForwardSettings = {
  /** `…/intake/hl7v2` */
  readonly url: string;
  /** Bearer token of the client that the certificate names; rejects for a certificate that names none. */
  readonly tokenOf: (peer: Peer) => Promise<string>;
  /** Where messages go that API Gateway would refuse for their size. */
  readonly putBlob: (key: string, bytes: Uint8Array) => Promise<void>;
};

/** Above it base64 would exceed the 6 MB of a Lambda event: the message goes to a blob first, then the intake by key. */
const INLINE_MAX_BYTES = 4_000_000;
const TIMEOUT_MS = 35_000;

/** Content type of a body `{"key":"…"}` that names a blob in place of the message itself. */
export const BLOB_MEDIA_TYPE = 'application/vnd.relais.blob+json';

/** Posts a message to the intake; the body of a 200 is the acknowledgement (contracts.md 5). Anything else rejects. */
export function makeForward({ url, tokenOf, putBlob }: ForwardSettings): (bytes: Uint8Array, peer: Peer) => Promise<Uint8Array> {
  const post = async (token: string, type: string, body: Uint8Array | string): Promise<Uint8Array> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      body: typeof body === 'string' ? body : new Uint8Array(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = new Uint8Array(await response.arrayBuffer());
    if (response.status !== 200) throw new IntakeError(response.status);
    return answer;
  };
  return async (bytes, peer) => {
    const token = await tokenOf(peer);
    if (bytes.length <= INLINE_MAX_BYTES) return post(token, 'application/hl7-v2', bytes);
    const key = `mllp/${randomBytes(16).toString('hex')}`;
    await putBlob(key, bytes);
    return post(token, BLOB_MEDIA_TYPE, JSON.stringify({ key }));
  };
}

/** The intake answered something else than an acknowledgement. */
export class IntakeError extends Error {
  override readonly name = 'IntakeError';
  readonly status: number;

  constructor(status: number) {
    super(`the intake answered ${status}`);
    this.status = status;
  }
}
