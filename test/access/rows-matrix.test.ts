import { describe, expect, it } from 'vitest';
import type { DemoRole } from '../../functions/local/demo/roles.ts';
import type { Facts } from '../../lib/access/facts.ts';
import { CONFIDENTIALITY, SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { COLUMNS, cellOf } from './cells.ts';
import { remaining, STATES } from './states.ts';
import { asking, decideOn, factsAbout, type Item, itemsOf, NOON, only, seenBy, words } from './stories.ts';

const given = factsAbout('given');
const subject = { reference: `Patient/${given.patient.id}` };
const association = asking('association', 'given');
const invited: Facts = {
  ...given,
  circle: [...given.circle, { member: association.reference, medecinTraitant: false, from: NOON, source: 'circle' }],
};

/** What a role reads of each column when others wrote it: P, a filter, O = only what is addressed to him or his to do, D. */
function row(role: DemoRole, facts: Facts = given): string {
  return COLUMNS.map((column) => cellOf(role, column, facts)).join(' ');
}

describe('domain.md 4.4, with consent given: Pat Enc DocN DocR DocV CP CT Cns SR Tsk Obs QRs AE MR Dir', () => {
  it.each([
    { id: 'A-40', role: 'hospital', cells: 'P P P O O P P F1 O O P F2 D D P' },
    { id: 'A-42', role: 'gp', cells: 'P P P P O P P F1 P P P F2 D D P' },
    { id: 'A-43', role: 'gp2', cells: 'P P P O O P P F1 P O P F2 D D P' },
    { id: 'A-44', role: 'outsider', cells: 'D D O D D D D D O O D D D D P' },
    { id: 'A-45', role: 'nurse', cells: 'P F3 F4 O D P P F1 F5 O F6 F2 D D P' },
    { id: 'A-30', role: 'social', cells: 'F7 F3 F8 O D F9 P F1 F5 O F10 P D D P' },
    { id: 'A-46', role: 'coordinator', cells: 'P P P O D P P P P P F11 P D P P' },
    { id: 'A-47', role: 'dashboard', cells: 'D D D D D D D D D D D D D P P' },
    { id: 'A-49', role: 'patient', cells: 'P P P P P P P P P P P P P D P' },
    { id: 'A-51', role: 'dmp', cells: 'D D D D D D D D D D D D D D D' },
    { id: 'A-54', role: 'suspended', cells: 'D D D D D D D D D D D D D D D' },
    { id: 'A-56', role: 'commune', cells: 'D D D D D D D D O D D D D D P' },
  ] as const)('$id: $role reads $cells', ({ role, cells }) => {
    expect(row(role)).toBe(cells);
  });

  it('A-41: a hospital that does not treat reads what is addressed to it (a transfer letter, A-87), its request and its tasks', () => {
    expect(row('hospital2')).toBe('D D O D D D D D O O D D D D P');
  });

  it('A-50: who represents a minor reads his record, and of it nothing that is secret', () => {
    const [facts, items] = [factsAbout('minor'), itemsOf('minor')];
    const whole = words(seenBy(facts, asking('patient', 'minor'), items));
    const hers = words(seenBy(facts, asking('representative', 'minor'), items));
    expect([whole.includes('document 34112-3'), hers.includes('document 34112-3'), hers.includes('CarePlan')]).toEqual([true, false, true]);
  });

  it('A-52: an admin reads figures and the directory; no identity while no identity task is open', () => {
    expect(row('admin')).toBe('D D D D D D D D D D D D D P P');
  });

  it('A-53: the DPO reads consents, the trace and figures; no identity and no content', () => {
    expect(row('dpo')).toBe('D D D D D D D P D D D D P P P');
  });

  it('A-55: a volunteer whom the person invited reads how to reach her and his own part of the plan', () => {
    expect(row('association', invited)).toBe('F14 D D D D F15 F14 F1 O O D D D D P');
  });

  it.each(['gp', 'gp2', 'nurse', 'social', 'coordinator', 'hospital', 'patient', 'dpo', 'dmp', 'admin', 'association'] as const)(
    'A-48: an intervision report is read on the spot: %s reads it by no token, its author and its addressees neither',
    (role) => {
      const requester = asking(role, 'given');
      const report: Item = {
        author: { reference: requester.reference },
        resource: {
          resourceType: 'DocumentReference',
          id: 'report',
          status: 'current',
          subject,
          content: [],
          securityLabel: [{ coding: [{ system: SYSTEM.visibilite, code: 'sur-place' }] }],
        },
      };
      expect(decideOn(invited, requester, report)).toMatchObject({ outcome: 'deny', visible: false });
    },
  );

  it.each(['clinician', 'gp', 'nurse'] as const)('A-57: %s who says BTG reads the directory alone: no glass is broken', (role) => {
    expect(COLUMNS.filter((column) => cellOf(role, column, given, { purpose: 'BTG' }) !== 'D')).toEqual(['Dir']);
  });
});

describe('domain.md 4.5: the bases that remain in each state', () => {
  const all = (bases: string) => Object.fromEntries(STATES.map((state) => [state, bases]));
  const opposed = (bases: string) => ({ ...all(bases), 'opp.': 'D' });

  it.each([
    {
      id: 'A-70',
      role: 'hospital',
      none: 'OWN REQ',
      given: 'OWN CONS REQ',
      refused: 'OWN REQ',
      withdrawn: 'OWN REQ',
      expired: 'OWN REQ',
      'opp.': 'D',
    },
    { id: 'A-71', role: 'hospital2', ...all('D') },
    // her letter came before the withdrawal: past reads keep no right
    { id: 'A-72', role: 'gp', none: 'ECH', given: 'ECH CONS', refused: 'ECH', withdrawn: 'D', expired: 'ECH', 'opp.': 'D' },
    { id: 'A-73', role: 'gp2', ...all('D'), given: 'CONS' },
    { id: 'A-74', role: 'outsider', ...all('D') },
    { id: 'A-75', role: 'nurse', ...all('D'), given: 'CONS' },
    { id: 'A-76', role: 'social', none: 'D', given: 'CONS', refused: 'OWN', withdrawn: 'OWN', expired: 'OWN', 'opp.': 'D' },
    {
      id: 'A-78',
      role: 'coordinator',
      none: 'MISSION REQ',
      given: 'CONS REQ',
      refused: 'MISSION REQ',
      withdrawn: 'MISSION REQ',
      expired: 'REQ',
      'opp.': 'D',
    },
    { id: 'A-79', role: 'dashboard', ...all('D') },
    { id: 'A-80', role: 'patient', ...all('SELF') },
    { id: 'A-82', role: 'dmp', ...opposed('OWN') },
    { id: 'A-83', role: 'admin', ...all('D') },
    { id: 'A-84', role: 'suspended', ...all('D') },
  ] as const)('$id: $role', ({ id: _id, role, ...states }) => {
    expect(remaining(role)).toEqual(states);
  });

  it('A-77: a coordinator of a DAC acts as équipe de soins once the person is informed, before any consent', () => {
    const coordinator = asking('coordinator@dac', 'dac-informed');
    const plan = only('Patient', itemsOf('dac-informed'));
    expect(decideOn(factsAbout('dac-informed'), coordinator, plan)).toMatchObject({
      basis: 'EDS',
      rules: ['A-77', 'A-31', 'A-21', 'A-46'],
    });
    const uninformed = asking('coordinator@dac', 'dac-uninformed');
    const record = only('Patient', itemsOf('dac-uninformed'));
    expect(decideOn(factsAbout('dac-uninformed'), uninformed, record)).toMatchObject({ outcome: 'deny', visible: false });
  });

  it('A-81: who represents the person reads in every state', () => {
    const [facts, record] = [factsAbout('minor'), only('Patient', itemsOf('minor'))];
    const mother = asking('representative', 'minor');
    const bases = (['donne', 'refuse', 'retire', 'expire'] as const).map((state) => {
      const decision = decideOn({ ...facts, consents: facts.consents.map((fact) => ({ ...fact, state })) }, mother, record);
      return decision.outcome === 'permit' ? decision.basis : 'D';
    });
    expect(bases).toEqual(['REP', 'REP', 'REP', 'REP']);
  });

  it('A-85: break-glass gives nothing in any state: no glass is broken', () => {
    const record = only('Patient', itemsOf('given'));
    expect(decideOn(given, asking('clinician', 'given', { purpose: 'BTG' }), record)).toMatchObject({ outcome: 'deny', visible: false });
  });

  it('A-86: a volunteer reads nothing until the person invites him, and only while she consents', () => {
    const inCircle = (facts: Facts): Facts => ({ ...facts, circle: invited.circle });
    expect(remaining('association')).toEqual(all('D'));
    expect(remaining('association', inCircle)).toEqual({ ...all('D'), given: 'CONS' });
  });

  it('A-87: a hospital that receives somebody reads the transfer letter alone, and treats from the accepted admission on', () => {
    const hospital2 = asking('hospital2', 'given');
    const structure = hospital2.structure?.reference ?? '';
    const letter = { source: 'DocumentReference/transfer', to: [hospital2.reference], letter: false, at: NOON, categories: [] };
    const announced: Facts = { ...given, addressed: [...(given.addressed ?? []), letter] };
    const accepted: Facts = { ...announced, stays: [...given.stays, { source: 'stay', structure, status: 'planned' }] };
    const plan = only('CarePlan', itemsOf('given'));
    expect(remaining('hospital2', () => announced).given).toBe('ECH');
    expect(decideOn(announced, hospital2, plan).outcome).toBe('deny');
    expect(decideOn(accepted, hospital2, plan)).toMatchObject({ basis: 'CONS' });
  });
});

describe('confidentiality', () => {
  it('A-14: what a row reads is cut by how confidential it is, and a cut view binds whoever shows it', () => {
    const restricted = (code: string): Item => ({
      author: { reference: 'PractitionerRole/somebody' },
      resource: { resourceType: 'Condition', id: 'c', subject, meta: { security: [{ system: CONFIDENTIALITY, code }] } },
    });
    const nurse = asking('nurse', 'given');
    expect(decideOn(given, nurse, restricted('N'))).toMatchObject({ filter: { id: 'F6' }, obligations: ['A-58', 'A-14'] });
    expect(['R', 'V'].map((code) => decideOn(given, nurse, restricted(code)).outcome)).toEqual(['deny', 'deny']);
  });
});
