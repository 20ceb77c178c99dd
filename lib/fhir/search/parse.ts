import { accepted, type Result, refused } from '../../platform/refusal.ts';
import type { ResourceType } from '../types.ts';
import { type CriterionReading, readCriterion } from './parse-criterion.ts';
import { INCLUDES, type IncludeReading, readInclude } from './parse-include.ts';
import { isPatientChain, patientOf } from './patient-wanted.ts';
import { type QueryPart, readQuery, writeQuery } from './query-string.ts';
import { asRefusal, emptyParameter, notServed, textWithIncludes } from './refusals.ts';
import { parseResultParameters, RESULT_PARAMETERS } from './result-parameters.ts';
import type { Criterion, Search, SearchOptions } from './search.ts';

/** Left out they would change which resources match, so that ignoring them would mislead: refused in both handlings. */
const REFUSED_ALWAYS: readonly string[] = ['_filter', '_list', '_query', '_contained', '_containedType'];

/** What became of one part of the query. */
type Reading = CriterionReading | IncludeReading | { readonly kind: 'patient-chain' };

/**
 * Reads the query string of a search of one type (R4 search.html 3.1.1; contracts.md 3).
 *
 * An unknown parameter is ignored with a warning and left out of `selfQuery`; under `strict` it is refused (400) with
 * the names served, as is an include that names nothing. An unsupported modifier, chain, `_has` or `_filter` is refused
 * always: it would widen the answer.
 * Whether the criteria left are enough for a search is for the caller to say.
 *
 * @param rawQuery as sent, percent-encoded, with or without `?`
 */
export function parseSearch(type: ResourceType, rawQuery: string, options: SearchOptions): Result<Search> {
  const query = readQuery(rawQuery);
  if (!query.ok) return query;
  // What is so anyway may be said.
  const parts = query.value.filter(({ name, value }) => name !== '_contained' || value !== 'false');
  return parseParts(type, parts, options);
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
    readings.flatMap(({ part, reading }) => (reading.kind === 'patient-chain' ? [part] : [])),
  );
  const includes = readings.flatMap(({ reading }) => (reading.kind === 'include' ? [reading.include] : []));

  const [first, ...others] = [
    ...readings.flatMap(({ reading }) => (reading.kind === 'refused' ? reading.refusals : [])),
    ...readings.flatMap(({ reading }) => (isStrict && reading.kind === 'ignored' ? [asRefusal(reading.warning)] : [])),
    ...(results.ok ? [] : results.refusals),
    ...(patient.ok ? [] : patient.refusals),
    ...(results.ok && results.value.summary === 'text' && includes.length > 0 ? [textWithIncludes()] : []),
  ];
  if (first) return refused(first, ...others);
  if (!results.ok) return results;
  if (!patient.ok) return patient;

  const { used, ignored, ...settings } = results.value;
  const criteria = readings.flatMap(({ reading }) => (reading.kind === 'criterion' ? [reading.criterion] : []));
  const kept = readings.filter(({ reading }) => reading.kind !== 'ignored').map(({ part }) => part);
  const ids = idsOf(criteria);
  return accepted({
    type,
    criteria,
    includes,
    ...settings,
    ...(patient.value ? { patient: patient.value } : {}),
    ...(ids ? { ids } : {}),
    ignored: [...readings.flatMap(({ reading }) => (reading.kind === 'ignored' ? [reading.warning] : [])), ...ignored],
    selfQuery: writeQuery([...kept, ...used]),
  });
}

function readPart(type: ResourceType, part: QueryPart, options: SearchOptions): Reading {
  const [name = ''] = part.name.split(':');
  if (REFUSED_ALWAYS.includes(name)) return { kind: 'refused', refusals: [asRefusal(notServed(name))] };
  if (INCLUDES.includes(name)) return readInclude(type, part);
  if (isPatientChain(type, part.name)) {
    return part.value === '' ? { kind: 'ignored', warning: emptyParameter(part.name) } : { kind: 'patient-chain' };
  }
  return readCriterion(type, part, options);
}

/** Ids that every `_id` allows; absent when none restricts them. */
function idsOf(criteria: readonly Criterion[]): readonly string[] | undefined {
  const lists = criteria.flatMap((criterion) => {
    if (criterion.name !== '_id' || !('anyOf' in criterion) || criterion.not) return [];
    return [criterion.anyOf.flatMap((test) => (test.kind === 'token' && test.wanted.code !== undefined ? [test.wanted.code] : []))];
  });
  const [first, ...others] = lists;
  return first?.filter((id, index) => first.indexOf(id) === index && others.every((list) => list.includes(id)));
}
