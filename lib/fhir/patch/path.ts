import { accepted, type Result, refused } from '../../platform/refusal.ts';
import { malformedPath } from './refusals.ts';

/** `a.b = 'text'`, or `a.b.exists()`, inside `where(…)`. */
export type Condition = { readonly names: readonly string[]; readonly equals?: string | number | boolean };

export type Step =
  | { readonly kind: 'child'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'where'; readonly all: readonly Condition[] }
  | { readonly kind: 'last' }
  | { readonly kind: 'of-type'; readonly type: string };

/** A path of FHIRPath Patch: the resource type, then steps down from it. */
export type Path = { readonly text: string; readonly type: string; readonly steps: readonly Step[] };

const NAME = /^([A-Za-z]\w*)/;
const LITERAL = /^'((?:[^'\\]|\\.)*)'|^(true|false)\b|^(-?\d+(?:\.\d+)?)/;

/**
 * The simple FHIRPath that R4 asks of a patch (fhirpatch.html: "a subset … that can be resolved to an element"):
 * names, `[n]`, `first()`, `last()`, `where(a.b = 'x' and …)`, `where(a.exists())`, `ofType(T)`, `extension('url')`.
 * Anything else is refused (400).
 */
export function parsePath(text: string): Result<Path> {
  const [, type] = NAME.exec(text) ?? [];
  if (type === undefined) return refused(malformedPath(text, 'it begins with the resource type'));
  const steps: Step[] = [];
  let left = text.slice(type.length);
  while (left !== '') {
    const found = stepsAt(left);
    if (!found) return refused(malformedPath(text, `"${left.slice(0, 40)}" is not understood`));
    steps.push(...found.steps);
    left = left.slice(found.length);
  }
  return accepted({ text, type, steps });
}

type Found = { readonly steps: readonly Step[]; readonly length: number };

function stepsAt(text: string): Found | undefined {
  const [indexed, index] = /^\[(\d{1,6})\]/.exec(text) ?? [];
  if (indexed) return { steps: [{ kind: 'index', index: Number(index) }], length: indexed.length };
  const [simple, called] = /^\.(first|last)\(\)/.exec(text) ?? [];
  if (simple) return { steps: [called === 'first' ? { kind: 'index', index: 0 } : { kind: 'last' }], length: simple.length };
  const [typed, type = ''] = /^\.ofType\(\s*(?:FHIR\.)?([A-Za-z]\w*)\s*\)/.exec(text) ?? [];
  if (typed) return { steps: [{ kind: 'of-type', type }], length: typed.length };
  const [extended, url = ''] = /^\.extension\(\s*'((?:[^'\\]|\\.)*)'\s*\)/.exec(text) ?? [];
  if (extended) {
    const isUrl: Condition = { names: ['url'], equals: unescaped(url) };
    return {
      steps: [
        { kind: 'child', name: 'extension' },
        { kind: 'where', all: [isUrl] },
      ],
      length: extended.length,
    };
  }
  if (text.startsWith('.where(')) return whereAt(text);
  const [, name] = text.startsWith('.') ? (NAME.exec(text.slice(1)) ?? []) : [];
  return name !== undefined && text.charAt(name.length + 1) !== '('
    ? { steps: [{ kind: 'child', name }], length: name.length + 1 }
    : undefined;
}

function whereAt(text: string): Found | undefined {
  const all: Condition[] = [];
  let at = '.where('.length;
  const skip = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(text.slice(at));
    if (found) at += found[0].length;
    return found;
  };
  do {
    skip(/^\s+/);
    const names = skip(/^[A-Za-z]\w*(?:\.[A-Za-z]\w*)*/)?.[0].split('.');
    if (!names) return undefined;
    if (skip(/^\(\)/)) {
      if (names.pop() !== 'exists' || names.length === 0) return undefined;
      all.push({ names });
    } else {
      if (!skip(/^\s*=\s*/)) return undefined;
      const literal = skip(LITERAL);
      if (!literal) return undefined;
      const [, string, boolean, number] = literal;
      all.push({ names, equals: string !== undefined ? unescaped(string) : boolean !== undefined ? boolean === 'true' : Number(number) });
    }
    skip(/^\s+/);
  } while (skip(/^and\b/));
  return skip(/^\)/) ? { steps: [{ kind: 'where', all }], length: at } : undefined;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

/**
 * Every element that a path looks at or leads to, as names with `0` for a place in a list: what the requester must see
 * whole, since whether a path resolves tells what stands there.
 */
export function looksAt({ steps }: Path, added?: string): readonly (readonly string[])[] {
  const seen: (readonly string[])[] = [];
  const here: string[] = [];
  for (const step of steps) {
    if (step.kind === 'child') here.push(step.name);
    else if (step.kind === 'index' || step.kind === 'last') here.push('0');
    else if (step.kind === 'where') {
      here.push('0');
      for (const { names } of step.all) seen.push([...here, ...names]);
    }
  }
  return [...seen, added === undefined ? here : [...here, added]];
}
