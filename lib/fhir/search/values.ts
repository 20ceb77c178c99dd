import { rangeOf } from './date-range.ts';
import type { NumberRange } from './number-range.ts';
import type { SearchValue } from './parameter.ts';
import type { Interval } from './search.ts';

/** `system` absent = the value names none; `isExact` = case counts (ids, codes, identifiers). */
export type Token = { readonly system?: string; readonly code: string; readonly isExact: boolean };

export type Fields = { readonly [name: string]: unknown };

/** System of true and false (R4 search.html 3.1.1.4.10). */
const BOOLEANS = 'http://terminology.hl7.org/CodeSystem/special-values';

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Case, accents, ligatures, punctuation and repeated spaces do not count (R4 search.html 3.1.1.4.9). */
export function folded(text: string): string {
  return text
    .normalize('NFD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/œ/g, 'oe')
    .replace(/æ/g, 'ae')
    .replace(/ß/g, 'ss')
    .replace(/[\s\p{P}]+/gu, ' ')
    .trim();
}

/** The strings that a string parameter looks at: of a name or an address, each of its parts. */
export function stringsOf({ value }: SearchValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (!isFields(value)) return [];
  const { text, family, given, prefix, suffix, line, city, district, state, postalCode, country } = value;
  return [text, family, given, prefix, suffix, line, city, district, state, postalCode, country].flat().filter(isText);
}

/** R4 search.html 3.1.1.4.10: what system and code are, by datatype. */
export function tokensOf({ datatype, value, system }: SearchValue): readonly Token[] {
  if (typeof value === 'boolean') return [{ system: BOOLEANS, code: String(value), isExact: true }];
  if (typeof value === 'string') {
    return [{ ...(system === undefined ? {} : { system }), code: value, isExact: datatype === 'code' || datatype === 'id' }];
  }
  if (!isFields(value)) return [];
  if (datatype === 'CodeableConcept') {
    return fieldsIn(value.coding).flatMap((coding) => tokensOf({ datatype: 'Coding', value: coding }));
  }
  if (datatype === 'ContactPoint') return isText(value.value) ? contactTokens(value, phoneOf(value.value)) : [];
  const code = datatype === 'Identifier' ? value.value : value.code;
  if (!isText(code)) return [];
  return [{ ...(isText(value.system) ? { system: value.system } : {}), code, isExact: datatype === 'Identifier' }];
}

/** R4 names `use` as what stands before the bar; clients write `phone|…` as well, the system of the number. */
function contactTokens({ use, system }: Fields, code: string): readonly Token[] {
  const named = [use, system].filter(isText);
  return named.length === 0 ? [{ code, isExact: false }] : named.map((each) => ({ system: each, code, isExact: false }));
}

/** R4 leaves the punctuation of telephone numbers to the server: digits are compared. */
export function phoneOf(text: string): string {
  return /^[\d\s.()+/-]+$/.test(text) ? text.replace(/[\s.()/-]/g, '') : text;
}

/** What `:text` looks at: texts and displays beside the code. */
export function tokenTextsOf({ datatype, value }: SearchValue): readonly string[] {
  if (!isFields(value)) return [];
  if (datatype === 'Identifier') return isFields(value.type) && isText(value.type.text) ? [value.type.text] : [];
  return [value.text, value.display, ...fieldsIn(value.coding).map(({ display }) => display)].filter(isText);
}

/** Codes of `Identifier.type` beside the value, for `:of-type`. */
export function typedIdentifierOf({
  datatype,
  value,
}: SearchValue): { readonly types: readonly Token[]; readonly value: string } | undefined {
  if (datatype !== 'Identifier' || !isFields(value) || !isText(value.value)) return undefined;
  return { types: tokensOf({ datatype: 'CodeableConcept', value: value.type }), value: value.value };
}

/** The literal target, without version part: `Type/id`, an absolute URL, a canonical or a URN. */
export function targetOf({ value }: SearchValue): string | undefined {
  const target = isFields(value) ? value.reference : value;
  return isText(target) ? target.replace(/\/_history\/[^/]+$/, '') : undefined;
}

/** The business identifier of a reference. */
export function identifierOf({ value }: SearchValue): readonly Token[] {
  return isFields(value) ? tokensOf({ datatype: 'Identifier', value: value.identifier }) : [];
}

/** R4 search.html 3.1.1.4.7: a Period is open where it says nothing, a Timing is its outer limits. */
export function rangesOf({ datatype, value }: SearchValue): readonly Interval[] {
  if (typeof value === 'string') return [rangeOf(value)].filter((range) => range !== undefined);
  if (!isFields(value)) return [];
  if (datatype === 'Period') return [periodOf(value)].filter((range) => range !== undefined);
  if (datatype !== 'Timing') return [];
  const bounds = isFields(value.repeat) && isFields(value.repeat.boundsPeriod) ? periodOf(value.repeat.boundsPeriod) : undefined;
  const events = [value.event].flat().filter(isText).map(rangeOf);
  const ranges = [...events, bounds].filter((range) => range !== undefined);
  if (ranges.length === 0) return [];
  return [{ fromMs: Math.min(...ranges.map(({ fromMs }) => fromMs)), untilMs: Math.max(...ranges.map(({ untilMs }) => untilMs)) }];
}

function periodOf({ start, end }: Fields): Interval | undefined {
  const from = isText(start) ? rangeOf(start) : undefined;
  const until = isText(end) ? rangeOf(end) : undefined;
  if (!from && !until) return undefined;
  return { fromMs: from?.fromMs ?? Number.NEGATIVE_INFINITY, untilMs: until?.untilMs ?? Number.POSITIVE_INFINITY };
}

/** Number with its unit; a comparator or a missing end of a Range leaves that side open. */
export function quantityOf({ datatype, value }: SearchValue): (NumberRange & { readonly units: readonly Token[] }) | undefined {
  if (typeof value === 'number') return { low: value, high: value, units: [] };
  if (!isFields(value)) return undefined;
  if (datatype === 'Range') {
    const [low, high] = [value.low, value.high].map((side) => (isFields(side) ? side : undefined));
    if (!low && !high) return undefined;
    return {
      low: numberIn(low?.value) ?? Number.NEGATIVE_INFINITY,
      high: numberIn(high?.value) ?? Number.POSITIVE_INFINITY,
      units: unitsOf(low ?? high ?? {}),
    };
  }
  const number = numberIn(value.value);
  if (number === undefined) return undefined;
  const comparator = isText(value.comparator) ? value.comparator : '';
  return {
    low: comparator.startsWith('<') ? Number.NEGATIVE_INFINITY : number,
    high: comparator.startsWith('>') ? Number.POSITIVE_INFINITY : number,
    units: unitsOf(value),
  };
}

/** The coded unit, and the printed one, which has no system. */
function unitsOf({ system, code, unit }: Fields): readonly Token[] {
  return [
    ...(isText(code) ? [{ ...(isText(system) ? { system } : {}), code, isExact: true }] : []),
    ...(isText(unit) ? [{ code: unit, isExact: true }] : []),
  ];
}

function fieldsIn(value: unknown): readonly Fields[] {
  return [value].flat().filter(isFields);
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
