import { SaxesParser, type SaxesTagNS } from 'saxes';
import { accepted, type Refusal, type Result, refused } from '../../platform/refusal.ts';
import { addPrimitive, addValue, type Frame, fillGaps, frameOf, isEmpty, pathOf } from './frame.ts';
import { NarrativeReader, XHTML } from './narrative.ts';
import { notFhirXml, tooLarge, type XmlRule } from './refusals.ts';
import { type XmlElement, type XmlType, xmlResourceType, xmlType } from './types.ts';
import { FHIR } from './write.ts';

/** Bodies up to 4 MB (contracts.md 3). */
const SIZE_MAX_BYTES = 4 * 1024 * 1024;
/** The validators refuse JSON nested deeper than 100; saxes with namespaces is quadratic in depth. */
const DEPTH_MAX = 300;

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** Without stream, it keeps nothing from one call to the next. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** R4 datatypes.html#primitive. A sign before an integer has no place in JSON and no meaning. */
const INTEGER = /^[+-]?(?:0|[1-9]\d*)$/;
const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** What XML counts as white space: a no-break space is content. */
const BLANK = /^[ \t\r\n]*$/;

/** Carries a refusal out of the parser's callbacks; never leaves this file. */
class Stop extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

/**
 * The JSON form of a resource in XML (https://hl7.org/fhir/R4/xml.html), to be given to the validators (`parseAs`,
 * `parseBundle`, `parseParameters`): they judge cardinalities, formats and codes.
 *
 * Refused here, at the first fault and with its line and column, is what has no JSON form: bytes that are not well-formed
 * UTF-8 XML 1.0, a DOCTYPE, other namespaces, unknown elements and attributes, elements out of R4's order or repeated where
 * they may not be, text between tags, empty elements, numbers and booleans that are none. Comments and processing
 * instructions are passed over; so is xsi:schemaLocation at the root.
 */
export function fromXml(bytes: Uint8Array): Result<unknown> {
  if (bytes.length > SIZE_MAX_BYTES) return refused(tooLarge(SIZE_MAX_BYTES));
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return refused(notFhirXml('xml-charset', undefined, 'the bytes are not UTF-8'));
  }
  try {
    return accepted(new Reader(text).read());
  } catch (error) {
    if (error instanceof Stop) return refused(error.refusal);
    throw error;
  }
}

class Reader {
  readonly #text: string;
  // XML 1.0 whatever is declared: 1.1 lets in control characters.
  readonly #parser = new SaxesParser({ xmlns: true, defaultXMLVersion: '1.0', forceXMLVersion: true });
  readonly #frames: Frame[] = [];
  #narrative: NarrativeReader | undefined;
  #root: unknown;

  constructor(text: string) {
    this.#text = text;
  }

