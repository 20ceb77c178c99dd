import type { RelaisResource } from '../fhir/types.ts';
import type { NumberFact } from './facts.ts';

/**
 * A view without numbers that were withdrawn (A47: the INS was never hers, or is not any more): identifiers that say one go,
 * wherever they stand and in every version; in the bytes of a text they are blanked, their length kept. A hash of bytes that
 * may be served so goes with them.
 * @returns the same object when it says none of them
 */
export function withoutNumbers(resource: RelaisResource, withdrawn: readonly NumberFact[]): RelaisResource {
  if (withdrawn.length === 0) return resource;
  if (resource.resourceType === 'Binary') {
    const data = resource.data === undefined ? undefined : blanked(resource.data, withdrawn);
    return data === undefined || data === resource.data ? resource : { ...resource, data };
  }
  const left = without(resource, withdrawn);
  return isOf(left, resource.resourceType) ? left : resource;
}

/** What is left of a value; `undefined` when nothing is. The same value when nothing goes. */
function without(value: unknown, withdrawn: readonly NumberFact[]): unknown {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    const left = items.flatMap((item) => without(item, withdrawn) ?? []);
    if (left.length === items.length && left.every((item, index) => item === items[index])) return value;
    return left.length > 0 ? left : undefined;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (withdrawn.some((one) => says(value, one))) return undefined;
  const parts = Object.entries(value).map(([name, child]: [string, unknown]) => ({ name, child, left: without(child, withdrawn) }));
  const isAttachment = 'contentType' in value && 'hash' in value;
  if (!isAttachment && parts.every(({ child, left }) => child === left)) return value;
  const kept = parts.filter(({ name, left }) => left !== undefined && !(isAttachment && name === 'hash'));
  return kept.length > 0 ? Object.fromEntries(kept.map(({ name, left }) => [name, left])) : undefined;
}

function says(value: object, { system, value: number }: NumberFact): boolean {
  return 'system' in value && 'value' in value && value.system === system && value.value === number;
}

function blanked(data: string, withdrawn: readonly NumberFact[]): string {
  const bytes = Buffer.from(data, 'base64');
  const text = bytes.toString('latin1');
  const left = withdrawn.reduce((said, { value }) => said.replaceAll(value, '*'.repeat(value.length)), text);
  return left === text ? data : Buffer.from(left, 'latin1').toString('base64');
}

function isOf(value: unknown, type: string): value is RelaisResource {
  return typeof value === 'object' && value !== null && 'resourceType' in value && value.resourceType === type;
}
