import { createHash } from 'node:crypto';

/** SHA-1 in base64, as `Attachment.hash` wants it (FHIR R4 datatypes.html#Attachment). */
export function sha1Base64(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('base64');
}

/** SHA-256 in hexadecimal, as the seal of the trace chains it. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
