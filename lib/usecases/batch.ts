import type { Bundle } from '@medplum/fhirtypes';
import { type EntryAnswer, responseBundle } from '../fhir/bundle.ts';
import { type EntryRequest, entryRequest, entryResult, inEntry, type SentEntry } from '../fhir/bundle-request.ts';
import type { Result } from '../platform/refusal.ts';
import { acceptPublication, publishes } from './accept-publication.ts';
import { fetchEntry } from './bundle-fetch.ts';
import type { Caller } from './caller.ts';
import { createUnless, patchMatching, removeMatching, updateMatching } from './conditional-write.ts';
import { create, type Written } from './create.ts';
import { patch } from './patch.ts';
import type { Ports } from './ports.ts';
import { remove } from './remove.ts';
import { type Precondition, update } from './update.ts';

/** Entries that are at work at the same time. */
const ENTRIES_AT_ONCE = 8;

/**
 * FHIR batch: each entry is the request that it would be alone, through the same use case, and fails alone. Answers stand in
 * the order of the entries; nothing is promised about the order in which they act.
 * @see https://hl7.org/fhir/R4/http.html#brules
 */
export async function batch(
  ports: Ports,
  caller: Caller,
  entries: readonly SentEntry[],
  prefer: 'minimal' | 'representation',
): Promise<Bundle> {
  const answers: EntryAnswer[] = [];
  for (let from = 0; from < entries.length; from += ENTRIES_AT_ONCE) {
    const some = entries.slice(from, from + ENTRIES_AT_ONCE).map((entry, offset) => answerTo(ports, caller, entry, from + offset));
    answers.push(...(await Promise.all(some)));
  }
  return responseBundle(
    'batch-response',
    answers.map((answer) => preferred(answer, prefer)),
  );
}

async function answerTo(ports: Ports, caller: Caller, entry: SentEntry, index: number): Promise<EntryAnswer> {
  const request = entryResult(index, entryRequest(entry, ports.fhirBase));
  if (!request.ok) return request;
  const answer = await perform(ports, caller, request.value);
  if (!('refusals' in answer)) return answer;
  const [first, ...others] = answer.refusals;
  return { refusals: [inEntry(index, first), ...others.map((one) => inEntry(index, one))] };
}

async function perform(ports: Ports, caller: Caller, request: EntryRequest): Promise<EntryAnswer> {
  const { type } = request;
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return fetchEntry(ports, caller, request);
    case 'POST': {
      const { body, ifNoneExist } = request;
      if (publishes(caller, type)) return written(await acceptPublication(ports, caller, body));
      if (ifNoneExist !== undefined) return written(await createUnless(ports, caller, type, body, ifNoneExist));
      const made = await create(ports, caller, type, body);
      // The same answer whether or not the writer may see what he recorded (contracts.md 3, Consent).
      return written(
        made.ok ? { ok: true, value: { ...made.value, isNew: true, ...(type === 'Consent' ? { shown: undefined } : {}) } } : made,
      );
    }
    case 'PUT': {
      const { target, body } = request;
      const condition = conditionOf(request);
      return written(
        'id' in target
          ? await update(ports, caller, type, target.id, body, condition)
          : await updateMatching(ports, caller, type, body, target.query, condition),
      );
    }
    case 'PATCH': {
      const { target, body } = request;
      const condition = conditionOf(request);
      const patched =
        'id' in target
          ? await patch(ports, caller, type, target.id, body, condition)
          : await patchMatching(ports, caller, type, body, target.query, condition);
      return written(patched.ok ? { ok: true, value: { ...patched.value, isNew: false } } : patched);
    }
    case 'DELETE': {
      const { target } = request;
      const condition = conditionOf(request);
      const removed =
        'id' in target
          ? await remove(ports, caller, type, target.id, condition)
          : await removeMatching(ports, caller, type, target.query, condition);
      return removed.ok ? { success: 'noContent' } : removed;
    }
  }
}

/** What an entry says of the version that it changes. */
function conditionOf({ ifMatch, onlyNew }: Precondition): Precondition {
  return { ...(ifMatch === undefined ? {} : { ifMatch }), ...(onlyNew ? { onlyNew } : {}) };
}

function written(result: Result<Written & { readonly isNew: boolean }>): EntryAnswer {
  if (!result.ok) return result;
  const { ref, version, at, shown, isNew } = result.value;
  return {
    success: isNew ? 'created' : 'ok',
    location: `${ref}/_history/${version}`,
    ...(shown ? { etag: shown.etag, lastModified: at, resource: shown.view } : {}),
  };
}

/** What a write made is told when `Prefer: return=representation` asks for it; what a GET read always is. */
function preferred(answer: EntryAnswer, prefer: 'minimal' | 'representation'): EntryAnswer {
  if ('refusals' in answer || answer.location === undefined || prefer === 'representation') return answer;
  const { resource: _, ...rest } = answer;
  return rest;
}
