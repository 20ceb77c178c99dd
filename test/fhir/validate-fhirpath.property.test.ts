import { evalFhirPathTyped, toTypedValue } from '@medplum/core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Definitions, loadCore } from '../../fhir-profiles/build/definitions.ts';
import { RESOURCE_TYPES } from '../../lib/fhir/resource-types.ts';
import { validateAgainst } from '../../lib/fhir/validate.ts';
import { NATIONAL } from '../support/national.ts';

/**
 * The constraints of R4 as they were compiled, against the FHIRPath evaluator of @medplum/core: on valid resources, and on the same
 * without one of their elements, both say the same of each constraint of the resource itself.
 *
 * Left out, where we differ on purpose or the oracle is not right:
 * - `bdl-3`, `bdl-4`: all() over what is empty is false there (FHIRPath 5.1.3), and counts as unbroken here; it shows in a Bundle
 *   without type only, which is refused as such;
 * - `dom-3`: it evaluates `%resource.descendants()` and `as(canonical)` on values without types (R4 domainresource.html#constraints,
 *   written by hand here);
 * - constraints with `resolve()`, `htmlChecks()` or `conformsTo()`: they need what stands outside of the resource (R4 fhirpath.html).
 */
const NOT_JUDGED: ReadonlySet<string> = new Set(['dom-3', 'bdl-3', 'bdl-4']);
const OUTSIDE = /resolve\(\)|htmlChecks\(\)|conformsTo\(/;

type Json = { readonly [key: string]: unknown };

const SEEDS: readonly Json[] = [
  ...Object.values(NATIONAL).map(({ valid }): Json => valid),
  {
    resourceType: 'Consent',
    status: 'active',
    scope: { text: 'vie privée' },
    category: [{ text: 'partage' }],
    patient: { reference: 'Patient/p' },
    policyRule: { text: 'partage' },
  },
  {
    resourceType: 'Condition',
    subject: { reference: 'Patient/p' },
    clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'resolved' }] },
    verificationStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'confirmed' }] },
    abatementDateTime: '2026-01-01',
  },
  {
    resourceType: 'Organization',
    name: 'CH',
    telecom: [{ system: 'phone', value: '1', use: 'work' }],
    address: [{ use: 'work', city: 'X' }],
  },
  {
    resourceType: 'MeasureReport',
    status: 'complete',
    type: 'summary',
    measure: 'https://relais.example/fhir/Measure/m',
    period: { start: '2026-01' },
    group: [{ stratifier: [{ stratum: [{ value: { text: 'x' } }] }] }],
  },
];

let core: Definitions;
beforeAll(() => {
  core = loadCore();
});

function isFalse(expression: string, json: Json): boolean {
  const value = toTypedValue(json);
  return evalFhirPathTyped(expression, [value], { '%resource': value, '%rootResource': value })[0]?.value === false;
}

/** Keys of the constraints of the resource itself that each finds broken. */
function bothOf(json: Json): { readonly ours: readonly string[]; readonly theirs: readonly string[] } {
  const type = String(json['resourceType']);
  const url = `http://hl7.org/fhir/StructureDefinition/${type}`;
  const [root] = core.structures.get(url)?.snapshot?.element ?? [];
  const judged = (root?.constraint ?? []).filter(
    ({ severity, key, expression = '' }) => severity === 'error' && !NOT_JUDGED.has(key) && !OUTSIDE.test(expression),
  );
  const keys = new Set(judged.map(({ key }) => key));
  const found = validateAgainst(json, url) ?? [];
  return {
    ours: found.flatMap(({ rule, expression }) => (expression === type && keys.has(rule) ? [rule] : [])).sort(),
    theirs: judged.flatMap(({ key, expression = '' }) => (isFalse(expression, json) ? [key] : [])).sort(),
  };
}

const clean = (json: unknown): Json => JSON.parse(JSON.stringify(json));

/** Every place of an object or an array below. */
function places(json: unknown, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, value]) => [[...path, key], ...places(value, [...path, key])]);
}

function without(json: Json, path: readonly (string | number)[]): Json {
  const copy = clean(json);
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined), copy);
  const last = path.at(-1) ?? '';
  if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else if (typeof holder === 'object' && holder !== null) Reflect.deleteProperty(holder, last);
  return copy;
}

describe('constraints as compiled and as FHIRPath', () => {
  it('agree on what is valid', () => {
    for (const seed of SEEDS) expect({ seed, ...bothOf(clean(seed)) }).toEqual({ seed, ours: [], theirs: [] });
  });

  it('agree on the same with an element less', () => {
    const changed = fc.constantFrom(...SEEDS).chain((seed) => {
      const json = clean(seed);
      const all = places(json).filter((path) => path.at(-1) !== 'resourceType');
      return fc.constantFrom(...all).map((path) => without(json, path));
    });
    fc.assert(
      fc.property(changed, (json) => {
        // What is empty is refused as such (ele-1), before any constraint has a meaning.
        fc.pre(!/\{\}|\[\]/.test(JSON.stringify(json)));
        const { ours, theirs } = bothOf(json);
        expect({ json, ours }).toEqual({ json, ours: theirs });
      }),
      { numRuns: 100 },
    );
  });

  it('are of every type that is stored', () => {
    for (const type of Object.keys(RESOURCE_TYPES))
      expect(validateAgainst({ resourceType: type, nom: 'x' }, `http://hl7.org/fhir/StructureDefinition/${type}`)).not.toEqual([]);
  });
});
