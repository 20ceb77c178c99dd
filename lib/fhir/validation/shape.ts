import type { JsonObject, State } from './issue.ts';
import { PRIMITIVE_TESTS, type Test } from './primitives.ts';

/**
 * What an object of FHIR may hold, read from the rows that `fhir-profiles/build` compiled from snapshots. One line a shape, JSON:
 * `[parent, elements, rules, type]`; the shape has all that its parent has, and what its own line says besides or instead.
 *
 * Elements by their name in JSON, `value[x]` for a choice (then: rows by the suffix of the type, null for a type that the profile
 * took away):
 * - `"date"` a primitive, `"date*"` a list of them, `["code", codes, max]` with the number of its codes (-1: any) and a limit (0: none);
 * - `7` an object of shape 7, `[7]` a list, `[7, max]` a list with a limit, `[7, max, slices, isClosed]` a list with slices;
 * - `"E"` extensions (`["E", {url: shape}]`: with sub-extensions that are defined here), `"M"` modifier extensions;
 * - `"@"` a resource of its own, `"@#"` contained ones, `"@7"` a resource of shape 7; `0` not allowed.
 *
 * Rules, in the order of the checks: `["r", name]` required, `["m", name, min]` at least, `["f", name, isExact, value]` a value,
 * `["x", url, min, max]` how often an extension occurs, `["c", constraint]`, `["b", codes, isSubset]` a bound Coding, `["B", …]` a
 * bound CodeableConcept, `["t", types]` targets of a reference, `["o"]` a code of a system of ours.
 */
export type Shape = {
  readonly elements: ReadonlyMap<string, Element>;
  readonly rules: readonly Rule[];
  /**
   * Its type, or its path in a resource, and what it is made from (`CarePlan.activity`, `BackboneElement`, `Element`): what the
   * context of an extension names.
   */
  readonly types: readonly string[];
};

/** `number`, `name` and `value` mean what the row of the letter says. */
export type Rule = {
  readonly letter: string;
  readonly number: number;
  readonly name: string;
  readonly value: unknown;
  readonly countMax: number;
  readonly flag: boolean;
  readonly constraint: Constraint | undefined;
  /** Codes of a binding, or types of a reference. */
  readonly set: ReadonlySet<unknown>;
};

export type Constraint = {
  readonly holds: (value: JsonObject, state: State) => unknown;
  readonly key: string;
  readonly human: string;
  readonly remedy: string;
};

/** Rows of the other tables, by number. */
export type Lookups = {
  readonly codes: (number: number) => ReadonlySet<unknown>;
  readonly types: (number: number) => ReadonlySet<string>;
  readonly constraint: (number: number) => Constraint;
  /** Shape of `_name` objects. */
  readonly companion: number;
};

export type Slice = {
  readonly name: string;
  readonly countMin: number;
  /** 0: no limit. */
  readonly countMax: number;
  readonly shape: number;
  readonly discriminators: readonly Discriminator[];
  /** A slice that may not occur. */
  readonly isProhibited: boolean;
};

/** `v` a value, `b` a set of codes, `e` whether it exists, `t` a type, `p` a profile; names lead from the item to what is looked at. */
export type Discriminator = readonly [letter: string, names: readonly string[], first: unknown, exact?: unknown];

export type Kind =
  | 'prohibited'
  | 'primitive'
  | 'primitives'
  | 'companion'
  | 'companions'
  | 'one'
  | 'many'
  | 'extensions'
  | 'modifiers'
  | 'resource'
  | 'contained'
  | 'otherType';

/** One property. All have the same fields, so that V8 makes one fast path of them. */
export type Element = {
  readonly kind: Kind;
  /** Its property in JSON, without `_`. */
  readonly key: string;
  /** What FHIRPath calls it. */
  readonly name: string;
  /** The choice that it belongs to; '' else. */
  readonly choice: string;
  /** Types of the choice that the profile left, for the message. */
  readonly allowed: string;
  readonly type: string;
  readonly test: Test;
  /** Number of a shape; -1: none. */
  readonly shape: number;
  readonly codes: ReadonlySet<unknown> | undefined;
  /** 0: no limit. */
  readonly countMax: number;
  readonly slices: readonly Slice[];
  readonly isClosed: boolean;
  readonly local: { readonly [url: string]: number } | undefined;
};

type Row = null | number | string | readonly unknown[] | { readonly [suffix: string]: Row };
export type Line = readonly [number, { readonly [name: string]: Row }, readonly RuleRow[], string?];
type RuleRow = readonly [string, unknown, unknown?, unknown?];

const NEVER: Test = () => false;
const PLAIN: Element = {
  kind: 'prohibited',
  key: '',
  name: '',
  choice: '',
  allowed: '',
  type: '',
  test: NEVER,
  shape: -1,
  codes: undefined,
  countMax: 0,
  slices: [],
  isClosed: false,
  local: undefined,
};

