import { CODE_SETS, CONSTRAINT_TEXTS, constraints, INDEX, SHAPES, TYPE_SETS } from '../generated/validators.js';
import { type Constraint, type Line, type Lookups, type Shape, shapeOf } from './shape.ts';

/** The tables that `fhir-profiles/build` writes, each row read by the first resource that needs it. */

type Index = {
  /** Canonical base of our own definitions. */
  readonly ours: string;
  /** Shape of base R4 by resource type. */
  readonly base: { readonly [type: string]: number };
  /** Type and shape by canonical, ours and the national ones. */
  readonly profiles: { readonly [canonical: string]: readonly [string, number] };
  /** Shape and contexts by url. */
  readonly extensions: { readonly [url: string]: readonly [number, readonly string[]] };
  readonly anyExtension: number;
  readonly element: number;
  /** Codes of our complete code systems. */
  readonly codes: { readonly [system: string]: readonly string[] };
  /** All resource types of R4. */
  readonly types: readonly string[];
};

type Tables = Index & {
  readonly ownExtensions: ReadonlyMap<unknown, readonly [number, readonly string[]]>;
  readonly ownCodes: ReadonlyMap<unknown, ReadonlySet<unknown>>;
  readonly shapeLines: readonly string[];
  readonly codeLines: readonly string[];
  readonly typeLines: readonly string[];
  readonly textLines: readonly string[];
  readonly holds: ReturnType<typeof constraints>;
};

let tables: Tables | undefined;

export function index(): Tables {
  tables = tables ?? read();
  return tables;
}

function read(): Tables {
  const entries: Index = JSON.parse(INDEX);
  return {
    ...entries,
    ownExtensions: new Map(Object.entries(entries.extensions)),
    ownCodes: new Map(Object.entries(entries.codes).map(([system, codes]) => [system, new Set(codes)])),
    shapeLines: SHAPES.split('\n'),
    codeLines: CODE_SETS.split('\n'),
    typeLines: TYPE_SETS.split('\n'),
    textLines: CONSTRAINT_TEXTS.split('\n'),
    holds: constraints(),
  };
}

/** A row of a table, read by the first that asks and kept. */
function kept<T>(read: (number: number) => T): (number: number) => T {
  const rows: (T | undefined)[] = [];
  return (number) => {
    const known = rows[number];
    if (known !== undefined) return known;
    const made = read(number);
    rows[number] = made;
    return made;
  };
}

/** Codes of a binding: `code` for a code, `system|code` for a Coding. */
export const codeSet = kept((number): ReadonlySet<unknown> => {
  const codes: readonly string[] = JSON.parse(index().codeLines[number] ?? '');
  return new Set(codes);
});

/** Types that a reference may have. */
const typeSet = kept((number): ReadonlySet<string> => {
  const { typeLines, types } = index();
  const line = typeLines[number] ?? '';
  return new Set(line === '*' ? types : line.split(' '));
});

const constraint = kept((number): Constraint => {
  const { textLines, holds } = index();
  const [key, human, remedy]: readonly [string, string, string] = JSON.parse(textLines[number] ?? '');
  const test = holds[number];
  if (test === undefined) throw new Error(`no constraint ${number}`);
  return { holds: test, key, human, remedy };
});

export const shape: (number: number) => Shape = kept((number) => {
  const { shapeLines, element } = index();
  const line: Line = JSON.parse(shapeLines[number] ?? '');
  const [parent] = line;
  const lookups: Lookups = { codes: codeSet, types: typeSet, constraint, companion: element };
  return shapeOf(line, parent < 0 ? undefined : shape(parent), lookups);
});
