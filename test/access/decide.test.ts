import type { CarePlan, Consent, DocumentReference, Encounter, ServiceRequest, Task } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import type { DemoRole } from '../../functions/local/demo/roles.ts';
import { basesOf, decide, type Interaction, mayRecordConsent } from '../../lib/access/decide.ts';
import type { Facts } from '../../lib/access/facts.ts';
import type { Requester } from '../../lib/access/requester.ts';
import { traitsOf } from '../../lib/access/traits.ts';
import type { RelaisResource } from '../../lib/fhir/types.ts';
import { EXTENSION, SYSTEM, TRE_A07 } from '../../lib/fhir/vocabulary.ts';
import { shift } from '../../lib/platform/instant.ts';
import { asking, decideOn, factsAbout, type Item, itemsOf, NOON, only, written } from './stories.ts';

const DAY_MS = 86_400_000;
const given = factsAbout('given');
const items = itemsOf('given');
const patient = only('Patient', items);
const plan = only('CarePlan', items);
const subject = { reference: `Patient/${given.patient.id}` };

const by = (role: DemoRole): Item['author'] => ({ reference: asking(role, 'given').reference });
const outcome = (facts: Facts, requester: Requester, item: Item, interaction: Interaction = 'read', at = NOON): string => {
  const decision = decideOn(facts, requester, item, interaction, at);
  if (decision.outcome === 'permit') return decision.basis;
  return decision.visible ? 'seen, refused' : 'unseen';
};

describe('doors that close before anything is looked at', () => {
  it.each([
    { story: 'a suspended member', change: { membership: 'suspendue' }, rule: 'A-02' },
    { story: 'a member who left', change: { membership: 'sortie' }, rule: 'A-02' },
    { story: 'nobody’s member', change: { membership: 'aucune' }, rule: 'A-02' },
    {
      story: 'a network without charter in force',
      change: { network: { ...asking('gp', 'given').network, charterInForce: false } },
      rule: 'A-02',
    },
    { story: 'a purpose that no rule names', change: { purpose: 'refused' }, rule: 'A-05' },
    { story: 'the purpose of a DPO, in another’s mouth', change: { purpose: 'HCOMPL' }, rule: 'A-05' },
    { story: 'another network', change: { network: asking('gp@dac', 'dac-informed').network }, rule: 'A-01' },
  ] as const)('$story: $rule', ({ change, rule }) => {
    expect(decideOn(given, asking('gp', 'given', change), patient)).toEqual({
      outcome: 'deny',
      rules: [rule],
      visible: false,
      obligations: ['A-58', 'A-15'],
    });
    expect(basesOf(given, asking('gp', 'given', change), NOON)).toEqual({ bases: [], rules: [rule] });
  });

  it.each(['HOPERAT', 'BTG'] as const)('a GP who says %s reads no record', (purpose) => {
    expect(outcome(given, asking('gp', 'given', { purpose }), patient)).toBe('unseen');
  });

  it.each(['TREAT', 'COC', 'ETREAT'] as const)('a GP who says %s reads', (purpose) => {
    expect(outcome(given, asking('gp', 'given', { purpose }), patient)).toBe('CONS');
  });

  it('an unknown patient is as one who is not yours', () => {
    const request = {
      requester: asking('gp', 'given'),
      interaction: 'read',
      traits: traitsOf(patient.resource, patient.author),
      at: NOON,
    } as const;
    expect(decide(undefined, request)).toMatchObject({ outcome: 'deny', visible: false });
  });
});

