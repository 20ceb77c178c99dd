import type { Consent, Task } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { type Interaction, mayRecordConsent } from '../../lib/access/decide.ts';
import type { Facts } from '../../lib/access/facts.ts';
import { applyFilter, projectionOf } from '../../lib/access/view.ts';
import { SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { COLUMNS, cellOf } from './cells.ts';
import { inState } from './states.ts';
import { asking, decideOn, factsAbout, type Item, itemsOf, only } from './stories.ts';

const given = factsAbout('given');
const items = itemsOf('given');
const record = only('Patient', items);
const plan = only('CarePlan', items);
const subject = { reference: `Patient/${given.patient.id}` };
const INTERACTIONS: readonly Interaction[] = [
  'read',
  'vread',
  'search',
  'search-type',
  'history-instance',
  'create',
  'update',
  'event',
  'delete',
];

describe('domain.md 4.7: obligations and operations', () => {
  it.each(INTERACTIONS)('A-58: a %s is recorded, permitted or denied, seen or unseen', (interaction) => {
    for (const role of ['gp', 'nurse', 'outsider', 'suspended', 'patient'] as const) {
      expect(decideOn(given, asking(role, 'given'), plan, interaction).obligations).toContain('A-58');
    }
  });

  const trace = (outcome: '0' | '4'): Item => ({
    author: { reference: '' },
    resource: { resourceType: 'AuditEvent', id: 'a', type: {}, recorded: '', outcome, agent: [], source: { observer: {} } },
  });

  it('A-59: the person reads who read her, not who was refused; the DPO reads both', () => {
    const reads = (role: 'patient' | 'dpo' | 'gp', outcome: '0' | '4') => decideOn(given, asking(role, 'given'), trace(outcome)).outcome;
    expect([reads('patient', '0'), reads('patient', '4'), reads('dpo', '0'), reads('dpo', '4'), reads('gp', '0')]).toEqual([
      'permit',
      'deny',
      'permit',
      'permit',
      'deny',
    ]);
  });

  it.each([
    ['A-60', 'opens for nobody by its purpose alone, a health professional with strong authentication neither'],
    ['A-62', 'opens nothing masked or very restricted, no social analysis, no consent, because it opens nothing'],
  ])('%s: break-glass %s', () => {
    for (const role of ['clinician', 'gp', 'nurse', 'social', 'coordinator'] as const) {
      expect(COLUMNS.filter((column) => column !== 'Dir' && cellOf(role, column, given, { purpose: 'BTG' }) === 'P')).toEqual([]);
    }
  });

  const review = (owner: string): Item => {
    const resource: Task = {
      resourceType: 'Task',
      id: 'review',
      status: 'requested',
      intent: 'order',
      for: subject,
      code: { coding: [{ system: SYSTEM.tache, code: 'revue-bris-de-glace' }] },
      owner: { reference: owner },
    };
    return { author: { reference: '' }, resource };
  };

  it('A-61: the review of a broken glass is read and moved by the DPO', () => {
    const dpo = asking('dpo', 'given');
    expect(decideOn(given, dpo, review(dpo.reference))).toMatchObject({ basis: 'MISSION' });
    expect(decideOn(given, dpo, review(dpo.reference), 'event').outcome).toBe('permit');
  });

  it.each(['A-63', 'A-64'])('%s: nobody writes by a glass that is not broken, nor records that one was', () => {
    for (const role of ['gp', 'nurse', 'coordinator', 'patient', 'hospital'] as const) {
      const task = { ...review(asking(role, 'given').reference), author: { reference: asking(role, 'given').reference } };
      expect([role, decideOn(given, asking(role, 'given'), task, 'create').outcome]).toEqual([role, 'deny']);
      expect([role, decideOn(given, asking(role, 'given', { purpose: 'BTG' }), plan, 'update').outcome]).toEqual([role, 'deny']);
    }
  });

  it('A-65: a write needs the read and the W of the row; nobody edits what another wrote', () => {
    const by = (role: 'gp' | 'gp2'): Item => ({
      author: { reference: asking(role, 'given').reference },
      resource: { resourceType: 'CarePlan', id: 'p', status: 'active', intent: 'plan', subject },
    });
    expect(decideOn(given, asking('gp', 'given'), by('gp'), 'update')).toMatchObject({ outcome: 'permit', basis: 'CONS' });
    expect(decideOn(given, asking('gp', 'given'), by('gp2'), 'update')).toMatchObject({
      outcome: 'deny',
      visible: true,
      rules: expect.arrayContaining(['A-65']),
    });
    expect(decideOn(inState('refused', ''), asking('gp', 'given'), by('gp'), 'update')).toMatchObject({ outcome: 'deny', visible: false });
  });

  it('A-66: whatever the state, a member of the circle records what the person says, and reads nothing by it', () => {
    const act: Consent = { resourceType: 'Consent', id: 'c', status: 'active', scope: {}, category: [], patient: subject };
    const nurse = asking('nurse', 'given');
    const own: Item = { resource: act, author: { reference: nurse.reference } };
    for (const state of ['none', 'refused', 'withdrawn', 'expired', 'opp.'] as const) {
      const facts = inState(state, nurse.reference);
      expect(mayRecordConsent(facts, nurse, act, '2026-11-25T11:00:00.000Z')).toBe(true);
      expect(decideOn(facts, nurse, own).outcome).toBe('deny');
      expect(decideOn(facts, nurse, own, 'event')).toMatchObject({ outcome: 'permit', basis: 'REC', obligations: ['A-58', 'A-66'] });
    }
  });

  it('A-69: another right is another projection, so that an ETag of before no longer matches', () => {
    const projections = (['gp', 'social', 'coordinator'] as const).map((role) => {
      const decision = decideOn(given, asking(role, 'given'), plan);
      return decision.outcome === 'permit' ? projectionOf(decision) : 'denied';
    });
    expect(projections).toEqual(['full', expect.stringMatching(/^F9-/), 'full']);
    const interactions = ['read', 'vread', 'history-instance', 'search-type'] as const;
    expect(new Set(interactions.map((one) => decideOn(given, asking('outsider', 'given'), plan, one).outcome))).toEqual(new Set(['deny']));
  });

  it('A-91: a doubtful or provisional identity is for its source and the person, and is not pushed', () => {
    for (const identity of ['douteuse', 'provisoire'] as const) {
      const facts: Facts = { ...given, patient: { ...given.patient, identity } };
      const readers = (['gp', 'nurse', 'coordinator', 'hospital', 'patient'] as const).filter(
        (role) => decideOn(facts, asking(role, 'given'), record).outcome === 'permit',
      );
      expect(readers).toEqual(['hospital', 'patient']);
    }
  });

  it('A-93: the person reads her record under every state, and after she opposed', () => {
    const patient = asking('patient', 'given');
    for (const state of ['none', 'given', 'refused', 'withdrawn', 'expired', 'opp.'] as const) {
      const decision = decideOn(inState(state, asking('gp', 'given').reference), patient, plan);
      expect(decision).toMatchObject({ basis: 'SELF', filter: 'full' });
      expect(applyFilter(plan.resource, 'full')).toEqual({ resource: plan.resource, cut: false });
    }
  });
});
