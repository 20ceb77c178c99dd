import * as z from 'zod';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { StoredDocument } from '../store/store.ts';
import { KEY } from '../store/table.ts';
import { acceptHl7v2, type Hl7Answer, parkedBlob } from './accept-hl7v2.ts';
import type { Caller } from './caller.ts';
import { enter } from './enter.ts';
import type { Ports } from './ports.ts';

const parked = z.object({ receivedAt: z.string(), reason: z.string(), controlId: z.string(), sizeBytes: z.number() });

export type ParkedItem = z.infer<typeof parked> & { readonly id: string };

/** What waits: a sender's own messages, or for an administrator how many each client has and nothing of them. */
export type Parked = {
  readonly items: readonly ParkedItem[];
  readonly counts?: readonly { readonly client: string; readonly count: number }[];
};

/** Messages of the caller's client that could not be read, kept 30 days; an administrator sees counts only (contracts.md 5). */
export async function listParked(ports: Ports, caller: Caller): Promise<Result<Parked>> {
  const entered = await enter(ports, caller, undefined);
  if (!entered.ok) return entered;
  const { role, membership } = entered.value.requester;
  const { pk, sk: prefix } = KEY.parked(caller.network, caller.client, '');
  if (role === 'admin' && membership === 'active') return accepted({ items: [], counts: countsOf(await ports.store.documents(pk)) });
  const documents = await ports.store.documents(pk, { prefix });
  return accepted({ items: documents.map(({ key, value }) => ({ id: key.sk.slice(prefix.length), ...parked.parse(value) })) });
}

function countsOf(documents: readonly StoredDocument[]): NonNullable<Parked['counts']> {
  const clients = documents.map(({ key }) => Buffer.from(key.sk.split('/')[0] ?? '', 'base64url').toString());
  return [...new Set(clients)].map((client) => ({ client, count: clients.filter((one) => one === client).length }));
}

/** The bytes as they were sent. */
export async function parkedBytes(ports: Ports, caller: Caller, id: string): Promise<Result<Uint8Array>> {
  const key = KEY.parked(caller.network, caller.client, id);
  const entered = await enter(ports, caller, undefined, [key]);
  if (!entered.ok) return entered;
  const bytes = entered.value.loaded.document(key) ? await ports.store.blobs.get(parkedBlob(caller.client, id)) : undefined;
  return bytes ? accepted(bytes) : refused(NO_SUCH_MESSAGE);
}

/** Processes a parked message as if it came now; what is still unreadable gets its first answer again. */
export async function replayParked(ports: Ports, caller: Caller, id: string): Promise<Result<Hl7Answer>> {
  const bytes = await parkedBytes(ports, caller, id);
  return bytes.ok ? acceptHl7v2(ports, caller, bytes.value, false) : bytes;
}

const NO_SUCH_MESSAGE: Refusal = {
  category: 'not-found',
  code: 'not-parked',
  diagnostics: 'No such parked message of your client.',
  remedy: 'Listez-les par GET /intake/parked.',
};
