import type { ResourceType } from '../fhir/types.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Caller } from './caller.ts';
import type { Ports } from './ports.ts';
import { read } from './read.ts';

/**
 * FHIR delete: of what is absent or not the caller's to see it has no effect and says none (contracts.md 3). What he
 * sees is not erased through the API: a record of care is corrected, not removed.
 * @see https://hl7.org/fhir/R4/http.html#delete
 */
export async function remove(ports: Ports, caller: Caller, type: ResourceType, id: string): Promise<Result<true>> {
  const seen = await read(ports, caller, type, id);
  if (seen.ok) return refused(notDeletable(type));
  const [{ category }] = seen.refusals;
  return category === 'not-found' || category === 'gone' ? accepted(true) : seen;
}

function notDeletable(type: ResourceType): Refusal {
  return {
    category: 'method-not-allowed',
    code: 'delete-not-supported',
    expression: type,
    diagnostics: `${type} is not deleted through the API.`,
    remedy: 'Marquez la ressource « entered-in-error », ou annulez-la par $event.',
  };
}
