import { SaxesParser } from 'saxes';
import { accepted, type Refusal, type Result, refused } from '../../platform/refusal.ts';
import { unprocessable } from './cda-refusal.ts';

/** Namespace of CDA R2. */
const HL7_V3 = 'urn:hl7-org:v3';

/** Real letters nest about 30 deep; saxes with namespaces is quadratic in depth (engine.md 10). */
const DEPTH_MAX = 300;
/** The largest real document has some 10 000 elements; each costs about 300 bytes of memory. */
const ELEMENT_COUNT_MAX = 200_000;
/** What MLLP may carry (contracts.md 5). */
const SIZE_MAX_BYTES = 20 * 1024 * 1024;

export type XmlElement = {
  /** Local name. */
  readonly name: string;
  readonly namespace: string;
  /** Unqualified attributes by local name, qualified ones by `{namespace}name`. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Elements and texts in their order. */
  readonly content: readonly (XmlElement | string)[];
};

type OpenElement = { name: string; namespace: string; attributes: Map<string, string>; content: (XmlElement | string)[] };

/** Carries a refusal out of the parser's callbacks; never leaves this file. */
class Stop extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

/**
 * Parses the bytes of a CDA document to a tree whose root is `ClinicalDocument` of CDA R2.
 * The charset is the one of the byte order mark, else of the XML declaration, else UTF-8. A DOCTYPE is refused, so no
 * entity is ever expanded or fetched; depth, number of elements and size are bounded.
 */
export function parseCda(bytes: Uint8Array): Result<XmlElement> {
  if (bytes.length > SIZE_MAX_BYTES) {
    const refusal = unprocessable(
      'cda-too-large',
      '/',
      `More than ${SIZE_MAX_BYTES} bytes.`,
      'Réduisez la taille du document (images, pièces jointes) et renvoyez-le.',
    );
    return refused({ ...refusal, category: 'too-large' });
  }
  const decoded = decode(bytes);
  if (!decoded.ok) return decoded;
  try {
    return asClinicalDocument(treeOf(decoded.value));
  } catch (error) {
    if (error instanceof Stop) return refused(error.refusal);
    throw error;
  }
}

function asClinicalDocument(root: XmlElement): Result<XmlElement> {
  if (root.name === 'ClinicalDocument' && root.namespace === HL7_V3) return accepted(root);
  return refused(
    unprocessable(
      'cda-not-a-clinical-document',
      '/*',
      `The root is not ClinicalDocument in ${HL7_V3}.`,
      'Envoyez un document CDA R2 (ClinicalDocument).',
    ),
  );
}

function decode(bytes: Uint8Array): Result<string> {
  const label = charsetOf(bytes);
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(label, { fatal: true });
  } catch {
    return refused(
      unprocessable(
        'cda-unknown-charset',
        '/',
        'The charset of the XML declaration is not known.',
        'Encodez le document en UTF-8 et déclarez-le.',
      ),
    );
  }
  try {
    return accepted(decoder.decode(bytes));
  } catch {
    return refused(
      unprocessable(
        'cda-wrong-charset',
        '/',
        `The bytes are not valid ${decoder.encoding}.`,
        'Déclarez dans le prologue XML le jeu de caractères réellement utilisé.',
      ),
    );
  }
}

/** XML 1.0 appendix F: byte order mark, else the shape of the first character, else the declaration. */
function charsetOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0x00)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0x00 && second === 0x3c)) return 'utf-16be';
  if (first === 0xef && second === 0xbb) return 'utf-8';
  const head = String.fromCharCode(...bytes.subarray(0, 200));
  return /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']+)["']/.exec(head)?.[1] ?? 'utf-8';
}

function treeOf(xml: string): XmlElement {
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let countedElements = 0;
  const parser = new SaxesParser({ xmlns: true });
  const place = (): string => `line ${parser.line}, column ${parser.column}`;
  parser.on('error', ({ message }) => {
    throw new Stop(notXml(place(), message));
  });
  parser.on('doctype', () => {
    throw new Stop(unprocessable('cda-doctype', '/', 'A DOCTYPE is not accepted.', 'Retirez la déclaration DOCTYPE du document.'));
  });
  parser.on('opentagstart', () => {
    countedElements += 1;
    if (open.length >= DEPTH_MAX) {
      throw new Stop(
        unprocessable(
          'cda-too-deep',
          '/',
          `Elements nest more than ${DEPTH_MAX} deep at ${place()}.`,
          'Vérifiez la structure du document.',
        ),
      );
    }
    if (countedElements > ELEMENT_COUNT_MAX) {
      throw new Stop(
        unprocessable(
          'cda-too-many-elements',
          '/',
          `More than ${ELEMENT_COUNT_MAX} elements.`,
          'Réduisez le contenu structuré du document.',
        ),
      );
    }
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    const named = Object.values(attributes).map((attribute): [string, string] => [
      attribute.uri === '' ? attribute.local : `{${attribute.uri}}${attribute.local}`,
      attribute.value,
    ]);
    const element: OpenElement = { name: local, namespace: uri, attributes: new Map(named), content: [] };
    open.at(-1)?.content.push(element);
    open.push(element);
  });
  parser.on('text', (text) => open.at(-1)?.content.push(text));
  parser.on('cdata', (text) => open.at(-1)?.content.push(text));
  parser.on('closetag', () => {
    const closed = open.pop();
    if (open.length === 0) root = closed;
  });
  parser.write(xml).close();
  if (root === undefined) throw new Stop(notXml(place(), 'document must contain a root element'));
  return root;
}

/** The parser's reason without what it quotes of the document, which could be patient data. */
function notXml(place: string, message: string): Refusal {
  const reason =
    message
      .replace(/^\d+:\d+: /, '')
      .split(/[:"'&]/, 1)[0]
      ?.trim() ?? '';
  return unprocessable('cda-not-xml', '/', `Not well-formed XML at ${place}: ${reason}.`, 'Envoyez un document XML bien formé.');
}

/** Children of that name in the CDA namespace. */
export function children(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return (element?.content ?? []).filter(
    (part): part is XmlElement => typeof part !== 'string' && part.name === name && part.namespace === HL7_V3,
  );
}

/** The first element reached by following first children of these names. */
export function child(element: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  return names.reduce<XmlElement | undefined>((reached, name) => children(reached, name)[0], element);
}

/** Value of an unqualified attribute, trimmed; blank is absent. */
export function attr(element: XmlElement | undefined, name: string): string | undefined {
  return element?.attributes.get(name)?.trim() || undefined;
}

/** All text inside, white space collapsed; blank is absent. */
export function text(element: XmlElement | undefined): string | undefined {
  if (element === undefined) return undefined;
  return rawText(element).replace(/\s+/g, ' ').trim() || undefined;
}

/** A comment or CDATA cuts a text in two without a space; elements (table cells) are words of their own. */
function rawText(element: XmlElement): string {
  return element.content.map((part) => (typeof part === 'string' ? part : ` ${rawText(part)} `)).join('');
}
