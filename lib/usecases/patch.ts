import fastJsonPatch, { type Operation } from 'fast-json-patch';
import * as z from 'zod';
import { isShownWhole } from '../access/view.ts';
import type { RelaisResource, ResourceType } from '../fhir/types.ts';
import { parseAs } from '../fhir/validate.ts';
import { type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Caller } from './caller.ts';
import type { Written } from './create.ts';
import type { Shown } from './disclose.ts';
import type { Ports } from './ports.ts';
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
 * FHIR patch with JSON Patch (RFC 6902), applied to the whole resource; it may touch only elements that the requester
 * sees (contracts.md 3).
 * @see https://hl7.org/fhir/R4/http.html#patch
 */
export async function patch(
  ports: Ports,
  caller: Caller,
  type: ResourceType,
  id: string,
  body: unknown,
  condition: Precondition,
): Promise<Result<Written>> {
  const parsed = operations.safeParse(body);
  if (!parsed.success) return refused(malformed(parsed.error.issues[0]?.path.join('.') ?? ''));
  return change(ports, caller, type, id, condition, ({ resource }, shown) => patched(type, resource, shown, parsed.data));
}

function patched(type: ResourceType, resource: RelaisResource, shown: Shown, asked: readonly Operation[]): Result<RelaisResource> {
  for (const operation of asked) {
    const paths = [operation.path, ...('from' in operation ? [operation.from] : [])].map((pointer) => pointer.split('/').slice(1));
    const closed = paths.find(
      ([root = '', ...parts]) => SERVER_ELEMENTS.has(root) || !isShownWhole(type, shown.decision.filter, [root, ...parts]),
    );
    if (closed) return refused(notYours(type, closed[0] ?? ''));
  }
  try {
    const { newDocument } = fastJsonPatch.applyPatch(structuredClone(resource), structuredClone([...asked]), true, true, true);
    return parseAs(type, newDocument);
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
