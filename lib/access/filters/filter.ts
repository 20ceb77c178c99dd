import type { Ref, RelaisResource } from '../../fhir/types.ts';

/**
 * Filters of domain.md 4.6, and four smaller views: who somebody is (`identity`), when and where a stay was (`header`),
 * where an act or a request stands (`state`), a task as a worklist shows it (`worklist`).
 */
export type FilterId =
  | 'F1'
  | 'F2'
  | 'F3'
  | 'F4'
  | 'F5'
  | 'F6'
  | 'F7'
  | 'F8'
  | 'F9'
  | 'F10'
  | 'F11'
  | 'F14'
  | 'F15'
  | 'identity'
  | 'header'
  | 'state'
  | 'worklist';

/** How a permitted resource is cut: not at all, or by a filter as this requester meets it. */
export type Filter =
  | 'full'
  | { readonly id: FilterId /** References that name the requester: his own activities. */; readonly own: readonly Ref[] };

/**
 * How much of an element is kept. `whole`: all but extensions; `codes`: codings of a concept, never its text nor their
 * display; `reference`: a reference without display; an object: its elements, each by its own rule; a list of urls, for
 * `extension`: these as they are. What is not named is removed.
 */
export type Keep = 'whole' | 'codes' | 'reference' | Keeps | readonly string[];
export type Keeps = { readonly [element: string]: Keep };

/** A row for one type: whether the resource passes at all, and what is left of it. */
export type TypeFilter = {
  readonly passes?: (resource: RelaisResource) => boolean;
  /** Elements that stay. */
  readonly keep: Keeps;
  /** Elements without which the view says nothing: absent after the cut = denied. */
  readonly needs?: readonly string[];
  /** What an allow-list of elements cannot say: which items of a list stay, and how. Before the cut. */
  readonly shape?: (resource: RelaisResource, own: readonly Ref[]) => RelaisResource;
};
