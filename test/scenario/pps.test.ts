import type { CarePlan, CarePlanActivity, Goal, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etatOf } from '../../lib/coordination/etat.ts';
import { taskCodeOf } from '../../lib/coordination/tasks.ts';
import { EXTENSION, SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { instantOf, parisDay } from '../../lib/platform/instant.ts';
import { allowedIn, event, rulesIn } from '../support/coordination.ts';
import { type Answer, matchesIn, resourceIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

describe('a plan personnalisé de santé (PPS)', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.stop());

  const today = (): string => parisDay(instantOf(Date.now()));
  const activity = (name: string, rank: number, performer: string, goal: string): CarePlanActivity => ({
    extension: [
      { url: EXTENSION.activiteId, valueId: name },
      { url: EXTENSION.rang, valuePositiveInt: rank },
    ],
    detail: {
      status: 'scheduled',
      code: { text: name },
      goal: [{ reference: goal }],
      scheduledString: 'chaque semaine',
      performer: [{ reference: performer }],
    },
  });
  const coordinator = () => service.fhir('coordinator');
  /** A plan that could be submitted, with its projet de vie. */
  const draft = async (reference: string, over: Partial<CarePlan> = {}): Promise<Answer> => {
    const goal: Goal = {
      resourceType: 'Goal',
      lifecycleStatus: 'proposed',
      category: [{ coding: [{ system: SYSTEM.categorieObjectif, code: 'projet-de-vie' }] }],
      description: { text: 'Retourner au jardin' },
      subject: { reference },
    };
    const made = resourceIn('Goal', await coordinator().post('Goal', goal));
    const { roles } = service.demo;
    return coordinator().post('CarePlan', {
      resourceType: 'CarePlan',
      extension: [{ url: EXTENSION.sansVadNiRcp, valueString: 'Vue à l’hôpital' }],
      status: 'draft',
      intent: 'plan',
      subject: { reference },
      goal: [{ reference: `Goal/${made.id}` }],
      activity: [
        activity('soins', 1, roles.nurse.reference, `Goal/${made.id}`),
        activity('droits', 2, roles.social.reference, `Goal/${made.id}`),
      ],
      ...over,
    });
  };
  const send = (role: string, plan: Pick<CarePlan, 'id'>, ...[slug, values]: Parameters<typeof event>): Promise<Answer> =>
    service.fhir(role).post(`CarePlan/${plan.id}/$event`, event(slug, values));
  const stateAfter = (answer: Answer): readonly unknown[] => [
    answer.status,
    answer.status === 200 && etatOf(resourceIn('CarePlan', answer)),
  ];
  const accord = (reference: string) => ({
    accordPar: { valueReference: { reference } },
    accordComment: { valueString: 'oral, au domicile' },
    accordLe: { valueDate: today() },
  });
  const planOf = async (id: string | undefined): Promise<CarePlan> => resourceIn('CarePlan', await coordinator().get(`CarePlan/${id}`));
  const currentOf = async (reference: string): Promise<CarePlan> => {
    const [plan, ...others] = matchesIn('CarePlan', await coordinator().get(`CarePlan?patient=${reference}&status=active`));
    if (!plan || others.length > 0) throw new Error(`one active plan was expected for ${reference}`);
    return plan;
  };
  /** Who is asked for an opinion on it. */
  const asked = async (plan: CarePlan): Promise<readonly Task[]> => {
    const tasks = matchesIn('Task', await coordinator().get(`Task?patient=${plan.subject.reference}&status=requested`));
    return tasks.filter((task) => taskCodeOf(task) === 'avis-pps' && task.focus?.reference === `CarePlan/${plan.id}`);
  };

  it('is created, submitted, discussed and validated with the accord of the person', async () => {
    const { reference } = service.demo.patients.given;
    const { roles } = service.demo;
    const created = await draft(reference);
    expect([created.status, etatOf(resourceIn('CarePlan', created))]).toEqual([201, 'brouillon']);
    const plan = resourceIn('CarePlan', created);
    expect(stateAfter(await send('coordinator', plan, 'soumettre'))).toEqual([200, 'en-concertation']);
    const owners = (await asked(plan)).map(({ owner }) => owner?.reference);
    expect([owners.length, new Set(owners)]).toEqual([3, new Set([roles.gp, roles.nurse, roles.social].map((role) => role.reference))]);
    const early = await send('coordinator', plan, 'valider', accord(reference));
    expect([early.status, rulesIn(early)]).toEqual([409, ['event-not-allowed']]);
    expect(allowedIn(early)).toEqual(['donner-avis']);
    const unknown = await send('nurse', plan, 'donner-avis', { avis: { valueCode: 'bof' } });
    expect([unknown.status, rulesIn(unknown)]).toEqual([422, ['avis-unknown']]);
  });

  it('is its author’s and theirs who have a part in it while it is a draft, and the circle’s once it is active', async () => {
    const { reference } = service.demo.patients.nomt;
    const plan = resourceIn('CarePlan', await draft(reference));
    const readers = async (): Promise<readonly string[]> => {
      const roles = ['coordinator', 'nurse', 'social', 'gp2', 'outsider', 'hospital2'];
      const statuses = await Promise.all(roles.map(async (role) => (await service.fhir(role).get(`CarePlan/${plan.id}`)).status));
      return roles.filter((_role, index) => statuses[index] === 200);
    };
    expect(await readers()).toEqual(['coordinator', 'nurse', 'social']);
    expect(stateAfter(await send('coordinator', plan, 'soumettre'))).toEqual([200, 'en-concertation']);
    for (const role of ['nurse', 'social']) {
      const answer = await send(role, plan, 'donner-avis', { avis: { valueCode: 'accepte' } });
      expect([role, answer.status]).toEqual([role, 200]);
    }
    expect(etatOf(await planOf(plan.id))).toBe('pret');
    const unsaid = await send('coordinator', plan, 'valider');
    expect([unsaid.status, rulesIn(unsaid)]).toEqual([422, ['accord-par-missing', 'accord-comment-missing', 'accord-le-missing']]);
    const validated = await send('coordinator', plan, 'valider', accord(reference));
    expect([...stateAfter(validated), resourceIn('CarePlan', validated).status]).toEqual([200, 'actif', 'active']);
    expect(resourceIn('CarePlan', validated).extension?.some(({ url }) => url === EXTENSION.dateRevision)).toBe(true);
    expect(await readers()).toEqual(['coordinator', 'nurse', 'social', 'gp2']);
  });

  it('is not submitted while it is incomplete: 422 with everything that is missing', async () => {
    const { reference } = service.demo.patients.given;
    const { extension: _extension, ...bare } = activity('seule', 1, service.demo.roles.nurse.reference, '');
    const incomplete = { ...bare, detail: { status: 'scheduled' as const, code: { text: 'seule' } } };
    const plan = resourceIn(
      'CarePlan',
      await coordinator().post('CarePlan', {
        resourceType: 'CarePlan',
        status: 'draft',
        intent: 'plan',
        subject: { reference },
        activity: [incomplete],
      }),
    );
    const answer = await send('coordinator', plan, 'soumettre');
    expect([answer.status, rulesIn(answer)]).toEqual([
      422,
      ['projet-de-vie-missing', 'rank-missing', 'need-missing', 'performer-missing', 'dates-missing'],
    ]);
  });

  it('is born a draft: 422 to a POST in a state that no event reaches', async () => {
    const answer = await draft(service.demo.patients.given.reference, { status: 'active' });
    expect([answer.status, rulesIn(answer)]).toEqual([422, ['state-not-reachable']]);
  });

  it('is revised by a second plan, which takes its place in one transaction', async () => {
    const { reference } = service.demo.patients.limited;
    const former = await currentOf(reference);
    expect(stateAfter(await send('coordinator', former, 'reviser'))).toEqual([200, 'en-revision']);
    const drafts = matchesIn('CarePlan', await coordinator().get(`CarePlan?patient=${reference}&status=draft`));
    const revision = drafts.find(({ replaces }) => replaces?.[0]?.reference === `CarePlan/${former.id}`);
    expect(revision && etatOf(revision)).toBe('brouillon');
    // The circle works with the former one until then.
    expect((await service.fhir('gp2').get(`CarePlan/${former.id}`)).status).toBe(200);
    expect((await service.fhir('gp2').get(`CarePlan/${revision?.id}`)).status).toBe(404);
    const validated = await send('coordinator', revision ?? {}, 'valider', accord(reference));
    expect(stateAfter(validated)).toEqual([200, 'actif']);
    const [now, before] = [resourceIn('CarePlan', validated), await planOf(former.id)];
    expect([before.status, etatOf(before)]).toEqual(['revoked', 'cloture']);
    expect(now.meta?.lastUpdated).toBe(before.meta?.lastUpdated);
    expect((await currentOf(reference)).id).toBe(revision?.id);
  });

  it('keeps being one plan while its activities progress', async () => {
    const plan = await currentOf(service.demo.patients.opposed.reference);
    const done = await send('nurse', plan, 'realiser-activite', { activite: { valueString: 'activite-nurse' } });
    expect(stateAfter(done)).toEqual([200, 'actif']);
    const after = await planOf(plan.id);
    expect([after.id, after.meta?.versionId]).toEqual([plan.id, String(Number(plan.meta?.versionId) + 1)]);
    const statusOf = ({ activity = [] }: CarePlan, rank: number) => activity[rank]?.detail?.status;
    const index = (after.activity ?? []).findIndex(
      ({ detail }) => detail?.performer?.[0]?.reference === service.demo.roles.nurse.reference,
    );
    expect([statusOf(plan, index), statusOf(after, index)]).toEqual(['in-progress', 'completed']);
    const again = await send('nurse', plan, 'realiser-activite', { activite: { valueString: 'activite-nurse' } });
    expect([again.status, rulesIn(again)]).toEqual([422, ['activity-over']]);
    const unexplained = await send('coordinator', plan, 'abandonner-activite', { activite: { valueString: 'activite-social' } });
    expect([unexplained.status, rulesIn(unexplained)]).toEqual([422, ['reason-missing']]);
  });

  describe('under two hands', () => {
    it('refuses who writes over a version that he has not read: 412', async () => {
      const plan = await currentOf(service.demo.patients.given.reference);
      const version = { 'if-match': `W/"${plan.meta?.versionId}"` };
      const progress = event('reporter-activite', { activite: { valueString: 'activite-social' }, reason: { valueString: 'congés' } });
      expect((await coordinator().post(`CarePlan/${plan.id}/$event`, progress, version)).status).toBe(200);
      const stale = await coordinator().post(`CarePlan/${plan.id}/$event`, progress, version);
      expect([stale.status, rulesIn(stale)]).toEqual([412, ['stale-version']]);
      expect([(await coordinator().put(`CarePlan/${plan.id}`, plan, version)).status]).toEqual([412]);
      const patch = [{ op: 'replace', path: '/title', value: 'x' }];
      expect((await coordinator().patch(`CarePlan/${plan.id}`, patch, version)).status).toBe(412);
    });

    it('lets one of two writers of the same version win, and writes nothing of the other', async () => {
      const { reference } = service.demo.patients.minor;
      const plan = await currentOf(reference);
      const version = { 'if-match': `W/"${plan.meta?.versionId}"` };
      const reasons = ['grippe', 'neige'];
      const answers = await Promise.all(
        reasons.map((valueString) =>
          coordinator().post(`CarePlan/${plan.id}/$event`, event('suspendre', { reason: { valueString } }), version),
        ),
      );
      const [lost, ...others] = answers.filter(({ status }) => status !== 200);
      expect([others, answers.length]).toEqual([[], 2]);
      expect([409, 412]).toContain(lost?.status);
      const after = await planOf(plan.id);
      expect([after.meta?.versionId, etatOf(after)]).toEqual([String(Number(plan.meta?.versionId) + 1), 'suspendu']);
      const won = reasons[answers.findIndex(({ status }) => status === 200)];
      expect(after.note?.map(({ text }) => text)).toEqual([won]);
    });

    it('lets two revisions begin as one', async () => {
      const { reference } = service.demo.patients.given;
      const plan = await currentOf(reference);
      const answers = await Promise.all([1, 2].map(() => send('coordinator', plan, 'reviser')));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
      const drafts = matchesIn('CarePlan', await coordinator().get(`CarePlan?patient=${reference}&status=draft`));
      expect(drafts.filter(({ replaces }) => replaces?.[0]?.reference === `CarePlan/${plan.id}`)).toHaveLength(1);
    });
  });
});
