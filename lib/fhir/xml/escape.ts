/** Markup, control characters and what is no character: what may not stand in an attribute as it is. */
const SPECIAL = /[&<>"\p{Cc}\p{Cs}\ufffe\uffff]/u;
const EACH = new RegExp(SPECIAL, 'gu');

/** White space as a reference, else a parser would read a space. */
const WRITTEN: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\t', '&#x9;'],
  ['\n', '&#xA;'],
  ['\r', '&#xD;'],
]);

/** The controls that XML 1.0 can carry, beside tab and line ends. */
const C1_CONTROL = /[\u007f-\u009f]/;

/**
 * A text for an attribute in double quotes or for an element. Characters that XML 1.0 cannot carry (other controls, which R4
 * forbids in strings anyway, and lone surrogates) become U+FFFD.
 */
export function escapeXml(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replace(EACH, (character) => WRITTEN.get(character) ?? (C1_CONTROL.test(character) ? character : '\ufffd'));
}