describe('what the state of the person opens and closes', () => {
  it('a doubtful identity is for its source alone (A-91)', () => {
    const doubtful: Facts = { ...given, patient: { ...given.patient, identity: 'douteuse' } };
    expect(outcome(doubtful, asking('gp', 'given'), patient)).toBe('unseen');
    expect(outcome(doubtful, asking('hospital', 'given'), patient)).toBe('OWN');
  });

  it('under non-divulgation the hospital in charge and the person remain (A-09)', () => {
    const silent: Facts = { ...given, patient: { ...given.patient, nonDivulgation: true } };
    expect((['gp', 'coordinator', 'nurse'] as const).map((role) => outcome(silent, asking(role, 'given'), patient))).toEqual([
      'unseen',
      'unseen',
      'unseen',
    ]);
    expect(outcome(silent, asking('hospital', 'given'), patient)).toBe('OWN');
    expect(outcome(silent, asking('patient', 'given'), patient)).toBe('SELF');
  });

  it('of one undisclosed stay nobody learns, of the rest everybody as before (A-09)', () => {
    const stay = only('Encounter', items);
    const silent: Facts = { ...given, stays: given.stays.map((one) => ({ ...one, nonDivulgation: true })) };
    expect(outcome(silent, asking('gp', 'given'), stay)).toBe('unseen');
    expect(outcome(silent, asking('gp', 'given'), plan)).toBe('CONS');
  });

  it('after a death members read 30 days more, to close (A-18)', () => {
    const dead: Facts = { ...given, patient: { ...given.patient, deceasedAt: shift(NOON, -29 * DAY_MS) } };
    const longDead: Facts = { ...given, patient: { ...given.patient, deceasedAt: shift(NOON, -31 * DAY_MS) } };
    expect(outcome(dead, asking('gp', 'given'), plan)).toBe('CONS');
    expect(outcome(longDead, asking('gp', 'given'), plan)).toBe('unseen');
  });

  it('a hospital treats until 30 days after the discharge (A-27)', () => {
    expect(outcome(given, asking('hospital', 'given'), plan, 'read', shift(NOON, 19 * DAY_MS))).toBe('CONS');
    expect(outcome(given, asking('hospital', 'given'), plan, 'read', shift(NOON, 21 * DAY_MS))).toBe('unseen');
  });

  it('a coordinator without open referral or episode has nothing to do there (A-28)', () => {
    const idle: Facts = { ...given, referrals: given.referrals.map((one) => ({ ...one, open: false })), stays: [] };
    expect(outcome(idle, asking('coordinator', 'given'), plan)).toBe('unseen');
  });

  it('parental authority ends at midnight of the 18th birthday, in Paris (A-24)', () => {
    const facts = factsAbout('minor');
    const record = only('Patient', itemsOf('minor'));
    const mother = asking('representative', 'minor');
    expect(outcome(facts, mother, record, 'read', '2028-06-14T21:59:59.999Z')).toBe('REP');
    expect(outcome(facts, mother, record, 'read', '2028-06-14T22:00:00.000Z')).toBe('unseen');
  });

  it('who sent the identity beside others gets who it is, not what they added (A-11)', () => {
    const none = factsAbout('none');
    const decision = (facts: Facts) => decideOn(facts, asking('hospital', 'none'), only('Patient', itemsOf('none')));
    expect(decision(none)).toMatchObject({ basis: 'OWN', filter: 'full' });
    const shared: Facts = { ...none, patient: { ...none.patient, sources: [...none.patient.sources, 'Organization/other'] } };
    expect(decision(shared)).toMatchObject({ basis: 'OWN', filter: { id: 'identity' } });
  });

  it('a recognised team member of a CPTS reads before any consent, once the person is informed (A-21)', () => {
    const recognised: Facts = {
      ...factsAbout('none'),
      recognised: [{ member: asking('nurse', 'none').reference, by: subject.reference, at: NOON }],
    };
    const informed: Facts = { ...recognised, consents: factsAbout('dac-informed').consents };
    const record = only('Patient', itemsOf('none'));
    expect(outcome(recognised, asking('nurse', 'none'), record)).toBe('unseen');
    expect(outcome(informed, asking('nurse', 'none'), record)).toBe('EDS');
    expect(outcome(informed, asking('gp2', 'none'), record)).toBe('unseen');
  });
});

