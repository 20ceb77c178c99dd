import fastJsonPatch, { type Operation } from 'fast-json-patch';
import * as z from 'zod';
import { isShownWhole } from '../access/view.ts';
import { applyFhirPathPatch } from '../fhir/patch/fhirpath-patch.ts';
import { elementsTouched, operationsOf } from '../fhir/patch/operations.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { RelaisResource, ResourceType } from '../fhir/types.ts';
import { parseAs, parseParameters } from '../fhir/validate.ts';
import { jsonText, parseJson } from '../fhir/xml/json-text.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import type { Caller } from './caller.ts';
import type { Written } from './create.ts';
import type { Shown } from './disclose.ts';
import type { Ports } from './ports.ts';
import { relativised } from './references.ts';
import { notServed } from './refusals.ts';
import { change, type Precondition } from './update.ts';

const pointer = z.string().regex(/^(\/[^/]*)+$/);
const operations = z
  .array(
    z.discriminatedUnion('op', [
      z.object({ op: z.literal('add'), path: pointer, value: z.unknown() }),
      z.object({ op: z.literal('replace'), path: pointer, value: z.unknown() }),
      z.object({ op: z.literal('test'), path: pointer, value: z.unknown() }),
      z.object({ op: z.literal('remove'), path: pointer }),
      z.object({ op: z.literal('copy'), path: pointer, from: pointer }),
      z.object({ op: z.literal('move'), path: pointer, from: pointer }),
    ]),
  )
  .min(1)
  .max(100);

/** Elements that only the server writes. */
const SERVER_ELEMENTS: ReadonlySet<string> = new Set(['id', 'resourceType']);

/**
 * FHIR patch, with JSON Patch (RFC 6902) or, by Parameters, FHIRPath Patch; applied to the whole resource, it may look at and
 * touch only elements that the requester sees whole (contracts.md 3).
 * @see https://hl7.org/fhir/R4/http.html#patch
 * @see https://hl7.org/fhir/R4/fhirpatch.html
 */
export async function patch(
  ports: Ports,
  caller: Caller,
  type: ResourceType,
  id: string,
  body: unknown,
  condition: Precondition,
): Promise<Result<Written>> {
  const next = patcher(ports, type, body);
  return next.ok ? change(ports, caller, 'patch', { type, id }, condition, next.value) : next;
}

/** What a patch makes of a resource, as stored and as its requester sees it. */
export type Patcher = (current: Stored, shown: Shown) => Result<RelaisResource>;

/** A patch that was understood; refused when the type has none, or it is none of both kinds. */
export function patcher(ports: Ports, type: ResourceType, body: unknown): Result<Patcher> {
  if (!RESOURCE_TYPES[type].interactions.includes('patch')) return refused(notServed(type, 'patch'));
  const asked = Array.isArray(body) ? jsonPatchOf(body) : fhirPathPatchOf(body);
  if (!asked.ok) return asked;
  const { touched, apply } = asked.value;
  return accepted(({ resource }, { decision }) => {
    const closed = touched.find((path) => SERVER_ELEMENTS.has(path[0] ?? '') || !isShownWhole(type, decision.filter, path));
    if (closed) return refused(notYours(type, closed[0] ?? ''));
    const changed = apply(resource);
    return changed.ok ? parseAs(type, relativised(changed.value, ports.fhirBase)) : changed;
  });
}

/** A patch that was understood: what it looks at or changes, as names and indexes, and what it makes of a resource. */
type Asked = {
  readonly touched: readonly (readonly string[])[];
  readonly apply: (resource: RelaisResource) => Result<unknown>;
};

function jsonPatchOf(body: unknown): Result<Asked> {
  const parsed = operations.safeParse(body);
  if (!parsed.success) return refused(malformed(parsed.error.issues[0]?.path.join('.') ?? ''));
  const touched = parsed.data.flatMap((operation) =>
    [operation.path, ...('from' in operation ? [operation.from] : [])].map((pointer) => pointer.split('/').slice(1)),
  );
  return accepted({ touched, apply: (resource) => jsonPatched(resource, parsed.data) });
}

function fhirPathPatchOf(body: unknown): Result<Asked> {
  const parsed = parseParameters(body);
  if (!parsed.ok) return parsed;
  const asked = operationsOf(parsed.value);
  if (!asked.ok) return asked;
  return accepted({ touched: elementsTouched(asked.value), apply: (resource) => applyFhirPathPatch(resource, asked.value) });
}

function jsonPatched(resource: RelaisResource, asked: readonly Operation[]): Result<unknown> {
  try {
    // Not structuredClone, which would lose the decimals as they were written.
    const copy = parseJson(jsonText(resource));
    const { newDocument } = fastJsonPatch.applyPatch(copy, structuredClone([...asked]), true, true, true);
    return accepted(newDocument);
  } catch (error) {
    if (error instanceof fastJsonPatch.JsonPatchError) return refused(inapplicable(error.name, error.index ?? 0));
    throw error;
  }
}

function malformed(place: string): Refusal {
  return {
    category: 'not-understood',
    code: 'patch-malformed',
    expression: place,
    diagnostics: 'The body is no JSON Patch (RFC 6902).',
    remedy: 'Envoyez un tableau d’opérations { op, path, value }.',
  };
}

function notYours(type: ResourceType, element: string): Refusal {
  return {
    category: 'forbidden',
    code: 'element-not-yours',
    expression: `${type}.${element}`,
    diagnostics: `Element ${element} is not yours to change.`,
    remedy: 'Ne modifiez que les éléments que vous voyez.',
  };
}

function inapplicable(name: string, index: number): Refusal {
  return {
    category: 'unprocessable',
    code: 'patch-inapplicable',
    expression: `[${index}]`,
    diagnostics: `Operation ${index} does not apply: ${name}.`,
    remedy: 'Relisez la ressource et corrigez le chemin ou le test.',
  };
}
