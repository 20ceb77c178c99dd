import type { Bundle } from '@medplum/fhirtypes';
import { parseBundle } from '../fhir/validate.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import { batch } from './batch.ts';
import type { Caller } from './caller.ts';
import type { Ports } from './ports.ts';
import { transact } from './transaction.ts';

/** Entries of a batch, each of which costs what it would cost alone: more would outlast the gateway's patience (peers.md T4). */
export const BATCH_ENTRIES_MAX = 300;

/**
 * What is posted at the base: a transaction or a batch.
 * @param prefer whether the writes of the entries are answered with their content
 * @see https://hl7.org/fhir/R4/http.html#transaction
 */
export async function processBundle(
  ports: Ports,
  caller: Caller,
  body: unknown,
  prefer: 'minimal' | 'representation',
): Promise<Result<Bundle>> {
  const resources = resourcesOfBatch(body);
  if (resources && resources.length > BATCH_ENTRIES_MAX) return refused(tooMany(resources.length));
  const parsed = parseBundle(resources ? withoutResources(body) : body);
  if (!parsed.ok) return parsed;
  const { type, entry = [] } = parsed.value;
  if (type === 'transaction') return transact(ports, caller, entry, prefer);
  if (type !== 'batch' || !resources) return refused(NEITHER);
  const entries = entry.map((one, index) => ({ ...one, resource: resources[index] }));
  return accepted(await batch(ports, caller, entries, prefer));
}

/** What the entries of a batch carry, each to be looked at on its own: a wrong one refuses none but its own entry. */
function resourcesOfBatch(body: unknown): readonly unknown[] | undefined {
  if (typeof body !== 'object' || body === null || !('type' in body) || body.type !== 'batch') return undefined;
  const entries: readonly unknown[] = 'entry' in body && Array.isArray(body.entry) ? body.entry : [];
  return entries.map((entry) => (typeof entry === 'object' && entry !== null && 'resource' in entry ? entry.resource : undefined));
}

function withoutResources(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('entry' in body) || !Array.isArray(body.entry)) return body;
  const entries: readonly unknown[] = body.entry;
  const entry = entries.map((one) => {
    if (typeof one !== 'object' || one === null || !('resource' in one)) return one;
    const { resource: _, ...rest } = one;
    return rest;
  });
  return { ...body, entry };
}

function tooMany(entries: number): Refusal {
  return {
    category: 'too-costly',
    code: 'batch-too-large',
    expression: 'Bundle.entry',
    diagnostics: `The batch has ${entries} entries; the limit is ${BATCH_ENTRIES_MAX}.`,
    remedy: 'Découpez le lot.',
  };
}

const NEITHER: Refusal = {
  category: 'unprocessable',
  code: 'bundle-type',
  expression: 'Bundle.type',
  diagnostics: 'Only Bundles of type transaction or batch are processed here.',
  remedy: 'Envoyez un Bundle de type « transaction » ou « batch ».',
};
