import type { DocumentReference } from '@medplum/fhirtypes';
import * as z from 'zod';
import { epochMsOf, type Instant } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { DocumentWrite } from '../store/commit.ts';
import type { StoredDocument } from '../store/store.ts';
import { KEY, type Key } from '../store/table.ts';
import type { Caller } from './caller.ts';
import type { Ports } from './ports.ts';

const receipt = z.object({
  hash: z.string(),
  body: z.custom<DocumentReference>(
    (value) => typeof value === 'object' && value !== null && 'resourceType' in value && value.resourceType === 'DocumentReference',
  ),
});

const RECEIPT_TTL_SECONDS = 400 * 86_400;

/** Where the first answer about a document stands: per client and document id, so that a sender learns only of what it sent itself. */
export function receiptKey(ports: Ports, caller: Caller, uniqueId: string): Key {
  return KEY.idempotency(caller.client, `document#${ports.keys.hash('document', uniqueId)}`);
}

/** The first answer for the same bytes, 409 for others, `undefined` for a document that is new. */
export function replayed(document: StoredDocument | undefined, hash: string, expression: string): Result<DocumentReference | undefined> {
  if (!document) return accepted(undefined);
  const first = receipt.parse(document.value);
  return first.hash === hash ? accepted(first.body) : refused({ ...OTHER_BYTES, expression });
}

/** The receipt that the same transaction writes. */
export function receiptOf(key: Key, hash: string, body: DocumentReference, at: Instant): DocumentWrite {
  return { key, value: { hash, body }, onlyNew: true, ttlSeconds: Math.floor(epochMsOf(at) / 1000) + RECEIPT_TTL_SECONDS };
}

const OTHER_BYTES: Refusal = {
  category: 'conflict',
  code: 'document-id-reused',
  diagnostics: 'The same document id was received before with other bytes.',
  remedy: 'Donnez un nouvel identifiant au document, en indiquant celui qu’il remplace.',
};
