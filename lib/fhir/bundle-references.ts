import { jsonText, parseJson } from './xml/json-text.ts';

/** Elements that name a resource: references, and those of type uri, url, oid and uuid; canonicals are left alone (R4 http.html#trules). */
const NAMING: ReadonlySet<string> = new Set([
  'reference',
  'url',
  'uri',
  'valueUri',
  'valueUrl',
  'valueUuid',
  'valueOid',
  'instantiatesUri',
]);

/**
 * A body with what its Bundle calls a resource (`fullUrl`, conditional reference) replaced by what it is called here; links of the
 * narrative too.
 * @param nameHere what a text that names a resource becomes, `undefined` when it is none of the Bundle
 * @see https://hl7.org/fhir/R4/http.html#trules
 */
export function renamed(body: unknown, nameHere: (name: string) => string | undefined): unknown {
  const isJsonPatch = Array.isArray(body);
  const nameOf = (key: string, text: string): string => {
    // The value of a JSON Patch operation may be a reference without its name.
    if (NAMING.has(key) || (isJsonPatch && key === 'value')) return nameHere(text) ?? text;
    if (key !== 'div') return text;
    return text.replace(/\b(href|src)="([^"]*)"/g, (all, attribute: string, link: string) => {
      const name = nameHere(link);
      return name === undefined ? all : `${attribute}="${name}"`;
    });
  };
  const walk = (node: object): void => {
    for (const [key, child] of Object.entries(node)) {
      if (typeof child === 'string') Reflect.set(node, key, nameOf(key, child));
      else if (typeof child === 'object' && child !== null) walk(child);
    }
  };
  if (typeof body !== 'object' || body === null) return body;
  // Changed in place, in a copy that keeps the decimals as they were written.
  const copy: unknown = parseJson(jsonText(body));
  if (typeof copy === 'object' && copy !== null) walk(copy);
  return copy;
}

/** References that are a search (`Patient?identifier=…`): each must mean exactly one resource. */
export function conditionalReferencesIn(body: unknown): readonly string[] {
  const found = new Set<string>();
  const walk = (node: object): void => {
    for (const [key, child] of Object.entries(node)) {
      if (key === 'reference' && typeof child === 'string' && /^[A-Za-z]+\?./.test(child)) found.add(child);
      else if (typeof child === 'object' && child !== null) walk(child);
    }
  };
  if (typeof body === 'object' && body !== null) walk(body);
  return [...found];
}

/**
 * The `fullUrl` that a reference means from inside an entry: itself, or, when relative, at the base of the entry that says it.
 * @see https://hl7.org/fhir/R4/bundle.html#references
 */
export function fullUrlsMeant(reference: string, within: string | undefined): readonly string[] {
  const [, base = ''] = /^(https?:\/\/.+\/)[A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.exec(within ?? '') ?? [];
  return base && /^[A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.test(reference) ? [`${base}${reference}`, reference] : [reference];
}
