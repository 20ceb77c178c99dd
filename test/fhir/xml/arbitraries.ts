import type { Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { isObject } from '../../../lib/fhir/validation/issue.ts';
import { type XmlElement, xmlType } from '../../../lib/fhir/xml/types.ts';

type Json = Record<string, unknown>;

function isResourceJson(json: unknown): json is Resource {
  return isObject(json) && typeof json.resourceType === 'string';
}

export function resourceFrom(json: unknown): Resource {
  if (!isResourceJson(json)) throw new TypeError('not a resource');
  return json;
}

export const utf8 = (xml: string): Uint8Array => new TextEncoder().encode(xml);

/** Whatever a FHIR string may hold (datatypes.html#string), markup, line ends, no-break spaces and emojis first. */
const textArbitrary: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(...Array.from('a<>&"\'\t\n\r \u00a0é€😀\u0085\u2028;#x]')), minLength: 1, maxLength: 12 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  )
  .map((text) => text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ''))
  .filter((text) => text.trim() !== '');

const narrativeArbitrary = fc.constantFrom(
  '<div xmlns="http://www.w3.org/1999/xhtml">Séjour &amp; sortie</div>',
  '<div xmlns="http://www.w3.org/1999/xhtml" id="t" lang=\'fr\'><!-- vu -->\n<p class="a">x &#160;&lt;b&gt;</p><br/>\t<b></b></div>',
);

const primitiveArbitrary: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: textArbitrary,
  boolean: fc.boolean(),
  integer: fc.integer(),
  decimal: fc.oneof(
    fc.integer().map((value) => value / 100),
    fc.constantFrom(0, 1e21, 1e-7, 0.1),
  ),
};

/** A resource of the type with elements of every kind, in any order of its keys; its values have no meaning. */
export function resourceArbitrary(name: string, depth = 0): fc.Arbitrary<Json> {
  return objectArbitrary(name, depth).map((json) => ({ ...json, resourceType: name }));
}

function objectArbitrary(name: string, depth: number): fc.Arbitrary<Json> {
  const elements = [...(xmlType(name)?.elements.values() ?? [])].filter(
    ({ kind }) => depth < 4 || kind === 'string' || kind === 'attribute',
  );
  return fc.shuffledSubarray(elements, { minLength: 1, maxLength: Math.min(elements.length, depth === 0 ? 8 : 3) }).chain((chosen) => {
    const single = chosen.filter((element, index) => chosen.findIndex(({ order }) => order === element.order) === index);
    return fc.tuple(...single.map((element) => elementArbitrary(element, depth + 1))).map((parts): Json => Object.assign({}, ...parts));
  });
}

function elementArbitrary({ name, kind, type, many }: XmlElement, depth: number): fc.Arbitrary<Json> {
  if (kind === 'attribute') return textArbitrary.map((text) => ({ [name]: text }));
  if (kind === 'xhtml') return narrativeArbitrary.map((div) => ({ [name]: div }));
  if (kind === 'complex') return counted(name, many, objectArbitrary(type, depth));
  if (kind === 'resource') return counted(name, many, resourceArbitrary('Basic', depth));
  const value = primitiveArbitrary[kind] ?? textArbitrary;
  const beside = objectArbitrary('Element', depth);
  // Its elements are taken at the next depth; below, a value alone.
  const pair =
    depth > 4
      ? fc.tuple(value, fc.constant(null))
      : fc.oneof(fc.tuple(value, fc.constant(null)), fc.tuple(fc.constant(null), beside), fc.tuple(value, beside));
  return fc.array(pair, { minLength: 1, maxLength: many ? 3 : 1 }).map((pairs) => primitiveJson(name, many, pairs));
}

function counted(name: string, many: boolean, one: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  if (!many) return one.map((json) => ({ [name]: json }));
  return fc.array(one, { minLength: 1, maxLength: 2 }).map((list) => ({ [name]: list }));
}

/** R4 json.html#primitive: a value, what goes beside it, null where one is missing in a list. */
function primitiveJson(name: string, many: boolean, pairs: readonly (readonly [unknown, unknown])[]): Json {
  const values = pairs.map(([value]) => value);
  const beside = pairs.map(([, companion]) => companion);
  return {
    ...(values.every((value) => value === null) ? {} : { [name]: many ? values : values[0] }),
    ...(beside.every((companion) => companion === null) ? {} : { [`_${name}`]: many ? beside : beside[0] }),
  };
}
