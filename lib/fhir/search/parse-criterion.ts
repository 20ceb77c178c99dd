import type { Refusal, Warning } from '../../platform/refusal.ts';
import { isResourceType } from '../resource-types.ts';
import type { ResourceType } from '../types.ts';
import { linksOf, linksTo } from './links.ts';
import type { SearchParameter } from './parameter.ts';
import { MODIFIERS, parseTest } from './parse-test.ts';
import { type QueryPart, splitEscaped } from './query-string.ts';
import { badValue, chainNotServed, chainTooLong, emptyParameter, modifierNotServed, unknownParameter } from './refusals.ts';
import type { Criterion, SearchOptions, Test } from './search.ts';
import { parameterNames, parameterOf } from './table.ts';

export type CriterionReading =
  | { readonly kind: 'criterion'; readonly criterion: Criterion }
  | { readonly kind: 'ignored'; readonly warning: Warning }
  | { readonly kind: 'refused'; readonly refusals: readonly [Refusal, ...Refusal[]] };

/** References that one parameter may follow, in either direction. */
const LINKS_MAX = 5;

const CHAIN = /^([^.:]+)(?::([A-Za-z]+))?\.(.+)$/;
const HAS = /^_has:([^:]*):([^:]*):(.+)$/;

/**
 * One parameter with its value: `name:modifier`, a chain (`subject:Patient.name`, R4 search.html 3.1.1.4.15), a reverse
 * chain (`_has:CarePlan:patient:status`, 3.1.1.4.16), and each inside the other.
 */
export function readCriterion(type: ResourceType, part: QueryPart, options: SearchOptions, links = 0): CriterionReading {
  const { name: label } = part;
  if (/^_has(:|$)/.test(label)) return readHas(type, part, options, links);
  const [, base, target, rest] = CHAIN.exec(label) ?? [];
  if (base !== undefined && rest !== undefined) return readChain(type, { base, target, rest, part }, options, links);
  return readPlain(type, part, options);
}

type ChainParts = { readonly base: string; readonly target: string | undefined; readonly rest: string; readonly part: QueryPart };

/** Without a named type the chain goes on in each type of ours that the reference may point at and that knows the rest. */
function readChain(type: ResourceType, { base, target, rest, part }: ChainParts, options: SearchOptions, links: number): CriterionReading {
  const { name: label, value } = part;
  if (!parameterOf(type, base)) return { kind: 'ignored', warning: unknownParameter(type, label) };
  const link = linksOf(type).find(({ name }) => name === base);
  if (!link) return refuse(chainNotServed(label, `${base} of ${type} is not a reference to a type served here`));
  if (links >= LINKS_MAX) return refuse(chainTooLong(label, LINKS_MAX));
  const named = target === undefined ? link.targets : link.targets.filter((each) => each === target);
  if (named.length === 0) return refuse(chainNotServed(label, `${base} points at ${link.targets.join(', ')}`));
  const readings = named.map((each) => ({ type: each, reading: readCriterion(each, { name: rest, value }, options, links + 1) }));
  const targets = readings.flatMap(({ type: each, reading }) =>
    reading.kind === 'criterion' ? [{ type: each, criterion: reading.criterion }] : [],
  );
  if (targets.length > 0) return { kind: 'criterion', criterion: { name: base, targets } };
  const [refusal] = readings.flatMap(({ reading }) => (reading.kind === 'refused' ? reading.refusals : []));
  if (refusal) return refuse(refusal);
  return notRead(
    label,
    readings.map(({ reading }) => reading),
    `no type that ${base} may point at has "${rest}"; types: ${named.join(', ')}`,
  );
}

function readHas(type: ResourceType, { name: label, value }: QueryPart, options: SearchOptions, links: number): CriterionReading {
  const [, source = '', name = '', rest = ''] = HAS.exec(label) ?? [];
  if (links >= LINKS_MAX) return refuse(chainTooLong(label, LINKS_MAX));
  const served = linksTo(type);
  if (!isResourceType(source) || !served.some((link) => link.source === source && link.name === name)) {
    const names = served.map((link) => `${link.source}:${link.name}`).join(', ');
    return refuse(chainNotServed(label, `not _has:Type:reference:parameter with a reference to ${type}; served: ${names}`));
  }
  const reading = readCriterion(source, { name: rest, value }, options, links + 1);
  if (reading.kind === 'criterion') {
    return { kind: 'criterion', criterion: { name, referrers: { type: source, criterion: reading.criterion } } };
  }
  return reading.kind === 'refused'
    ? reading
    : notRead(label, [reading], `${source} has no "${rest}"; served: ${parameterNames(source).join(', ')}`);
}

/** A link whose end was not understood: left out, it would widen the answer; without a value it is no criterion at all. */
function notRead(label: string, readings: readonly CriterionReading[], problem: string): CriterionReading {
  const isEmpty = readings.some((reading) => reading.kind === 'ignored' && reading.warning.code === EMPTY);
  return isEmpty ? { kind: 'ignored', warning: emptyParameter(label) } : refuse(chainNotServed(label, problem));
}

const EMPTY = emptyParameter('').code;

function readPlain(type: ResourceType, { name: label, value }: QueryPart, options: SearchOptions): CriterionReading {
  const [name = '', ...modifiers] = label.split(':');
  const modifier = modifiers.length > 0 ? modifiers.join(':') : undefined;
  const parameter = parameterOf(type, name);
  if (!parameter) return { kind: 'ignored', warning: unknownParameter(type, name) };
  if (modifier !== undefined && !modifiersOf(parameter).includes(modifier)) {
    return refuse(modifierNotServed(name, modifier, modifiersOf(parameter)));
  }
  const texts = splitEscaped(value, ',').filter((text) => text.trim() !== '');
  if (texts.length === 0) return { kind: 'ignored', warning: emptyParameter(label) };
  return modifier === 'missing' ? readMissing(name, label, texts) : readTests(parameter, label, modifier, texts, options);
}

function readMissing(name: string, label: string, texts: readonly string[]): CriterionReading {
  const [text, ...more] = texts;
  if (more.length > 0 || (text !== 'true' && text !== 'false')) return refuse(badValue(label, 'not true or false', 'true ou false'));
  return { kind: 'criterion', criterion: { name, missing: text === 'true' } };
}

function readTests(
  parameter: SearchParameter,
  label: string,
  modifier: string | undefined,
  texts: readonly string[],
  { baseUrl }: SearchOptions,
): CriterionReading {
  const asked = { label, baseUrl, ...(modifier === undefined ? {} : { modifier }) };
  const anyOf: Test[] = [];
  for (const text of texts) {
    const test = parseTest(parameter, asked, text);
    if (!test.ok) return { kind: 'refused', refusals: test.refusals };
    anyOf.push(test.value);
  }
  return {
    kind: 'criterion',
    criterion: { name: parameter.name, anyOf, ...(modifier === 'not' || modifier === 'not-in' ? { not: true } : {}) },
  };
}

/** Modifiers that a parameter takes: those of its type, `missing`, and of a reference the types that it may point at. */
function modifiersOf({ type, targets = [], fullText }: SearchParameter): readonly string[] {
  return [...(fullText ? [] : MODIFIERS[type]), 'missing', ...(type === 'reference' ? targets : [])];
}

function refuse(refusal: Refusal): CriterionReading {
  return { kind: 'refused', refusals: [refusal] };
}
