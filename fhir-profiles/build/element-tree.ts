import type { ElementDefinition, ElementDefinitionType, StructureDefinition } from '@medplum/fhirtypes';

/** One element of a snapshot with what is below it. */
export type Node = {
  readonly id: string;
  /** Last part of the path, `value[x]` as it is written there. */
  readonly name: string;
  readonly element: ElementDefinition;
  readonly structure: StructureDefinition;
  readonly children: Node[];
  readonly slices: Node[];
};

/** A snapshot as a tree, and its nodes by element id. */
export type Tree = { readonly root: Node; readonly byId: ReadonlyMap<string, Node> };

/** @throws for a structure without snapshot */
export function treeOf(structure: StructureDefinition): Tree {
  const byId = new Map<string, Node>();
  const [first, ...others] = structure.snapshot?.element ?? [];
  if (!first) throw new Error(`${structure.url} has no snapshot`);
  const root = nodeOf(first, structure);
  byId.set(root.id, root);
  for (const element of others) {
    const node = nodeOf(element, structure);
    byId.set(node.id, node);
    const [, before = '', last = ''] = /^(.*)\.([^.]+)$/.exec(node.id) ?? [];
    const [plain, slice] = last.split(':');
    if (slice === undefined) find(byId, before).children.push(node);
    else find(byId, `${before}.${plain}`).slices.push(node);
  }
  return { root, byId };
}

/** The primitive or complex type of one entry of `element.type`; what FHIRPath calls System.String is told by an extension. */
export function typeCodeOf(type: ElementDefinitionType): string {
  const said = type.extension?.find(({ url }) => url === 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type');
  return said?.valueUrl ?? type.code;
}

/** A fixed or pattern value of an element, with whether nothing may be added to it. */
export function requiredValueOf(element: ElementDefinition): { readonly value: unknown; readonly exact: boolean } | undefined {
  for (const [key, value] of Object.entries(element)) {
    if (/^fixed[A-Z]/.test(key)) return { value, exact: true };
    if (/^pattern[A-Z]/.test(key)) return { value, exact: false };
  }
  return undefined;
}

/** Two nodes with the same signature accept the same values. */
export function signatureOf(node: Node): string {
  return JSON.stringify(rulesOf(node));
}

function rulesOf({ element, children, slices }: Node): unknown {
  const { path, min, max, type, binding, constraint, contentReference, sliceName } = element;
  return [
    [path, min, max, sliceName, contentReference?.replace(/^[^#]*/, ''), requiredValueOf(element)],
    (type ?? []).map((entry) => [typeCodeOf(entry), entry.profile, entry.targetProfile]),
    binding?.strength === 'required' ? binding.valueSet : undefined,
    (constraint ?? []).filter(({ severity }) => severity === 'error').map(({ key, expression }) => [key, expression]),
    children.map(rulesOf),
    slices.map(rulesOf),
  ];
}

function nodeOf(element: ElementDefinition, structure: StructureDefinition): Node {
  const name = element.path.slice(element.path.lastIndexOf('.') + 1);
  return { id: element.id ?? element.path, name, element, structure, children: [], slices: [] };
}

function find(byId: ReadonlyMap<string, Node>, id: string): Node {
  const node = byId.get(id);
  if (!node) throw new Error(`snapshot without ${id}`);
  return node;
}
