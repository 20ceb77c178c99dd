import type { ServiceRequest, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etatOf } from '../../lib/coordination/etat.ts';
import { OID_SYSTEM, SUBSETTED, SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { instantOf, shift } from '../../lib/platform/instant.ts';
import { allowedIn, event, request, rulesIn } from '../support/coordination.ts';
import { adt, mustTake, stranger } from '../support/hospital.ts';
import { type Answer, bundleIn, matchesIn, resourceIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

const CORE = { status: 'active', intent: 'order', resourceType: 'ServiceRequest' };

describe('a demande d’appui', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.stop());

  const ask = (role: string, body: ServiceRequest, alias?: string): Promise<Answer> =>
    service.fhir(role, alias ? { alias } : undefined).post('ServiceRequest', body);
  /** The task that the network works on, as the coordinator finds it. */
  const taskOf = async (asked: Answer): Promise<Task> => {
    const id = /ServiceRequest\/([^/]+)/.exec(asked.headers.get('location') ?? '')?.[1];
    const owner = service.demo.roles.coordinator.reference;
    const tasks = matchesIn('Task', await service.fhir('coordinator').get(`Task?owner=${owner}&code=demande-appui&_count=100`));
    const task = tasks.find(({ focus }) => focus?.reference === `ServiceRequest/${id}`);
    if (!task) throw new Error(`no task for ServiceRequest/${id}`);
    return task;
  };
  const move = (task: Task, ...[slug, values]: Parameters<typeof event>): Promise<Answer> =>
    service.fhir('coordinator').post(`Task/${task.id}/$event`, event(slug, values));

  describe('is sent', () => {
    it('by the hospital before the discharge, which goes on reading its request', async () => {
      const person = service.demo.patients.limited;
      const admitted = shift(instantOf(Date.now()), -3_600_000);
      const message = adt({ trigger: 'A01', controlId: 'REF', person: { ...person, ipp: 'DEMO-limited' }, venue: 'VREF', admitted });
      await mustTake(service, message);
      const asked = await ask('hospital', request({ reference: person.reference }));
      expect(asked.status).toBe(201);
      const sent = resourceIn('ServiceRequest', asked);
      expect([etatOf(sent), sent.requester?.reference]).toEqual(['envoyee', service.demo.roles.hospital.reference]);
      expect(etatOf(await taskOf(asked))).toBe('envoyee');
      expect((await service.fhir('hospital').get(`ServiceRequest/${sent.id}`)).status).toBe(200);
    });

    it('by the médecin traitant', async () => {
      const asked = await ask('gp', request({ reference: service.demo.patients.given.reference }));
      expect(asked.status).toBe(201);
      expect(etatOf(await taskOf(asked))).toBe('envoyee');
    });

    it('by the patient about herself', async () => {
      const { reference } = service.demo.patients.refused;
      const asked = await ask('patient', request({ reference }), 'refused');
      expect(asked.status).toBe(201);
      const sent = resourceIn('ServiceRequest', asked);
      expect([etatOf(sent), sent.requester?.reference]).toEqual(['envoyee', reference]);
    });

    it.each([
      { story: 'known', subject: (ins: string) => ({ identifier: { system: OID_SYSTEM.insTest, value: ins } }), ins: '257091305500595' },
      {
        story: 'unknown',
        subject: (ins: string) => ({ identifier: { system: OID_SYSTEM.insTest, value: ins } }),
        ins: stranger(71).ins ?? '',
      },
    ])('by an outsider with the INS of somebody $story: 201, and he sees the state of his request only', async ({ subject, ins }) => {
      const asked = await ask('outsider', request(subject(ins), { note: [{ text: 'Isolé depuis un mois.' }] }));
      expect(asked.status).toBe(201);
      const seen = resourceIn('ServiceRequest', asked);
      const { id, meta, extension = [], ...said } = seen;
      expect(said).toMatchObject(CORE);
      expect(Object.keys(said).toSorted()).toEqual(
        Object.keys(said)
          .filter((name) => ['resourceType', 'status', 'intent', 'subject', 'authoredOn', 'requester'].includes(name))
          .toSorted(),
      );
      expect([etatOf(seen), extension.length, meta?.tag]).toEqual(['envoyee', 1, [SUBSETTED]]);
      const outsider = service.fhir('outsider');
      expect(resourceIn('ServiceRequest', await outsider.get(`ServiceRequest/${id}`))).toEqual(seen);
      const named = `${OID_SYSTEM.insTest}|${ins}`;
      for (const path of [`CarePlan?patient.identifier=${named}`, `Encounter?patient.identifier=${named}`, `Patient?identifier=${named}`]) {
        expect([path, bundleIn(await outsider.get(path)).total]).toEqual([path, 0]);
      }
    });

    it('with the traits of somebody whom the network does not know', async () => {
      const contained: ServiceRequest['contained'] = [
        {
          resourceType: 'Patient',
          id: 'p',
          name: [{ use: 'official', family: 'NOUVELLE', given: ['ROSE'] }],
          birthDate: '1944-02-02',
          gender: 'female',
        },
      ];
      const asked = await ask('gp', request({ reference: '#p' }, { contained }));
      expect(asked.status).toBe(201);
      const task = await taskOf(asked);
      expect(etatOf(task)).toBe('envoyee');
      // Asked for, and no more: without a basis nobody reads who she is.
      for (const role of ['coordinator', 'gp', 'hospital', 'outsider']) {
        expect([role, (await service.fhir(role).get(`${task.for?.reference}`)).status]).toEqual([role, 404]);
        const request = await service.fhir(role).get(`${task.focus?.reference}`);
        expect(request.text).not.toContain('NOUVELLE');
      }
    });

    it('by nobody who does not ask: the dashboard, the administrator, a suspended member', async () => {
      const { reference } = service.demo.patients.given;
      for (const role of ['dashboard', 'admin', 'suspended', 'dmp']) {
        expect([role, (await ask(role, request({ reference }))).status]).toEqual([role, 404]);
      }
    });

    it('with its motive: 422 without', async () => {
      const { reasonCode: _motive, ...without } = request({ reference: service.demo.patients.given.reference });
      const answer = await ask('gp', without);
      expect([answer.status, rulesIn(answer)]).toEqual([422, ['motive-missing']]);
    });
  });

  describe('moves', () => {
    it('from envoyée to en cours by its events, its ServiceRequest behind it', async () => {
      const task = await taskOf(await ask('gp', request({ reference: service.demo.patients.given.reference })));
      for (const [slug, values, state] of [
        ['accuser-reception', {}, 'recue'],
        ['accepter', {}, 'acceptee'],
        ['choisir-niveau', { niveau: { valueCode: 'coordination' } }, 'en-cours'],
      ] as const) {
        const moved = await move(task, slug, values);
        expect([slug, moved.status, etatOf(resourceIn('Task', moved))]).toEqual([slug, 200, state]);
        const behind = resourceIn('ServiceRequest', await service.fhir('coordinator').get(`${task.focus?.reference}`));
        expect([etatOf(behind), behind.status]).toEqual([state, 'active']);
      }
    });

    it('once for one event id, however often it is sent', async () => {
      const task = await taskOf(await ask('gp', request({ reference: service.demo.patients.given.reference })));
      const id = { id: { valueString: 'evt-1' } };
      const first = await move(task, 'accuser-reception', id);
      const again = await move(task, 'accuser-reception', id);
      expect([again.status, again.text]).toEqual([200, first.text]);
    });

    it('not by an event that its state does not know: 409 with those that it does', async () => {
      const task = await taskOf(await ask('gp', request({ reference: service.demo.patients.given.reference })));
      const answer = await move(task, 'choisir-niveau', { niveau: { valueCode: 'coordination' } });
      expect([answer.status, rulesIn(answer), allowedIn(answer)]).toEqual([409, ['event-not-allowed'], ['accuser-reception', 'annuler']]);
    });

    it('not past its guards: 422 with all of them', async () => {
      const task = await taskOf(await ask('patient', request({ reference: service.demo.patients.none.reference }), 'none'));
      for (const slug of ['accuser-reception', 'accepter']) expect((await move(task, slug)).status).toBe(200);
      expect((await move(task, 'choisir-niveau', { niveau: { valueCode: 'coordination' } })).status).toBe(200);
      const answer = await move(task, 'proposer-relais');
      expect([answer.status, rulesIn(answer)]).toEqual([422, ['destinataire-missing', 'information-not-recorded']]);
    });

    it('is refused for a reason of the list only (S1-15)', async () => {
      const task = await taskOf(await ask('gp', request({ reference: service.demo.patients.given.reference })));
      expect((await move(task, 'accuser-reception')).status).toBe(200);
      const tooOld = await move(task, 'refuser', { reason: { valueString: 'trop âgé' } });
      expect([tooOld.status, rulesIn(tooOld)]).toEqual([422, ['reason-not-in-list']]);
      const refused = await move(task, 'refuser', { reason: { valueCoding: { system: SYSTEM.motifFin, code: 'hors-territoire' } } });
      expect([refused.status, etatOf(resourceIn('Task', refused))]).toEqual([200, 'refusee']);
    });

    it('by nobody whose step it is not: 403 who reads it, 404 who does not', async () => {
      const task = await taskOf(await ask('gp', request({ reference: service.demo.patients.given.reference })));
      expect((await service.fhir('gp').post(`Task/${task.id}/$event`, event('accuser-reception'))).status).toBe(403);
      for (const role of ['outsider', 'hospital2', 'gp@dac']) {
        expect([role, (await service.fhir(role).post(`Task/${task.id}/$event`, event('accuser-reception'))).status]).toEqual([role, 404]);
      }
    });

    it('says which events may be sent now, with what would stop them', async () => {
      const task = await taskOf(await ask('patient', request({ reference: service.demo.patients.withdrawn.reference }), 'withdrawn'));
      const answer = await service.fhir('coordinator').get(`Task/${task.id}/$events`);
      expect(answer.status).toBe(200);
      expect(answer.json).toEqual({
        resourceType: 'Parameters',
        parameter: ['accuser-reception', 'annuler'].map((slug) => ({ name: 'event', part: [{ name: 'event', valueCode: slug }] })),
      });
    });

    it('by a PUT of the state that an event leads to, as by the event', async () => {
      const coordinator = service.fhir('coordinator');
      const asked = await ask('gp', request({ reference: service.demo.patients.given.reference }));
      const task = resourceIn('Task', await coordinator.get(`Task/${(await taskOf(asked)).id}`));
      const jump = await coordinator.put(`Task/${task.id}`, {
        ...task,
        status: 'accepted',
        businessStatus: { coding: [{ system: SYSTEM.etat, code: 'acceptee' }] },
      });
      expect([jump.status, allowedIn(jump)]).toEqual([409, ['accuser-reception', 'annuler']]);
      const next = { ...task, status: 'received', businessStatus: { coding: [{ system: SYSTEM.etat, code: 'recue' }] } };
      const moved = await coordinator.put(`Task/${task.id}`, next, { 'if-match': `W/"${task.meta?.versionId}"` });
      expect([moved.status, etatOf(resourceIn('Task', moved))]).toEqual([200, 'recue']);
      const stale = await coordinator.put(`Task/${task.id}`, next, { 'if-match': `W/"${task.meta?.versionId}"` });
      expect(stale.status).toBe(412);
    });
  });

  it('that is a draft is its author’s, not the circle’s', async () => {
    const { reference } = service.demo.patients.given;
    const asked = await ask('gp', request({ reference }, { status: 'draft' }));
    const draft = resourceIn('ServiceRequest', asked);
    expect([asked.status, etatOf(draft)]).toEqual([201, 'brouillon']);
    for (const role of ['gp2', 'nurse', 'social', 'outsider', 'hospital']) {
      expect([role, (await service.fhir(role).get(`ServiceRequest/${draft.id}`)).status]).toEqual([role, 404]);
      const found = matchesIn('ServiceRequest', await service.fhir(role).get(`ServiceRequest?patient=${reference}&status=draft`));
      expect([role, found]).toEqual([role, []]);
    }
    const { get, put } = service.fhir('gp');
    expect((await get(`ServiceRequest/${draft.id}`)).status).toBe(200);

    const sent = await put(`ServiceRequest/${draft.id}`, { ...draft, status: 'active' });
    expect([sent.status, etatOf(resourceIn('ServiceRequest', sent))]).toEqual([200, 'envoyee']);
    const worklist = matchesIn(
      'Task',
      await service.fhir('coordinator').get(`Task?patient=${reference}&code=demande-appui&status=requested`),
    );
    expect(worklist.filter(({ focus }) => focus?.reference === `ServiceRequest/${draft.id}`)).toHaveLength(1);
    expect((await put(`ServiceRequest/${draft.id}`, { ...draft, status: 'completed' })).status).toBe(409);
  });
});
