/** Elements of XHTML that a narrative may hold: basic formatting, lists, tables, images, links (R4 narrative.html, txt-1). */
const ALLOWED: ReadonlySet<string | undefined> = new Set(
  (
    'a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img li ' +
    'ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var'
  ).split(' '),
);

/** One tag without its `<`: whether it ends, name, attributes in quotes, whether it ends itself. Anything else is no XHTML. */
const TAG = /^(\/?)([a-z][a-z0-9]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
/** An address that starts no program; one that hides its scheme in entities is not passive. */
const PASSIVE = /^\s*(?:https?:|urn:|mailto:|tel:|data:image\/|[^:&]*$)/i;

/**
 * Why a narrative may not be shown, or undefined (R4 txt-1, txt-2: one div, well nested, passive content, not blank).
 * Reads the text once.
 */
export function narrativeFault(xhtml: string): string | undefined {
  const text = withoutComments(xhtml).trim();
  if (!/^<div[\s>]/.test(text) || !text.endsWith('</div>')) return 'the narrative is not one <div> element';
  let hasContent = false;
  const open: string[] = [];
  const pieces = text.split('<').slice(1);
  for (const [index, piece] of pieces.entries()) {
    const [tag, ending, name = '', attributes = '', itself] = TAG.exec(piece) ?? [];
    if (!ALLOWED.has(name)) return 'the narrative holds an element that R4 does not allow';
    if (!isPassive(attributes)) return 'the narrative holds active content';
    if (ending === '/') {
      if (open.pop() !== name) return 'a tag of the narrative is not closed where it should be';
    } else if (itself !== '/') open.push(name);
    if (open.length === 0 && index < pieces.length - 1) return 'the narrative is not one <div> element';
    hasContent ||= name === 'img' || /\S/.test(piece.slice(tag?.length));
  }
  if (open.length > 0) return 'a tag of the narrative is not closed where it should be';
  return hasContent ? undefined : 'the narrative is blank';
}

function isPassive(attributes: string): boolean {
  return [...attributes.matchAll(ATTRIBUTE)].every(([, name = '', double, single]) => {
    if (/^on/i.test(name)) return false;
    return !/^(?:href|src)$/i.test(name) || PASSIVE.test(double ?? single ?? '');
  });
}

/** Comments are passive whatever they hold. An unclosed one stays, and is refused as an element. */
function withoutComments(xhtml: string): string {
  const [first = '', ...others] = xhtml.split('<!--');
  return others.reduce((text, part) => {
    const end = part.indexOf('-->');
    return text + (end === -1 ? `<!--${part}` : part.slice(end + 3));
  }, first);
}
