import type { Parameters, ParametersParameter, ValueSet } from '@medplum/fhirtypes';
import type { Instant } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import { CODE_SYSTEMS, VALUE_SETS } from './generated/terminology.js';

export type CarriedConcept = {
  readonly code: string;
  readonly display?: string;
  readonly definition?: string;
  /** The concept that it is a kind of, in a system with a hierarchy. */
  readonly parent?: string;
};
export type CarriedCodeSystem = {
  readonly url: string;
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly concepts: readonly CarriedConcept[];
};
/** Codes as pairs of system and code. */
export type CarriedValueSet = {
  readonly url: string;
  readonly name: string;
  readonly title: string;
  readonly codes: readonly (readonly [string, string])[];
};

export type CodeAsked = { readonly system?: string; readonly code?: string; readonly display?: string };

type Carried = {
  readonly systems: ReadonlyMap<string, CarriedCodeSystem>;
  readonly sets: ReadonlyMap<string, CarriedValueSet>;
};

let known: Carried | undefined;

/** Read by the first question. */
function carried(): Carried {
  known = known ?? readCarried();
  return known;
}

function readCarried(): Carried {
  const systems: readonly CarriedCodeSystem[] = JSON.parse(CODE_SYSTEMS);
  const sets: readonly CarriedValueSet[] = JSON.parse(VALUE_SETS);
  return { systems: new Map(systems.map((one) => [one.url, one])), sets: new Map(sets.map((one) => [one.url, one])) };
}

/**
 * `CodeSystem/$lookup`: name of the system, display and definition of a code.
 * Refused: 404 for a system that is not carried here, or a code that it does not have.
 * @see https://hl7.org/fhir/R4/codesystem-operation-lookup.html
 */
export function lookUp({ system, code }: CodeAsked): Result<Parameters> {
  if (!system || !code) return refused(incomplete('system, code'));
  const known = carried().systems.get(withoutVersion(system));
  if (!known) return refused(notCarried('system', 'code system'));
  const concept = known.concepts.find((one) => one.code === code);
  if (!concept) return refused(CODE_UNKNOWN);
  return accepted({
    resourceType: 'Parameters',
    parameter: [
      { name: 'name', valueString: known.title || known.name },
      ...(known.version ? [{ name: 'version', valueString: known.version }] : []),
      { name: 'display', valueString: concept.display ?? concept.code },
      ...propertyOf('definition', { valueString: concept.definition }),
      ...propertyOf('parent', { valueCode: concept.parent }),
    ],
  });
}

type Said = { readonly valueString?: string | undefined } | { readonly valueCode?: string | undefined };

function propertyOf(name: string, said: Said): readonly ParametersParameter[] {
  const [[key, value] = []] = Object.entries(said);
  if (key === undefined || value === undefined) return [];
  return [
    {
      name: 'property',
      part: [
        { name: 'code', valueCode: name },
        { name: 'value', [key]: value },
      ],
    },
  ];
}

/**
 * `$validate-code` of a CodeSystem or, with `valueSet`, of a ValueSet: whether the code is there, and under which display.
 * @see https://hl7.org/fhir/R4/valueset-operation-validate-code.html
 */
export function validateCode({ system, code, display }: CodeAsked, valueSet: string | undefined): Result<Parameters> {
  if (!code || (!system && !valueSet)) return refused(incomplete(valueSet ? 'code' : 'url, code'));
  const set = valueSet === undefined ? undefined : carried().sets.get(withoutVersion(valueSet));
  if (valueSet !== undefined && !set) return refused(notCarried('url', 'value set'));
  const systems = set
    ? set.codes.filter(([one, other]) => other === code && (!system || one === system)).map(([one]) => one)
    : [withoutVersion(system ?? '')];
  if (!set && !carried().systems.has(withoutVersion(system ?? ''))) return refused(notCarried('url', 'code system'));
  const concept = systems
    .map((one) =>
      carried()
        .systems.get(one)
        ?.concepts.find((other) => other.code === code),
    )
    .find((one) => one !== undefined);
  const isIn = set ? systems.length > 0 : concept !== undefined;
  const isOtherDisplay = isIn && display !== undefined && concept?.display !== undefined && concept.display !== display;
  const message = isIn ? (isOtherDisplay ? 'The display is another one.' : undefined) : 'The code is not there.';
  return accepted({
    resourceType: 'Parameters',
    parameter: [
      { name: 'result', valueBoolean: isIn && !isOtherDisplay },
      ...(message ? [{ name: 'message', valueString: message }] : []),
      ...(isIn && concept?.display ? [{ name: 'display', valueString: concept.display }] : []),
    ],
  });
}

