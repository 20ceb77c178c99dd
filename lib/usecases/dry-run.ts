import type { Bundle } from '@medplum/fhirtypes';
import { warningsOutcome } from '../fhir/outcome.ts';
import type { RelaisResource } from '../fhir/types.ts';
import type { Intake } from '../intake/intake.ts';
import type { Warning } from '../platform/refusal.ts';

/** `?dry-run=true` (contracts.md 5): what would be stored, first an OperationOutcome with every warning and each source field beside its element. */
export function dryRunBundle(writes: readonly RelaisResource[], warnings: readonly Warning[], mapping: Intake['mapping']): Bundle {
  const told = warningsOutcome(warnings);
  const fields = mapping.map(({ source, target }) => ({
    severity: 'information' as const,
    code: 'informational' as const,
    expression: [target],
    diagnostics: `${source} -> ${target}`,
  }));
  const issue = [...told.issue, ...fields];
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      {
        resource: {
          resourceType: 'OperationOutcome',
          issue: issue.length > 0 ? issue : [{ severity: 'information', code: 'informational', diagnostics: 'Nothing to say.' }],
        },
      },
      ...writes.map((resource) => ({ resource })),
    ],
  };
}
