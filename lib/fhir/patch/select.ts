import { type XmlElement, xmlType } from '../xml/types.ts';
import type { Condition, Step } from './path.ts';

export type Json = { [name: string]: unknown };

/** A place in a resource that a path leads to. */
export type Place = {
  /** The object that holds the element … */
  readonly parent: Json;
  /** … under this property (of a choice with its type: `deceasedBoolean`) … */
  readonly property: string;
  /** … and, of an element that repeats, at this index. */
  readonly index?: number;
  /** R4 type of the element, for its children; empty for a primitive. */
  readonly type: string;
  /** Name of the choice that it is one type of: `deceased`. */
  readonly choice?: string;
};

/** Where a path ends; the resource itself has no place in another. */
export type Selected = { readonly value: unknown; readonly type: string; readonly place?: Place };

/** What a path selects, in order; `undefined` when it names an element that R4 does not define there. */
export function select(resource: Json, type: string, steps: readonly Step[]): readonly Selected[] | undefined {
  let nodes: readonly Selected[] = [{ value: resource, type }];
  for (const step of steps) {
    switch (step.kind) {
      case 'child': {
        const below = nodes.map((node) => childrenOf(node, step.name));
        if (below.some((some) => some === undefined) || (below.length === 0 && nodes.length > 0)) return undefined;
        nodes = below.flatMap((some) => some ?? []);
        break;
      }
      case 'index':
        nodes = nodes.slice(step.index, step.index + 1);
        break;
      case 'last':
        nodes = nodes.slice(-1);
        break;
      case 'where':
        nodes = nodes.filter((node) => step.all.every((condition) => holds(node, condition)));
        break;
      case 'of-type':
        nodes = nodes.filter(({ place }) => place?.choice !== undefined && place.property === `${place.choice}${title(step.type)}`);
        break;
    }
  }
  return nodes;
}

/** The element that a name means in a type: itself, or the types of a choice. */
export function elementsNamed(type: string, name: string): readonly XmlElement[] {
  const elements = xmlType(type)?.elements;
  const exact = elements?.get(name);
  if (exact || !elements) return exact ? [exact] : [];
  const choices = [...elements.values()].filter(
    (element) => element.name.startsWith(name) && /^[A-Z]/.test(element.name.slice(name.length)),
  );
  // The types of one choice share their place: `start` is none of `startDate` alone when other names begin with it.
  const [first] = choices;
  return choices.filter(({ order }) => order === first?.order);
}

function childrenOf({ value, type }: Selected, name: string): readonly Selected[] | undefined {
  const elements = elementsNamed(type, name);
  if (elements.length === 0) return undefined;
  if (!isJson(value)) return [];
  return elements.flatMap((element): readonly Selected[] => {
    const child = Object.hasOwn(value, element.name) ? value[element.name] : undefined;
    if (child === undefined) return [];
    const place = { parent: value, property: element.name, type: element.type, ...(element.name === name ? {} : { choice: name }) };
    return Array.isArray(child)
      ? child.map((one: unknown, index) => ({ value: one, type: element.type, place: { ...place, index } }))
      : [{ value: child, type: element.type, place }];
  });
}

function holds(node: Selected, { names, equals }: Condition): boolean {
  let nodes: readonly Selected[] = [node];
  for (const name of names) nodes = nodes.flatMap((one) => childrenOf(one, name) ?? []);
  return equals === undefined ? nodes.length > 0 : nodes.some(({ value }) => value === equals);
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function title(type: string): string {
  return `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
}
