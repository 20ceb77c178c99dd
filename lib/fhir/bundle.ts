import type { Bundle, BundleEntry, BundleLink, Resource } from '@medplum/fhirtypes';
import type { Instant } from '../platform/instant.ts';
import type { Refusal, Warning } from '../platform/refusal.ts';
import { outcomeOf, type Success, statusLine, statusOf, warningsOutcome } from './outcome.ts';
import { PAGE_PARAMETER } from './search/result-parameters.ts';
import type { Ref, RelaisResource, ResourceType } from './types.ts';

/** @param baseUrl without trailing slash: `https://host/fhir` */
function fullUrlOf(baseUrl: string, resource: RelaisResource): string {
  return `${baseUrl}/${resource.resourceType}/${resource.id ?? ''}`;
}

export type SearchsetInput = {
  /** Without trailing slash. */
  readonly baseUrl: string;
  readonly type: ResourceType;
  /** `Search.selfQuery`: only the parameters that were used. */
  readonly selfQuery: string;
  /** Sealed position that this page began after, and the one where it ends. */
  readonly pageToken?: string;
  readonly nextToken?: string;
  /** Matches in order, cut and redacted already; empty for `_summary=count`. */
  readonly page: readonly RelaisResource[];
  /** What goes with the matches of this page: never counted. */
  readonly included?: readonly RelaisResource[];
  /** All visible matches; absent for `_total=none`. */
  readonly total?: number;
  readonly warnings?: readonly Warning[];
};

/** R4 search.html 3.1.1.3: self link, next link, total, `search.mode`; warnings are an entry of mode `outcome`. */
export function searchsetBundle(input: SearchsetInput): Bundle {
  const { baseUrl, type, selfQuery, pageToken, nextToken, page, included = [], total, warnings = [] } = input;
  const linkTo = (relation: string, token: string | undefined): BundleLink => pageLink(`${baseUrl}/${type}`, selfQuery, relation, token);
  const entriesOf = (resources: readonly RelaisResource[], mode: 'match' | 'include'): readonly BundleEntry[] =>
    resources.map((resource) => ({ fullUrl: fullUrlOf(baseUrl, resource), resource, search: { mode } }));
  const outcome: BundleEntry[] = warnings.length > 0 ? [{ resource: warningsOutcome(warnings), search: { mode: 'outcome' } }] : [];
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(total === undefined ? {} : { total }),
    link: [linkTo('self', pageToken), ...(nextToken === undefined ? [] : [linkTo('next', nextToken)])],
    ...withEntries([...entriesOf(page, 'match'), ...entriesOf(included, 'include'), ...outcome]),
  };
}

/** One line of a history: what was done, and the version it made (none for a deletion). */
export type HistoryLine = {
  readonly ref: Ref;
  readonly done: 'create' | 'update' | 'delete';
  readonly versionId: string;
  readonly at: Instant;
  readonly resource?: RelaisResource;
};

const HISTORY = {
  create: { method: 'POST', success: 'created' },
  update: { method: 'PUT', success: 'ok' },
  delete: { method: 'DELETE', success: 'noContent' },
} as const satisfies Record<HistoryLine['done'], { method: 'POST' | 'PUT' | 'DELETE'; success: Success }>;

export type HistoryInput = {
  /** Without trailing slash. */
  readonly baseUrl: string;
  /** What the history is of: `Type/id` or `Type`. */
  readonly path: string;
  readonly selfQuery: string;
  readonly pageToken?: string;
  readonly nextToken?: string;
  /** Newest first. */
  readonly lines: readonly HistoryLine[];
  /** Of all pages, as this requester sees them: no gap may tell that a line was hidden. */
  readonly total: number;
};

/** R4 http.html 2.21.0.11, bdl-3 and bdl-4: each entry with its request and response. */
export function historyBundle({ baseUrl, path, selfQuery, pageToken, nextToken, lines, total }: HistoryInput): Bundle {
  const entries = lines.map(({ ref, done, versionId, at, resource }): BundleEntry => {
    const { method, success } = HISTORY[done];
    return {
      fullUrl: `${baseUrl}/${ref}`,
      ...(resource ? { resource } : {}),
      request: { method, url: method === 'POST' ? (ref.split('/')[0] ?? ref) : ref },
      response: { status: statusLine(success), etag: `W/"${versionId}"`, lastModified: at },
    };
  });
  const linkTo = (relation: string, token: string | undefined): BundleLink =>
    pageLink(`${baseUrl}/${path}/_history`, selfQuery, relation, token);
  return {
    resourceType: 'Bundle',
    type: 'history',
    total,
    link: [linkTo('self', pageToken), ...(nextToken === undefined ? [] : [linkTo('next', nextToken)])],
    ...withEntries(entries),
  };
}

function pageLink(url: string, selfQuery: string, relation: string, token: string | undefined): BundleLink {
  const query = [selfQuery, token === undefined ? '' : `${PAGE_PARAMETER}=${encodeURIComponent(token)}`].filter(Boolean).join('&');
  return { relation, url: `${url}${query ? `?${query}` : ''}` };
}

/** What became of one entry of a transaction or batch. */
export type EntryAnswer =
  | {
      readonly success: Success;
      /** Where it stands now: `Type/id/_history/version`. */
      readonly location?: string;
      readonly etag?: string;
      readonly lastModified?: Instant;
      /** Content for GET entries and for `Prefer: return=representation`. */
      readonly resource?: Resource;
      readonly warnings?: readonly Warning[];
    }
  | { readonly refusals: readonly [Refusal, ...Refusal[]] };

/** Answers in the order of the entries asked (R4 http.html 2.21.0.17.4). A refusal stands in a batch only: a refused transaction has no Bundle. */
export function responseBundle(type: 'transaction-response' | 'batch-response', answers: readonly EntryAnswer[]): Bundle {
  const entries = answers.map((answer): BundleEntry => {
    if ('refusals' in answer) {
      return { response: { status: String(statusOf(answer.refusals[0].category)), outcome: outcomeOf(answer.refusals) } };
    }
    const { success, location, etag, lastModified, resource, warnings = [] } = answer;
    return {
      ...(resource ? { resource } : {}),
      response: {
        status: statusLine(success),
        ...(location === undefined ? {} : { location }),
        ...(etag === undefined ? {} : { etag }),
        ...(lastModified === undefined ? {} : { lastModified }),
        ...(warnings.length > 0 ? { outcome: warningsOutcome(warnings) } : {}),
      },
    };
  });
  return { resourceType: 'Bundle', type, ...withEntries(entries) };
}

/** FHIR has no empty arrays: no entry, no property. */
function withEntries(entry: BundleEntry[]): { entry?: BundleEntry[] } {
  return entry.length > 0 ? { entry } : {};
}