describe('what an item says of itself', () => {
  const report = (change: Partial<DocumentReference>, author: Item['author'] = by('hospital')): Item => ({
    author,
    resource: { resourceType: 'DocumentReference', id: 'd1', status: 'current', subject, content: [], ...change },
  });
  const restricted = (code: string): Partial<DocumentReference> => ({
    securityLabel: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code }] }],
  });

  it.each([
    { role: 'gp', normal: 'CONS', R: 'CONS', V: 'unseen' },
    { role: 'gp2', normal: 'CONS', R: 'unseen', V: 'unseen' },
    { role: 'coordinator', normal: 'CONS', R: 'unseen', V: 'unseen' },
    { role: 'patient', normal: 'SELF', R: 'SELF', V: 'SELF' },
  ] as const)('$role and confidentiality: N $normal, R $R, V $V', ({ role, normal, R, V }) => {
    const seen = [report({}), report(restricted('R')), report(restricted('V'))].map((item) => outcome(given, asking(role, 'given'), item));
    expect(seen).toEqual([normal, R, V]);
  });

  it('a GP reads the very restricted document that he wrote', () => {
    expect(outcome(given, asking('gp', 'given'), report(restricted('V'), by('gp')))).toBe('CONS');
  });

  it('an entry made in error is for its author only', () => {
    const wrong = report({ status: 'entered-in-error' }, by('gp'));
    expect(outcome(given, asking('gp', 'given'), wrong)).toBe('CONS');
    expect(outcome(given, asking('gp2', 'given'), wrong)).toBe('unseen');
    expect(outcome(given, asking('patient', 'given'), wrong)).toBe('unseen');
  });

  it('what is not yet visible to the person becomes so after 30 days', () => {
    const label = { securityLabel: [{ coding: [{ system: TRE_A07, code: 'INVISIBLE_PATIENT' }] }] };
    const recent = report({ ...label, meta: { versionId: '1', lastUpdated: shift(NOON, -29 * DAY_MS) } });
    const older = report({ ...label, meta: { versionId: '1', lastUpdated: shift(NOON, -30 * DAY_MS) } });
    expect(outcome(given, asking('patient', 'given'), recent)).toBe('unseen');
    expect(outcome(given, asking('patient', 'given'), older)).toBe('SELF');
    expect(outcome(given, asking('gp', 'given'), recent)).toBe('CONS');
  });

  it('what a third party told is not for the person (L-22)', () => {
    const told: Item = {
      author: by('social'),
      resource: {
        resourceType: 'QuestionnaireResponse',
        id: 'q1',
        status: 'completed',
        subject,
        source: { reference: 'RelatedPerson/r1' },
      },
    };
    expect(outcome(given, asking('patient', 'given'), told)).toBe('unseen');
    expect(outcome(given, asking('coordinator', 'given'), told)).toBe('CONS');
  });

  const draft: CarePlan = {
    resourceType: 'CarePlan',
    id: 'p1',
    status: 'draft',
    intent: 'plan',
    subject,
    extension: [{ url: EXTENSION.etat, valueCoding: { system: SYSTEM.etat, code: 'brouillon' } }],
  };

  it.each([
    { role: 'nurse', who: 'its author', seen: true },
    { role: 'coordinator', who: 'the coordinator', seen: true },
    { role: 'gp', who: 'another member', seen: false },
    { role: 'patient', who: 'the person, before it is submitted', seen: false },
  ] as const)('a draft plan: $who ($role) sees it: $seen', ({ role, seen }) => {
    expect(outcome(given, asking(role, 'given'), { resource: draft, author: by('nurse') }) !== 'unseen').toBe(seen);
  });

  it('who has a task about a draft sees it', () => {
    const asked: Facts = { ...given, involved: [{ source: 'Task/t', owner: asking('gp', 'given').reference, about: ['CarePlan/p1'] }] };
    expect(outcome(asked, asking('gp', 'given'), { resource: draft, author: by('nurse') })).toBe('CONS');
  });

  it('the person sees the plan that she is asked about', () => {
    const submitted: CarePlan = {
      ...draft,
      extension: [{ url: EXTENSION.etat, valueCoding: { system: SYSTEM.etat, code: 'en-concertation' } }],
    };
    expect(outcome(given, asking('patient', 'given'), { resource: submitted, author: by('nurse') })).toBe('SELF');
  });
});