  read(): unknown {
    const parser = this.#parser;
    // As few handlers as can be: with a seventh, V8 makes a slow dictionary of the parser, which doubles the time.
    parser.on('error', ({ message }) => this.#refuse('xml-not-well-formed', reasonOf(message)));
    parser.on('doctype', () => this.#refuse('xml-doctype', 'a DOCTYPE is not accepted'));
    parser.on('opentag', (tag) => {
      this.#checkDepth();
      if (this.#narrative) this.#openXhtml(this.#narrative, tag);
      else this.#open(tag);
    });
    parser.on('closetag', (tag) => (this.#narrative ? this.#closeXhtml(this.#narrative, tag) : this.#close()));
    parser.on('text', (text) => (this.#narrative ? this.#narrative.text(text) : this.#blank(text)));
    parser.on('cdata', (text) => (this.#narrative ? this.#narrative.cdata(text) : this.#blank(text)));
    parser.write(this.#text).close();
    return this.#root;
  }

  #checkDepth(): void {
    const depth = this.#frames.length + (this.#narrative?.depth ?? 0);
    if (depth >= DEPTH_MAX) this.#refuse('xml-too-deep', `elements nest more than ${DEPTH_MAX} deep`);
    const { encoding = 'UTF-8' } = this.#parser.xmlDecl;
    if (depth === 0 && encoding.toUpperCase() !== 'UTF-8') {
      this.#refuse('xml-charset', 'FHIR is exchanged in UTF-8, the XML declaration says otherwise');
    }
  }

  #open(tag: SaxesTagNS): void {
    const parent = this.#frames.at(-1);
    if (!parent?.type) this.#openResource(tag, parent);
    else this.#openElement(tag, parent, parent.type);
  }

  #openElement(tag: SaxesTagNS, parent: Frame, parentType: XmlType): void {
    const element = parentType.elements.get(tag.local);
    if (element === undefined || element.kind === 'attribute') this.#refuseChild(tag);
    const { kind, type } = element;
    this.#requireNamespace(tag, kind === 'xhtml' ? XHTML : FHIR);
    this.#follow(parent, element);
    if (kind === 'xhtml') {
      // Well-formed XML has no `<` inside a tag.
      this.#narrative = new NarrativeReader(this.#text.lastIndexOf('<', this.#parser.position - 1));
      this.#narrative.open(tag);
      return;
    }
    const frame = frameOf(element, kind === 'resource' ? undefined : xmlType(kind === 'complex' ? type : 'Element'));
    this.#frames.push(frame);
    this.#attributes(frame, tag);
  }

  #openResource(tag: SaxesTagNS, parent: Frame | undefined): void {
    this.#requireNamespace(tag, FHIR);
    const type = xmlResourceType(tag.local);
    if (!type) this.#refuse('resource-type', 'not a FHIR resource of a type that this server knows');
    if (parent && parent.value !== undefined) this.#refuse('xml-resource', 'more than one resource stands here');
    const frame = frameOf(undefined, type, { resourceType: tag.local });
    this.#frames.push(frame);
    this.#attributes(frame, tag);
  }

  #close(): void {
    const frame = this.#frames.pop();
    if (!frame) return;
    const parent = this.#frames.at(-1);
    const { element, json, type, value } = frame;
    fillGaps(frame);
    if (!element) {
      if (parent) {
        parent.json = json;
        parent.value = true;
      } else this.#root = json;
    } else if (!parent) {
      return;
    } else if (!type) {
      if (value === undefined) this.#refuseAt(frame, 'xml-resource', 'a resource is expected here');
      addValue(parent, element, json);
    } else {
      if (value === undefined && isEmpty(json)) this.#refuseAt(frame, 'empty', 'an element without value, children or extensions');
      if (element.kind === 'complex') addValue(parent, element, json);
      else addPrimitive(parent, element, frame);
    }
  }

  /** Elements come in the order of R4, and once unless they may repeat. */
  #follow(parent: Frame, { name, order, many }: XmlElement): void {
    if (order < parent.order) this.#refuse('xml-order', `${name} must come before ${parent.last}`);
    if (name === parent.last && !many) this.#refuse('xml-repeated', `${name} occurs more than once`);
    parent.order = order;
    parent.last = name;
  }

  #attributes(frame: Frame, { attributes }: SaxesTagNS): void {
    const isPrimitive = frame.element !== undefined && frame.type !== undefined && frame.element.kind !== 'complex';
    for (const { local, prefix, uri, value } of Object.values(attributes)) {
      if (prefix === 'xmlns' || (prefix === '' && local === 'xmlns')) continue;
      if (uri === XSI && local === 'schemaLocation' && this.#frames.length === 1) continue;
      const isKnown = prefix === '' && (frame.type?.elements.get(local)?.kind === 'attribute' || (isPrimitive && local === 'value'));
      if (!isKnown) this.#refuse('xml-attribute', 'an attribute that R4 does not define here');
      if (BLANK.test(value)) this.#refuse('empty', `an empty attribute: ${local}`);
      if (local === 'value') this.#value(frame, value);
      else frame.json[local] = value;
    }
  }

  #value(frame: Frame, text: string): void {
    const kind = frame.element?.kind;
    const trimmed = kind === 'string' ? text : text.trim();
    if (kind === 'boolean') {
      if (trimmed !== 'true' && trimmed !== 'false') this.#refuse('format', 'not a valid boolean');
      frame.value = trimmed === 'true';
    } else if (kind === 'integer' || kind === 'decimal') {
      const value = (kind === 'integer' ? INTEGER : DECIMAL).test(trimmed) ? Number(trimmed) : Number.NaN;
      if (!Number.isFinite(value)) this.#refuse('format', `not a valid ${kind}`);
      frame.value = value;
      if (kind === 'decimal') frame.written = trimmed;
    } else frame.value = text;
  }

  #openXhtml(narrative: NarrativeReader, tag: SaxesTagNS): void {
    this.#requireNamespace(tag, XHTML);
    narrative.open(tag);
  }

  #closeXhtml(narrative: NarrativeReader, tag: SaxesTagNS): void {
    if (!narrative.close(tag)) return;
    this.#narrative = undefined;
    const parent = this.#frames.at(-1);
    if (parent) parent.json.div = narrative.xhtml(this.#text, this.#parser.position);
  }

  #blank(text: string): void {
    if (!BLANK.test(text)) this.#refuse('xml-text', 'text between the tags');
  }

  #requireNamespace({ uri }: SaxesTagNS, wanted: string): void {
    if (uri !== wanted) this.#refuse('xml-namespace', `an element of the namespace ${wanted} is expected here`);
  }

  #refuseChild({ local, uri }: SaxesTagNS): never {
    // A name of the client is shown only when it is a plain word: anything else could carry data.
    if (uri !== FHIR || !/^[A-Za-z][A-Za-z0-9]{0,63}$/.test(local)) this.#refuse('unknown-element', 'no element of this name');
    this.#fail('unknown-element', `${pathOf(this.#frames)}.${local}`, `no element of this name: ${local}`);
  }

  #refuseAt(frame: Frame, rule: XmlRule, reason: string): never {
    this.#fail(rule, pathOf([...this.#frames, frame]), reason);
  }

  #refuse(rule: XmlRule, reason: string): never {
    this.#fail(rule, pathOf(this.#frames), reason);
  }

  #fail(rule: XmlRule, expression: string, reason: string): never {
    const { line, column } = this.#parser;
    throw new Stop(notFhirXml(rule, expression, `${reason} (line ${line}, column ${column})`));
  }
}

/** The parser's reason without what it quotes of the document, which could be patient data. */
function reasonOf(message: string): string {
  const reason = message.replace(/^\d+:\d+: /, '').split(/[:"'&]/, 1)[0];
  return `not well-formed XML: ${reason?.trim().replace(/\.$/, '') ?? ''}`;
}