/** The shape of a line. @param parent the shape of its first number */
export function shapeOf([, rows, rules, type]: Line, parent: Shape | undefined, tables: Lookups): Shape {
  const inherited = parent?.types ?? [];
  const types = type === undefined || inherited.includes(type) ? inherited : [type, ...inherited];
  const ordered = rules.length === 0 ? (parent?.rules ?? []) : [...(parent?.rules ?? []), ...rules.map((row) => ruleOf(row, tables))];
  const names = Object.entries(rows);
  if (parent !== undefined && names.length === 0) return { elements: parent.elements, rules: ordered, types };
  const elements = new Map(parent?.elements);
  for (const [name, row] of names) {
    for (const element of elementsOf(name, row, tables)) {
      elements.set(element.key, element);
      const beside = companionOf(element, tables.companion);
      if (beside) elements.set(`_${element.key}`, beside);
    }
  }
  return { elements, rules: ordered, types };
}

const NOTHING: ReadonlySet<unknown> = new Set();

function ruleOf([letter, first, second, third]: RuleRow, { codes, types, constraint }: Lookups): Rule {
  const isNamed = typeof first === 'string';
  const number = Number(isNamed ? (second ?? 0) : (first ?? 0));
  return {
    letter,
    number,
    name: isNamed ? first : '',
    value: third,
    countMax: Number(letter === 'x' ? third : 0),
    flag: second === 1,
    constraint: letter === 'c' ? constraint(number) : undefined,
    set: letter === 't' ? types(number) : letter === 'b' || letter === 'B' ? codes(number) : NOTHING,
  };
}

function elementsOf(name: string, row: Row, tables: Lookups): readonly Element[] {
  if (!name.endsWith('[x]')) return [elementOf({ ...PLAIN, key: name, name }, row, tables)];
  const choice = name.slice(0, -3);
  const suffixes = Object.entries(isTable(row) ? row : {});
  const allowed = suffixes.flatMap(([suffix, one]) => (one === null ? [] : [typeCodeOf(suffix, one)])).join(', ');
  return suffixes.map(([suffix, one]) => elementOf({ ...PLAIN, key: choice + suffix, name: choice, choice, allowed }, one, tables));
}

function isTable(row: Row): row is { readonly [suffix: string]: Row } {
  return typeof row === 'object' && row !== null && !Array.isArray(row);
}

/** `dateTime` for the suffix `DateTime`, `Coding` for `Coding`. */
function typeCodeOf(suffix: string, row: Row): string {
  const word = Array.isArray(row) ? String(row[0]) : row;
  return typeof word === 'string' ? suffix.charAt(0).toLowerCase() + suffix.slice(1) : suffix;
}

function elementOf(plain: Element, row: Row, { codes }: Lookups): Element {
  if (row === null) return { ...plain, kind: 'otherType' };
  if (row === 0) return plain;
  if (typeof row === 'number') return { ...plain, kind: 'one', shape: row };
  const [first, second, third, fourth]: readonly unknown[] = Array.isArray(row) ? row : [row];
  if (typeof first === 'number') return listOf(plain, first, second, third, fourth);
  const word = String(first);
  if (word === 'E') return { ...plain, kind: 'extensions', local: localOf(second) };
  if (word === 'M') return { ...plain, kind: 'modifiers' };
  if (word === '@#') return { ...plain, kind: 'contained' };
  if (word.startsWith('@')) return { ...plain, kind: 'resource', shape: word === '@' ? -1 : Number(word.slice(1)) };
  const repeats = word.endsWith('*');
  const type = repeats ? word.slice(0, -1) : word;
  return {
    ...plain,
    kind: repeats ? 'primitives' : 'primitive',
    type,
    test: PRIMITIVE_TESTS[type] ?? NEVER,
    codes: typeof second === 'number' && second >= 0 ? codes(second) : undefined,
    countMax: typeof third === 'number' ? third : 0,
  };
}

function listOf(plain: Element, shape: number, countMax: unknown, slices: unknown, isClosed: unknown): Element {
  return {
    ...plain,
    kind: 'many',
    shape,
    countMax: typeof countMax === 'number' ? countMax : 0,
    slices: Array.isArray(slices) ? slices.map(sliceOf) : [],
    isClosed: isClosed === true,
  };
}

type SliceRow = readonly [string, number, number, number, readonly Discriminator[], boolean];

function sliceOf([name, countMin, countMax, shape, discriminators, isProhibited]: SliceRow): Slice {
  return { name, countMin, countMax, shape, discriminators, isProhibited };
}

function localOf(table: unknown): { readonly [url: string]: number } | undefined {
  return typeof table === 'object' && table !== null ? Object.fromEntries(Object.entries(table)) : undefined;
}

/** The `_name` of a primitive. XHTML has none: what it could say stands inside of it (R4 json.html#xhtml). */
function companionOf(element: Element, shape: number): Element | undefined {
  const { kind, type } = element;
  if (kind === 'prohibited' || kind === 'otherType') return element;
  if (type === 'xhtml') return undefined;
  if (kind === 'primitive') return { ...element, kind: 'companion', shape };
  return kind === 'primitives' ? { ...element, kind: 'companions', shape } : undefined;
}
