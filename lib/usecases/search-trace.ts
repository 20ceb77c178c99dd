import { basesOf } from '../access/decide.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { ResourceType } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import { type TraceLine, traceOf } from './disclose.ts';
import type { Candidates } from './search-across.ts';
import type { Placed } from './search-around.ts';

export type Searched = {
  readonly groups: readonly Candidates[];
  /** Candidates that the requester may see, those of them that match, and what goes with the page. */
  readonly visible: readonly Placed[];
  readonly hits: readonly Placed[];
  readonly brought: readonly Placed[];
  readonly type: ResourceType;
  readonly at: Instant;
};

/**
 * one line for each person of whom something is told, with all that is told; a single person of whom nothing is
 * told has a line too. A search of several has one line more with the count of candidates that were dropped: none as well,
 * so that what is written says no more than what is answered.
 */
export function traceLines({ groups, visible, hits, brought, type, at }: Searched): readonly TraceLine[] {
  const lines: TraceLine[] = [];
  const byPatient = Map.groupBy([...hits, ...brought], ({ patient }) => patient);
  for (const { requester, facts, patient } of groups) {
    if (patient === undefined) continue;
    const told = byPatient.get(patient) ?? [];
    if (told.length > 0) {
      lines.push({ requester, patient, interaction: 'search-type', outcome: 'permit', ...traceOf(told), count: told.length });
    } else if (groups.length === 1) {
      lines.push({
        requester,
        patient,
        interaction: 'search-type',
        outcome: facts === undefined || visible.length > 0 ? 'permit' : 'deny',
        rules: facts ? basesOf(facts, requester, at).rules : ['A-15'],
        entities: [type],
        count: 0,
      });
    }
  }
  const [first] = groups;
  const isAcross = RESOURCE_TYPES[type].compartment !== 'none' && (groups.length > 1 || first?.patient === undefined);
  const dropped = groups.flatMap(({ stored }) => stored).length - visible.length;
  if (first && isAcross) {
    lines.push({
      requester: first.requester,
      interaction: 'search-type',
      outcome: 'deny',
      rules: ['A-58'],
      entities: [type],
      count: dropped,
    });
  }
  return lines;
}