describe('exchange after a withdrawal (A-72)', () => {
  const withdrawnAt = (at: string): Facts => ({
    ...factsAbout('withdrawn'),
    consents: factsAbout('withdrawn').consents.map((one) => ({ ...one, at })),
  });
  const letter = only(
    'DocumentReference',
    itemsOf('withdrawn').filter(({ resource }) => JSON.stringify(resource).includes('11490-0')),
  );

  it('a letter that came after it reaches the médecin traitant; one from before does not any more', () => {
    expect(outcome(withdrawnAt(shift(NOON, -20 * DAY_MS)), asking('gp', 'withdrawn'), letter)).toBe('ECH');
    expect(outcome(withdrawnAt(shift(NOON, -DAY_MS)), asking('gp', 'withdrawn'), letter)).toBe('unseen');
  });

  it('for 30 days the coordinator sees who it was and that she withdrew (A-77, A-78)', () => {
    const record = only('Patient', itemsOf('withdrawn'));
    expect(outcome(withdrawnAt(shift(NOON, -29 * DAY_MS)), asking('coordinator', 'withdrawn'), record)).toBe('MISSION');
    expect(outcome(withdrawnAt(shift(NOON, -31 * DAY_MS)), asking('coordinator', 'withdrawn'), record)).toBe('unseen');
  });
});

