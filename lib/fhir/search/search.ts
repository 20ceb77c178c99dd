import type { Warning } from '../../platform/refusal.ts';
import type { ResourceType } from '../types.ts';

/** Milliseconds since the epoch, from included, until excluded; infinite where a Period is open. */
export type Interval = { readonly fromMs: number; readonly untilMs: number };

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

/** `system|code` as asked: `system` absent = any, empty = none; `code` absent = any of that system. */
export type TokenWanted = { readonly system?: string; readonly code?: string };

/** What a reference must point at: an id of any or one type (literal, or absolute below our `base`), or a URL as written. */
export type ReferenceWanted = { readonly base: string; readonly type?: string; readonly id: string } | { readonly url: string };

/** A number, and what it stands for by the precision it is written in (R4 search.html 3.1.1.4.8): 100 is [99.5, 100.5[. */
export type NumberWanted = { readonly prefix: Prefix; readonly value: number; readonly from: number; readonly until: number };

/** System and code. */
export type CodeInSystem = readonly [string, string];

/** One comma-separated alternative of a parameter, by the way it is compared. */
export type Test =
  | { readonly kind: 'string'; readonly how: 'starts' | 'exact' | 'contains'; readonly value: string }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'token'; readonly wanted: TokenWanted }
  | { readonly kind: 'token-text'; readonly value: string }
  | { readonly kind: 'token-among'; readonly codes: readonly CodeInSystem[] }
  | { readonly kind: 'of-type'; readonly system: string; readonly code: string; readonly value: string }
  | { readonly kind: 'reference'; readonly wanted: ReferenceWanted }
  | { readonly kind: 'reference-identifier'; readonly wanted: TokenWanted }
  | { readonly kind: 'uri'; readonly how: 'exact' | 'below' | 'above'; readonly value: string }
  | { readonly kind: 'date'; readonly prefix: Prefix; readonly range: Interval }
  | { readonly kind: 'number'; readonly wanted: NumberWanted }
  | { readonly kind: 'quantity'; readonly wanted: NumberWanted; readonly system?: string; readonly unit?: string }
  | { readonly kind: 'composite'; readonly parts: readonly Test[] };

/** One parameter as sent; all criteria must hold (AND), one of its tests is enough (OR). */
export type Criterion = {
  /** Name of the parameter in the generated table. */
  readonly name: string;
} & (
  | { readonly missing: boolean }
  | {
      readonly anyOf: readonly Test[];
      /** `:not`, `:not-in`: none of the tests may hold. */
      readonly not?: boolean;
    }
  /** A chain: one target of the reference is of one of these types and meets its criterion. */
  | { readonly targets: readonly Linked[] }
  /** `_has`: `name` is the reference parameter of the other type; one resource of it points here and meets the criterion. */
  | { readonly referrers: Linked }
);

/** What a resource at the other end of a reference must be. */
export type Linked = { readonly type: ResourceType; readonly criterion: Criterion };

/** One `_include` or `_revinclude` (R4 search.html 3.1.1.5.4). */
export type Include = {
  readonly direction: 'include' | 'revinclude';
  /** Type that holds the reference, and its parameter; absent = any (`*`). */
  readonly source?: ResourceType;
  readonly name?: string;
  /** Type that the reference must point at. */
  readonly target?: ResourceType;
  /** Applied to what was included as well, until nothing new comes. */
  readonly iterate: boolean;
};

export type SortKey = { readonly name: string; readonly descending: boolean };

/** The one patient that a search is about: a reference, or a business identifier that the caller must look up. */
export type PatientWanted = { readonly reference: string } | { readonly identifier: { readonly system?: string; readonly value: string } };

export type Search = {
  readonly type: ResourceType;
  readonly criteria: readonly Criterion[];
  /**
   * Set when exactly one patient is asked for. A `patient.identifier` chain stands here alone (no resource of the
   * compartment repeats the identifier): the caller must resolve it, and search nothing when it finds nobody.
   */
  readonly patient?: PatientWanted;
  /** From `_id`: only these can match. */
  readonly ids?: readonly string[];
  readonly includes: readonly Include[];
  readonly sort: readonly SortKey[];
  /** Matches a page. */
  readonly count: number;
  readonly summary?: 'count' | 'true' | 'data' | 'text';
  readonly elements?: readonly string[];
  readonly total: 'none' | 'estimate' | 'accurate';
  /** Sealed position, as we gave it in a next link. */
  readonly pageToken?: string;
  /** What was left aside: told to the client beside the matches. */
  readonly ignored: readonly Warning[];
  /** Query of the self link: what was used, `_page` apart. */
  readonly selfQuery: string;
};

export type SearchOptions = {
  /** `Prefer: handling=…`; lenient when nothing is said. */
  readonly handling: 'strict' | 'lenient';
  /** Own base, without trailing slash: absolute references below it are ours. */
  readonly baseUrl: string;
};
