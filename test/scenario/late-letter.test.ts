import type { Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lettreDeLiaison } from '../../functions/local/demo/lettre-de-liaison.ts';
import { etatOf } from '../../lib/coordination/etat.ts';
import { taskCodeOf } from '../../lib/coordination/tasks.ts';
import { endOfParisDay, type Instant, parisDay, shift } from '../../lib/platform/instant.ts';
import { adt, mustTake, physician, stranger } from '../support/hospital.ts';
import { matchesIn, outcomeIn, resourceIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

const UNKNOWN = stranger(91);

/** contracts.md 4, Letters: one story, in the order of its clock. */
describe('a letter that does not come on the day of discharge', () => {
  let service: TestService;
  let left: Instant;
  let due: Instant;
  let patient: string;
  beforeAll(async () => {
    service = await startTestService();
    left = await told();
    due = endOfParisDay(parisDay(left));
    const person = service.demo.patients.given;
    patient = person.reference;
    const message = adt({
      trigger: 'A03',
      controlId: 'LATE',
      person: { ...person, ipp: 'DEMO-given' },
      venue: 'VLATE',
      admitted: shift(left, -48 * 3_600_000),
      left,
    });
    await mustTake(service, message);
    const unknown = {
      trigger: 'A03',
      controlId: 'LATE-U',
      person: UNKNOWN,
      venue: 'VLATE-U',
      admitted: shift(left, -48 * 3_600_000),
      left,
    };
    await mustTake(service, adt(unknown));
  });
  afterAll(() => service.stop());

  const clock = (body: object) => service.send({ method: 'POST', path: '/local/clock', body: JSON.stringify(body) });
  const told = async (): Promise<Instant> => {
    const { json } = await service.send({ method: 'GET', path: '/local/clock' });
    return typeof json === 'object' && json !== null && 'now' in json ? String(json.now) : '';
  };
  const letterTask = async (): Promise<Task | undefined> => {
    const tasks = matchesIn('Task', await service.fhir('hospital').get(`Task?patient=${patient}&code=lettre-de-liaison`));
    return tasks.find(({ authoredOn = '' }) => authoredOn >= left);
  };
  const worklist = async (query: string): Promise<readonly Task[]> => {
    const owner = service.demo.roles.coordinator.reference;
    return matchesIn('Task', await service.fhir('coordinator').get(`Task?owner=${owner}&${query}`));
  };
  const dysfunctions = async () => (await worklist('status=requested')).filter((task) => taskCodeOf(task) === 'dysfonctionnement');

  it('is due at 23:59:59 in Paris', async () => {
    expect((await letterTask())?.restriction?.period?.end).toBe(due);
    expect(new Date(due).toLocaleTimeString('fr-FR', { timeZone: 'Europe/Paris' })).toBe('23:59:59');
  });

  it('is not late that evening', async () => {
    // The clock goes on while the test looks: half a minute before, so that a slow machine does not see the next day.
    expect((await clock({ now: shift(due, -30_000) })).status).toBe(200);
    const task = await letterTask();
    expect(task && etatOf(task)).toBe('sorti');
    expect(await dysfunctions()).toEqual([]);
  });

  it('is late from the next one: said once, on the hospital’s task, on the episode, to the coordinator', async () => {
    expect((await clock({ now: shift(due, 1_000) })).status).toBe(200);
    const task = await letterTask();
    expect([task?.status, task && etatOf(task)]).toEqual(['requested', 'lettre-en-retard']);
    const [dysfunction, ...others] = await dysfunctions();
    expect(others).toEqual([]);
    expect(dysfunction?.focus?.reference).toBe(task?.focus?.reference);
    expect(dysfunction?.for?.reference).toBe(patient);
    const episode = resourceIn('EpisodeOfCare', await service.fhir('coordinator').get(`${task?.focus?.reference}`));
    expect(etatOf(episode)).toBe('lettre-en-retard');
    await service.clock('PT2H');
    expect(await dysfunctions()).toHaveLength(1);
    expect((await letterTask())?.meta?.versionId).toBe(task?.meta?.versionId);
  });

  it('of somebody whom the network does not know is late for the hospital alone', async () => {
    const [patient] = matchesIn('Patient', await service.fhir('hospital').get(`Patient?identifier=${UNKNOWN.ins}`));
    const tasks = matchesIn('Task', await service.fhir('hospital').get(`Task?patient=Patient/${patient?.id}`));
    expect(tasks.map((task) => [taskCodeOf(task), etatOf(task)])).toEqual([['lettre-de-liaison', 'lettre-en-retard']]);
    expect((await worklist('_count=100')).map((task) => task.for?.reference)).not.toContain(`Patient/${patient?.id}`);
  });

  it('stands on the coordinator’s worklist by owner, status and due date', async () => {
    const [dysfunction] = await dysfunctions();
    const end = dysfunction?.restriction?.period?.end ?? '';
    const ids = async (query: string) => (await worklist(query)).map(({ id }) => id);
    expect(await ids(`status=requested&due=le${end.slice(0, 10)}`)).toContain(dysfunction?.id);
    expect(await ids(`status=requested&due=lt${parisDay(left)}`)).not.toContain(dysfunction?.id);
    expect(await ids(`status=completed&due=le${end.slice(0, 10)}`)).not.toContain(dysfunction?.id);
  });

  it('closes the task when it comes after all', async () => {
    const person = service.demo.patients.given;
    const letter = lettreDeLiaison({
      documentId: '2.25.2001',
      writtenAt: left,
      ins: person.ins,
      names: { birthName: person.family, firstGiven: person.given, givenNames: person.given },
      gender: 'F',
      birthDate: person.birthDate,
      birthPlace: { insee: '75116', label: 'PARIS 16E ARRONDISSEMENT' },
      stay: { start: shift(left, -48 * 3_600_000), end: left },
      hospital: { finess: service.demo.roles.hospital.finess ?? '', name: 'CH des Essais' },
      author: physician('clinician'),
      recipients: [physician('gp')],
    });
    expect((await service.send({ method: 'POST', path: '/intake/cda', role: 'hospital', body: letter })).status).toBe(201);
    const task = await letterTask();
    expect([task?.status, task && etatOf(task)]).toEqual(['completed', 'lettre-recue']);
    const episode = resourceIn('EpisodeOfCare', await service.fhir('coordinator').get(`${task?.focus?.reference}`));
    expect(etatOf(episode)).toBe('lettre-recue');
    // It was late all the same: the coordinator still has to look into it.
    expect(await dysfunctions()).toHaveLength(1);
  });

  it('cannot be undone by turning the clock back', async () => {
    const before = await told();
    const answer = await clock({ now: due });
    expect([answer.status, outcomeIn(answer).issue[0]?.details?.coding?.[0]?.code]).toEqual([400, 'clock-backwards']);
    expect((await told()) >= before).toBe(true);
  });
});
