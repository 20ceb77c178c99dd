import { describe, expect, it } from 'vitest';
import { type AccessRecord, auditEvent } from '../../lib/access/audit.ts';
import { validate } from '../../lib/fhir/validate.ts';
import { asking, NOON } from './stories.ts';

const record: AccessRecord = {
  at: NOON,
  requester: asking('gp', 'given'),
  client: 'logiciel-modele',
  purpose: 'TREAT',
  interaction: 'read',
  outcome: 'permit',
  basis: 'CONS',
  rules: ['A-72', 'A-20'],
  entities: ['CarePlan/plan'],
  patientId: 'pat',
  count: 1,
};

describe('the trace of an access (A-58)', () => {
  const event = auditEvent(record);

  it('names who, by which software, why, when', () => {
    const { requester } = record;
    expect(event.agent.map(({ who, requestor }) => [who?.reference ?? who?.identifier?.value, requestor])).toEqual([
      [requester.reference, true],
      ['logiciel-modele', false],
    ]);
    expect(event).toMatchObject({ recorded: NOON, period: { start: NOON, end: NOON }, action: 'R', outcome: '0' });
    expect(event.agent[0]?.name).toBe('Dr Gaëlle MODÈLE');
    expect(event.purposeOfEvent?.[0]?.coding?.[0]?.code).toBe('TREAT');
  });

  it('names of whom and what', () => {
    expect(event.entity?.flatMap(({ what }) => what?.reference ?? [])).toEqual(['Patient/pat', 'CarePlan/plan']);
  });

  it('names basis, rules, structure and count', () => {
    const said = event.entity?.flatMap(({ detail }) => detail ?? []).map(({ type, valueString }) => `${type} ${valueString}`);
    expect(said).toEqual(['base CONS', 'regle A-72', 'regle A-20', `structure ${record.requester.structure?.reference}`, 'nombre 1']);
  });

  it('has at most two agents and one subtype (volet Traçabilité)', () => {
    expect([event.agent.length, event.subtype?.length]).toEqual([2, 1]);
  });

  const { basis: _basis, patientId: _patientId, count: _count, ...bare } = record;

  it.each<{ story: string; of: AccessRecord }>([
    { story: 'a read', of: record },
    { story: 'a denied search that found nothing', of: { ...bare, outcome: 'deny', interaction: 'search-type', entities: ['CarePlan'] } },
    { story: 'a message of a hospital', of: { ...record, requester: asking('hospital', 'given'), interaction: 'intake-hl7v2' } },
    { story: 'the person herself', of: { ...record, requester: asking('patient', 'given'), interaction: 'event', entities: [] } },
    {
      story: 'a purpose that was refused, nothing addressed',
      of: { ...bare, purpose: 'refused', outcome: 'deny', rules: [], entities: [] },
    },
    {
      story: 'an unknown network',
      of: { ...record, requester: { ...asking('gp', 'given'), network: { ...asking('gp', 'given').network, reference: '' }, name: '' } },
    },
  ])('is a valid AuditEvent: $story', ({ of }) => {
    expect(validate({ ...auditEvent(of), id: 'trace-1' })).toEqual([]);
  });

  it('a deny says so', () => {
    expect(auditEvent({ ...record, outcome: 'deny' }).outcome).toBe('4');
  });

  it('the record itself is named once, as the patient', () => {
    expect(auditEvent({ ...record, entities: ['Patient/pat'] }).entity?.filter(({ what }) => what)).toHaveLength(1);
  });
});
