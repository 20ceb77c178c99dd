import { describe, expect, it } from 'vitest';
import { outcomeOf, SUCCESS, statusLine, statusOf, warningsOutcome } from '../../lib/fhir/outcome.ts';
import type { RefusalCategory } from '../../lib/platform/refusal.ts';

describe('status and issue code of each category (contracts.md, head)', () => {
  it.each<[RefusalCategory, number, string]>([
    ['not-understood', 400, 'invalid'],
    ['unauthenticated', 401, 'login'],
    ['forbidden', 403, 'forbidden'],
    ['not-found', 404, 'not-found'],
    ['method-not-allowed', 405, 'not-supported'],
    ['not-acceptable', 406, 'not-supported'],
    ['conflict', 409, 'conflict'],
    ['gone', 410, 'deleted'],
    ['precondition-failed', 412, 'conflict'],
    ['too-large', 413, 'too-long'],
    ['unsupported-media-type', 415, 'not-supported'],
    ['unprocessable', 422, 'business-rule'],
    ['too-costly', 422, 'too-costly'],
    ['throttled', 429, 'throttled'],
    ['unavailable', 503, 'transient'],
  ])('%s is %i with issue code %s', (category, status, issue) => {
    expect(statusOf(category)).toBe(status);
    expect(outcomeOf([{ category, code: 'c', diagnostics: 'd', remedy: 'r' }]).issue[0]).toMatchObject({ severity: 'error', code: issue });
  });

  it('says success with the phrase that R4 shows in a Bundle', () => {
    expect(SUCCESS).toEqual({ ok: 200, created: 201, noContent: 204, notModified: 304 });
    expect(statusLine('created')).toBe('201 Created');
  });
});

describe('what an outcome says', () => {
  const refusal = {
    category: 'conflict',
    code: 'wrong-state',
    expression: 'Task.businessStatus',
    diagnostics: 'not in this state',
    remedy: 'Acceptez d’abord la demande.',
    allowed: ['accepter', 'refuser'],
  } as const;

  it('names element, rule, diagnostics in English and remedy in French', () => {
    const [issue] = outcomeOf([refusal]).issue;
    expect(issue).toMatchObject({
      expression: ['Task.businessStatus'],
      diagnostics: 'not in this state',
      details: { text: 'Acceptez d’abord la demande.' },
    });
    expect(issue?.details?.coding?.[0]).toEqual({ system: 'https://relais.example/fhir/CodeSystem/regle', code: 'wrong-state' });
  });

  it('lists the events that the state allows, beside the rule', () => {
    const system = 'https://relais.example/fhir/CodeSystem/evenement';
    expect(outcomeOf([refusal]).issue[0]?.details?.coding?.slice(1)).toEqual([
      { system, code: 'accepter' },
      { system, code: 'refuser' },
    ]);
  });

  it('has one issue a refusal, and no expression where no element is at fault', () => {
    const { issue } = outcomeOf([refusal, { category: 'unavailable', code: 'engine-away', diagnostics: 'd', remedy: 'r' }]);
    expect(issue).toHaveLength(2);
    expect(issue[1]).not.toHaveProperty('expression');
  });

  it('tells doubts as warnings', () => {
    expect(warningsOutcome([{ code: 'ignored', diagnostics: 'd', remedy: 'r' }]).issue).toMatchObject([
      { severity: 'warning', code: 'processing' },
    ]);
  });
});
