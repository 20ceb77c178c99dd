import type { EntryAnswer } from '../fhir/bundle.ts';
import type { FetchRequest } from '../fhir/bundle-request.ts';
import { noneMatchNames } from '../fhir/preconditions.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { Refusal } from '../platform/refusal.ts';
import type { Caller } from './caller.ts';
import { history } from './history.ts';
import type { Ports } from './ports.ts';
import { read } from './read.ts';
import { search } from './search.ts';

/** A GET or HEAD of a Bundle: the read, history or search that it would be alone, decided and traced as such. */
export async function fetchEntry(ports: Ports, caller: Caller, request: FetchRequest): Promise<EntryAnswer> {
  const { type, what, ifNoneMatch } = request;
  const withContent = request.method === 'GET';
  if (what.kind === 'read') {
    const shown = await read(ports, caller, type, what.id, what.version);
    if (!shown.ok) return shown;
    const { etag, view, stored, cut } = shown.value;
    const said = { etag, ...(cut ? {} : { lastModified: stored.at }) };
    if (ifNoneMatch !== undefined && noneMatchNames(ifNoneMatch, etag)) return { success: 'notModified', ...said };
    return { success: 'ok', ...said, ...(withContent ? { resource: view } : {}) };
  }
  if (what.kind === 'history') {
    const lines = await history(ports, caller, type, what.id, what.query);
    return lines.ok ? { success: 'ok', ...(withContent ? { resource: lines.value } : {}) } : lines;
  }
  if (!RESOURCE_TYPES[type].interactions.includes('search-type')) return { refusals: [NOT_SEARCHED] };
  const found = await search(ports, caller, { type, rawQuery: what.query, handling: 'lenient' });
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
