import type { ElementDefinition } from '@medplum/fhirtypes';
import { loadCore } from '../../../fhir-profiles/build/definitions.ts';

type Fields = { readonly [name: string]: unknown };

/** A value at the end of a path, its datatype, and the resource (or element) around it. */
export type Placed = { readonly datatype: string; readonly value: unknown; readonly around: Fields };

type Place = { readonly structure: string; readonly path: string };

/** One value of each datatype that a search can look at. */
const VALUES: Readonly<Record<string, unknown>> = {
  boolean: true,
  code: 'abc',
  id: 'abc',
  string: 'abc',
  markdown: 'abc',
  uri: 'urn:x:abc',
  url: 'urn:x:abc',
  canonical: 'urn:x:abc',
  date: '2026-05-01',
  dateTime: '2026-05-01',
  instant: '2026-05-01T10:00:00Z',
  Period: { start: '2026-05-01', end: '2026-05-01' },
  Timing: { event: ['2026-05-01'] },
  Coding: { system: 'urn:s', code: 'abc' },
  CodeableConcept: { coding: [{ system: 'urn:s', code: 'abc' }], text: 'abc' },
  Identifier: { system: 'urn:s', value: 'abc' },
  ContactPoint: { value: 'abc' },
  HumanName: { family: 'abc' },
  Address: { city: 'abc' },
  Quantity: { value: 5 },
  Age: { value: 5 },
  Duration: { value: 5 },
  Range: { low: { value: 5 }, high: { value: 5 } },
};

/**
 * Resources that have a value where a path of R4 looks, one for each datatype that may stand there: read from the
 * snapshots, without the compiler of the search parameters.
 *
 * @param type of the resource, or of the element that the path is relative to
 * @param path `Task.restriction.period.end`; unions are split by the caller
 * @param target type that a reference points at
 */
export function placed(type: string, path: string, target: string, place: Place = { structure: type, path: type }): readonly Placed[] {
  return along(place, stepsOf(path), target);
}

function stepsOf(path: string): readonly string[] {
  const bare = path
    .trim()
    .replace(/^\((.*)\)$/, '$1')
    .replace(/^(\S+) as (\w+)$/, '$1.ofType($2)')
    .replace(/^(\S+)\.exists\(\) and .*$/, '$1');
  // Dots in a URL, and in brackets, part nothing.
  return (bare.match(/(?:[^.(]|\([^()]*(?:\([^()]*\)[^()]*)*\))+/g) ?? []).filter((step) => !/^[A-Z]/.test(step));
}

/** Where `Condition.onset.as(Age)` stands in the snapshots, for what is relative to it. */
export function placeOf(type: string, path: string): Place {
  return stepsOf(path).reduce<Place>(
    (place, step) => {
      const element = elementAt(place, step) ?? elementAt(place, `${step}[x]`);
      return element ? below(place, element, element.type?.[0]?.code ?? '') : place;
    },
    { structure: type, path: type },
  );
}

function along(place: Place, [step, ...rest]: readonly string[], target: string): readonly Placed[] {
  if (step === undefined) return [];
  const plain = elementAt(place, step);
  const element = plain ?? elementAt(place, `${step}[x]`);
  if (!element) throw new Error(`${place.path} has no ${step}`);
  const [condition, ...others] = rest;
  const only = /^(?:ofType|as)\((\w+)\)$/.exec(condition ?? '')?.[1];
  const pointsAt = /^where\(resolve\(\) is (\w+)\)$/.exec(condition ?? '')?.[1];
  const [, field, wanted] = /^where\((\w+)\s*=\s*'([^']*)'\)$/.exec(condition ?? '') ?? [];
  const after = (only ?? pointsAt ?? field) ? others : rest;
  return typesOf(element)
    .filter((datatype) => only === undefined || datatype === only)
    .flatMap((datatype) => {
      const name = plain ? step : `${step}${datatype.charAt(0).toUpperCase()}${datatype.slice(1)}`;
      const wrap = (value: unknown): unknown => (element.max === '1' ? value : [value]);
      const withField = (value: unknown): unknown => (field && typeof value === 'object' ? { ...value, [field]: wanted } : value);
      if (after.length > 0) {
        return along(below(place, element, datatype), after, target).map((inner) => ({
          ...inner,
          around: { [name]: wrap(withField(inner.around)) },
        }));
      }
      const value = withField(datatype === 'Reference' ? { reference: `${pointsAt ?? target}/abc` } : VALUES[datatype]);
      return value === undefined ? [] : [{ datatype, value, around: { [name]: wrap(value) } }];
    });
}

function typesOf(element: ElementDefinition): readonly string[] {
  if (element.contentReference) return ['BackboneElement'];
  return (element.type ?? []).map(({ code }) => (code.startsWith('http') ? 'string' : code));
}

function below({ structure }: Place, element: ElementDefinition, datatype: string): Place {
  if (element.contentReference) return { structure, path: element.contentReference.slice(1) };
  return datatype === 'BackboneElement' || datatype === 'Element'
    ? { structure, path: element.path }
    : { structure: datatype, path: datatype };
}

function elementAt({ structure, path }: Place, name: string): ElementDefinition | undefined {
  const definition = loadCore().structures.get(`http://hl7.org/fhir/StructureDefinition/${structure}`);
  return definition?.snapshot?.element.find((element) => element.path === `${path}.${name}`);
}
