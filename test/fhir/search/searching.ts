import { matches } from '../../../lib/fhir/search/match.ts';
import { parseSearch } from '../../../lib/fhir/search/parse.ts';
import type { Search } from '../../../lib/fhir/search/search.ts';
import type { RelaisResource, ResourceType } from '../../../lib/fhir/types.ts';

export const baseUrl = 'https://relais.test/fhir';

/** The search that a query says; fails the test when it is refused. */
export function searchOf(type: ResourceType, query: string, handling: 'strict' | 'lenient' = 'strict'): Search {
  const parsed = parseSearch(type, query, { handling, baseUrl });
  if (!parsed.ok) throw new Error(`refused: ${parsed.refusals.map(({ diagnostics }) => diagnostics).join('; ')}`);
  return parsed.value;
}

export function finds(resource: RelaisResource, query: string): boolean {
  return matches(resource, searchOf(resource.resourceType, query));
}

/** Codes of the refusals of a query; empty when it is understood. */
export function refusalCodes(type: ResourceType, query: string, handling: 'strict' | 'lenient' = 'lenient'): readonly string[] {
  const parsed = parseSearch(type, query, { handling, baseUrl });
  return parsed.ok ? [] : parsed.refusals.map(({ code }) => code);
}
