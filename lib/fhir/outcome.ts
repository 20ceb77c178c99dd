import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { Refusal, RefusalCategory, Warning } from '../platform/refusal.ts';
import { SYSTEM } from './vocabulary.ts';

type CategoryRow = { readonly status: number; readonly issue: OperationOutcomeIssue['code'] };

/** contracts.md, head: what each status means; issue codes of the FHIR value set `issue-type`. */
const CATEGORIES: Readonly<Record<RefusalCategory, CategoryRow>> = {
  'not-understood': { status: 400, issue: 'invalid' },
  unauthenticated: { status: 401, issue: 'login' },
  forbidden: { status: 403, issue: 'forbidden' },
  'not-found': { status: 404, issue: 'not-found' },
  'method-not-allowed': { status: 405, issue: 'not-supported' },
  'not-acceptable': { status: 406, issue: 'not-supported' },
  conflict: { status: 409, issue: 'conflict' },
  gone: { status: 410, issue: 'deleted' },
  'precondition-failed': { status: 412, issue: 'conflict' },
  'too-large': { status: 413, issue: 'too-long' },
  'unsupported-media-type': { status: 415, issue: 'not-supported' },
  unprocessable: { status: 422, issue: 'business-rule' },
  'too-costly': { status: 422, issue: 'too-costly' },
  throttled: { status: 429, issue: 'throttled' },
  unavailable: { status: 503, issue: 'transient' },
};

/** What went well, as HTTP says it. */
export const SUCCESS = { ok: 200, created: 201, noContent: 204, notModified: 304 } as const;

export type Success = keyof typeof SUCCESS;

/** `Bundle.entry.response.status`: the three digits and, as R4 shows it, the reason phrase. */
export function statusLine(success: Success): string {
  const phrase = { ok: 'OK', created: 'Created', noContent: 'No Content', notModified: 'Not Modified' }[success];
  return `${SUCCESS[success]} ${phrase}`;
}

/** HTTP status of a category: with `SUCCESS`, the only status numbers in lib. */
export function statusOf(category: RefusalCategory): number {
  return CATEGORIES[category].status;
}

/**
 * One issue a refusal: diagnostics in English, the remedy in French as `details.text`, our stable code as first
 * `details.coding`, then the events that a state machine would take instead (contracts.md, head and 4).
 */
export function outcomeOf(refusals: readonly Refusal[]): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: refusals.map((refusal) => issueOf('error', CATEGORIES[refusal.category].issue, refusal)),
  };
}

/** Doubts and ignored parameters, beside an answer that went well. */
export function warningsOutcome(warnings: readonly Warning[]): OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: warnings.map((warning) => issueOf('warning', 'processing', warning)) };
}

/** What a validator found, in its order; all is well when it found nothing. */
export function issuesOutcome(
  issues: readonly {
    readonly severity: 'error' | 'warning';
    readonly code: string;
    readonly rule: string;
    readonly expression: string;
    readonly diagnostics: string;
    readonly remedy: string;
  }[],
): OperationOutcome {
  if (issues.length === 0)
    return {
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'information', code: 'informational', diagnostics: 'No issue found.' }],
    };
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(({ severity, code, rule, ...said }) => ({
      ...issueOf(severity, ISSUE_CODES[code] ?? 'invalid', { code: rule, ...said }),
    })),
  };
}

/** Codes of `issue-type` that the validators use. */
const ISSUE_CODES: Readonly<Record<string, OperationOutcomeIssue['code']>> = {
  structure: 'structure',
  required: 'required',
  value: 'value',
  invariant: 'invariant',
  'code-invalid': 'code-invalid',
  'not-supported': 'not-supported',
};

/** For `Prefer: return=OperationOutcome`: it went well, and what it made. */
export function doneOutcome(diagnostics: string): OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'information', code: 'informational', diagnostics }] };
}

function issueOf(
  severity: OperationOutcomeIssue['severity'],
  code: OperationOutcomeIssue['code'],
  { code: rule, expression, diagnostics, remedy, allowed = [] }: Warning,
): OperationOutcomeIssue {
  return {
    severity,
    code,
    details: {
      coding: [{ system: SYSTEM.regle, code: rule }, ...allowed.map((event) => ({ system: SYSTEM.evenement, code: event }))],
      text: remedy,
    },
    diagnostics,
    ...(expression === undefined ? {} : { expression: [expression] }),
  };
}
