import type { SearchValue } from './parameter.ts';
import { folded, isFields } from './values.ts';

/** What `_text` looks at: the words of the narrative, its markup apart (R4 search.html 3.1.1.4.1). */
export function narrativeOf(resource: unknown): readonly SearchValue[] {
  const text = isFields(resource) && isFields(resource.text) ? resource.text.div : undefined;
  return typeof text === 'string' ? [{ datatype: 'xhtml', value: wordsOfMarkup(text) }] : [];
}

/** What `_content` looks at: every text of the resource, its narrative too; not its attachments, which are bytes. */
export function contentOf(resource: unknown): readonly SearchValue[] {
  return [{ datatype: 'string', value: textsIn(resource).join(' ') }];
}

/** All the words stand there, each at the beginning of a word; case and accents do not count. */
export function hasWords({ value }: SearchValue, words: readonly string[]): boolean {
  if (typeof value !== 'string' || words.length === 0) return false;
  const text = ` ${folded(value)}`;
  return words.every((word) => text.includes(` ${word}`));
}

/** What is asked for, word by word. */
export function wordsOf(text: string): readonly string[] {
  return folded(text).split(' ').filter(Boolean);
}

function textsIn(value: unknown, name = ''): readonly string[] {
  if (typeof value === 'string') return [name === 'div' ? wordsOfMarkup(value) : value];
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, name));
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => (key === 'data' ? [] : textsIn(child, key)));
}

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&nbsp;': ' ', '&amp;': '&' };

function wordsOfMarkup(markup: string): string {
  return markup
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d{1,7});/g, (whole, digits: string) => characterOf(Number(digits), whole))
    .replace(/&#x([0-9a-f]{1,6});/gi, (whole, digits: string) => characterOf(Number.parseInt(digits, 16), whole))
    .replace(/&[a-z]+;/g, (entity) => ENTITIES[entity] ?? ' ');
}

function characterOf(codePoint: number, otherwise: string): string {
  return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : otherwise;
}
