import { SaxesParser, type SaxesTagNS } from 'saxes';
import { escapeXml } from './escape.ts';

export const XHTML = 'http://www.w3.org/1999/xhtml';

/** Deeper than any narrative; saxes with namespaces is quadratic in depth. */
const DEPTH_MAX = 300;

/** Carries a no out of the parser's callbacks; never leaves this file. */
class NotWellFormed extends Error {}

/**
 * The div of a narrative as it stands in the XML of a resource: verbatim, but for the namespace when the JSON left it out,
 * and for the one entity of HTML that people write by habit (R4 narrative.html: XML has none). What is still not well-formed
 * would break the document around it: its text is shown instead, tags and all.
 */
export function narrativeXml(div: string): string {
  const trimmed = div.trim();
  if (isXhtmlDiv(trimmed)) return trimmed;
  const helped = trimmed.replace(/^<div(?=[\s>])(?![^>]*\sxmlns\s*=)/, `<div xmlns="${XHTML}"`).replaceAll('&nbsp;', '&#160;');
  return isXhtmlDiv(helped) ? helped : `<div xmlns="${XHTML}">${escapeXml(trimmed)}</div>`;
}

function isXhtmlDiv(xml: string): boolean {
  if (!xml.isWellFormed()) return false;
  let depth = 0;
  const parser = new SaxesParser({ xmlns: true, position: false });
  const refuse = (): never => {
    throw new NotWellFormed();
  };
  parser.on('error', refuse);
  parser.on('xmldecl', refuse);
  parser.on('doctype', refuse);
  parser.on('processinginstruction', refuse);
  parser.on('opentag', ({ local, uri }) => {
    if (depth === 0 && local !== 'div') refuse();
    if (uri !== XHTML || depth >= DEPTH_MAX) refuse();
    depth += 1;
  });
  parser.on('closetag', () => {
    depth -= 1;
  });
  try {
    parser.write(xml).close();
    return true;
  } catch (error) {
    if (error instanceof NotWellFormed) return false;
    throw error;
  }
}

/**
 * Gathers the div of a narrative out of a document. What stands by itself is kept verbatim; what leans on the document
 * around it (a prefix or a default namespace declared further up) or holds a CDATA section is written anew.
 */
export class NarrativeReader {
  /** Where its `<` stands in the document. */
  readonly #start: number;
  #depth = 0;
  #isVerbatim = true;
  #written = '';
  /** A tag was written but for its end: nothing stands in the element yet. */
  #isTagOpen = false;

  constructor(start: number) {
    this.#start = start;
  }

  get depth(): number {
    return this.#depth;
  }

  /** The tag is in the namespace of XHTML. */
  open({ local, prefix, attributes, ns }: SaxesTagNS): void {
    const isRoot = this.#depth === 0;
    if (prefix !== '' || (isRoot && ns[''] !== XHTML)) this.#isVerbatim = false;
    this.#endTag();
    this.#written += isRoot ? `<${local} xmlns="${XHTML}"` : `<${local}`;
    for (const attribute of Object.values(attributes)) {
      if (attribute.prefix === 'xmlns' || attribute.name === 'xmlns') continue;
      if (attribute.prefix === '' || attribute.prefix === 'xml') this.#written += ` ${attribute.name}="${escapeXml(attribute.value)}"`;
      else this.#isVerbatim = false;
    }
    this.#isTagOpen = true;
    this.#depth += 1;
  }

  text(text: string): void {
    this.#endTag();
    this.#written += escapeXml(text).replaceAll('&#xA;', '\n').replaceAll('&#x9;', '\t').replaceAll('&quot;', '"');
  }

  cdata(text: string): void {
    this.#isVerbatim = false;
    this.text(text);
  }

  /** @returns whether the div is closed */
  close({ local }: SaxesTagNS): boolean {
    this.#written += this.#isTagOpen ? '/>' : `</${local}>`;
    this.#isTagOpen = false;
    this.#depth -= 1;
    return this.#depth === 0;
  }

  #endTag(): void {
    if (this.#isTagOpen) this.#written += '>';
    this.#isTagOpen = false;
  }

  /** @param end where the document goes on after the div; line ends become `\n`, as XML 1.0 2.11 reads them */
  xhtml(document: string, end: number): string {
    return this.#isVerbatim ? document.slice(this.#start, end).replace(/\r\n?/g, '\n') : this.#written;
  }
}
