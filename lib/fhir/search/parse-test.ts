import { accepted, type Result, refused } from '../../platform/refusal.ts';
import { codesAround, codesIn } from './code-set.ts';
import { rangeOfQuery } from './date-range.ts';
import { wordsOf } from './full-text.ts';
import { numberOf } from './number-range.ts';
import type { SearchParameter, SearchParameterType } from './parameter.ts';
import { splitEscaped, unescaped } from './query-string.ts';
import { badValue } from './refusals.ts';
import type { CodeInSystem, Prefix, Test, TokenWanted } from './search.ts';

/** Modifiers by parameter type, `missing` (every type) and types of a reference apart. */
export const MODIFIERS: Readonly<Record<SearchParameterType, readonly string[]>> = {
  string: ['exact', 'contains'],
  token: ['not', 'text', 'in', 'not-in', 'above', 'below', 'of-type'],
  reference: ['identifier'],
  uri: ['below', 'above'],
  date: [],
  number: [],
  quantity: [],
  composite: [],
};

export type Asked = {
  /** Name and modifier as sent, for refusals. */
  readonly label: string;
  readonly modifier?: string;
  /** Own base, without trailing slash. */
  readonly baseUrl: string;
};

type Kind = Pick<SearchParameter, 'type' | 'targets' | 'components' | 'fullText'>;

/**
 * One comma-separated alternative (escapes still in it) as a test, by the type of its parameter
 * (R4 search.html 3.1.1.4.7 to 3.1.1.4.14).
 */
export function parseTest(parameter: Kind, asked: Asked, text: string): Result<Test> {
  const { label, modifier } = asked;
  switch (parameter.type) {
    case 'string':
      if (parameter.fullText) return accepted({ kind: 'words', words: wordsOf(unescaped(text)) });
      return accepted({
        kind: 'string',
        how: modifier === 'exact' || modifier === 'contains' ? modifier : 'starts',
        value: unescaped(text),
      });
    case 'token':
      return parseTokenTest(asked, text);
    case 'reference':
      if (modifier === 'identifier') return accepted({ kind: 'reference-identifier', wanted: parseToken(text) });
      return parseReference(parameter, asked, unescaped(text));
    case 'uri':
      return accepted({ kind: 'uri', how: modifier === 'below' || modifier === 'above' ? modifier : 'exact', value: unescaped(text) });
    case 'date': {
      const { prefix, rest } = splitPrefix(text);
      const range = rangeOfQuery(rest);
      if (range) return accepted({ kind: 'date', prefix, range });
      return refused(
        badValue(
          label,
          'not a date of FHIR with an optional prefix',
          'une date AAAA, AAAA-MM, AAAA-MM-JJ ou AAAA-MM-JJThh:mm+02:00, par exemple ge2026-05-01',
        ),
      );
    }
    case 'number':
    case 'quantity':
      return parseQuantity(parameter.type, label, text);
    case 'composite':
      return parseComposite(parameter, asked, text);
  }
}

function parseTokenTest({ label, modifier }: Asked, text: string): Result<Test> {
  if (modifier === 'text') return accepted({ kind: 'token-text', value: unescaped(text) });
  if (modifier === 'in' || modifier === 'not-in') return among(codesIn(label, unescaped(text)));
  if (modifier === 'above' || modifier === 'below') return among(codesAround(label, parseToken(text), modifier));
  if (modifier === 'of-type') return parseTypedIdentifier(label, text);
  return accepted({ kind: 'token', wanted: parseToken(text) });
}

function among(codes: Result<readonly CodeInSystem[]>): Result<Test> {
  return codes.ok ? accepted({ kind: 'token-among', codes: codes.value }) : codes;
}

function parseTypedIdentifier(label: string, text: string): Result<Test> {
  const [system, code, value, ...more] = splitEscaped(text, '|').map(unescaped);
  if (!system || !code || !value || more.length > 0) {
    return refused(
      badValue(label, 'not system|code|value', 'system|code|valeur, par exemple http://terminology.hl7.org/CodeSystem/v2-0203|PI|12345'),
    );
  }
  return accepted({ kind: 'of-type', system, code, value });
}

/** `code`, `system|code`, `|code` (no system), `system|` (any code). */
function parseToken(text: string): TokenWanted {
  const [first = '', ...others] = splitEscaped(text, '|').map(unescaped);
  if (others.length === 0) return { code: first };
  const code = others.join('|');
  return { system: first, ...(code === '' ? {} : { code }) };
}

function parseReference({ targets = [] }: Kind, { label, modifier, baseUrl }: Asked, text: string): Result<Test> {
  const local = text.startsWith(`${baseUrl}/`) ? text.slice(baseUrl.length + 1) : text;
  if (/^[a-z][a-z0-9+.-]*:/i.test(local)) return accepted({ kind: 'reference', wanted: { url: local } });
  const [, type, id] = /^(?:([A-Z][A-Za-z]+)\/)?([A-Za-z0-9.-]{1,64})$/.exec(local) ?? [];
  const isOfModifier = modifier === undefined || type === undefined || type === modifier;
  if (id === undefined || !isOfModifier) {
    return refused(
      badValue(
        label,
        'not an id, a Type/id of that type, or an absolute URL',
        'un identifiant de ressource ou Type/identifiant, par exemple Patient/abc',
      ),
    );
  }
  const wantedType = type ?? modifier ?? (targets.length === 1 ? targets[0] : undefined);
  return accepted({ kind: 'reference', wanted: { base: baseUrl, id, ...(wantedType === undefined ? {} : { type: wantedType }) } });
}

function parseQuantity(type: 'number' | 'quantity', label: string, text: string): Result<Test> {
  const [amount = '', ...units] = splitEscaped(text, '|').map(unescaped);
  const { prefix, rest } = splitPrefix(amount);
  const number = numberOf(rest);
  const isWellFormed = units.length === 0 || (type === 'quantity' && units.length === 2);
  if (!number || !isWellFormed) {
    return refused(
      badValue(
        label,
        'not a number with optional prefix and, for a quantity, |system|code',
        'un nombre, par exemple gt5.4 ou gt5.4|http://unitsofmeasure.org|mg',
      ),
    );
  }
  const wanted = { prefix, ...number };
  const [system, unit] = units;
  if (type === 'number') return accepted({ kind: 'number', wanted });
  return accepted({ kind: 'quantity', wanted, ...(unit ? { unit } : {}), ...(system && unit ? { system } : {}) });
}

function parseComposite({ components = [] }: Kind, asked: Asked, text: string): Result<Test> {
  const texts = splitEscaped(text, '$');
  if (texts.length !== components.length) {
    const shape = components.map(({ name }) => name).join('$');
    return refused(
      badValue(asked.label, `not ${components.length} values joined by $`, `${components.length} valeurs jointes par « $ » : ${shape}`),
    );
  }
  const parts: Test[] = [];
  for (const [index, component] of components.entries()) {
    const part = parseTest({ type: component.type }, asked, texts[index] ?? '');
    if (!part.ok) return part;
    parts.push(part.value);
  }
  return accepted({ kind: 'composite', parts });
}

function splitPrefix(text: string): { readonly prefix: Prefix; readonly rest: string } {
  const found = PREFIXES.find((prefix) => text.startsWith(prefix));
  return found ? { prefix: found, rest: text.slice(2) } : { prefix: 'eq', rest: text };
}

const PREFIXES: readonly Prefix[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'];