/**
 * `ValueSet/$expand`: the codes of a value set that is carried here, those whose code or display holds `filter`.
 * @param at moment of the expansion
 * @see https://hl7.org/fhir/R4/valueset-operation-expand.html
 */
export function expandValueSet(
  {
    url,
    filter = '',
    offset = 0,
    count,
  }: { readonly url?: string; readonly filter?: string; readonly offset?: number; readonly count?: number },
  at: Instant,
): Result<ValueSet> {
  if (!url) return refused(incomplete('url'));
  const set = carried().sets.get(withoutVersion(url));
  if (!set) return refused(notCarried('url', 'value set'));
  const wanted = folded(filter);
  const found = set.codes
    .map(([system, code]) => ({
      system,
      code,
      display: carried()
        .systems.get(system)
        ?.concepts.find((one) => one.code === code)?.display,
    }))
    .filter(({ code, display = '' }) => folded(`${code} ${display}`).includes(wanted));
  const page = found
    .slice(offset, count === undefined ? undefined : offset + count)
    .map(({ system, code, display }) => ({ system, code, ...(display ? { display } : {}) }));
  return accepted({
    resourceType: 'ValueSet',
    status: 'active',
    url: set.url,
    ...(set.name ? { name: set.name } : {}),
    ...(set.title ? { title: set.title } : {}),
    expansion: {
      timestamp: at,
      total: found.length,
      offset,
      // FHIR knows no empty array.
      ...(page.length === 0 ? {} : { contains: page }),
    },
  });
}

/** The value set of that canonical, any version asked for; `undefined` when it is not carried here. */
export function valueSetOf(canonical: string): CarriedValueSet | undefined {
  return carried().sets.get(withoutVersion(canonical));
}

/** The code system of that canonical, any version asked for; `undefined` when it is not carried here. */
export function codeSystemOf(canonical: string): CarriedCodeSystem | undefined {
  return carried().systems.get(withoutVersion(canonical));
}

/** Canonicals of the value sets and code systems that are carried here. */
export function carriedHere(): { readonly codeSystems: readonly string[]; readonly valueSets: readonly string[] } {
  return { codeSystems: [...carried().systems.keys()], valueSets: [...carried().sets.keys()] };
}

function withoutVersion(canonical: string): string {
  return canonical.split('|')[0] ?? '';
}

/** Without case and accents, as a person types. */
function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

function incomplete(names: string): Refusal {
  return {
    category: 'not-understood',
    code: 'parameter-missing',
    expression: names,
    diagnostics: `The operation needs ${names}.`,
    remedy: `Indiquez ${names}.`,
  };
}

function notCarried(expression: string, what: string): Refusal {
  return {
    category: 'not-found',
    code: 'terminology-not-carried',
    expression,
    diagnostics: `This ${what} is not carried by this server.`,
    remedy: 'Relais porte ses propres codes et ceux que FHIR R4 impose ; adressez-vous au serveur multi-terminologies pour les autres.',
  };
}

const CODE_UNKNOWN: Refusal = {
  category: 'not-found',
  code: 'code-unknown',
  expression: 'code',
  diagnostics: 'The code system does not have this code.',
  remedy: 'Vérifiez le code ; ValueSet/$expand donne ceux qui existent.',
};
