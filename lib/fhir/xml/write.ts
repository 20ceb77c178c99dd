import type { Resource } from '@medplum/fhirtypes';
import { isObject, type JsonObject } from '../validation/issue.ts';
import { decimalText } from './decimal.ts';
import { escapeXml } from './escape.ts';
import { narrativeXml } from './narrative.ts';
import { type XmlElement, type XmlType, xmlResourceType, xmlType } from './types.ts';

export const FHIR = 'http://hl7.org/fhir';

export type WriteOptions = {
  /** One element a line, for a person (`_pretty`); the narrative stays as it is. */
  readonly pretty?: boolean;
};

/**
 * The XML form of a resource (https://hl7.org/fhir/R4/xml.html), declaration included, to be sent as UTF-8. Elements in the
 * order of R4; ids and extensions of primitives, gaps of repeating ones, decimals as they were written and the narrative
 * are kept.
 *
 * @param resource valid R4 of a type that the table holds: what the validators accept, and what we make
 * @throws for a property that R4 does not define: nothing is left out in silence
 */
export function toXml(resource: Resource, { pretty = false }: WriteOptions = {}): string {
  const writer = new Writer(pretty);
  writer.resource(resource, 0, ` xmlns="${FHIR}"`);
  return `<?xml version="1.0" encoding="UTF-8"?>${writer.text}${pretty ? '\n' : ''}`;
}

/** Appends to one text. Each method takes the depth of the element that it writes. */
class Writer {
  text = '';
  readonly #pretty: boolean;

  constructor(pretty: boolean) {
    this.#pretty = pretty;
  }

  resource(resource: object, depth: number, namespace = ''): void {
    const name: unknown = isObject(resource) ? resource.resourceType : undefined;
    const type = typeof name === 'string' ? xmlResourceType(name) : undefined;
    if (!isObject(resource) || typeof name !== 'string' || !type) {
      throw new TypeError('not a resource of a type that has an XML form here');
    }
    this.#open(`${name}${namespace}`, depth);
    this.#elements(resource, inOrder(resource, type), depth);
    this.#close(name, depth);
  }

  #elements(holder: JsonObject, elements: readonly XmlElement[], depth: number): void {
    for (const element of elements) {
      const value = holder[element.name];
      const beside = holder[`_${element.name}`];
      if (element.many) this.#repeated(element, listOf(value), listOf(beside), depth + 1);
      else this.#one(holder, element, element.name, value, beside, depth + 1);
    }
  }

  #repeated(element: XmlElement, values: readonly unknown[], beside: readonly unknown[], depth: number): void {
    const count = Math.max(values.length, beside.length);
    for (let index = 0; index < count; index++) {
      this.#one(values, element, String(index), values[index], beside[index], depth);
    }
  }

  /** @param holder the object or array that has it under the key: there a decimal may have been noted */
  #one(holder: object, element: XmlElement, key: string, value: unknown, beside: unknown, depth: number): void {
    const { name, kind, type } = element;
    if (kind === 'complex') {
      if (isObject(value)) this.#complex(name, value, known(xmlType(type), type), depth);
    } else if (kind === 'resource') {
      if (!isObject(value)) return;
      this.#open(name, depth);
      this.resource(value, depth + 1);
      this.#close(name, depth);
    } else if (kind === 'xhtml') {
      if (typeof value !== 'string') return;
      this.#indent(depth);
      this.text += narrativeXml(value);
    } else if (typeof value === 'number') this.#primitive(name, decimalText(holder, key, value), beside, depth);
    else if (typeof value === 'string') this.#primitive(name, escapeXml(value), beside, depth);
    else if (typeof value === 'boolean') this.#primitive(name, String(value), beside, depth);
    else if (isObject(beside)) this.#primitive(name, undefined, beside, depth);
  }

  #complex(name: string, value: JsonObject, type: XmlType, depth: number): void {
    const elements = inOrder(value, type);
    this.#indent(depth);
    this.text += `<${name}${attributesOf(value, type)}${elements.length === 0 ? '/>' : '>'}`;
    if (elements.length === 0) return;
    this.#elements(value, elements, depth);
    this.#close(name, depth);
  }

  #primitive(name: string, value: string | undefined, beside: unknown, depth: number): void {
    this.#indent(depth);
    this.text += `<${name}`;
    const companion = isObject(beside) ? beside : undefined;
    if (typeof companion?.id === 'string') this.text += ` id="${escapeXml(companion.id)}"`;
    if (value !== undefined) this.text += ` value="${value}"`;
    const extensions = listOf(companion?.extension).filter(isObject);
    if (extensions.length === 0) {
      this.text += '/>';
      return;
    }
    this.text += '>';
    const type = known(xmlType('Extension'), 'Extension');
    for (const extension of extensions) this.#complex('extension', extension, type, depth + 1);
    this.#close(name, depth);
  }

  #open(tag: string, depth: number): void {
    this.#indent(depth);
    this.text += `<${tag}>`;
  }

  #close(name: string, depth: number): void {
    this.#indent(depth);
    this.text += `</${name}>`;
  }

  #indent(depth: number): void {
    if (this.#pretty) this.text += `\n${'  '.repeat(depth)}`;
  }
}

/** The elements that the object has, in the order of R4; ids and extensions of a primitive stand with it. */
function inOrder(holder: JsonObject, type: XmlType): readonly XmlElement[] {
  const found: XmlElement[] = [];
  let isOrdered = true;
  let last = -1;
  for (const key of Object.keys(holder)) {
    const isBeside = key.startsWith('_');
    const name = isBeside ? key.slice(1) : key;
    if (isBeside && Object.hasOwn(holder, name)) continue;
    const element = type.elements.get(name);
    if (element === undefined) {
      if (name === 'resourceType' && type.isResource) continue;
      throw new TypeError(`R4 has no element ${name} here`);
    }
    if (element.kind === 'attribute') continue;
    isOrdered &&= element.order >= last;
    last = element.order;
    found.push(element);
  }
  return isOrdered ? found : found.sort((one, other) => one.order - other.order);
}

function attributesOf(value: JsonObject, type: XmlType): string {
  let attributes = '';
  for (const name of ['id', 'url']) {
    const text = value[name];
    if (typeof text === 'string' && type.elements.get(name)?.kind === 'attribute') attributes += ` ${name}="${escapeXml(text)}"`;
  }
  return attributes;
}

function known(type: XmlType | undefined, name: string): XmlType {
  if (type === undefined) throw new TypeError(`no type ${name} in the table`);
  return type;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
