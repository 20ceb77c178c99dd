import { auditEvent } from '../access/audit.ts';
import { type Decision, decide, type Interaction } from '../access/decide.ts';
import type { PatientKey } from '../access/facts.ts';
import type { Requester } from '../access/requester.ts';
import { traitsOf } from '../access/traits.ts';
import { applyFilter, projectionOf } from '../access/view.ts';
import { withoutNumbers } from '../access/withdrawn.ts';
import type { Ref, RelaisResource } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import type { Refusal } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import type { TraceRecord } from '../store/trace.ts';
import type { Entered } from './enter.ts';
import type { Ports } from './ports.ts';

/** A resource as this requester may see it. */
export type Shown = {
  readonly stored: Stored;
  readonly view: RelaisResource;
  readonly decision: Extract<Decision, { outcome: 'permit' }>;
  /** Cut by a filter: tagged SUBSETTED, never written back whole. */
  readonly cut: boolean;
  /** Weak ETag: version, and the projection when the view is cut. */
  readonly etag: string;
};

/**
 * The only way a stored resource becomes an answer: decided with the facts, cut by the filter of its row.
 * `undefined` = denied, exactly as absent (A-15).
 */
export function disclose(
  { facts, requester }: Pick<Entered, 'facts' | 'requester'>,
  stored: Stored,
  interaction: Interaction,
  at: Instant,
): Shown | undefined {
  const decision = decide(facts, { requester, interaction, traits: traitsOf(stored.resource, stored.author), at });
  if (decision.outcome === 'deny') return undefined;
  const filtered = applyFilter(stored.resource, decision.filter);
  if (!filtered) return undefined;
  const view = withoutNumbers(filtered.resource, facts?.patient.withdrawnIns ?? []);
  const projection = `${filtered.cut ? `.${projectionOf(decision)}` : ''}${view === filtered.resource ? '' : '.sans-ins'}`;
  return { stored, view, decision, cut: filtered.cut, etag: `W/"${stored.version}${projection}"` };
}

/** Absent or not yours: one answer (contracts.md 3). */
export function notFound(type: string): Refusal {
  return {
    category: 'not-found',
    code: 'not-found',
    diagnostics: `No such ${type}, or it is not yours to see.`,
    remedy: 'Vérifiez l’identifiant ; si la personne est suivie, demandez à rejoindre son cercle de soins.',
  };
}

export type TraceLine = {
  readonly requester: Requester;
  readonly patient?: PatientKey;
  readonly interaction: string;
  readonly outcome: 'permit' | 'deny';
  readonly basis?: string;
  readonly rules: readonly string[];
  readonly entities: readonly Ref[];
  readonly count?: number;
};

/** One record per line: a line is one patient disclosed. */
export function traceRecords(
  ports: Ports,
  at: Instant,
  lines: readonly TraceLine[],
  patientId: (key: PatientKey) => string | undefined,
): readonly TraceRecord[] {
  return lines.map(({ patient, ...line }) => {
    const id = ports.newOpaqueId();
    const person = patient ? patientId(patient) : undefined;
    const event = auditEvent({
      at,
      requester: line.requester,
      client: line.requester.client,
      purpose: line.requester.purpose,
      interaction: line.interaction,
      outcome: line.outcome,
      rules: line.rules,
      entities: line.entities,
      ...(person ? { patientId: person } : {}),
      ...(line.basis ? { basis: line.basis } : {}),
      ...(line.count === undefined ? {} : { count: line.count }),
    });
    return { patient: patient ?? '-', at, id, event: { ...event, id } };
  });
}

/** A-58: written before the answer leaves, or the request fails. What is written itself is traced in its own transaction. */
export async function writeTrace(
  ports: Ports,
  at: Instant,
  lines: readonly TraceLine[],
  patientId: (key: PatientKey) => string | undefined,
): Promise<void> {
  if (lines.length > 0) await ports.trace.append(traceRecords(ports, at, lines, patientId));
}

/** Rules and bases of what was shown, each once: what the trace says of a whole answer. */
export function traceOf(shown: readonly Shown[]): Pick<TraceLine, 'basis' | 'rules' | 'entities'> {
  const [first] = shown;
  return {
    rules: [...new Set(shown.flatMap(({ decision }) => decision.rules))],
    entities: shown.map(({ stored }) => `${stored.resource.resourceType}/${stored.resource.id}`),
    ...(first ? { basis: first.decision.basis } : {}),
  };
}
