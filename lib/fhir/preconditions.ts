/**
 * What `If-Match`, `If-None-Match` and `If-Modified-Since` say about a version (R4 http.html 2.21.0.5 and 2.21.0.6;
 * RFC 9110, 13.1). A client may write a tag weak or strong, alone or in a list: FHIR compares versions, never bytes.
 */

/** Whether `If-Match` holds: the version alone counts, whatever part of it the client saw (contracts.md 3). `*` is any current version. */
export function ifMatchHolds(header: string, version: number): boolean {
  return tagsIn(header).some((tag) => tag === '*' || tag.replace(/\..*$/s, '') === String(version));
}

/** Whether `If-None-Match` names this very answer: version and projection. `*` names none, since it says nothing of what was seen. */
export function noneMatchNames(header: string, etag: string): boolean {
  const [wanted] = tagsIn(etag);
  return tagsIn(header).some((tag) => tag === wanted);
}

/** Whether nothing was written after the date that `If-Modified-Since` names, which counts whole seconds. An unreadable date says nothing. */
export function unmodifiedSince(header: string, at: string): boolean {
  const sinceMs = Date.parse(header);
  return !Number.isNaN(sinceMs) && Math.floor(Date.parse(at) / 1000) * 1000 <= sinceMs;
}

/** Entity tags of a list, without `W/` and quotes. */
function tagsIn(header: string): readonly string[] {
  return header.split(',').map((tag) =>
    tag
      .trim()
      .replace(/^W\//i, '')
      .replace(/^"(.*)"$/s, '$1'),
  );
}
