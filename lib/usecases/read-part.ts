import { noneMatchNames, unmodifiedSince } from '../fhir/preconditions.ts';
import { parseSearch } from '../fhir/search/parse.ts';
import { summarised } from '../fhir/search/view.ts';
import type { RelaisResource, ResourceType } from '../fhir/types.ts';
import { accepted, type Result } from '../platform/refusal.ts';
import type { Shown } from './disclose.ts';

/** What a reader says of the version that he has: `If-None-Match` and `If-Modified-Since`, as sent. */
export type Having = { readonly ifNoneMatch?: string | undefined; readonly ifModifiedSince?: string | undefined };

/**
 * Whether a reader has this answer already (304). A tag wins over a date. A view that is cut has no date: what became
 * visible since was not written since (contracts.md 3).
 */
export function isKnown({ etag, cut, stored }: Shown, { ifNoneMatch, ifModifiedSince }: Having): boolean {
  if (ifNoneMatch !== undefined) return noneMatchNames(ifNoneMatch, etag);
  return !cut && ifModifiedSince !== undefined && unmodifiedSince(ifModifiedSince, stored.at);
}

/** `_summary` and `_elements` of a read; its other parameters are not looked at. @see https://hl7.org/fhir/R4/http.html#parameters */
export function partOf(type: ResourceType, view: RelaisResource, rawQuery: string): Result<RelaisResource> {
  const query = rawQuery
    .split('&')
    .filter((part) => /^_(summary|elements)=/.test(part))
    .join('&');
  if (query === '') return accepted(view);
  const wanted = parseSearch(type, query, { handling: 'strict', baseUrl: '' });
  return wanted.ok ? accepted(summarised(view, wanted.value)) : wanted;
}
