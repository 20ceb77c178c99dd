import type { CodeSystem, CodeSystemConcept, ValueSetComposeInclude } from '@medplum/fhirtypes';
import type { Definitions } from './definitions.ts';

export type Code = { readonly system: string; readonly code: string };

/**
 * Required value sets whose codes are defined outside R4 (RFC, ISO, UCUM): they cannot be enumerated, so a code bound to
 * one of them is checked for its format only.
 */
const OPEN_VALUE_SETS = new Set([
  'http://hl7.org/fhir/ValueSet/mimetypes',
  'http://hl7.org/fhir/ValueSet/all-languages',
  'http://hl7.org/fhir/ValueSet/ucum-units',
  'http://hl7.org/fhir/ValueSet/currencies',
]);

/**
 * The codes of a value set.
 * @param canonical URL, with or without `|version`
 * @returns undefined for a value set that is known to be open
 * @throws when it can be neither enumerated nor found among the open ones
 */
export function expand(canonical: string, definitions: Definitions): readonly Code[] | undefined {
  const [url = ''] = canonical.split('|');
  if (OPEN_VALUE_SETS.has(url)) return undefined;
  const valueSet = definitions.valueSets.get(url);
  if (!valueSet?.compose) throw new Error(`value set ${url} is not among the definitions: make the binding weaker or list it as open`);
  const excluded = new Set((valueSet.compose.exclude ?? []).flatMap((part) => codesOf(part, definitions, url)).map(keyOf));
  return valueSet.compose.include.flatMap((part) => codesOf(part, definitions, url)).filter((code) => !excluded.has(keyOf(code)));
}

/**
 * Whether other codes than those of `expand` may be right: a national value set that takes codes of a system which the
 * definitions hold in part, or not at all.
 */
export function isSubset(canonical: string, { valueSets, codeSystems }: Definitions): boolean {
  const [url = ''] = canonical.split('|');
  const includes = url.startsWith('http://hl7.org/fhir/') ? [] : (valueSets.get(url)?.compose?.include ?? []);
  return includes.some(({ system = '' }) => codeSystems.get(system)?.content !== 'complete');
}

/** The codes of a code system, parents first. */
export function codesOfSystem(codeSystem: CodeSystem): readonly string[] {
  return flatten(codeSystem.concept ?? []).map(({ code }) => code);
}

function codesOf(part: ValueSetComposeInclude, definitions: Definitions, url: string): readonly Code[] {
  const { system, concept, filter, valueSet } = part;
  if (!system) return (valueSet ?? []).flatMap((canonical) => expand(canonical, definitions) ?? []);
  if (concept) return concept.map(({ code }) => ({ system, code }));
  const codeSystem = definitions.codeSystems.get(system);
  if (codeSystem?.content !== 'complete' && codeSystem?.content !== 'fragment')
    throw new Error(`value set ${url} takes all of ${system}, which is not carried here`);
  return codesByFilter(codeSystem, filter ?? [], url).map((code) => ({ system, code }));
}

function codesByFilter(codeSystem: CodeSystem, filters: NonNullable<ValueSetComposeInclude['filter']>, url: string): readonly string[] {
  let codes = codesOfSystem(codeSystem);
  for (const { property, op, value } of filters) {
    if (property !== 'concept' || (op !== 'is-a' && op !== 'descendent-of')) throw new Error(`value set ${url}: filter ${property} ${op}`);
    const below = new Set(descendantsOf(codeSystem, value));
    codes = codes.filter((code) => below.has(code) || (op === 'is-a' && code === value));
  }
  return codes;
}

/** By nesting and by the `subsumedBy` property, which v3 code systems use. */
function descendantsOf(codeSystem: CodeSystem, root: string): readonly string[] {
  const parents = new Map<string, string[]>();
  const visit = (concepts: readonly CodeSystemConcept[], parent?: string): void => {
    for (const { code, concept, property } of concepts) {
      const said = (property ?? []).flatMap((item) => (item.code === 'subsumedBy' && item.valueCode ? [item.valueCode] : []));
      parents.set(code, parent === undefined ? said : [...said, parent]);
      visit(concept ?? [], code);
    }
  };
  visit(codeSystem.concept ?? []);
  const isBelow = (code: string): boolean => (parents.get(code) ?? []).some((parent) => parent === root || isBelow(parent));
  return [...parents.keys()].filter(isBelow);
}

function flatten(concepts: readonly CodeSystemConcept[]): readonly CodeSystemConcept[] {
  return concepts.flatMap((concept) => [concept, ...flatten(concept.concept ?? [])]);
}

function keyOf({ system, code }: Code): string {
  return `${system}|${code}`;
}
