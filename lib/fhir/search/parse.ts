import { accepted, type Refusal, type Result, refused, type Warning } from '../../platform/refusal.ts';
import type { ResourceType } from '../types.ts';
import type { SearchParameter } from './parameter.ts';
import { MODIFIERS, parseTest } from './parse-test.ts';
import { isPatientChain, patientOf } from './patient-wanted.ts';
import { type QueryPart, readQuery, splitEscaped, writeQuery } from './query-string.ts';
import { badValue, chainNotServed, emptyParameter, modifierNotServed, notServed, unknownParameter } from './refusals.ts';
import { parseResultParameters, RESULT_PARAMETERS } from './result-parameters.ts';
import type { Criterion, Search, SearchOptions, Test } from './search.ts';
import { parameterOf } from './table.ts';

/** Left out they would change which resources match, so that ignoring them would mislead: refused in both handlings. */
const REFUSED_ALWAYS: readonly string[] = ['_filter', '_has'];
/** They only add resources to the answer. */
const INCLUDES: readonly string[] = ['_include', '_revinclude'];

/** What became of one part of the query. */
type Reading =
  | { readonly kind: 'criterion'; readonly criterion: Criterion }
  | { readonly kind: 'chain' }
  | { readonly kind: 'ignored'; readonly warning: Warning }
  | { readonly kind: 'refused'; readonly refusals: readonly [Refusal, ...Refusal[]] };

/**
 * Reads the query string of a search of one type (R4 search.html 3.1.1; contracts.md 3).
 *
 * An unknown parameter is ignored with a warning and left out of `selfQuery`; under `strict` it is refused (400) with
 * the names served. An unsupported modifier, chain, `_has` or `_filter` is refused always: it would widen the answer.
 * Whether the criteria left are enough for a search is for the caller to say.
 *
 * @param rawQuery as sent, percent-encoded, with or without `?`
 */
export function parseSearch(type: ResourceType, rawQuery: string, options: SearchOptions): Result<Search> {
  const query = readQuery(rawQuery);
  return query.ok ? parseParts(type, query.value, options) : query;
}

/**
 * The same for `POST [type]/_search` (R4 http.html 2.21.0.14): parameters of the URL and of the form count together.
 *
 * @param form body of `application/x-www-form-urlencoded`
 */
export function searchFromForm(type: ResourceType, form: string, rawQuery: string, options: SearchOptions): Result<Search> {
  return parseSearch(type, [rawQuery.replace(/^\?/, ''), form.trim()].filter(Boolean).join('&'), options);
}

function parseParts(type: ResourceType, parts: readonly QueryPart[], options: SearchOptions): Result<Search> {
  const isStrict = options.handling === 'strict';
  const results = parseResultParameters(
    type,
    parts.filter(({ name }) => RESULT_PARAMETERS.includes(name)),
    isStrict,
  );
  const readings = parts
    .filter(({ name }) => !RESULT_PARAMETERS.includes(name))
    .map((part) => ({ part, reading: readPart(type, part, options) }));
  const patient = patientOf(
    type,
    readings.flatMap(({ reading }) => (reading.kind === 'criterion' ? [reading.criterion] : [])),
    readings.flatMap(({ part, reading }) => (reading.kind === 'chain' ? [part] : [])),
  );

  const [first, ...others] = [
    ...readings.flatMap(({ reading }) => (reading.kind === 'refused' ? reading.refusals : [])),
    ...readings.flatMap(({ reading }) => (isStrict && reading.kind === 'ignored' ? [asRefusal(reading.warning)] : [])),
    ...(results.ok ? [] : results.refusals),
    ...(patient.ok ? [] : patient.refusals),
  ];
  if (first) return refused(first, ...others);
  if (!results.ok) return results;
  if (!patient.ok) return patient;

  const { used, ignored, ...settings } = results.value;
  const criteria = readings.flatMap(({ reading }) => (reading.kind === 'criterion' ? [reading.criterion] : []));
  const kept = readings.filter(({ reading }) => reading.kind === 'criterion' || reading.kind === 'chain').map(({ part }) => part);
  const ids = idsOf(criteria);
  return accepted({
    type,
    criteria,
    ...settings,
    ...(patient.value ? { patient: patient.value } : {}),
    ...(ids ? { ids } : {}),
    ignored: [...readings.flatMap(({ reading }) => (reading.kind === 'ignored' ? [reading.warning] : [])), ...ignored],
    selfQuery: writeQuery([...kept, ...used]),
  });
}

