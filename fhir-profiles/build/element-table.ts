import type { ElementDefinition } from '@medplum/fhirtypes';
import type { ElementTree, TypeElements } from '../../lib/fhir/search/parameter.ts';

/** What `_elements` and `_summary` must know of a type, from its snapshot (R4 search.html 3.1.1.5.8, 3.1.1.5.9). */
export function elementsOf(elements: readonly ElementDefinition[]): TypeElements {
  const [root, ...others] = elements;
  if (!root) throw new Error('empty snapshot');
  const roots = childrenOf(others, root.path);
  return {
    always: roots.filter(isKept).flatMap(jsonNamesOf),
    summary: summaryOf(others, roots),
    choices: Object.fromEntries(roots.filter(isChoice).map((element) => [nameOf(element), jsonNamesOf(element)])),
  };
}

function isChoice({ path }: ElementDefinition): boolean {
  return path.endsWith('[x]');
}

function isKept({ min = 0, isModifier = false }: ElementDefinition): boolean {
  return min > 0 || isModifier;
}

function summaryOf(all: readonly ElementDefinition[], level: readonly ElementDefinition[]): ElementTree {
  const entries = level
    .filter((element) => element.isSummary === true || isKept(element))
    .flatMap((element) => {
      const children = childrenOf(all, element.path).filter(({ type }) => type !== undefined);
      const isBackbone = element.type?.[0]?.code === 'BackboneElement';
      const below: true | ElementTree = isBackbone && children.length > 0 ? summaryOf(all, children) : true;
      return jsonNamesOf(element).map((name): [string, true | ElementTree] => [name, below]);
    });
  return Object.fromEntries(entries);
}

function childrenOf(all: readonly ElementDefinition[], path: string): readonly ElementDefinition[] {
  return all.filter((element) => element.path.startsWith(`${path}.`) && !element.path.slice(path.length + 1).includes('.'));
}

function nameOf({ path }: ElementDefinition): string {
  return path.slice(path.lastIndexOf('.') + 1).replace('[x]', '');
}

/** `deceased[x]` → `deceasedBoolean`, `deceasedDateTime`. */
function jsonNamesOf(element: ElementDefinition): readonly string[] {
  const name = nameOf(element);
  if (!isChoice(element)) return [name];
  return (element.type ?? []).map(({ code }) => `${name}${code.charAt(0).toUpperCase()}${code.slice(1)}`);
}
