import type { Patient, Task } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { eventsNow, MACHINES, machineOf, sendEvent } from '../../lib/coordination/machines.ts';
import type { RelaisResource } from '../../lib/fhir/types.ts';
import { SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { consentOf, PATIENT, refusalOf, World } from './world.ts';

const NOW = '2026-03-02T09:00:00.000Z';
const patient: Patient = { resourceType: 'Patient', id: 'alma' };
const task = (code: string): Task => ({
  resourceType: 'Task',
  id: 't',
  status: 'requested',
  intent: 'order',
  code: { coding: [{ system: SYSTEM.tache, code }] },
  for: { reference: PATIENT },
});

/** contracts.md 4: the slugs that each machine knows. */
const SLUGS: Readonly<Record<string, string>> = {
  M1: 'envoyer accuser-reception annuler accepter demander-complement completer classer-sans-suite reorienter refuser choisir-niveau proposer-relais accepter-relais refuser-relais cloturer suspendre reprendre rouvrir',
  M3: 'soumettre donner-avis valider refuser realiser-activite reporter-activite abandonner-activite reviser suspendre reprendre cloturer rouvrir',
  M6: 'accuser-prise-en-compte fixer-rdv signaler-mt-absent honorer-rdv signaler-rdv-manque cloturer rouvrir',
  M14: 'informer donner limiter elargir refuser retirer s-opposer lever-opposition renouveler',
};

describe('the registry of machines', () => {
  it.each(MACHINES.map(({ id, events }) => ({ id, events })))('$id knows exactly the events of the contract', ({ id, events }) => {
    expect([...events].toSorted()).toEqual((SLUGS[id] ?? '').split(' ').toSorted());
  });

  it.each<{ resource: RelaisResource; id: string | undefined }>([
    { resource: task('demande-appui'), id: 'M1' },
    { resource: task('lettre-de-liaison'), id: undefined },
    { resource: { resourceType: 'CarePlan', id: 'p', status: 'draft', intent: 'plan', subject: { reference: PATIENT } }, id: 'M3' },
    { resource: { resourceType: 'EpisodeOfCare', id: 'e', status: 'active', patient: { reference: PATIENT } }, id: 'M6' },
    { resource: consentOf(), id: 'M14' },
    {
      resource: { resourceType: 'ServiceRequest', id: 's', status: 'active', intent: 'order', subject: { reference: PATIENT } },
      id: undefined,
    },
    { resource: patient, id: undefined },
  ])('a $resource.resourceType carries $id', ({ resource, id }) => {
    expect(machineOf(resource)?.id).toBe(id);
  });

  it('what carries none is written as it is, and knows no event', () => {
    const world = new World(NOW);
    expect(world.commit(world.create(patient))).toEqual({ writes: [patient], carrier: patient });
    const renamed: Patient = { ...patient, gender: 'female' };
    expect(world.commit(world.update(renamed)).writes).toEqual([renamed]);
    expect(eventsNow(patient, world.situation())).toEqual([]);
    expect(refusalOf(sendEvent(patient, { event: 'valider', at: NOW, parameters: {} }, world.situation()))).toMatchObject({
      category: 'unprocessable',
      codes: ['no-machine'],
    });
  });

  it('an event that exists nowhere is refused with those that do', () => {
    const world = new World(NOW, undefined, [consentOf()]);
    expect(refusalOf(world.send('Consent/consent', 'danser'))).toMatchObject({
      category: 'unprocessable',
      codes: ['unknown-event'],
      allowed: expect.arrayContaining(['donner']),
    });
  });

  it('a task does not become another carrier by a change of its code', () => {
    const world = new World(NOW, undefined, [task('lettre-de-liaison')]);
    expect(refusalOf(world.update(task('demande-appui')))).toMatchObject({ category: 'unprocessable' });
  });
});
