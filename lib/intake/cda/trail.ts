import type { Warning } from '../../platform/refusal.ts';

/** What the reading of one document leaves behind beside its resources: doubts, and each source field with the element it became. */
export type Trail = {
  readonly warnings: Warning[];
  readonly mapping: { readonly source: string; readonly target: string }[];
};

export function newTrail(): Trail {
  return { warnings: [], mapping: [] };
}

/** Notes that the field at an XPath became a FHIR element. */
export function became(trail: Trail, source: string, target: string): void {
  trail.mapping.push({ source, target });
}

/** Notes a doubt that does not stop the work. */
export function doubt(trail: Trail, code: string, expression: string, diagnostics: string, remedy: string): void {
  trail.warnings.push({ code, expression, diagnostics, remedy });
}
