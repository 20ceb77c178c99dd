import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oppose } from '../support/consent.ts';
import { type Answer, bundleIn, matchesIn, resourceIn } from '../support/http.ts';
import { goal, idOf, linkOf, numbered, numberedQuery, ruleOf } from '../support/rest.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { admitted, discharge, stayJustEnded } from './hospital-sends.ts';
import { type Receiver, startReceiver } from './receiver.ts';

describe('what is told', () => {
  let service: TestService;
  const receivers: Receiver[] = [];
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(async () => {
    await Promise.all(receivers.map((receiver) => receiver.stop()));
    await service.stop();
  });

  const total = (answer: Answer): number | undefined => bundleIn(answer).total;
  /** How many matches an answer tells of; a refusal tells of none. */
  const told = (answer: Answer): number => (answer.status === 200 ? (total(answer) ?? 0) : 0);
  const below = (url: string | undefined): string => (url ?? '').replace(`${service.base}/fhir/`, '');
  const of = (alias: 'given' | 'limited' | 'minor' | 'nomt' | 'none') => service.demo.patients[alias].reference;

  it('T13: a page token opens nothing for another caller, in another network, of another search', async () => {
    const first = await service.fhir('gp').get('Goal?_count=1&_sort=_id');
    const next = below(linkOf(bundleIn(first), 'next'));
    expect((await service.fhir('gp').get(next)).status).toBe(200);
    for (const role of ['gp2', 'nurse', 'gp@dac', 'coordinator', 'outsider']) {
      const answer = await service.fhir(role).get(next);
      expect([role, answer.status, ruleOf(answer)]).toEqual([role, 400, 'page-token']);
    }
    const [, token = ''] = /_page=([^&]+)/.exec(next) ?? [];
    for (const other of [`Goal?_count=2&_sort=_id&_page=${token}`, `Condition?_count=1&_sort=_id&_page=${token}`]) {
      expect(ruleOf(await service.fhir('gp').get(other))).toBe('page-token');
    }
  });

  it('T15: no parameter looks past the decision', async () => {
    const queries = [
      '_tag=x',
      '_security=https://relais.example/fhir/CodeSystem/categorie|psy',
      '_security:not=x',
      '_profile=https://relais.example/fhir/StructureDefinition/relais-condition',
      '_source=urn:x',
      '_source:missing=true',
      '_lastUpdated=ge2000-01-01',
      '_text=dépressif',
      '_content=dépressif',
      'identifier:missing=true',
      'code:text=Épisode',
    ];
    let found = 0;
    for (const query of queries) {
      // Whom consent gives it to, whom the limit takes it from, and who knows nobody.
      const seen = await service.fhir('gp').get(`Condition?patient=${of('given')}&${query}`);
      found += told(seen);
      for (const [role, patient] of [
        ['gp', of('limited')],
        ['outsider', of('given')],
        ['nurse', of('given')],
        ['gp@dac', of('given')],
      ] as const) {
        const answer = await service.fhir(role).get(`Condition?patient=${patient}&${query}`);
        expect([query, role, answer.status, told(answer)]).toEqual([query, role, seen.status, 0]);
      }
      const anybody = await service.fhir('outsider').get(`Condition?${query}`);
      expect([query, told(anybody)]).toEqual([query, 0]);
    }
    expect(found).toBeGreaterThan(0);
  });

  it('T16: what is unique is so in one network: another one neither meets it nor learns of it', async () => {
    const inCpts = service.fhir('coordinator');
    const inDac = service.fhir('coordinator@dac');
    const dac = service.demo.patients['dac-informed'].reference;
    const once = (subject: string) => ({ 'if-none-exist': numberedQuery(subject, 'T16') });
    expect((await inCpts.post('Goal', numbered(of('given'), 'T16'), once(of('given')))).status).toBe(201);
    const made = await inDac.post('Goal', numbered(dac, 'T16'), once(dac));
    expect(made.status).toBe(201);
    expect((await inDac.post('Goal', numbered(dac, 'T16'), once(dac))).headers.get('location')).toBe(made.headers.get('location'));
    for (const client of [inCpts, inDac])
      expect(matchesIn('Goal', await client.get('Goal?identifier=https://essai.example/objectif|T16'))).toHaveLength(1);
    expect((await inCpts.get(`Goal/${idOf(made)}`)).status).toBe(404);
  });

  it('T17: each page is decided when it is asked for, and leaves its own trace', async () => {
    for (const text of ['un', 'deux', 'trois'])
      await service.fhir('coordinator').post('Goal', goal(of('limited'), { description: { text } }));
    const reads = async (): Promise<number> =>
      matchesIn(
        'AuditEvent',
        await service.fhir('patient', { alias: 'limited' }).get(`AuditEvent?patient=${of('limited')}&_count=500`),
      ).filter(({ agent }) => agent.some(({ who }) => who?.reference === service.demo.roles.gp2.reference)).length;
    const before = await reads();
    const first = await service.fhir('gp2').get(`Goal?patient=${of('limited')}&_count=1&_sort=_id`);
    const second = await service.fhir('gp2').get(below(linkOf(bundleIn(first), 'next')));
    expect([matchesIn('Goal', second).length, (await reads()) - before]).toEqual([1, 2]);
    expect((await oppose(service, 'limited', 'gp2')).status).toBe(201);
    const third = await service.fhir('gp2').get(below(linkOf(bundleIn(second), 'next')));
    expect([third.status, total(third), bundleIn(third).entry]).toEqual([200, 0, undefined]);
  });

  it('T18: what is hidden shows through no chain, _has, sort, count or total, whatever is guessed of it', async () => {
    // A nurse sees the person and the plan, and no Condition (F6); a physician sees all three.
    const questions = [
      ['Patient', (code: string) => `_id=${of('given').replace('Patient/', '')}&_has:Condition:patient:code=${code}`],
      ['Patient', (code: string) => `_id=${of('given').replace('Patient/', '')}&_has:Condition:subject:code:not=${code}`],
      ['Condition', (code: string) => `patient=${of('given')}&code=${code}&_summary=count`],
      ['Condition', (code: string) => `patient=${of('given')}&code=${code}&_total=accurate`],
      ['Condition', (code: string) => `patient=${of('given')}&code=${code}&_sort=-code&_count=1`],
      ['CarePlan', (code: string) => `patient=${of('given')}&subject:Patient._has:Condition:patient:code=${code}`],
    ] as const;
    let differs = 0;
    for (const [type, ask] of questions) {
      const answers = async (role: string): Promise<readonly string[]> =>
        Promise.all(
          ['F32.0', 'Z99.9'].map(async (code) => {
            const { status, text } = await service.fhir(role).get(`${type}?${ask(code)}`);
            return `${status} ${text.replaceAll(code, '<code>')}`;
          }),
        );
      const [right, wrong] = await answers('nurse');
      expect(right).toBe(wrong);
      const [guessed, missed] = await answers('gp');
      if (guessed !== missed) differs += 1;
    }
    expect(differs).toBe(questions.length);
  });

  it('T27: a reference brings nobody else’s resources: none can be made that leads out of a record, and no include follows one', async () => {
    const plan = matchesIn('CarePlan', await service.fhir('coordinator').get(`CarePlan?patient=${of('limited')}`))[0];
    const task = {
      resourceType: 'Task',
      status: 'requested',
      intent: 'order',
      focus: { reference: `CarePlan/${plan?.id}` },
      for: { reference: of('given') },
    };
    const crossing = await service.fhir('coordinator').post('Task', task);
    expect([crossing.status, ruleOf(crossing)]).toEqual([422, 'reference-not-found']);
    const brought = bundleIn(await service.fhir('coordinator').get(`CarePlan?patient=${of('given')}&_include=*&_revinclude=*`)).entry ?? [];
    expect(brought.length).toBeGreaterThan(2);
    const others = Object.values(service.demo.patients).flatMap(({ reference }) => (reference === of('given') ? [] : [reference]));
    for (const { resource } of brought) for (const other of others) expect(JSON.stringify(resource)).not.toContain(other);
  });

  const subscribe = async (role: string): Promise<{ readonly receiver: Receiver; readonly id: string }> => {
    const receiver = await startReceiver();
    receivers.push(receiver);
    const answer = await service.fhir(role).post('Subscription', {
      resourceType: 'Subscription',
      status: 'requested',
      reason: 'Séjours de mes patients',
      criteria: 'Encounter?status=finished',
      channel: { type: 'rest-hook', endpoint: receiver.url },
    });
    return { receiver, id: resourceIn('Subscription', answer).id ?? '' };
  };

  it('T51: a subscription hears from the write that made it, and nothing after the one that ended it', async () => {
    const { receiver, id } = await subscribe('nurse');
    await discharge(service, await stayJustEnded(service, 'V-T51-A', admitted('given')));
    await receiver.wait(1);
    expect((await service.send({ method: 'DELETE', path: `/fhir/Subscription/${id}`, role: 'nurse' })).status).toBe(204);
    await discharge(service, await stayJustEnded(service, 'V-T51-B', admitted('given')));
    await service.quiesce();
    expect(receiver.received()).toHaveLength(1);
  });

  it('T52: who may hear is decided when it is sent: what waits for somebody who lost the right is dropped', async () => {
    const { receiver } = await subscribe('gp');
    const { receiver: other } = await subscribe('gp2');
    await Promise.all([receiver.pause(), other.pause()]);
    await discharge(service, await stayJustEnded(service, 'V-T52', admitted('minor')));
    await service.quiesce();
    expect((await oppose(service, 'minor', 'gp')).status).toBe(201);
    await Promise.all([receiver.resume(), other.resume()]);
    await service.clock('PT10M');
    expect([receiver.received().length, other.received().length]).toEqual([0, 1]);
  });
});