describe('writes: the W of domain.md 4.4', () => {
  const make = (resource: RelaisResource, role: DemoRole): Item => ({ resource, author: by(role) });
  const request: ServiceRequest = { resourceType: 'ServiceRequest', id: 's1', status: 'active', intent: 'order', subject };
  const document: DocumentReference = { resourceType: 'DocumentReference', id: 'd1', status: 'current', subject, content: [] };
  const newPlan: CarePlan = { resourceType: 'CarePlan', id: 'p1', status: 'draft', intent: 'plan', subject };
  const stay: Encounter = { resourceType: 'Encounter', id: 'e1', status: 'in-progress', class: { code: 'IMP' }, subject };
  const assessment: RelaisResource = { resourceType: 'QuestionnaireResponse', id: 'q1', status: 'completed', subject };
  const consent: Consent = { resourceType: 'Consent', id: 'c1', status: 'proposed', scope: {}, category: [], patient: subject };
  const team: RelaisResource = { resourceType: 'CareTeam', id: 't1', status: 'active', subject };

  it.each([
    { role: 'hospital', may: ['request', 'document', 'stay'] },
    { role: 'gp', may: ['request', 'document', 'plan'] },
    { role: 'gp2', may: ['request', 'document', 'plan'] },
    { role: 'nurse', may: ['request', 'plan'] },
    { role: 'social', may: ['request', 'plan', 'assessment'] },
    { role: 'coordinator', may: ['request', 'plan', 'stay', 'assessment', 'consent', 'team'] },
    { role: 'patient', may: ['request', 'consent', 'team'] },
    { role: 'outsider', may: ['request'] },
    { role: 'hospital2', may: ['request'] },
    { role: 'commune', may: ['request'] },
    { role: 'association', may: ['request'] },
    { role: 'clinician', may: ['request'] },
    { role: 'suspended', may: [] },
    { role: 'dashboard', may: [] },
    { role: 'admin', may: [] },
    { role: 'dpo', may: [] },
    { role: 'dmp', may: ['document'] },
  ] as const)('$role creates $may', ({ role, may }) => {
    const made = { request, document, plan: newPlan, stay, assessment, consent, team };
    const done = Object.entries(made).filter(
      ([, resource]) => decideOn(given, asking(role, 'given'), make(resource, role), 'create').outcome === 'permit',
    );
    expect(done.map(([name]) => name)).toEqual(may);
  });

  it('who sees the person learns that he may not write; who does not learns nothing (A-15)', () => {
    expect(outcome(given, asking('nurse', 'given'), make(document, 'nurse'), 'create')).toBe('seen, refused');
    expect(outcome(given, asking('outsider', 'given'), make(document, 'outsider'), 'create')).toBe('unseen');
    expect(outcome(factsAbout('opposed'), asking('gp', 'opposed'), make(document, 'gp'), 'create')).toBe('unseen');
  });

  it('anybody asks for support, even of somebody who opposes him: the answer is the same', () => {
    expect(outcome(factsAbout('opposed'), asking('gp', 'opposed'), make(request, 'gp'), 'create')).toBe('REQ');
  });

  it('a professional corrects what he wrote and nobody else’s (A-65)', () => {
    expect(outcome(given, asking('gp', 'given'), make(document, 'gp'), 'update')).toBe('CONS');
    expect(outcome(given, asking('gp2', 'given'), make(document, 'gp'), 'update')).toBe('seen, refused');
    expect(outcome(given, asking('outsider', 'given'), make(document, 'gp'), 'update')).toBe('unseen');
  });

  it('a DMP pushes for a qualified identity, and reads what it pushed', () => {
    const unqualified: Facts = { ...given, patient: { ...given.patient, identity: 'validee' } };
    expect(outcome(unqualified, asking('dmp', 'given'), make(document, 'dmp'), 'create')).toBe('unseen');
    expect(outcome(given, asking('dmp', 'given'), make(document, 'dmp'))).toBe('OWN');
    expect(outcome(given, asking('dmp', 'given'), make(document, 'gp'))).toBe('unseen');
  });

  const task: Task = {
    resourceType: 'Task',
    id: 't1',
    status: 'requested',
    intent: 'order',
    for: subject,
    code: { coding: [{ system: SYSTEM.tache, code: 'relais' }] },
    owner: { reference: asking('outsider', 'given').reference },
  };

  it('a GP outside of the circle answers the relay that is proposed to him, and sees it as a worklist does', () => {
    const item = make(task, 'coordinator');
    const asked = written(given, task, by('coordinator'));
    expect(decideOn(asked, asking('outsider', 'given'), item)).toMatchObject({ basis: 'REQ', filter: { id: 'worklist' } });
    expect(outcome(asked, asking('outsider', 'given'), item, 'event')).toBe('REQ');
    expect(outcome(asked, asking('gp', 'given'), item, 'event')).toBe('seen, refused');
  });

  it('a request of the commune shows it the state, and nothing else (A-56)', () => {
    const item = make({ ...request, requester: { reference: asking('commune', 'given').reference } }, 'commune');
    const asked = written(given, item.resource, item.author);
    expect(decideOn(asked, asking('commune', 'given'), item)).toMatchObject({ basis: 'REQ', filter: { id: 'state' } });
    expect(outcome(asked, asking('commune', 'given'), patient)).toBe('unseen');
  });

  it.each(['gp', 'gp2', 'nurse', 'coordinator'] as const)('%s moves the episode', (role) => {
    expect(outcome(given, asking(role, 'given'), only('EpisodeOfCare', items), 'event')).toBe('CONS');
  });

  it('the médecin traitant acknowledges a letter that reached him without consent (A-22)', () => {
    const episode = only('EpisodeOfCare', itemsOf('none'));
    expect(decideOn(factsAbout('none'), asking('gp', 'none'), episode, 'event')).toMatchObject({ basis: 'ECH', filter: { id: 'header' } });
  });

  it('a minor gives no consent by himself, his mother does (A-24)', () => {
    const facts = factsAbout('minor');
    const act = only('Consent', itemsOf('minor'));
    expect(outcome(facts, asking('patient', 'minor'), act, 'event')).toBe('seen, refused');
    expect(outcome(facts, asking('representative', 'minor'), act, 'event')).toBe('REP');
  });
});

