import type { Coding, Extension } from '@medplum/fhirtypes';
import type { RelaisResource } from '../fhir/types.ts';
import { EXTENSION, SYSTEM } from '../fhir/vocabulary.ts';

/** A state of a machine: its slug, its French name, and the coarse FHIR status of its carrier. */
export type State<Status extends string = string> = { readonly code: string; readonly display: string; readonly status: Status };

type Extensible = { extension?: Extension[] };

/** The state that a carrier says: `Task.businessStatus`, else the extension etat (contracts.md 4). */
export function etatOf(resource: RelaisResource): string | undefined {
  if (resource.resourceType === 'Task') return resource.businessStatus?.coding?.find(({ system }) => system === SYSTEM.etat)?.code;
  return 'extension' in resource ? extensionOf(resource, EXTENSION.etat)?.valueCoding?.code : undefined;
}

export function codingOf({ code, display }: State): Coding {
  return { system: SYSTEM.etat, code, display };
}

/** The resource in that state, as the extension says it; its FHIR status is set beside. */
export function withEtat<T extends Extensible>(resource: T, state: State): T {
  return withExtension(resource, { url: EXTENSION.etat, valueCoding: codingOf(state) });
}

export function extensionOf({ extension }: Extensible, url: string): Extension | undefined {
  return extension?.find((one) => one.url === url);
}

/** The resource with that extension in the place of any other of the same url. */
export function withExtension<T extends Extensible>(resource: T, extension: Extension): T {
  return { ...resource, extension: [...(resource.extension ?? []).filter(({ url }) => url !== extension.url), extension] };
}

/** The row of a table of states; a slug that is in none is a bug of ours. */
export function stateIn<S extends State>(states: readonly S[], code: string): S {
  const found = states.find((state) => state.code === code);
  if (!found) throw new Error(`No state ${code} in this machine`);
  return found;
}
