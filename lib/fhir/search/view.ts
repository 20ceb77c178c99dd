import { ELEMENTS } from '../generated/search-parameters.js';
import type { RelaisResource } from '../types.ts';
import { SUBSETTED } from '../vocabulary.ts';
import type { ElementTree } from './parameter.ts';
import type { Search } from './search.ts';
import { isFields } from './values.ts';

type Wanted = Pick<Search, 'elements' | 'summary'>;

/** Kept in every view. */
const FRAME: readonly string[] = ['resourceType', 'id', 'meta'];

/**
 * The part of a resource that `_elements` or `_summary` asks for, with the tag SUBSETTED (R4 search.html 3.1.1.5.8,
 * 3.1.1.5.9). Mandatory and modifier elements stay. `_elements` wins over `_summary`. Nothing is added: apply it after
 * redaction, never instead.
 *
 * @returns the resource itself when nothing is to be cut
 */
export function summarised(resource: RelaisResource, { elements, summary }: Wanted): RelaisResource {
  const { always, summary: summaryTree, choices } = ELEMENTS[resource.resourceType];
  if (elements) {
    const asked = elements.flatMap((name) => (Object.hasOwn(choices, name) ? (choices[name] ?? []) : [name]));
    return cut(resource, treeOf([...FRAME, ...always, ...asked]));
  }
  if (summary === undefined) return resource;
  switch (summary) {
    case 'true':
      return cut(resource, { ...summaryTree, ...treeOf(FRAME) });
    case 'text':
      return cut(resource, treeOf([...FRAME, ...always, 'text']));
    case 'data':
      return cut(resource, treeOf(Object.keys(resource).filter((name) => name !== 'text')));
    case 'count':
      return resource;
  }
}

function treeOf(names: readonly string[]): ElementTree {
  return Object.fromEntries(names.map((name) => [name, true]));
}

function cut(resource: RelaisResource, tree: ElementTree): RelaisResource {
  const view = { ...resource };
  prune(view, tree);
  view.meta = { ...resource.meta, tag: tagsWith(resource.meta?.tag ?? []) };
  return view;
}

/** Removes from a shallow copy what the tree does not name, going down where it lists children. */
function prune(copy: object, tree: ElementTree): void {
  for (const [name, value] of Object.entries(copy)) {
    // `_birthDate` holds the extensions of `birthDate`.
    const element = name.startsWith('_') ? name.slice(1) : name;
    const below = Object.hasOwn(tree, element) ? tree[element] : undefined;
    if (below === undefined) Reflect.deleteProperty(copy, name);
    else if (below !== true) Reflect.set(copy, name, pruned(value, below));
  }
}

function pruned(value: unknown, tree: ElementTree): unknown {
  if (Array.isArray(value)) return value.map((item) => pruned(item, tree));
  if (!isFields(value)) return value;
  const copy = { ...value };
  prune(copy, tree);
  return copy;
}

type Tags = NonNullable<NonNullable<RelaisResource['meta']>['tag']>;

function tagsWith(tags: Tags): Tags {
  const isThere = tags.some(({ system, code }) => system === SUBSETTED.system && code === SUBSETTED.code);
  return isThere ? tags : [...tags, { ...SUBSETTED }];
}