describe('REC: what a person says is recorded whatever the state (A-66)', () => {
  const none = factsAbout('none');
  const act = (change: Partial<Consent>): Consent => ({
    resourceType: 'Consent',
    id: 'c1',
    status: 'active',
    scope: {},
    category: [],
    patient: { reference: `Patient/${none.patient.id}` },
    ...change,
  });
  const accord = act({ provision: { provision: [{ type: 'permit' }] } });
  const withdrawal = act({ status: 'inactive' });
  const opposition = act({
    provision: { provision: [{ type: 'deny', actor: [{ role: {}, reference: { reference: 'PractitionerRole/x' } }] }] },
  });

  it.each([
    { role: 'nurse', records: ['accord', 'withdrawal', 'opposition'] },
    { role: 'social', records: ['accord', 'withdrawal', 'opposition'] },
    { role: 'outsider', records: ['withdrawal', 'opposition'] },
    { role: 'clinician', records: ['withdrawal', 'opposition'] },
    { role: 'suspended', records: [] },
    { role: 'commune', records: [] },
    { role: 'association', records: [] },
    { role: 'hospital', records: [] },
    { role: 'admin', records: [] },
  ] as const)('$role records $records', ({ role, records }) => {
    const acts = { accord, withdrawal, opposition };
    const done = Object.entries(acts).filter(([, consent]) => mayRecordConsent(none, asking(role, 'none'), consent, NOON));
    expect(done.map(([name]) => name)).toEqual(records);
  });

  it('even who is opposed records, and reads nothing of it', () => {
    const opposed = factsAbout('opposed');
    const item = { resource: accord, author: by('gp') };
    expect(mayRecordConsent(opposed, asking('gp', 'opposed'), accord, NOON)).toBe(true);
    expect(outcome(opposed, asking('gp', 'opposed'), item)).toBe('unseen');
  });

  it('a member goes on with what he recorded and with nothing else', () => {
    const own = { resource: accord, author: by('nurse') };
    expect(outcome(none, asking('nurse', 'none'), own)).toBe('unseen');
    expect(outcome(none, asking('nurse', 'none'), own, 'event')).toBe('REC');
    expect(outcome(none, asking('gp2', 'none'), own, 'event')).toBe('unseen');
  });
});

describe('what belongs to no patient', () => {
  const outside = (resource: RelaisResource, author: Item['author'] = { reference: 'Organization/x' }): Item => ({ resource, author });
  const practitioner = outside({ resourceType: 'Practitioner', id: 'p' });
  const figures = (reference: string): Item =>
    outside({ resourceType: 'MeasureReport', status: 'complete', type: 'summary', measure: 'm', period: {}, subject: { reference } });
  const decideOutside = (role: DemoRole, item: Item, interaction: Interaction = 'read') =>
    decide(undefined, { requester: asking(role, 'given'), interaction, traits: traitsOf(item.resource, item.author), at: NOON });

  it.each(['gp', 'nurse', 'hospital', 'patient', 'commune', 'dashboard', 'admin'] as const)('%s reads the directory', (role) => {
    expect(decideOutside(role, practitioner)).toMatchObject({ outcome: 'permit', basis: 'DIR' });
    expect(decideOutside(role, practitioner, 'update').outcome).toBe('deny');
  });

  it.each(['suspended', 'dmp'] as const)('%s does not', (role) => {
    expect(decideOutside(role, practitioner).outcome).toBe('deny');
  });

  it('a subscription is its author’s own', () => {
    const subscription = outside(
      {
        resourceType: 'Subscription',
        status: 'requested',
        reason: 'suivi',
        criteria: 'CarePlan?status=active',
        channel: { type: 'rest-hook' },
      },
      by('gp'),
    );
    expect(decideOutside('gp', subscription)).toMatchObject({ outcome: 'permit' });
    expect(decideOutside('gp', subscription, 'create')).toMatchObject({ outcome: 'permit' });
    expect(decideOutside('gp2', subscription)).toMatchObject({ outcome: 'deny', visible: false });
    expect(decideOutside('patient', subscription, 'create')).toMatchObject({ outcome: 'deny', visible: true });
  });

  it('figures of the network are for its offices, those of a structure for itself (A-25)', () => {
    const hospital = asking('hospital', 'given').structure?.reference ?? '';
    const network = asking('hospital', 'given').network.reference;
    expect(
      (['dashboard', 'coordinator', 'hospital', 'nurse'] as const).map((role) => decideOutside(role, figures(network)).outcome),
    ).toEqual(['permit', 'permit', 'deny', 'deny']);
    expect((['dashboard', 'hospital', 'hospital2'] as const).map((role) => decideOutside(role, figures(hospital)).outcome)).toEqual([
      'deny',
      'permit',
      'deny',
    ]);
  });
});
