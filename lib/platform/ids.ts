import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Key of no patient: what directory resources carry in their ids. */
export const NO_PATIENT = '0000000000000000';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const SERVER_ID = /^[a-z2-7]{26}$/;
const BLOCK_BYTES = 16;

/**
 * What one 32-byte secret gives: ids that only we can take apart, keyed hashes of business identifiers, sealed page tokens.
 *
 * An id is base32 of one AES block over patient key and random salt: reversible by us (a read by id knows its partition),
 * unlinkable for everybody else (DESIGN.md, "Ids").
 */
export type Keys = {
  /** @param patientKey 16 hexadecimal digits, NO_PATIENT for what belongs to no patient @param salt 16 hexadecimal digits */
  readonly encodeId: (patientKey: string, salt: string) => string;
  /** Key of the compartment that a server id names, `undefined` for an id that a client chose. */
  readonly patientKeyOf: (id: string) => string | undefined;
  /** A fresh id. */
  readonly newId: (patientKey: string) => string;
  /** Keyed hash of a business identifier: no NIR ever stands in a key. */
  readonly hash: (...parts: readonly string[]) => string;
  /** Keyed signature of a record of the trace: whoever can only write into the table or the bucket cannot make one. */
  readonly sign: (...parts: readonly string[]) => string;
  /** Opaque, tamper-proof form of a small value, bound to `purpose` (caller, network): page tokens. */
  readonly seal: (purpose: string, value: unknown) => string;
  /** The value of `seal`, or `undefined` when the token is not ours, altered or made for another purpose. */
  readonly open: (purpose: string, token: string) => unknown;
};

/** @param secret 32 bytes of ID_KEY */
export function makeKeys(secret: Uint8Array): Keys {
  const derive = (label: string, bytes: number): Buffer => Buffer.from(hkdfSync('sha256', secret, 'relais', label, bytes));
  const idKey = derive('ids', 16);
  const hashKey = derive('look-ups', 32);
  const tokenKey = derive('page-tokens', 32);
  const signatureKey = derive('trace', 32);
  const keyed = (key: Buffer, parts: readonly string[]): string =>
    createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url').slice(0, 27);

  // One block each, no chaining and no padding: every `update` answers for itself, so that one cipher serves all ids.
  const cipher = createCipheriv('aes-128-ecb', idKey, null).setAutoPadding(false);
  const decipher = createDecipheriv('aes-128-ecb', idKey, null).setAutoPadding(false);
  const encodeId = (patientKey: string, salt: string): string => {
    const block = Buffer.from(patientKey + salt, 'hex');
    assert(block.length === BLOCK_BYTES, 'a patient key and a salt are 8 bytes each');
    return base32(cipher.update(block));
  };

  return {
    encodeId,
    newId: (patientKey) => encodeId(patientKey, randomBytes(8).toString('hex')),
    patientKeyOf: (id) => {
      const block = SERVER_ID.test(id) ? bytesOf(id) : undefined;
      if (!block) return undefined;
      return decipher.update(block).subarray(0, 8).toString('hex');
    },
    hash: (...parts) => keyed(hashKey, parts),
    sign: (...parts) => keyed(signatureKey, parts),
    seal: (purpose, value) => {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', tokenKey, iv).setAAD(Buffer.from(purpose));
      const sealed = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open: (purpose, token) => {
      const bytes = Buffer.from(token, 'base64url');
      if (bytes.length < 29) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', tokenKey, bytes.subarray(0, 12)).setAAD(Buffer.from(purpose));
      decipher.setAuthTag(bytes.subarray(12, 28));
      try {
        const plain = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
        const value: unknown = JSON.parse(plain);
        return value;
      } catch {
        // A forged or foreign token: the caller answers as for any unknown one.
        return undefined;
      }
    },
  };
}

/** A fresh patient key: 16 random hexadecimal digits, never NO_PATIENT. */
export function newPatientKey(): string {
  const key = randomBytes(8).toString('hex');
  return key === NO_PATIENT ? newPatientKey() : key;
}

/** A fresh opaque identifier that names no resource (events, trace records, control ids). */
export function newOpaqueId(): string {
  return base32(randomBytes(16));
}

function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET.charAt((held << (5 - bits)) & 31) : text;
}

function bytesOf(text: string): Buffer | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const char of text) {
    held = (held << 5) | ALPHABET.indexOf(char);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 255);
      held &= (1 << bits) - 1;
    }
  }
  // The two bits left over must be zero, else two texts would name one id.
  return held === 0 && bytes.length === BLOCK_BYTES ? Buffer.from(bytes) : undefined;
}
