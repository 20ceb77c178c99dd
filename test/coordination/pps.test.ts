import type { CarePlan, Goal } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConsentFact } from '../../lib/access/facts.ts';
import { PPS } from '../../lib/coordination/pps/machine.ts';
import { PPS_STATES } from '../../lib/coordination/pps/states.ts';
import { EXTENSION, SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { COORDINATOR, factsWith, GP, INFORMED, NURSE, PATIENT, refusalOf, someone, World } from './world.ts';

const NOW = '2026-03-02T09:00:00.000Z';
const ACCORD = { accordPar: PATIENT, accordComment: 'de vive voix, au domicile', accordLe: '2026-03-01' };
const [gp, nurse] = [someone('gp'), someone('nurse')];

const goal: Goal = {
  resourceType: 'Goal',
  id: 'goal',
  lifecycleStatus: 'active',
  category: [{ coding: [{ system: SYSTEM.categorieObjectif, code: 'projet-de-vie' }] }],
  description: { text: 'Rester chez elle' },
  subject: { reference: PATIENT },
};

function activity(rank: number, performer: string) {
  return {
    extension: [
      { url: EXTENSION.rang, valuePositiveInt: rank },
      { url: EXTENSION.besoin, valueString: 'se soigner' },
    ],
    detail: {
      status: 'not-started' as const,
      description: `activité ${rank}`,
      performer: [{ reference: performer }],
      scheduledPeriod: { start: '2026-03-09' },
    },
  };
}

function plan(over: Partial<CarePlan> = {}): CarePlan {
  return {
    resourceType: 'CarePlan',
    id: 'pps',
    status: 'draft',
    intent: 'plan',
    subject: { reference: PATIENT },
    goal: [{ reference: 'Goal/goal' }],
    activity: [activity(1, NURSE), activity(2, GP)],
    extension: [{ url: EXTENSION.sansVadNiRcp, valueString: 'évaluation faite au cabinet' }],
    ...over,
  };
}

const REF = 'CarePlan/pps';

function drafted(over: Partial<CarePlan> = {}, facts = factsWith()): World {
  const world = new World(NOW, facts, [goal]);
  world.commit(world.create(plan(over)));
  return world;
}

function submitted(over: Partial<CarePlan> = {}, facts = factsWith()): World {
  const world = drafted(over, facts);
  world.did(REF, 'soumettre');
  return world;
}

function ready(facts = factsWith()): World {
  const world = submitted({}, facts);
  world.did(REF, 'donner-avis', { avis: 'accepte', activite: 'a1' }, { by: nurse });
  world.did(REF, 'donner-avis', { avis: 'accepte' }, { by: gp });
  return world;
}

function active(facts = factsWith()): World {
  const world = ready(facts);
  world.did(REF, 'valider', ACCORD);
  return world;
}

function revised(): { readonly world: World; readonly draft: string } {
  const world = active();
  world.did(REF, 'reviser');
  const draft = world.all('CarePlan').find(({ replaces }) => replaces !== undefined)?.id;
  return { world, draft: `CarePlan/${draft}` };
}

describe('a PPS from draft to active (M3)', () => {
  it('begins as a draft whose activities each have a name', () => {
    const world = drafted();
    expect(world.etat(REF)).toBe('brouillon');
    expect(
      world.the('CarePlan').activity?.map(({ extension }) => extension?.find(({ url }) => url === EXTENSION.activiteId)?.valueId),
    ).toEqual(['a1', 'a2']);
  });

  it('submitted, it asks each performer and the médecin traitant, once each', () => {
    const world = submitted();
    expect(world.etat(REF)).toBe('en-concertation');
    expect(world.tasks('avis-pps').map(({ owner, basedOn }) => [owner?.reference, basedOn?.[0]?.reference])).toEqual([
      [NURSE, REF],
      [GP, REF],
    ]);
  });

  it('is ready when everybody was heard, and active with the accord of the person', () => {
    const world = submitted();
    world.did(REF, 'donner-avis', { avis: 'accepte', activite: 'a1' }, { by: nurse });
    expect(world.etat(REF)).toBe('en-concertation');
    world.did(REF, 'donner-avis', { avis: 'modifie' }, { by: gp, reason: 'commencer plus tôt' });
    expect([world.etat(REF), ...world.tasks('avis-pps').map(({ status }) => status)]).toEqual(['pret', 'completed', 'completed']);
    world.did(REF, 'valider', ACCORD);
    expect(world.the('CarePlan')).toMatchObject({
      status: 'active',
      extension: expect.arrayContaining([
        {
          url: EXTENSION.accord,
          extension: [
            { url: 'par', valueReference: { reference: PATIENT } },
            { url: 'comment', valueString: ACCORD.accordComment },
            { url: 'le', valueDateTime: ACCORD.accordLe },
          ],
        },
        { url: EXTENSION.dateRevision, valueDate: '2026-09-02' },
      ]),
    });
    expect(world.tasks('recherche-mt')).toEqual([]);
  });

  it('an activity that its performer declines is stopped', () => {
    const world = submitted();
    world.did(REF, 'donner-avis', { avis: 'decline', activite: 'a1' }, { by: nurse, reason: 'hors secteur' });
    expect(world.the('CarePlan').activity?.[0]?.detail).toMatchObject({ status: 'stopped', statusReason: { text: 'hors secteur' } });
  });

  it('the coordinator records what a performer told her, for his activity', () => {
    const world = submitted();
    world.did(REF, 'donner-avis', { avis: 'accepte', activite: 'a1' });
    expect(world.tasks('avis-pps').map(({ status }) => status)).toEqual(['completed', 'requested']);
  });

  it('who was asked and let five working days pass was informed: the plan may be validated (S1-28)', () => {
    const world = submitted();
    expect(refusalOf(world.send(REF, 'valider', ACCORD))).toMatchObject({ category: 'conflict', allowed: ['donner-avis'] });
    world.now = '2026-03-10T09:00:00.000Z';
    world.did(REF, 'valider', ACCORD);
    expect([world.etat(REF), ...world.tasks('avis-pps').map(({ status }) => status)]).toEqual(['actif', 'cancelled', 'cancelled']);
  });

  it('without a médecin traitant it is validated, and one is looked for (S1-28)', () => {
    const world = submitted({ activity: [activity(1, NURSE)] }, factsWith({ circle: factsWith().circle.slice(1) }));
    world.did(REF, 'donner-avis', { avis: 'accepte' }, { by: nurse });
    world.did(REF, 'valider', ACCORD);
    expect(world.tasks('recherche-mt')).toMatchObject([{ owner: { reference: COORDINATOR }, focus: { reference: REF } }]);
  });

  it('is refused by the person', () => {
    const world = ready();
    world.did(REF, 'refuser');
    expect([world.etat(REF), world.the('CarePlan').status]).toEqual(['refuse-par-la-personne', 'revoked']);
  });

  it('an opinion is given by who was asked, by the person, or by the coordinator', () => {
    const world = submitted();
    expect(refusalOf(world.send(REF, 'donner-avis', { avis: 'accepte' }, { by: someone('social') })).category).toBe('forbidden');
    world.did(REF, 'donner-avis', { avis: 'accepte' }, { by: someone('patient') });
    expect(world.etat(REF)).toBe('en-concertation');
  });
});

describe('what a PPS must have', () => {
  const { scheduledPeriod: _dates, performer: _performer, ...bare } = activity(1, NURSE).detail;

  it.each<{ story: string; over: Partial<CarePlan>; codes: readonly string[] }>([
    { story: 'no projet de vie', over: { goal: [] }, codes: ['projet-de-vie-missing'] },
    { story: 'no activity', over: { activity: [] }, codes: ['activity-missing'] },
    {
      story: 'an activity without rank, need, performer, dates',
      over: { activity: [{ detail: bare }] },
      codes: ['rank-missing', 'need-missing', 'performer-missing', 'dates-missing'],
    },
    { story: 'the same rank twice', over: { activity: [activity(1, NURSE), activity(1, GP)] }, codes: ['rank-twice'] },
    {
      story: 'everything at once',
      over: { goal: [], activity: [{ detail: { ...bare, performer: [{ reference: GP }] } }] },
      codes: ['projet-de-vie-missing', 'rank-missing', 'need-missing', 'dates-missing'],
    },
  ])('to be submitted: $story', ({ over, codes }) => {
    const world = new World(NOW, factsWith(), [goal, { ...plan(over) }]);
    expect(refusalOf(world.send(REF, 'soumettre'))).toMatchObject({ category: 'unprocessable', codes });
  });

  it('a reason replaces a projet de vie that is not expressed', () => {
    const world = submitted({
      goal: [{ reference: 'Goal/none' }],
      extension: [{ url: EXTENSION.projetDeVieNonExprime, valueString: 'ne souhaite pas' }],
    });
    expect(world.etat(REF)).toBe('en-concertation');
  });

  it.each<{ story: string; parameters: Readonly<Record<string, string>>; codes: readonly string[] }>([
    { story: 'nothing said', parameters: {}, codes: ['accord-par-missing', 'accord-comment-missing', 'accord-le-missing'] },
    { story: 'by somebody else', parameters: { ...ACCORD, accordPar: GP }, codes: ['accord-par-missing'] },
    { story: 'tomorrow', parameters: { ...ACCORD, accordLe: '2026-03-03' }, codes: ['accord-le-missing'] },
  ])('to be validated: the accord, $story', ({ parameters, codes }) => {
    expect(refusalOf(ready().send(REF, 'valider', parameters))).toMatchObject({ category: 'unprocessable', codes });
  });

  it.each<{ story: string; consents: readonly ConsentFact[]; kind: 'cpts' | 'dac'; codes: readonly string[] }>([
    { story: 'consent given', consents: [INFORMED], kind: 'cpts', codes: [] },
    { story: 'no consent', consents: [], kind: 'cpts', codes: ['consent-missing'] },
    { story: 'withdrawn', consents: [{ ...INFORMED, state: 'retire' }], kind: 'cpts', codes: ['consent-missing'] },
    { story: 'informed only, in a CPTS', consents: [{ ...INFORMED, state: 'informe' }], kind: 'cpts', codes: ['consent-missing'] },
    { story: 'informed only, in an équipe de soins', consents: [{ ...INFORMED, state: 'informe' }], kind: 'dac', codes: [] },
  ])('the accord to the plan is no consent to share: $story', ({ consents, kind, codes }) => {
    const world = ready();
    world.facts = factsWith({ consents });
    expect(refusalOf(world.send(REF, 'valider', ACCORD, { by: someone('coordinator', kind) })).codes).toEqual(codes);
  });

  it('all unmet guards are told at once, and $events tells them before', () => {
    const world = ready();
    world.facts = factsWith({ consents: [] });
    world.put({
      ...world.the('CarePlan'),
      extension: world.the('CarePlan').extension?.filter(({ url }) => url !== EXTENSION.sansVadNiRcp) ?? [],
    });
    expect(refusalOf(world.send(REF, 'valider')).codes).toEqual([
      'accord-par-missing',
      'accord-comment-missing',
      'accord-le-missing',
      'vad-or-rcp-missing',
      'consent-missing',
    ]);
    expect(world.events(REF)).toEqual(['valider', 'refuser']);
  });

  it('a review date beyond six months is refused', () => {
    const world = ready();
    const dated = { ...world.the('CarePlan') };
    world.put({ ...dated, extension: [...(dated.extension ?? []), { url: EXTENSION.dateRevision, valueDate: '2026-09-03' }] });
    expect(refusalOf(world.send(REF, 'valider', ACCORD)).codes).toEqual(['review-date']);
  });

  it.each(['active', 'completed', 'on-hold'] as const)('a new plan that is already %s is refused', (status) => {
    expect(refusalOf(new World(NOW).create(plan({ status })))).toMatchObject({ category: 'unprocessable', codes: ['state-not-reachable'] });
  });
});

describe('the life of an active PPS', () => {
  it.each([
    { event: 'realiser-activite', reason: undefined, status: 'completed' },
    { event: 'reporter-activite', reason: 'absente', status: 'on-hold' },
    { event: 'abandonner-activite', reason: 'plus utile', status: 'cancelled' },
  ])('$event makes the activity $status in the same plan', ({ event, reason, status }) => {
    const world = active();
    world.did(REF, event, { activite: '2' }, reason ? { reason } : {});
    expect(world.the('CarePlan').activity?.map(({ detail }) => detail?.status)).toEqual(['not-started', status]);
    expect(world.etat(REF)).toBe('actif');
  });

  it.each([
    { event: 'realiser-activite', parameters: { activite: 'a9' }, codes: ['activity-unknown'] },
    { event: 'realiser-activite', parameters: {}, codes: ['activity-unknown'] },
    { event: 'abandonner-activite', parameters: {}, codes: ['reason-missing', 'activity-unknown'] },
  ])('$event with $parameters is refused: $codes', ({ event, parameters, codes }) => {
    expect(refusalOf(active().send(REF, event, { ...parameters }))).toMatchObject({ category: 'unprocessable', codes });
  });

  it('an activity that is done does not move any more', () => {
    const world = active();
    world.did(REF, 'realiser-activite', { activite: 'a1' });
    expect(refusalOf(world.send(REF, 'reporter-activite', { activite: 'a1' }, { reason: 'x' })).codes).toEqual(['activity-over']);
  });

  it('is suspended, taken up again, closed with its reason, and opened again as a new plan', () => {
    const world = active();
    expect(refusalOf(world.send(REF, 'suspendre')).codes).toEqual(['reason-missing']);
    world.did(REF, 'suspendre', {}, { reason: 'hospitalisation' });
    expect(world.the('CarePlan')).toMatchObject({ status: 'on-hold', note: [{ text: 'hospitalisation' }] });
    world.did(REF, 'reprendre');
    world.did(REF, 'cloturer', {}, { reason: 'objectifs atteints' });
    expect(world.the('CarePlan')).toMatchObject({ status: 'completed', period: { end: NOW } });
    const { carrier } = world.did(REF, 'rouvrir');
    expect([world.etat(REF), carrier]).toMatchObject(['cloture', { status: 'draft', basedOn: [{ reference: REF }] }]);
  });
});

describe('a revision', () => {
  it('is a second plan that replaces the first, which goes on', () => {
    const { world, draft } = revised();
    expect([world.etat(REF), world.the('CarePlan', 'pps').status, world.etat(draft)]).toEqual(['en-revision', 'active', 'brouillon']);
    world.did(REF, 'realiser-activite', { activite: 'a1' });
    expect(world.the('CarePlan', 'pps').activity?.[0]?.detail?.status).toBe('completed');
  });

  it.each(['the revision', 'the plan under revision'])(
    'validated by an event on %s, becomes active and revokes the old one in one go',
    (carrier) => {
      const { world, draft } = revised();
      world.did(REF, 'realiser-activite', { activite: 'a1' });
      const { writes } = world.did(carrier === 'the revision' ? draft : REF, 'valider', ACCORD);
      expect(writes.filter(({ resourceType }) => resourceType === 'CarePlan')).toHaveLength(2);
      expect([world.etat(draft), world.the('CarePlan', 'pps').status]).toEqual(['actif', 'revoked']);
      expect(world.the('CarePlan', draft.split('/')[1]).activity?.[0]?.detail?.status).toBe('completed');
      expect(world.events(REF)).toEqual([]);
    },
  );

  it('posted as a draft that replaces an active plan begins the same way; a second one is a conflict', () => {
    const world = active();
    const draft = plan({ id: 'v2', replaces: [{ reference: REF }] });
    world.commit(world.create(draft));
    expect([world.etat(REF), world.etat('CarePlan/v2')]).toEqual(['en-revision', 'brouillon']);
    expect(refusalOf(world.create({ ...draft, id: 'v3' }))).toMatchObject({ category: 'conflict', codes: ['revision-exists'] });
  });

  it.each([
    { story: 'an unknown plan', replaces: 'CarePlan/nobody', codes: ['replaces-unknown'] },
    { story: 'a draft', replaces: REF, codes: ['replaces-not-active'] },
  ])('of $story is refused', ({ replaces, codes }) => {
    expect(refusalOf(drafted().create(plan({ id: 'v2', replaces: [{ reference: replaces }] }))).codes).toEqual(codes);
  });

  it('refused by the person leaves the plan as it was', () => {
    const { world, draft } = revised();
    world.did(draft, 'refuser');
    expect([world.etat(REF), world.etat(draft)]).toEqual(['actif', 'refuse-par-la-personne']);
  });

  it('must be complete like a new plan', () => {
    const { world, draft } = revised();
    world.put({ ...world.the('CarePlan', draft.split('/')[1]), goal: [] });
    expect(refusalOf(world.send(draft, 'valider', ACCORD)).codes).toEqual(['projet-de-vie-missing']);
  });
});

describe('PUT goes through the same machine', () => {
  it('a draft is edited freely', () => {
    const world = drafted();
    world.commit(world.update({ ...world.the('CarePlan'), title: 'Retour à domicile' }));
    expect([world.the('CarePlan').title, world.etat(REF)]).toEqual(['Retour à domicile', 'brouillon']);
  });

  it('a body that says active and carries the accord is valider', () => {
    const world = ready();
    const accord = {
      url: EXTENSION.accord,
      extension: [
        { url: 'par', valueReference: { reference: PATIENT } },
        { url: 'comment', valueString: 'écrit' },
        { url: 'le', valueDateTime: '2026-03-01' },
      ],
    };
    const before = world.the('CarePlan');
    expect(refusalOf(world.update({ ...before, status: 'active' })).codes).toContain('accord-par-missing');
    world.commit(world.update({ ...before, status: 'active', extension: [...(before.extension ?? []), accord] }));
    expect(world.etat(REF)).toBe('actif');
  });

  it('the content of an active plan is frozen, the progress of its activities is not', () => {
    const world = active();
    const before = world.the('CarePlan');
    expect(refusalOf(world.update({ ...before, title: 'autre' }))).toMatchObject({ category: 'conflict', codes: ['body-frozen'] });
    const done = (before.activity ?? []).map((one) =>
      one.detail ? { ...one, detail: { ...one.detail, status: 'completed' as const } } : one,
    );
    world.commit(world.update({ ...before, activity: done }));
    expect(world.the('CarePlan').activity?.every(({ detail }) => detail?.status === 'completed')).toBe(true);
  });

  it('an activity is not postponed without a reason, nor undone', () => {
    const world = active();
    const withStatus = (status: 'on-hold' | 'not-started'): CarePlan => ({
      ...world.the('CarePlan'),
      activity: (world.the('CarePlan').activity ?? []).map((one) => (one.detail ? { ...one, detail: { ...one.detail, status } } : one)),
    });
    expect(refusalOf(world.update(withStatus('on-hold'))).codes).toEqual(['reason-missing', 'reason-missing']);
    world.did(REF, 'realiser-activite', { activite: 'a1' });
    expect(refusalOf(world.update(withStatus('not-started')))).toMatchObject({ category: 'conflict' });
  });

  it('a state that no event reaches from here is a conflict with the allowed events', () => {
    const world = drafted();
    expect(refusalOf(world.update({ ...world.the('CarePlan'), status: 'active' }))).toEqual({
      category: 'conflict',
      codes: ['event-not-allowed'],
      allowed: ['soumettre'],
    });
  });
});

describe('whatever is sent to a PPS', () => {
  const events = [...new Set(PPS.transitions.map(({ event }) => event))];
  const states = new Set(PPS_STATES.map(({ code }) => code));

  it('no sequence of events leaves a state outside the table, and what is not allowed is a conflict that says what is', () => {
    const sent = fc.record({
      event: fc.constantFrom(...events),
      who: fc.constantFrom('coordinator', 'gp', 'nurse', 'patient'),
      on: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 14 }), (story) => {
        const world = drafted();
        for (const { event, who, on } of story) {
          const plans = world.all('CarePlan');
          const carrier = plans[on % plans.length];
          if (!carrier) continue;
          const ref = `CarePlan/${carrier.id}`;
          const by = someone(who);
          const here = world.events(ref, by);
          const result = world.send(ref, event, { ...ACCORD, avis: 'accepte', activite: 'a1' }, { by, reason: 'motif' });
          const isListed = here.includes(event);
          expect(
            !result.ok && result.refusals[0].category === 'conflict' ? [isListed, result.refusals[0].allowed?.includes(event)] : isListed,
          ).toEqual(refusalOf(result).category === 'conflict' ? [false, false] : refusalOf(result).category !== 'forbidden');
          if (result.ok) world.commit(result);
          for (const one of world.all('CarePlan')) expect(states).toContain(world.etat(`CarePlan/${one.id}`));
          const running = world.all('CarePlan').filter(({ status }) => status === 'active');
          const replaced = running.flatMap(({ replaces = [] }) => replaces.map(({ reference }) => reference));
          expect(running.filter(({ id }) => replaced.includes(`CarePlan/${id}`))).toEqual([]);
        }
      }),
      { numRuns: 120 },
    );
  });

  it.each(PPS.transitions.map(({ event, from, next }) => ({ event, from, next })))(
    '$event leads from $from to a state of the table: $next',
    ({ from, next }) => {
      expect([...from, next].filter((code) => !states.has(code))).toEqual([]);
    },
  );
});
