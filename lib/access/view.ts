import type { RelaisResource } from '../fhir/types.ts';
import { SUBSETTED } from '../fhir/vocabulary.ts';
import { sha256Hex } from '../platform/digest.ts';
import type { Decision } from './decision.ts';
import type { Filter, Keep, Keeps } from './filters/filter.ts';
import { FILTERS } from './filters/index.ts';

export type View = {
  readonly resource: RelaisResource;
  /** Something may be missing: tagged SUBSETTED, never written back whole. */
  readonly cut: boolean;
};

/**
 * A permitted resource as its filter leaves it: an allow-list of elements, so that narrative, notes, contained resources
 * and unknown extensions go (domain.md 4.6). Of `meta`, version and time stay: labels and profiles can tell what was cut.
 * @returns `undefined` when the type or this resource does not pass, or nothing worth showing is left: denied
 */
export function applyFilter(resource: RelaisResource, filter: Filter): View | undefined {
  if (filter === 'full') return { resource, cut: false };
  const row = FILTERS[filter.id][resource.resourceType];
  if (!row || row.passes?.(resource) === false) return undefined;
  const shaped = row.shape ? row.shape(resource, filter.own) : resource;
  const view = { ...header(shaped), ...kept(shaped, row.keep) };
  return isCutOf(view, shaped.resourceType) && (row.needs ?? []).every((element) => element in view)
    ? { resource: view, cut: true }
    : undefined;
}

/**
 * Whether a filter leaves all of what stands at a path: only there may a requester write without touching what was cut.
 * A list that a filter shapes has other indexes in the view than in the resource, so nothing inside of it.
 * @param path names of elements and indexes, as in a JSON Pointer
 */
export function isShownWhole(type: RelaisResource['resourceType'], filter: Filter, path: readonly string[]): boolean {
  if (filter === 'full') return true;
  const row = FILTERS[filter.id][type];
  const names = path.filter((segment) => !/^(\d+|-)$/.test(segment));
  if (!row || names.length === 0 || names.some((name) => HIDDEN_PARTS.has(name) || name.startsWith('_'))) return false;
  if (row.shape && path.length > 1) return false;
  let keep: Keep | undefined = row.keep;
  for (const name of names) {
    if (keep === 'whole') return true;
    const keeps: Keep | undefined = keep === 'codes' ? CODES : keep === 'reference' ? REFERENCE : keep;
    keep = keeps === undefined || isUrls(keeps) || !Object.hasOwn(keeps, name) ? undefined : keeps[name];
  }
  return keep === 'whole';
}

/** Short text of how a decision projects a resource, for the ETag: another one as soon as the filter, or who it is cut for, changes. */
export function projectionOf({ filter }: Extract<Decision, { outcome: 'permit' }>): string {
  if (filter === 'full') return 'full';
  return `${filter.id}-${sha256Hex([...filter.own].sort().join(' ')).slice(0, 8)}`;
}

type Json = { readonly [name: string]: unknown };

function header({ resourceType, id, meta }: RelaisResource): Json {
  const { versionId, lastUpdated } = meta ?? {};
  return {
    resourceType,
    ...(id ? { id } : {}),
    meta: { ...(versionId ? { versionId } : {}), ...(lastUpdated ? { lastUpdated } : {}), tag: [SUBSETTED] },
  };
}

function kept(value: object, keeps: Keeps): Json {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, child]: [string, unknown]) => {
      const keep = Object.hasOwn(keeps, name) ? keeps[name] : undefined;
      const left = keep === undefined ? undefined : cut(child, keep);
      return left === undefined ? [] : [[name, left] as const];
    }),
  );
}

/** What is left of an element; nothing, when it is empty. */
function cut(value: unknown, keep: Keep): unknown {
  if (Array.isArray(value)) {
    const left = value.flatMap((item: unknown) => (isUrls(keep) ? (isNamed(item, keep) ? [item] : []) : (cut(item, keep) ?? [])));
    return left.length > 0 ? left : undefined;
  }
  if (keep === 'whole') return withoutExtensions(value);
  if (!isObject(value) || isUrls(keep)) return undefined;
  const left = kept(value, keep === 'codes' ? CODES : keep === 'reference' ? REFERENCE : keep);
  return Object.keys(left).length > 0 ? left : undefined;
}

function isUrls(keep: Keep): keep is readonly string[] {
  return Array.isArray(keep);
}

function isNamed(extension: unknown, urls: readonly string[]): boolean {
  return isObject(extension) && 'url' in extension && urls.some((url) => url === extension.url);
}

const CODES: Keeps = { coding: { system: 'whole', version: 'whole', code: 'whole' } };
const REFERENCE: Keeps = { reference: 'whole', type: 'whole' };
/** Parts of any element that may hold more than FHIR defines for it. */
const HIDDEN_PARTS: ReadonlySet<string> = new Set(['extension', 'modifierExtension']);

function withoutExtensions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutExtensions);
  if (!isObject(value)) return value;
  const left = Object.entries(value).filter(([name]) => !HIDDEN_PARTS.has(name) && !name.startsWith('_'));
  return Object.fromEntries(left.map(([name, child]: [string, unknown]) => [name, withoutExtensions(child)]));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** A cut of a resource is one of its type with fewer elements: the view is tagged so (FHIR R4, SUBSETTED). */
function isCutOf(view: unknown, type: string): view is RelaisResource {
  return isObject(view) && 'resourceType' in view && view.resourceType === type;
}
