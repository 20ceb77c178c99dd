import { type JsonObject, report, type State, warn } from './issue.ts';
import type { Element, Shape } from './shape.ts';
import { index } from './tables.ts';

/**
 * The shape of an extension, after what its url alone tells: an address of ours that nothing defines is refused, one that is
 * defined stands where its definition says, any other is let in (R4 extensibility.html: extensions are for whoever
 * understands them) with a warning; one that changes the meaning of what it stands on is refused unless it is known.
 *
 * @param path of the element that holds it, `holder` its shape
 */
export function extensions(state: State, value: JsonObject, place: string, element: Element, path: string, holder: Shape): number {
  const { ownExtensions, ours, anyExtension } = index();
  const { url } = value;
  const local =
    typeof url === 'string' && element.local !== undefined && Object.hasOwn(element.local, url) ? element.local[url] : undefined;
  if (local !== undefined) return local;
  const known = ownExtensions.get(url);
  if (known !== undefined) {
    const [number, contexts] = known;
    if (!isAllowed(contexts, path, state, holder)) report(state, 'extension-context', place, `stands on ${contexts.join(', ')} only`);
    return number;
  }
  if (element.kind === 'modifiers') report(state, 'modifier-unknown', place, 'a modifier extension that this server does not understand');
  else if (typeof url === 'string' && url.startsWith(ours))
    report(state, 'extension-unknown', place, 'Relais defines no extension of this url');
  else if (element.local === undefined && !holder.types.includes('Extension')) warn(state, 'extension-foreign', place, 'not defined here');
  return anyExtension;
}

/** A context names a type, or an element by its path in its resource. */
function isAllowed(contexts: readonly string[], path: string, state: State, { types }: Shape): boolean {
  for (const context of contexts) if (context === 'Element' || types.includes(context)) return true;
  const { place, resource } = state;
  const inside = `${String(resource.resourceType)}${path.slice(place.length)}`.replace(/\[\d+\]/g, '');
  return contexts.includes(inside);
}
