import type { ServiceRequest, Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../lib/access/requester.ts';
import { REFERRAL } from '../../lib/coordination/referral/machine.ts';
import { REFERRAL_STATES } from '../../lib/coordination/referral/states.ts';
import { EXTENSION, SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { COORDINATOR, factsWith, HOSPITAL, INFORMED, NURSE, PATIENT, refusalOf, someone, World } from './world.ts';

/** Monday 2 March 2026. */
const NOW = '2026-03-02T09:00:00.000Z';
const [hospital, gp, nurse] = [someone('hospital'), someone('gp'), someone('nurse')];

function request(over: Partial<ServiceRequest> = {}): ServiceRequest {
  return {
    resourceType: 'ServiceRequest',
    id: 'sr',
    status: 'active',
    intent: 'order',
    subject: { reference: PATIENT },
    reasonCode: [{ text: 'retour à domicile difficile' }],
    ...over,
  };
}

function asked(): { readonly world: World; readonly ref: string } {
  const world = new World(NOW);
  world.commit(world.create(request(), hospital));
  return { world, ref: `Task/${world.tasks('demande-appui')[0]?.id}` };
}

const events: Readonly<
  Record<string, { readonly parameters?: Readonly<Record<string, string>>; readonly reason?: string; readonly by?: Role }>
> = {
  refuser: { reason: 'hors-mission' },
  reorienter: { reason: 'autre dispositif' },
  'demander-complement': { reason: 'adresse' },
  'classer-sans-suite': { reason: 'sans réponse' },
  annuler: { reason: 'erreur', by: 'hospital' },
  completer: { by: 'hospital' },
  'choisir-niveau': { parameters: { niveau: 'coordination' } },
  'proposer-relais': { parameters: { destinataire: NURSE } },
  'accepter-relais': { by: 'nurse' },
  'refuser-relais': { by: 'nurse', reason: 'absente' },
  cloturer: { reason: 'objectifs atteints' },
  suspendre: { reason: 'hospitalisation' },
  rouvrir: { reason: 'nouveau besoin' },
};

function does(world: World, ref: string, ...story: readonly string[]): void {
  for (const event of story) {
    const { parameters = {}, reason, by = 'coordinator' } = events[event] ?? {};
    world.did(ref, event, parameters, { by: someone(by), ...(reason ? { reason } : {}) });
  }
}

const TO_PROGRESS = ['accuser-reception', 'accepter', 'choisir-niveau'];

describe('a demande d’appui is asked (M1)', () => {
  it.each(['hospital', 'gp', 'patient'] as const)('by %s: the coordinator gets its Task, due the next working day', (role) => {
    const by = someone(role);
    const world = new World(NOW);
    const { carrier } = world.commit(world.create(request(), by));
    expect(carrier).toMatchObject({ resourceType: 'ServiceRequest', status: 'active', requester: { reference: by.reference } });
    expect(world.tasks('demande-appui')).toMatchObject([
      {
        status: 'requested',
        businessStatus: { coding: [{ system: SYSTEM.etat, code: 'envoyee' }] },
        owner: { reference: COORDINATOR },
        focus: { reference: 'ServiceRequest/sr' },
        restriction: { period: { end: '2026-03-03T22:59:59.000Z' } },
      },
    ]);
  });

  it('a draft waits for its author, and is sent by becoming active', () => {
    const world = new World(NOW);
    world.commit(world.create(request({ status: 'draft' }), gp));
    expect([world.etat('ServiceRequest/sr'), world.tasks('demande-appui').length]).toEqual(['brouillon', 0]);
    world.commit(world.update({ ...world.the('ServiceRequest'), status: 'active' }, gp));
    expect([world.etat('ServiceRequest/sr'), world.tasks('demande-appui').length]).toEqual(['envoyee', 1]);
  });

  it.each<{ story: string; body: ServiceRequest; code: string }>([
    {
      story: 'without a motive',
      body: { resourceType: 'ServiceRequest', id: 'sr', status: 'active', intent: 'order', subject: { reference: PATIENT } },
      code: 'motive-missing',
    },
    { story: 'in a state that no event reaches', body: request({ status: 'completed' }), code: 'state-not-reachable' },
  ])('$story it is refused', ({ body, code }) => {
    expect(refusalOf(new World(NOW).create(body, gp))).toMatchObject({ category: 'unprocessable', codes: [code] });
  });

  it('a second Task for the same request is a conflict', () => {
    const { world } = asked();
    const [task] = world.tasks('demande-appui');
    if (!task) throw new Error('no task');
    const { businessStatus: _etat, ...twin } = task;
    expect(refusalOf(world.create({ ...twin, id: 'twin' }))).toMatchObject({ category: 'conflict', codes: ['referral-duplicate'] });
  });
});

describe('the way of a demande d’appui', () => {
  it.each<{ story: readonly string[]; state: string; task: Task['status']; request: ServiceRequest['status'] }>([
    { story: ['accuser-reception'], state: 'recue', task: 'received', request: 'active' },
    { story: ['annuler'], state: 'annulee', task: 'cancelled', request: 'revoked' },
    { story: ['accuser-reception', 'demander-complement'], state: 'en-attente-de-complement', task: 'on-hold', request: 'on-hold' },
    { story: ['accuser-reception', 'demander-complement', 'completer'], state: 'recue', task: 'received', request: 'active' },
    {
      story: ['accuser-reception', 'demander-complement', 'classer-sans-suite'],
      state: 'classee-sans-suite',
      task: 'cancelled',
      request: 'revoked',
    },
    { story: ['accuser-reception', 'reorienter'], state: 'reorientee', task: 'rejected', request: 'revoked' },
    { story: ['accuser-reception', 'refuser'], state: 'refusee', task: 'rejected', request: 'revoked' },
    { story: ['accuser-reception', 'accepter'], state: 'acceptee', task: 'accepted', request: 'active' },
    { story: TO_PROGRESS, state: 'en-cours', task: 'in-progress', request: 'active' },
    { story: [...TO_PROGRESS, 'choisir-niveau'], state: 'en-cours', task: 'in-progress', request: 'active' },
    { story: [...TO_PROGRESS, 'suspendre'], state: 'suspendue', task: 'on-hold', request: 'on-hold' },
    { story: [...TO_PROGRESS, 'suspendre', 'reprendre'], state: 'en-cours', task: 'in-progress', request: 'active' },
    { story: [...TO_PROGRESS, 'suspendre', 'cloturer'], state: 'cloturee', task: 'completed', request: 'completed' },
    { story: [...TO_PROGRESS, 'cloturer'], state: 'cloturee', task: 'completed', request: 'completed' },
    { story: [...TO_PROGRESS, 'cloturer', 'rouvrir'], state: 'recue', task: 'received', request: 'active' },
    { story: [...TO_PROGRESS, 'proposer-relais'], state: 'relais-propose', task: 'in-progress', request: 'active' },
    { story: [...TO_PROGRESS, 'proposer-relais', 'refuser-relais'], state: 'en-cours', task: 'in-progress', request: 'active' },
    { story: [...TO_PROGRESS, 'proposer-relais', 'accepter-relais'], state: 'transferee', task: 'completed', request: 'completed' },
  ])('$story: $state', ({ story, state, task, request: followed }) => {
    const { world, ref } = asked();
    does(world, ref, ...story);
    expect([
      world.etat(ref),
      world.tasks('demande-appui')[0]?.status,
      world.the('ServiceRequest').status,
      world.etat('ServiceRequest/sr'),
    ]).toEqual([state, task, followed, state]);
  });

  it('the sender stays responsible until the receiver accepts (S2-14)', () => {
    const { world, ref } = asked();
    does(world, ref, ...TO_PROGRESS, 'proposer-relais');
    expect(world.tasks('demande-appui')[0]?.owner).toEqual({ reference: COORDINATOR });
    expect(world.tasks('relais')).toMatchObject([{ status: 'requested', owner: { reference: NURSE } }]);
    does(world, ref, 'accepter-relais');
    expect([world.tasks('demande-appui')[0]?.owner, world.tasks('relais')[0]?.status]).toEqual([{ reference: NURSE }, 'completed']);
  });

  it('the level of answer stands on the Task', () => {
    const { world, ref } = asked();
    does(world, ref, ...TO_PROGRESS);
    expect(world.tasks('demande-appui')[0]?.extension).toContainEqual({
      url: EXTENSION.niveauReponse,
      valueCoding: { system: SYSTEM.niveauReponse, code: 'coordination' },
    });
  });
});

describe('what a demande d’appui refuses', () => {
  it.each([
    { story: [], event: 'accepter', allowed: ['accuser-reception', 'annuler'] },
    { story: ['accuser-reception'], event: 'cloturer', allowed: ['accepter', 'demander-complement', 'reorienter', 'refuser'] },
    { story: [...TO_PROGRESS], event: 'accepter', allowed: ['choisir-niveau', 'proposer-relais', 'cloturer', 'suspendre'] },
  ])('$event after $story is a conflict that names the allowed events', ({ story, event, allowed }) => {
    const { world, ref } = asked();
    does(world, ref, ...story);
    expect(refusalOf(world.send(ref, event, {}, { reason: 'x' }))).toEqual({ category: 'conflict', codes: ['event-not-allowed'], allowed });
  });

  it.each([
    { reason: undefined, codes: ['reason-missing'] },
    { reason: 'trop-grave', codes: ['reason-not-in-list'] },
    { reason: 'hors-territoire', codes: [] },
  ])('a refusal for $reason: never for severity (S1-15)', ({ reason, codes }) => {
    const { world, ref } = asked();
    does(world, ref, 'accuser-reception');
    expect(refusalOf(world.send(ref, 'refuser', {}, reason ? { reason } : {})).codes).toEqual(codes);
  });

  it.each([
    { event: 'choisir-niveau', parameters: {}, codes: ['niveau-unknown'] },
    { event: 'choisir-niveau', parameters: { niveau: 'maximum' }, codes: ['niveau-unknown'] },
    { event: 'proposer-relais', parameters: {}, codes: ['destinataire-missing'] },
  ])('$event with $parameters', ({ event, parameters, codes }) => {
    const { world, ref } = asked();
    does(world, ref, ...TO_PROGRESS);
    expect(refusalOf(world.send(ref, event, { ...parameters }))).toMatchObject({ category: 'unprocessable', codes });
  });

  it('a relay to whom the person opposes, and of a person who was not informed: every unmet guard at once', () => {
    const { world, ref } = asked();
    does(world, ref, ...TO_PROGRESS);
    world.facts = factsWith({ consents: [{ ...INFORMED, informed: false, kind: 'opposition', deniedActors: [NURSE] }] });
    expect(refusalOf(world.send(ref, 'proposer-relais', { destinataire: NURSE })).codes).toEqual([
      'destinataire-not-covered',
      'information-not-recorded',
    ]);
  });

  it.each([
    { event: 'accuser-reception', by: nurse },
    { event: 'annuler', by: gp },
  ])('$event is not sent by anybody', ({ event, by }) => {
    const { world, ref } = asked();
    expect(refusalOf(world.send(ref, event, {}, { by, reason: 'x' })).category).toBe('forbidden');
    expect(world.events(ref, by)).not.toContain(event);
  });

  it('a closed one is not opened again after thirty days', () => {
    const { world, ref } = asked();
    does(world, ref, ...TO_PROGRESS, 'cloturer');
    world.now = '2026-04-02T09:00:00.000Z';
    expect(refusalOf(world.send(ref, 'rouvrir', {}, { reason: 'x' })).codes).toEqual(['ended-too-long-ago']);
  });
});

describe('PUT of a demande d’appui is the event', () => {
  it('a status that one event reaches', () => {
    const { world, ref } = asked();
    const [task] = world.tasks('demande-appui');
    if (!task) throw new Error('no task');
    world.commit(world.update({ ...task, status: 'received' }));
    expect([world.etat(ref), world.etat('ServiceRequest/sr')]).toEqual(['recue', 'recue']);
  });

  it('a status that none reaches is a conflict with the allowed events', () => {
    const { world } = asked();
    const [task] = world.tasks('demande-appui');
    if (!task) throw new Error('no task');
    expect(refusalOf(world.update({ ...task, status: 'completed' }))).toEqual({
      category: 'conflict',
      codes: ['event-not-allowed'],
      allowed: ['accuser-reception', 'annuler'],
    });
  });

  it('the request follows its Task and is not moved by itself', () => {
    const { world } = asked();
    expect(refusalOf(world.update({ ...world.the('ServiceRequest'), status: 'completed' })).codes).toEqual(['follows-its-task']);
  });
});

describe('whatever is sent to a demande d’appui', () => {
  const slugs = [...new Set(REFERRAL.transitions.map(({ event }) => event))];
  const rows = new Map(REFERRAL_STATES.map((row) => [row.code, row]));

  it('Task and request never leave the table, nor each other', () => {
    const sent = fc.record({ event: fc.constantFrom(...slugs), who: fc.constantFrom<Role>('coordinator', 'hospital', 'nurse', 'gp') });
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 16 }), (story) => {
        const { world, ref } = asked();
        for (const { event, who } of story) {
          const { parameters = {}, reason = 'hors-mission' } = events[event] ?? {};
          const result = world.send(ref, event, parameters, { by: someone(who), reason });
          if (result.ok) world.commit(result);
          const row = rows.get(world.etat(ref) ?? '');
          expect([world.tasks('demande-appui')[0]?.status, world.the('ServiceRequest').status]).toEqual([row?.status, row?.request]);
        }
      }),
      { numRuns: 120 },
    );
  });

  it('the hospital is the one who asked', () => {
    expect(asked().world.the('ServiceRequest').requester).toEqual({ reference: HOSPITAL });
  });
});
