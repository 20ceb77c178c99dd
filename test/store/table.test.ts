import { describe, expect, it } from 'vitest';
import { KEY, typeAndId } from '../../lib/store/table.ts';

const A = '00000000000000aa';

describe('the keys of the table', () => {
  const samples = [
    KEY.resource({ type: 'CarePlan', id: 'x', patient: A }),
    KEY.resource({ type: 'Organization', id: 'x' }),
    KEY.facts(A),
    KEY.supersededFacts(A, '2026-01-01T00:00:00.000Z', 1),
    KEY.version('CarePlan', 'x', 1),
    KEY.member('cpts', 'PractitionerRole/x'),
    KEY.patientOfMember('cpts', 'PractitionerRole/x', A),
    KEY.network('cpts'),
    KEY.lookUp('h', 'Patient', 'x'),
    KEY.guard('h'),
    KEY.pointer('CarePlan', 'x'),
    KEY.idempotency('client', 'k'),
    KEY.worklist('cpts', 'PractitionerRole/x', true, 't'),
    KEY.directory('cpts', 'Organization', 'x'),
    KEY.timer('cpts', '2026-01-01T00:00:00.000Z', 'Task', 't'),
    KEY.outbox('subscription/x', '2026-01-01T00:00:00.000Z', 'e'),
    KEY.destination('subscription/x'),
    KEY.contribution('cpts', 'i-01', '2026-01', 's'),
    KEY.sealHead,
    KEY.parked('cpts', 'client', 'x'),
  ];

  it('keep every kind of item apart', () => {
    expect(new Set(samples.map(({ pk, sk }) => `${pk}\n${sk}`)).size).toBe(samples.length);
    expect(samples.length).toBe(Object.keys(KEY).length + 1);
  });

  it('sort the tenth version after the ninth', () => {
    expect(KEY.version('CarePlan', 'x', 10).sk > KEY.version('CarePlan', 'x', 9).sk).toBe(true);
    expect(KEY.version('CarePlan', 'x', 100).sk > KEY.version('CarePlan', 'x', 99).sk).toBe(true);
  });

  it('give type and id back, for served types only', () => {
    expect(typeAndId('r#CarePlan/abc')).toEqual({ type: 'CarePlan', id: 'abc' });
    expect(typeAndId('Task/abc')).toEqual({ type: 'Task', id: 'abc' });
    expect(typeAndId('r#Observation/abc')).toBeUndefined();
    expect(typeAndId('facts')).toBeUndefined();
  });
});
