import type { Task } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { dueAt, lateFrom, timersOf } from '../../lib/coordination/deadlines.ts';
import { withTaskEtat } from '../../lib/coordination/discharge/episode.ts';
import { deadlinePassed } from '../../lib/coordination/machines.ts';
import { SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { PATIENT, World } from './world.ts';

const DUE = '2026-03-06T22:59:59.000Z';

function letter(over: Partial<Task> = {}, etat = 'sorti'): Task {
  const task: Task = {
    resourceType: 'Task',
    id: 'letter',
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: SYSTEM.tache, code: 'lettre-de-liaison' }] },
    for: { reference: PATIENT },
    focus: { reference: 'EpisodeOfCare/e' },
    restriction: { period: { end: DUE } },
    ...over,
  };
  return withTaskEtat(task, etat);
}

describe('when somebody must look at a task again', () => {
  it('a letter that is waited for: the second after its last one on time (L-08)', () => {
    expect(dueAt(letter())).toBe('2026-03-06T23:00:00.000Z');
    expect(timersOf(letter())).toEqual([lateFrom(DUE)]);
  });

  it.each<{ story: string; task: Task }>([
    { story: 'said late already', task: letter({}, 'lettre-en-retard') },
    { story: 'received', task: letter({ status: 'completed' }, 'lettre-recue') },
    { story: 'cancelled', task: letter({ status: 'cancelled' }) },
    { story: 'without a date', task: letter({ restriction: {} }) },
    { story: 'of a kind that no deadline moves', task: letter({ code: { coding: [{ system: SYSTEM.tache, code: 'fixer-rdv' }] } }) },
    { story: 'of a foreign code', task: letter({ code: { coding: [{ system: 'urn:x', code: 'lettre-de-liaison' }] } }) },
  ])('never, for a task $story', ({ task }) => {
    expect([dueAt(task), timersOf(task)]).toEqual([undefined, []]);
  });

  it('as ever, for a discharge that was told when its day was over', () => {
    expect(dueAt(letter({ authoredOn: '2026-04-05T08:00:00.000Z' }))).toBe(lateFrom(DUE));
  });

  it('never, for a discharge told more than 30 days after it: it is history (A-27)', () => {
    expect(dueAt(letter({ authoredOn: '2026-04-06T08:00:00.000Z' }))).toBeUndefined();
  });

  it('never, for what is no task', () => {
    expect(dueAt({ resourceType: 'Patient', id: 'alma' })).toBeUndefined();
  });
});

describe('a deadline that passed', () => {
  it.each([
    { story: 'one second too early', now: DUE, writes: 0 },
    { story: 'the first second late', now: '2026-03-06T23:00:00.000Z', writes: 1 },
  ])('$story', ({ now, writes }) => {
    const world = new World(now, undefined, [letter()]);
    expect(world.commit(deadlinePassed(letter(), world.situation())).writes).toHaveLength(writes);
  });

  it('of a task that no deadline moves writes nothing', () => {
    const other = letter({ code: { coding: [{ system: SYSTEM.tache, code: 'relais' }] } });
    const world = new World('2027-01-01T00:00:00.000Z', undefined, [other]);
    expect(world.commit(deadlinePassed(other, world.situation()))).toEqual({ writes: [], carrier: other });
  });
});
