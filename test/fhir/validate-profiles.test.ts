import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RESOURCE_TYPES } from '../../lib/fhir/resource-types.ts';
import { parseResource, validate } from '../../lib/fhir/validate.ts';
import { isObject, type JsonObject } from '../../lib/fhir/validation/issue.ts';
import {
  ANSWER_LEVELS,
  BASE,
  CATEGORIES,
  CIRCLE_ROLES,
  EXTENSION,
  GOAL_CATEGORIES,
  SYSTEM,
  TASK_CODES,
} from '../../lib/fhir/vocabulary.ts';

/** What SUSHI made of our FSH at the last build. */
const FOLDER = new URL('../../fhir-profiles/fsh-generated/resources/', import.meta.url);
const made: readonly JsonObject[] = readdirSync(FOLDER)
  .map((file): unknown => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')))
  .filter(isObject);
const DEFINITIONS: readonly unknown[] = ['StructureDefinition', 'CodeSystem', 'ValueSet'];
const examples = made.filter(({ resourceType }) => !DEFINITIONS.includes(resourceType));
const named = (type: string) => made.filter(({ resourceType }) => resourceType === type).map(({ url }) => url);
const texts = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

describe('profiles in FSH', () => {
  it.each(Object.keys(RESOURCE_TYPES))('%s has one of ours, and an example that it accepts', (type) => {
    expect(named('StructureDefinition')).toContain(`${BASE}/StructureDefinition/relais-${type.toLowerCase()}`);
    const own = examples.filter(({ resourceType }) => resourceType === type);
    expect(own.length).toBeGreaterThan(0);
    expect(own.flatMap((example) => validate(example).map(({ rule, expression }) => `${rule} at ${expression}`))).toEqual([]);
  });

  it('an example is refused as soon as it holds an element that R4 does not know', () => {
    for (const example of examples) {
      const parsed = parseResource({ ...example, nom: 'X' });
      expect(parsed.ok ? [] : parsed.refusals.map(({ category, code }) => [category, code])).toEqual([
        ['not-understood', 'unknown-element'],
      ]);
    }
  });
});

describe('the vocabulary of the code is the one of the profiles', () => {
  it.each(Object.values(EXTENSION))('the extension %s is defined', (url) => expect(named('StructureDefinition')).toContain(url));

  it.each(Object.values(SYSTEM).filter((url) => url.includes('/CodeSystem/')))('the code system %s is defined', (url) =>
    expect(named('CodeSystem')).toContain(url),
  );

  it.each<[string, readonly string[]]>([
    [SYSTEM.tache, TASK_CODES],
    [SYSTEM.categorie, CATEGORIES],
    [SYSTEM.categorieObjectif, GOAL_CATEGORIES],
    [SYSTEM.roleCercle, CIRCLE_ROLES],
    [SYSTEM.niveauReponse, ANSWER_LEVELS],
  ])('%s has the same codes', (url, codes) => {
    const [system] = made.filter((one) => one['url'] === url);
    expect(texts(system?.['concept']).map((concept) => (isObject(concept) ? concept['code'] : undefined))).toEqual([...codes]);
  });
});
