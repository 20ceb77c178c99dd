import assert from 'node:assert/strict';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { isResourceType } from '../fhir/resource-types.ts';
import type { Ref, RelaisResource } from '../fhir/types.ts';
import { jsonText, parseJson } from '../fhir/xml/json-text.ts';
import type { Instant } from '../platform/instant.ts';

export type Item = Record<string, AttributeValue>;

/** Who wrote the first version of a resource: the fact behind basis OWN, kept outside the resource where no client can set it. */
export type Author = { readonly reference: Ref; readonly structure?: Ref };

/** A resource as the store holds it. `resource.meta` has its version and time. */
export type Stored = {
  readonly resource: RelaisResource;
  readonly version: number;
  readonly at: Instant;
  readonly author: Author;
  readonly deleted: boolean;
};

/** Bodies over this many bytes (compressed) go to a blob: an item holds 400 KB at most. */
export const INLINE_BODY_MAX_BYTES = 300_000;

/** JSON, decimals as written, compressed: a CarePlan of 2.9 KB becomes 0.9 KB, one write unit in place of three (engine.md 4). */
export function pack(value: unknown): Uint8Array {
  const text = typeof value === 'object' && value !== null ? jsonText(value) : JSON.stringify(value);
  return deflateRawSync(Buffer.from(text, 'utf8'), { level: 6 });
}

export function unpack(bytes: Uint8Array): unknown {
  return parseJson(inflateRawSync(bytes).toString('utf8'));
}

/** The assertion on both sides of the store: before a put and after a get. */
function isStoredResource(value: unknown): value is RelaisResource {
  return (
    typeof value === 'object' &&
    value !== null &&
    'resourceType' in value &&
    typeof value.resourceType === 'string' &&
    isResourceType(value.resourceType) &&
    'id' in value &&
    typeof value.id === 'string'
  );
}

/** @param body the packed body, read from its blob when it was too large for the item */
export function storedOf(item: Item, body: Uint8Array): Stored {
  const resource = unpack(body);
  assert(isStoredResource(resource), 'a stored body is a resource with an id');
  return {
    resource,
    version: numberOf(item, 'v'),
    at: textOf(item, 't'),
    author: authorOf(textOf(item, 'au')),
    deleted: item.del?.BOOL === true,
  };
}

function textOf(item: Item, name: string): string {
  const value = item[name]?.S;
  assert(value !== undefined, `item has text attribute ${name}`);
  return value;
}

function numberOf(item: Item, name: string): number {
  const value = item[name]?.N;
  assert(value !== undefined, `item has number attribute ${name}`);
  return Number(value);
}

export function bytesOf(item: Item, name: string): Uint8Array {
  const value = item[name]?.B;
  assert(value !== undefined, `item has binary attribute ${name}`);
  return value;
}

/** `reference|structure`: neither holds a bar. */
export function authorText(author: Author): string {
  return author.structure ? `${author.reference}|${author.structure}` : author.reference;
}

function authorOf(text: string): Author {
  const [reference = '', structure] = text.split('|');
  return structure ? { reference, structure } : { reference };
}