function readPart(type: ResourceType, { name: label, value }: QueryPart, options: SearchOptions): Reading {
  const [name = '', ...modifiers] = label.split(':');
  const modifier = modifiers.length > 0 ? modifiers.join(':') : undefined;
  if (REFUSED_ALWAYS.includes(name)) return { kind: 'refused', refusals: [asRefusal(notServed(name))] };
  if (INCLUDES.includes(name)) return { kind: 'ignored', warning: notServed(name) };
  if (label.includes('.')) {
    if (!isPatientChain(type, label)) {
      const isChain = parameterOf(type, label.split(/[.:]/)[0] ?? '') !== undefined;
      return isChain ? { kind: 'refused', refusals: [chainNotServed(label)] } : { kind: 'ignored', warning: unknownParameter(type, label) };
    }
    return value === '' ? { kind: 'ignored', warning: emptyParameter(label) } : { kind: 'chain' };
  }
  const parameter = parameterOf(type, name);
  if (!parameter) return { kind: 'ignored', warning: unknownParameter(type, name) };
  if (modifier !== undefined && !isServed(parameter, modifier)) {
    const served = [...MODIFIERS[parameter.type], 'missing', ...(parameter.type === 'reference' ? (parameter.targets ?? []) : [])];
    return { kind: 'refused', refusals: [modifierNotServed(name, modifier, served)] };
  }
  const texts = splitEscaped(value, ',').filter((text) => text.trim() !== '');
  if (texts.length === 0) return { kind: 'ignored', warning: emptyParameter(label) };
  return readCriterion(parameter, label, modifier, texts, options);
}

function readCriterion(
  parameter: SearchParameter,
  label: string,
  modifier: string | undefined,
  texts: readonly string[],
  { baseUrl }: SearchOptions,
): Reading {
  const { name } = parameter;
  if (modifier === 'missing') {
    const [text, ...more] = texts;
    if (more.length > 0 || (text !== 'true' && text !== 'false')) {
      return { kind: 'refused', refusals: [badValue(label, 'not true or false', 'true ou false')] };
    }
    return { kind: 'criterion', criterion: { name, missing: text === 'true' } };
  }
  const asked = { label, baseUrl, ...(modifier === undefined ? {} : { modifier }) };
  const anyOf: Test[] = [];
  for (const text of texts) {
    const test = parseTest(parameter, asked, text);
    if (!test.ok) return { kind: 'refused', refusals: test.refusals };
    anyOf.push(test.value);
  }
  return { kind: 'criterion', criterion: { name, anyOf, ...(modifier === 'not' ? { not: true } : {}) } };
}

function isServed({ type, targets = [] }: SearchParameter, modifier: string): boolean {
  return modifier === 'missing' || MODIFIERS[type].includes(modifier) || (type === 'reference' && targets.includes(modifier));
}

/** Ids that every `_id` allows; absent when none restricts them. */
function idsOf(criteria: readonly Criterion[]): readonly string[] | undefined {
  const lists = criteria.flatMap((criterion) => {
    if (criterion.name !== '_id' || 'missing' in criterion || criterion.not) return [];
    return [criterion.anyOf.flatMap((test) => (test.kind === 'token' && test.wanted.code !== undefined ? [test.wanted.code] : []))];
  });
  const [first, ...others] = lists;
  return first?.filter((id, index) => first.indexOf(id) === index && others.every((list) => list.includes(id)));
}

function asRefusal(warning: Warning): Refusal {
  return { ...warning, category: 'not-understood' };
}
