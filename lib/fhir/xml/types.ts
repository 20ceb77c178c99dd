import { OPEN_CHOICE, XML_TYPES } from '../generated/xml-types.js';

/**
 * How an element is written: an attribute, a primitive by its JSON type, XHTML, a resource (whose own element stands
 * inside), or an element with elements.
 */
export type XmlKind = 'attribute' | 'string' | 'boolean' | 'integer' | 'decimal' | 'xhtml' | 'resource' | 'complex';

export type XmlElement = {
  /** The same in XML and in JSON; for a choice with its type: `valueQuantity`. */
  readonly name: string;
  /** Place among the elements of its type; the types of one choice share it. */
  readonly order: number;
  readonly many: boolean;
  readonly kind: XmlKind;
  /** Of a complex element, the type in the table; else empty. */
  readonly type: string;
};

export type XmlType = {
  readonly elements: ReadonlyMap<string, XmlElement>;
  /** A resource has no attributes: its id is an element. */
  readonly isResource: boolean;
};

const LETTERS: ReadonlyMap<string, XmlKind> = new Map([
  ['b', 'boolean'],
  ['i', 'integer'],
  ['d', 'decimal'],
  ['x', 'xhtml'],
  ['r', 'resource'],
]);
const PRIMITIVES: ReadonlyMap<string, XmlKind> = new Map([
  ['boolean', 'boolean'],
  ['integer', 'integer'],
  ['unsignedInt', 'integer'],
  ['positiveInt', 'integer'],
  ['decimal', 'decimal'],
]);

let lines: ReadonlyMap<string, string> | undefined;
const read = new Map<string, XmlType>();

/** A type of R4 by its name (`CarePlan`, `CarePlan.activity`, `Period`), or undefined. Each is read from the table at first use. */
export function xmlType(name: string): XmlType | undefined {
  const known = read.get(name);
  if (known) return known;
  lines ??= new Map(XML_TYPES.split('\n').map((line) => [line.slice(0, line.indexOf('|')), line]));
  const line = lines.get(name);
  if (line === undefined) return undefined;
  const type = typeFrom(line);
  read.set(name, type);
  return type;
}

/** A resource type by its name, or undefined for what is none or is unknown here. */
export function xmlResourceType(name: string): XmlType | undefined {
  const type = xmlType(name);
  return type?.isResource && name !== 'Resource' && name !== 'DomainResource' ? type : undefined;
}

/** @see fhir-profiles/build/xml-types.ts for the form of a line */
function typeFrom(line: string): XmlType {
  const [name = '', base = '', own = ''] = line.split('|');
  const inherited = base === '' ? undefined : xmlType(base);
  const elements = new Map(inherited?.elements);
  let order = elements.size;
  for (const text of own.split(' ').filter(Boolean)) {
    for (const element of elementsFrom(text, name, order)) elements.set(element.name, element);
    order += 1;
  }
  return { elements, isResource: name === 'Resource' || inherited?.isResource === true };
}

function elementsFrom(text: string, parent: string, order: number): readonly XmlElement[] {
  const [, name = '', choice, star, attribute, said] = /^(\w+)(?:\[(.*)\])?(\*)?(@)?(?::(.+))?$/.exec(text) ?? [];
  if (choice !== undefined) {
    const types = choice === '*' ? OPEN_CHOICE : choice;
    return types.split(',').map((type) => {
      const isPrimitive = /^[a-z]/.test(type);
      const kind = isPrimitive ? (PRIMITIVES.get(type) ?? 'string') : 'complex';
      const title = `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
      return { name: `${name}${title}`, order, many: false, kind, type: isPrimitive ? '' : type };
    });
  }
  const many = star !== undefined;
  if (attribute !== undefined) return [{ name, order, many, kind: 'attribute', type: '' }];
  if (said === undefined) return [{ name, order, many, kind: 'string', type: '' }];
  const kind = LETTERS.get(said);
  if (kind !== undefined) return [{ name, order, many, kind, type: '' }];
  return [{ name, order, many, kind: 'complex', type: said === '.' ? `${parent}.${name}` : said }];
}
