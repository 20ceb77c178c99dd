import { conditionalReferencesIn, fullUrlsMeant, renamed } from '../fhir/bundle-references.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import { readQuery, writeQuery } from '../fhir/search/query-string.ts';
import type { Ref, ResourceType } from '../fhir/types.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Caller } from './caller.ts';
import { type Matching, matching } from './conditional.ts';
import type { Ports } from './ports.ts';
import { relativised } from './references.ts';

/** What a Bundle calls its resources (`fullUrl`, the condition of an entry), and what they are called here. */
export type Names = ReadonlyMap<string, Ref>;

export type Ask = (type: ResourceType, query: string) => Promise<Result<Matching>>;

/** Each condition is looked up once, so that it means the same in the whole Bundle. */
export function askOnce(ports: Ports, caller: Caller): Ask {
  const asked = new Map<string, Promise<Result<Matching>>>();
  return (type, query) => {
    const name = `${type}?${query}`;
    const answer = asked.get(name) ?? matching(ports, caller, type, query);
    asked.set(name, answer);
    return answer;
  };
}

/** A body as an entry says it, and what its references are read with. */
export type Said = {
  readonly body: unknown;
  readonly fullUrl: string | undefined;
  readonly names: Names;
  readonly ask: Ask;
  /** Whether `names` are all: until then a condition that means nothing yet may still be one of them. */
  readonly complete: boolean;
};

/** The body with everything that it names by the Bundle's names, or by a condition, called as it is called here. */
export async function resolvedBody(ports: Ports, { body, fullUrl, names, ask, complete }: Said): Promise<Result<unknown>> {
  const nameHere = (name: string): Ref | undefined => fullUrlsMeant(name, fullUrl).flatMap((one) => names.get(one) ?? [])[0];
  // The Bundle's names first: a fullUrl may be an address of ours.
  const relative = relativised(renamed(body, nameHere), ports.fhirBase);
  const meant = new Map<string, Ref>();
  for (const reference of conditionalReferencesIn(relative)) {
    const [type = '', ...query] = reference.split('?');
    const entry = names.get(reference);
    if (entry !== undefined) meant.set(reference, entry);
    if (entry !== undefined || !isResourceType(type)) continue;
    const found = await ask(type, conditionHere(query.join('?'), names));
    if (!found.ok) return found;
    if (found.value.kind === 'one') meant.set(reference, found.value.ref);
    else if (complete || type === 'Patient') return refused(meansNothing(type));
  }
  return accepted(meant.size > 0 ? renamed(relative, (name) => meant.get(name)) : relative);
}

/** A condition (`focus=urn:uuid:…&status=…`) with the Bundle's names replaced; the same text when it holds none. */
export function conditionHere(query: string, names: Names): string {
  const parts = readQuery(query);
  if (!parts.ok || !parts.value.some(({ value }) => namesIn(value).some((name) => names.has(name)))) return query;
  return writeQuery(
    parts.value.map(({ name, value }) => ({
      name,
      value: namesIn(value)
        .map((one) => names.get(one) ?? one)
        .join(','),
    })),
  );
}

/** What a condition may name of the Bundle: each of its alternatives. */
export function namesInCondition(query: string): readonly string[] {
  const parts = readQuery(query);
  return parts.ok ? parts.value.flatMap(({ value }) => namesIn(value)) : [];
}

function namesIn(value: string): readonly string[] {
  return value.split(',');
}

function meansNothing(type: ResourceType): Refusal {
  return {
    category: 'precondition-failed',
    code: 'reference-condition',
    diagnostics: `A conditional reference means no ${type} that you see.`,
    remedy: 'Corrigez la condition de la référence, ou créez d’abord la ressource.',
  };
}
