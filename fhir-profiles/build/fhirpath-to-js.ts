import * as medplum from '@medplum/core';

/**
 * Translates a FHIRPath constraint to a JavaScript expression over `lib/fhir/validation/fhirpath.ts` (imported as `f`).
 * The expression is `false` when the constraint is broken. Covers the shapes that R4 and our profiles use.
 */
type Names = {
  /** Names that some element of R4 uses for a choice (`value` for `value[x]`). */
  readonly choices: ReadonlySet<string>;
};

/** A `sure` truth is never FHIRPath's empty. */
type Expression = { readonly kind: 'sure' | 'truth' | 'collection'; readonly js: string };
type Scope = Names & { readonly item: string; readonly depth: number };

/** @throws for a function or operator that has no translation: write the constraint by hand, or add the function here */
export function toJavaScript(expression: string, names: Names): string {
  const atom = medplum.parseFhirPath(expression).child;
  return truth(translate(atom, { ...names, item: 'v', depth: 0 }));
}

function translate(atom: unknown, scope: Scope, input = `[${scope.item}]`): Expression {
  if (atom instanceof medplum.LiteralAtom) return collection(`[${JSON.stringify(atom.value.value)}]`);
  if (atom instanceof medplum.SymbolAtom) return symbol(atom.name, scope, input);
  if (atom instanceof medplum.FunctionAtom) return call(atom.name, atom.args, scope, input);
  if (atom instanceof medplum.DotAtom) return translate(atom.right, scope, items(translate(atom.left, scope, input)));
  if (atom instanceof medplum.InfixOperatorAtom) return infix(atom, scope, input);
  throw new Error(`no translation of ${String(atom)}`);
}

function symbol(name: string, { choices }: Scope, input: string): Expression {
  if (name === '$this' || /^[A-Z]/.test(name)) return collection(input);
  if (name === '%resource' || name === '%rootResource') return collection(`[s.${name.slice(1)}]`);
  if (name === '%ucum') return collection('["http://unitsofmeasure.org"]');
  if (name.startsWith('%') || name.startsWith('$')) throw new Error(`no translation of ${name}`);
  return collection(`f.${choices.has(name) ? 'choiceChild' : 'child'}(${input}, ${JSON.stringify(name)})`);
}

function infix(atom: medplum.InfixOperatorAtom, scope: Scope, input: string): Expression {
  const left = translate(atom.left, scope, input);
  const [a, operator] = [items(left), atom.operator];
  if (operator === 'is') return isType(a, atom.right);
  const right = translate(atom.right, scope, input);
  const b = items(right);
  const order = { '<': '< 0', '<=': '<= 0', '>': '> 0', '>=': '>= 0' }[operator];
  if (order !== undefined) return truthOf(`f.ordered(f.compare(${a}, ${b}), (sign) => sign ${order})`);
  switch (operator) {
    case '=':
      return truthOf(`f.equals(${a}, ${b})`);
    case '!=':
      return truthOf(`f.not(f.equals(${a}, ${b}))`);
    case 'and':
      return both('&&', 'and', left, right);
    case 'or':
      return both('||', 'or', left, right);
    case 'xor':
    case 'implies':
      return truthOf(`f.${operator}(${truth(left)}, ${truth(right)})`);
    case 'in':
      return truthOf(`f.isIn(${a}, ${b})`);
    case '|':
      return collection(`f.union(${a}, ${b})`);
    case '+':
      return collection(`f.plus(${a}, ${b})`);
    case '&':
      return collection(`f.concat(${a}, ${b})`);
    default:
      throw new Error(`no translation of the operator ${operator}`);
  }
}

/** `or` and `and` know three values: JavaScript's own do only where none of the sides can be empty. */
function both(operator: '&&' | '||', name: 'and' | 'or', left: Expression, right: Expression): Expression {
  if (left.kind === 'sure' && right.kind === 'sure') return sure(`(${left.js} ${operator} ${right.js})`);
  return truthOf(`f.${name}(${truth(left)}, ${truth(right)})`);
}

function isType(input: string, type: unknown): Expression {
  if (!(type instanceof medplum.SymbolAtom)) throw new Error('no translation of is');
  const test = type.name === 'Boolean' ? "typeof x === 'boolean'" : `x.resourceType === ${JSON.stringify(type.name)}`;
  return sure(`${input}.every((x) => ${test})`);
}

function call(name: string, args: readonly unknown[], scope: Scope, input: string): Expression {
  const [first] = args;
  const item = `x${scope.depth}`;
  const inner: Scope = { ...scope, item, depth: scope.depth + 1 };
  const truthPerItem = (): string => `(${item}) => ${truth(translate(first, inner))}`;
  const textArgument = (): string => {
    if (first instanceof medplum.LiteralAtom) return JSON.stringify(first.value.value);
    throw new Error(`${name}() with an argument that is no literal`);
  };
  switch (name) {
    case 'exists':
      return sure(first === undefined ? `${input}.length > 0` : `${input}.some(${truthPerItem()} === true)`);
    case 'empty':
      return sure(`${input}.length === 0`);
    case 'not':
      return truthOf(`f.not(f.truth(${input}))`);
    case 'where':
      return collection(`${input}.filter(${truthPerItem()} === true)`);
    case 'all':
      return sure(`${input}.every(${truthPerItem()} !== false)`);
    case 'select':
      return collection(`${input}.flatMap((${item}) => ${items(translate(first, inner))})`);
    case 'count':
      return collection(`[${input}.length]`);
    case 'first':
      return collection(`${input}.slice(0, 1)`);
    case 'is':
      return isType(input, first);
    case 'trace':
      return collection(input);
    case 'allFalse':
      return sure(`${input}.every((x) => x === false)`);
    case 'intersect':
      return collection(`f.intersect(${input}, ${items(translate(first, scope))})`);
    case 'toString':
      return collection(`${input}.map(f.textOf)`);
    case 'contains':
      return truthOf(`f.text(${input}, (t) => t.includes(${textArgument()}))`);
    case 'startsWith':
      return truthOf(`f.text(${input}, (t) => t.startsWith(${textArgument()}))`);
    case 'matches':
      return truthOf(`f.text(${input}, (t) => new RegExp(${textArgument()}).test(t))`);
    case 'hasValue':
    case 'isDistinct':
      return sure(`f.${name}(${input})`);
    case 'descendants':
      return collection(`f.${name}(${input})`);
    default:
      throw new Error(`no translation of the function ${name}()`);
  }
}

function truth({ kind, js }: Expression): string {
  return kind === 'collection' ? `f.truth(${js})` : js;
}

/** A truth as a collection: empty when it is undefined. */
function items({ kind, js }: Expression): string {
  if (kind === 'sure') return `[${js}]`;
  return kind === 'collection' ? js : `[${js}].filter((x) => x !== undefined)`;
}

function sure(js: string): Expression {
  return { kind: 'sure', js };
}

function truthOf(js: string): Expression {
  return { kind: 'truth', js };
}

function collection(js: string): Expression {
  return { kind: 'collection', js };
}
