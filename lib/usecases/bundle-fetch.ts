import type { EntryAnswer } from '../fhir/bundle.ts';
import type { FetchRequest } from '../fhir/bundle-request.ts';
import { isStored } from '../fhir/capability.ts';
import { noneMatchNames } from '../fhir/preconditions.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import { type Refusal, refused } from '../platform/refusal.ts';
import type { Caller } from './caller.ts';
import { history, historyOfType } from './history.ts';
import type { Ports } from './ports.ts';
import { read } from './read.ts';
import { isKnown, partOf } from './read-part.ts';
import { notServed } from './refusals.ts';
import { everything, search } from './search.ts';

/** A GET or HEAD of a Bundle: the read, history or search that it would be alone, decided and traced as such. */
export async function fetchEntry(ports: Ports, caller: Caller, request: FetchRequest): Promise<EntryAnswer> {
  const { type, what, ifNoneMatch, ifModifiedSince } = request;
  const withContent = request.method === 'GET';
  if (!isStored(type)) return { refusals: [NOT_IN_BUNDLES] };
  if (what.kind === 'read') {
    if (what.version !== undefined && !RESOURCE_TYPES[type].interactions.includes('vread')) return refused(notServed(type, 'history'));
    const shown = await read(ports, caller, type, what.id, what.version);
    if (!shown.ok) return shown;
    const { etag, view, stored, cut } = shown.value;
    const said = { etag, ...(cut ? {} : { lastModified: stored.at }) };
    if (isKnown(shown.value, { ifNoneMatch, ifModifiedSince })) return { success: 'notModified', ...said };
    const part = partOf(type, view, what.query);
    return part.ok ? { success: 'ok', ...said, ...(withContent ? { resource: part.value } : {}) } : part;
  }
  if (what.kind === 'history') {
    const { id, query } = what;
    const lines = id === undefined ? await historyOfType(ports, caller, type, query) : await history(ports, caller, type, id, query);
    return lines.ok ? { success: 'ok', ...(withContent ? { resource: lines.value } : {}) } : lines;
  }
  if (what.kind === 'search' && !RESOURCE_TYPES[type].interactions.includes('search-type')) return { refusals: [NOT_SEARCHED] };
  const found =
    what.kind === 'everything'
      ? await everything(ports, caller, what.id)
      : await search(ports, caller, { type, rawQuery: what.query, handling: 'lenient' });
  if (!found.ok) return found;
  const { bundle, etag } = found.value;
  if (ifNoneMatch !== undefined && noneMatchNames(ifNoneMatch, etag)) return { success: 'notModified', etag };
  return { success: 'ok', etag, ...(withContent ? { resource: bundle } : {}) };
}

const NOT_SEARCHED: Refusal = {
  category: 'method-not-allowed',
  code: 'search-not-supported',
  diagnostics: 'The type of this entry is not searched.',
  remedy: 'Lisez la ressource par son identifiant.',
};

const NOT_IN_BUNDLES: Refusal = {
  category: 'method-not-allowed',
  code: 'not-in-bundles',
  diagnostics: 'The trace and the measures are asked at their own addresses, not in a Bundle.',
  remedy: 'Envoyez cette requête seule.',
};
