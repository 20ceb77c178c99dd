import { accepted, type Result, refused } from '../../platform/refusal.ts';
import { type CarriedCodeSystem, carriedHere, codeSystemOf, valueSetOf } from '../terminology.ts';
import { badValue, notCarried } from './refusals.ts';
import type { CodeInSystem, TokenWanted } from './search.ts';
import type { Token } from './values.ts';

/**
 * The codes of a value set that we carry: `:in` and `:not-in` (R4 search.html 3.1.1.4.5).
 * Refused when it is not carried here: nothing could be said of what is in it.
 *
 * @param label name and modifier as sent
 * @param canonical as sent, its version (`|4.0.1`) is left aside
 */
export function codesIn(label: string, canonical: string): Result<readonly CodeInSystem[]> {
  const set = valueSetOf(canonical);
  return set ? accepted(set.codes) : refused(notCarried(label, 'value set', carriedHere().valueSets));
}

/**
 * A code with those that it subsumes (`:below`), or with those that subsume it (`:above`), itself in both
 * (R4 search.html 3.1.1.4.5). The system must be named, and one that we carry.
 */
export function codesAround(label: string, { system, code }: TokenWanted, how: 'above' | 'below'): Result<readonly CodeInSystem[]> {
  if (!system || code === undefined) {
    return refused(
      badValue(label, 'not system|code', 'système|code, par exemple http://terminology.hl7.org/CodeSystem/condition-clinical|active'),
    );
  }
  const known = codeSystemOf(system);
  if (!known) return refused(notCarried(label, 'code system', carriedHere().codeSystems));
  const lineOf = (each: string): readonly string[] => line(known, each);
  const own = lineOf(code);
  if (own.length === 0) return refused(badValue(label, `not a code of ${known.url}`, `un code de ${known.url}`));
  const codes = how === 'above' ? own : known.concepts.map((concept) => concept.code).filter((each) => lineOf(each).includes(code));
  return accepted(codes.map((each) => [known.url, each]));
}

/** The code and all that it is a kind of; empty for a code that the system does not have. */
function line({ concepts }: Pick<CarriedCodeSystem, 'concepts'>, code: string | undefined): readonly string[] {
  const concept = concepts.find((each) => each.code === code);
  return concept ? [concept.code, ...line({ concepts }, concept.parent)] : [];
}

/** A bare `code` whose system several may be is judged by its code alone. */
export function isAmong({ system, code }: Token, datatype: string, codes: readonly CodeInSystem[]): boolean {
  return codes.some(([one, other]) => other === code && (one === system || (system === undefined && datatype === 'code')));
}
