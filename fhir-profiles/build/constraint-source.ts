import type { ElementDefinitionConstraint } from '@medplum/fhirtypes';
import { toJavaScript } from './fhirpath-to-js.ts';

/** JavaScript (`v` the value, `s` the state) that is false when the constraint is broken; `undefined`: nothing to check here. */
type HandWritten = { readonly js: string | undefined; readonly why: string };

const HAND_WRITTEN: ReadonlyMap<string, HandWritten> = new Map([
  ['ele-1', { js: undefined, why: 'told by the structure: empty objects, arrays and strings are refused everywhere' }],
  ['ext-1', { js: 'h.hasEitherExtensionOrValue(v)', why: 'on every extension: kept fast' }],
  ['per-1', { js: 'h.isPeriodInOrder(v)', why: 'on every period: kept fast' }],
  ['ref-1', { js: 'h.isContainedReferenceKnown(v, s)', why: 'substring() and a lone "#"; on every reference: kept fast' }],
  ['dom-3', { js: 'h.isEveryContainedUsed(v)', why: 'its FHIRPath asks for the types of all descendants' }],
  ['txt-1', { js: undefined, why: 'htmlChecks() is no FHIRPath: the Narrative as a whole is checked by hand (NARRATIVE)' }],
  ['txt-2', { js: undefined, why: 'htmlChecks() is no FHIRPath: the Narrative as a whole is checked by hand (NARRATIVE)' }],
  ['ctm-1', { js: undefined, why: 'resolve(): a validator without I/O follows no reference' }],
]);

export const NARRATIVE: ElementDefinitionConstraint = {
  key: 'txt-1',
  severity: 'error',
  human: 'The narrative SHALL be one passive XHTML <div> with some non-whitespace content',
};

/** Rows of the table that some definition had. */
const met = new Set<string>();

/** @throws for a row of the table that no definition has any more */
export function refuseStaleRows(): void {
  const stale = [...HAND_WRITTEN.keys()].filter((key) => !met.has(key));
  if (stale.length > 0) throw new Error(`no definition has the constraints ${stale.join(', ')}: remove their rows`);
}

/** Constraints without a check of their own, one line each: `ctm-1: why`. */
export function leftOut(): readonly string[] {
  return [...HAND_WRITTEN].flatMap(([key, { js, why }]) => (js === undefined ? [`${key}: ${why}`] : []));
}

/** A constraint as the generated module holds it. */
export type CompiledConstraint = {
  readonly key: string;
  /** JavaScript of `(v, s)` that is false when the constraint is broken. */
  readonly js: string;
  readonly human: string;
  /** French; said in our own profiles (`requirements`), empty else. */
  readonly remedy: string;
};

/**
 * A constraint in JavaScript, or nothing when the structure already tells it.
 * @throws when the expression can be neither translated nor found among the hand-written ones
 */
export function compileConstraint(
  constraint: ElementDefinitionConstraint,
  place: string,
  choices: ReadonlySet<string>,
): CompiledConstraint | undefined {
  const js = expressionOf(constraint, place, choices);
  if (js === undefined) return undefined;
  const { key, human, requirements = '' } = constraint;
  // All that DomainResource demands is about what is contained: nothing to look at in nearly every resource.
  return { key, js: key.startsWith('dom-') ? `v.contained === undefined || (${js})` : js, human, remedy: requirements };
}

function expressionOf(constraint: ElementDefinitionConstraint, place: string, choices: ReadonlySet<string>): string | undefined {
  if (constraint === NARRATIVE) return 'h.isNarrativeSafe(v)';
  const byHand = HAND_WRITTEN.get(constraint.key);
  if (byHand) {
    met.add(constraint.key);
    return byHand.js;
  }
  try {
    return toJavaScript(constraint.expression ?? '', { choices });
  } catch (error) {
    throw new Error(`${place}: constraint ${constraint.key} (${constraint.expression})`, { cause: error });
  }
}
