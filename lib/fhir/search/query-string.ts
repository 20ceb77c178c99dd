import { accepted, type Result, refused } from '../../platform/refusal.ts';

/** One `name=value` as sent, percent-decoded; FHIR's own escapes are still in it. */
export type QueryPart = { readonly name: string; readonly value: string };

/** Pairs in the order sent, repetitions kept: `a=1&a=2` (AND) is not `a=1,2` (OR). */
export function readQuery(rawQuery: string): Result<readonly QueryPart[]> {
  const parts: QueryPart[] = [];
  for (const pair of rawQuery.replace(/^\?/, '').split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decoded(at < 0 ? pair : pair.slice(0, at));
    const value = decoded(at < 0 ? '' : pair.slice(at + 1));
    if (name === undefined || value === undefined) {
      return refused({
        category: 'not-understood',
        code: 'malformed-query',
        diagnostics: 'the query string holds a percent sign that is not followed by the two hexadecimal digits of UTF-8',
        remedy: 'Encodez la requête en UTF-8 (un caractère « % » s’écrit %25).',
      });
    }
    parts.push({ name, value });
  }
  return accepted(parts);
}

/** The parts as a query string; `:`, `,` and `/`, harmless there, stay readable. */
export function writeQuery(parts: readonly QueryPart[]): string {
  return parts.map(({ name, value }) => `${encoded(name)}=${encoded(value)}`).join('&');
}

/** Splits at separators that no backslash escapes (R4 search.html 3.1.1.4.3); the escapes stay for `unescaped`. */
export function splitEscaped(text: string, separator: ',' | '|' | '$'): readonly string[] {
  const parts = [''];
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (char === separator) {
      parts.push('');
      continue;
    }
    const taken = char === '\\' ? text.slice(index, index + 2) : char;
    parts.push((parts.pop() ?? '') + taken);
    index += taken.length - 1;
  }
  return parts;
}

/** `\,` `\|` `\$` `\\` as the character they stand for; any other backslash is itself. */
export function unescaped(text: string): string {
  return text.replace(/\\([,|$\\])/g, '$1');
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // URIError: the caller refuses the query.
    return undefined;
  }
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/%(3A|2C|2F)/g, (code) => decodeURIComponent(code));
}
