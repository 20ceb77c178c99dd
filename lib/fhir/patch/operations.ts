import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { accepted, type Refusal, type Result, refused } from '../../platform/refusal.ts';
import { looksAt, type Path, parsePath } from './path.ts';
import { malformedPatch } from './refusals.ts';

/** A value as Parameters say it: one of a data type, or the parts of an element that has no type of its own. */
export type PatchValue =
  | { readonly kind: 'typed'; readonly type: string; readonly value: unknown }
  | { readonly kind: 'parts'; readonly parts: readonly { readonly name: string; readonly value: PatchValue }[] };

export type PatchOperation =
  | { readonly type: 'add'; readonly path: Path; readonly name: string; readonly value: PatchValue }
  | { readonly type: 'insert'; readonly path: Path; readonly index: number; readonly value: PatchValue }
  | { readonly type: 'delete'; readonly path: Path }
  | { readonly type: 'replace'; readonly path: Path; readonly value: PatchValue }
  | { readonly type: 'move'; readonly path: Path; readonly source: number; readonly destination: number };

const OPERATIONS_MAX = 100;

/** Reads Parameters as a FHIRPath Patch; 400 for what is none. @see https://hl7.org/fhir/R4/fhirpatch.html */
export function operationsOf({ parameter = [] }: Parameters): Result<readonly PatchOperation[]> {
  if (parameter.length === 0 || parameter.length > OPERATIONS_MAX)
    return refused(malformedPatch('Parameters.parameter', `a patch has 1 to ${OPERATIONS_MAX} operations`));
  const operations: PatchOperation[] = [];
  for (const [index, one] of parameter.entries()) {
    const operation = operationOf(one, `Parameters.parameter[${index}]`);
    if (!operation.ok) return operation;
    operations.push(operation.value);
  }
  return accepted(operations);
}

/** Every element that a patch looks at, leads to or changes, as names with `0` for a place in a list. */
export function elementsTouched(operations: readonly PatchOperation[]): readonly (readonly string[])[] {
  return operations.flatMap((operation) => looksAt(operation.path, operation.type === 'add' ? operation.name : undefined));
}

function operationOf({ name, part = [] }: ParametersParameter, place: string): Result<PatchOperation> {
  if (name !== 'operation') return refused(malformedPatch(`${place}.name`, 'every parameter is named operation'));
  const partNamed = (wanted: string): ParametersParameter | undefined => part.find((one) => one.name === wanted);
  const textOf = (wanted: string): string | undefined => {
    const one = partNamed(wanted);
    return one?.valueString ?? one?.valueCode ?? one?.valueUri;
  };
  const numberOf = (wanted: string): number | undefined => {
    const one = partNamed(wanted);
    const found = one?.valueInteger ?? one?.valueUnsignedInt ?? one?.valuePositiveInt;
    return found !== undefined && found >= 0 ? found : undefined;
  };
  const missing = (wanted: string): { readonly ok: false; readonly refusals: readonly [Refusal, ...Refusal[]] } =>
    refused(malformedPatch(place, `part ${wanted} is missing or malformed`));

  const path = parsePath(textOf('path') ?? '');
  if (!path.ok) return path;
  const said = partNamed('value');
  const value = said ? valueIn(said) : undefined;
  const index = numberOf('index');
  const [source, destination] = [numberOf('source'), numberOf('destination')];
  const type = textOf('type') ?? '';
  switch (type) {
    case 'add': {
      const element = textOf('name');
      if (element === undefined || !/^[A-Za-z]\w*$/.test(element)) return missing('name');
      return value ? accepted({ type, path: path.value, name: element, value }) : missing('value');
    }
    case 'insert':
      if (index === undefined) return missing('index');
      return value ? accepted({ type, path: path.value, index, value }) : missing('value');
    case 'delete':
      return accepted({ type, path: path.value });
    case 'replace':
      return value ? accepted({ type, path: path.value, value }) : missing('value');
    case 'move':
      if (source === undefined) return missing('source');
      return destination === undefined ? missing('destination') : accepted({ type, path: path.value, source, destination });
    default:
      return missing('type (add, insert, delete, replace, move)');
  }
}

function valueIn(one: ParametersParameter): PatchValue | undefined {
  if (one.part) {
    const parts = one.part.flatMap((part) => {
      const value = valueIn(part);
      return value && part.name ? [{ name: part.name, value }] : [];
    });
    return parts.length === one.part.length ? { kind: 'parts', parts } : undefined;
  }
  const [found] = Object.entries(one).filter(([name]) => name.startsWith('value'));
  if (!found) return undefined;
  const [property, value]: [string, unknown] = found;
  return { kind: 'typed', type: property.slice('value'.length), value };
}
