import type { Consent } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../lib/access/requester.ts';
import { CONSENT } from '../../lib/coordination/consent/machine.ts';
import { CONSENT_STATES } from '../../lib/coordination/consent/states.ts';
import { EXTENSION } from '../../lib/fhir/vocabulary.ts';
import { consentOf, GP, NURSE, PATIENT, refusalOf, someone, World } from './world.ts';

const NOW = '2026-03-02T09:00:00.000Z';
const REF = 'Consent/consent';
const nurse = someone('nurse');
/** S0-11, L-05: who informed, how, with which leaflet, and that she understood. */
const INFORMATION = { informePar: NURSE, moyen: 'entretien', notice: 'v3', comprehensionVerifiee: 'true' };

const information = {
  url: EXTENSION.information,
  extension: [
    { url: 'par', valueReference: { reference: NURSE } },
    { url: 'moyen', valueString: 'entretien' },
    { url: 'notice', valueString: 'v3' },
    { url: 'comprehensionVerifiee', valueBoolean: true },
  ],
};

function informed(over: Partial<Consent> = {}): World {
  const world = new World(NOW);
  world.commit(world.create(consentOf(over), nurse));
  return world;
}

function given(): World {
  const world = informed();
  world.did(REF, 'donner', INFORMATION, { by: nurse });
  return world;
}

const denies = ({ provision }: Consent) => (provision?.provision ?? []).filter(({ type }) => type === 'deny');

describe('a consent that is posted (M14)', () => {
  it.each<{ story: string; body: Consent; state: string; status: Consent['status'] }>([
    { story: 'proposed: the person was informed', body: consentOf(), state: 'informe', status: 'proposed' },
    {
      story: 'active with the information: given',
      body: consentOf({ status: 'active', extension: [information] }),
      state: 'donne',
      status: 'active',
    },
    {
      story: 'active with a limit: limited',
      body: consentOf({
        status: 'active',
        extension: [information],
        provision: { provision: [{ type: 'permit' }, { type: 'deny', securityLabel: [{ code: 'psy' }] }] },
      }),
      state: 'limite',
      status: 'active',
    },
    {
      story: 'active with a deny of an actor: an opposition, which needs no information',
      body: consentOf({
        status: 'active',
        provision: { provision: [{ type: 'deny', actor: [{ role: { text: 'destinataire' }, reference: { reference: GP } }] }] },
      }),
      state: 'opposition',
      status: 'active',
    },
    { story: 'rejected: refused', body: consentOf({ status: 'rejected' }), state: 'refuse', status: 'rejected' },
    {
      story: 'inactive: a withdrawal that somebody was told, never refused (A-66)',
      body: consentOf({ status: 'inactive' }),
      state: 'retire',
      status: 'inactive',
    },
  ])('$story', ({ body, state, status }) => {
    const world = new World(NOW);
    world.commit(world.create(body, nurse));
    expect([world.etat(REF), world.the('Consent').status]).toEqual([state, status]);
  });

  it('active without the information is not given: each missing part is named (S0-11, L-05)', () => {
    const result = new World(NOW).create(consentOf({ status: 'active' }), nurse);
    expect(refusalOf(result)).toMatchObject({
      category: 'unprocessable',
      codes: Array.from({ length: 4 }, () => 'information-incomplete'),
    });
    expect(result.ok ? [] : result.refusals.map(({ expression }) => /'([a-zA-Z]+)'\)$/.exec(expression ?? '')?.[1])).toEqual([
      'par',
      'moyen',
      'notice',
      'comprehensionVerifiee',
    ]);
  });

  it('a withdrawal ends the living accord and every open request of the person', () => {
    const world = given();
    world.commit(
      world.create({
        resourceType: 'ServiceRequest',
        id: 'sr',
        status: 'active',
        intent: 'order',
        subject: { reference: PATIENT },
        note: [{ text: 'aide' }],
      }),
    );
    world.commit(world.create(consentOf({ id: 'told', status: 'inactive' }), someone('gp')));
    expect([world.etat(REF), world.etat('Consent/told')]).toEqual(['retire', 'retire']);
    expect(world.tasks('demande-appui')).toMatchObject([{ status: 'completed', statusReason: { coding: [{ code: 'retrait' }] } }]);
  });

  it('a deny of everything is a refusal', () => {
    const world = new World(NOW);
    world.commit(world.create(consentOf({ status: 'active', provision: { type: 'deny', provision: [{ type: 'deny' }] } }), nurse));
    expect(world.etat(REF)).toBe('refuse');
  });
});

describe('the life of a consent', () => {
  it('is informed, given with who, how, leaflet and understanding, limited, widened and withdrawn', () => {
    const world = given();
    expect(world.the('Consent')).toMatchObject({ status: 'active', provision: { provision: [{ type: 'permit' }] } });
    expect(world.the('Consent').extension?.find(({ url }) => url === EXTENSION.information)?.extension).toHaveLength(5);
    world.did(REF, 'limiter', { categorie: 'psy' }, { by: nurse });
    expect([world.etat(REF), denies(world.the('Consent')).length]).toEqual(['limite', 1]);
    world.did(REF, 'elargir', { categorie: 'psy' }, { by: nurse });
    expect([world.etat(REF), denies(world.the('Consent')).length]).toEqual(['donne', 0]);
    world.did(REF, 'retirer', {}, { by: someone('patient') });
    expect(world.the('Consent').status).toBe('inactive');
  });

  it('is given after a refusal: the person may change her mind', () => {
    const world = informed();
    world.did(REF, 'refuser', {}, { by: nurse });
    world.did(REF, 'donner', INFORMATION, { by: nurse });
    expect(world.etat(REF)).toBe('donne');
  });

  it('given again after a withdrawal is a new act; the withdrawn one stays withdrawn', () => {
    const world = given();
    world.did(REF, 'retirer');
    const { carrier } = world.did(REF, 'donner', INFORMATION);
    expect([world.etat(REF), world.etat(`Consent/${carrier.id}`), carrier.id === 'consent']).toEqual(['retire', 'donne', false]);
  });

  it('an opposition is a consent of its own beside the accord, and is lifted by the person', () => {
    const world = given();
    const { writes } = world.did(REF, 's-opposer', { acteur: GP });
    const opposition = writes.find(({ id }) => id !== 'consent');
    const ref = `Consent/${opposition?.id}`;
    expect([world.etat(REF), world.etat(ref)]).toEqual(['donne', 'opposition']);
    expect(opposition).toMatchObject({
      status: 'active',
      provision: { provision: [{ type: 'deny', actor: [{ reference: { reference: GP } }] }] },
    });
    for (const by of [someone('representative'), someone('gp')]) {
      expect(refusalOf(world.send(ref, 'lever-opposition', {}, { by })).category).toBe('forbidden');
    }
    world.did(ref, 'lever-opposition', {}, { by: someone('patient') });
    expect(world.etat(ref)).toBe('retire');
  });

  it('expires with its period, event or not (L-06), and is renewed', () => {
    const world = given();
    world.put({ ...world.the('Consent'), provision: { ...world.the('Consent').provision, period: { end: '2026-03-01' } } });
    expect(world.events(REF)).toEqual(['s-opposer', 'renouveler']);
    world.did(REF, 'renouveler', {}, { by: nurse });
    expect([world.etat(REF), world.the('Consent').provision?.period?.start]).toEqual(['donne', NOW]);
  });
});

describe('what a consent refuses', () => {
  it('to be given without the information: all missing parts at once', () => {
    expect(refusalOf(informed().send(REF, 'donner', { moyen: 'entretien' })).codes).toHaveLength(3);
    expect(refusalOf(informed().send(REF, 'donner', { ...INFORMATION, comprehensionVerifiee: 'false' })).codes).toEqual([
      'information-incomplete',
    ]);
  });

  it.each([
    { event: 'limiter', parameters: {}, codes: ['limit-missing'] },
    { event: 'limiter', parameters: { categorie: 'secret' }, codes: ['categorie-unknown'] },
    { event: 's-opposer', parameters: {}, codes: ['acteur-missing'] },
    { event: 's-opposer', parameters: { acteur: 'le docteur' }, codes: ['reference-malformed'] },
  ])('$event with $parameters: $codes', ({ event, parameters, codes }) => {
    expect(refusalOf(given().send(REF, event, { ...parameters }))).toMatchObject({ category: 'unprocessable', codes });
  });

  it.each([
    { event: 'renouveler', allowed: ['limiter', 'retirer', 's-opposer'] },
    { event: 'informer', allowed: ['limiter', 'retirer', 's-opposer'] },
  ])('$event of a given consent is a conflict that names the allowed events', ({ event, allowed }) => {
    expect(refusalOf(given().send(REF, event))).toEqual({ category: 'conflict', codes: ['event-not-allowed'], allowed });
  });
});

describe('PUT of a consent is the event', () => {
  it('active with the information is donner; without it, all that is missing', () => {
    const world = informed();
    const before = world.the('Consent');
    expect(refusalOf(world.update({ ...before, status: 'active' })).codes).toHaveLength(4);
    world.commit(world.update({ ...before, status: 'active', extension: [...(before.extension ?? []), information] }));
    expect(world.etat(REF)).toBe('donne');
  });

  it('inactive is the withdrawal, whatever else the body changes', () => {
    const world = given();
    world.commit(world.update({ ...world.the('Consent'), status: 'inactive', policyRule: { text: 'autre' } }));
    expect([world.etat(REF), world.the('Consent').policyRule]).toEqual(['retire', { text: 'partage-sur-consentement' }]);
  });

  it('from withdrawn back to informed there is no way', () => {
    const world = given();
    world.did(REF, 'retirer');
    expect(refusalOf(world.update({ ...world.the('Consent'), status: 'proposed' }))).toMatchObject({ category: 'conflict' });
  });
});

describe('whatever is sent to a consent', () => {
  const slugs = [...new Set(CONSENT.transitions.map(({ event }) => event))];
  const status = new Map(CONSENT_STATES.map((state) => [state.code, state.status]));

  it('no sequence leaves a state outside the table, and what was withdrawn never comes back to life', () => {
    const sent = fc.record({
      event: fc.constantFrom(...slugs),
      who: fc.constantFrom<Role>('patient', 'nurse', 'representative'),
      on: fc.nat(3),
      scope: fc.constantFrom<Readonly<Record<string, string>>>({}, { categorie: 'psy' }, { acteur: GP }),
    });
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 14 }), (story) => {
        const world = informed();
        const withdrawn = new Set<string>();
        for (const { event, who, on, scope } of story) {
          const consents = world.all('Consent');
          const ref = `Consent/${consents[on % consents.length]?.id}`;
          const result = world.send(ref, event, { ...INFORMATION, ...scope }, { by: someone(who) });
          if (result.ok) world.commit(result);
          for (const one of world.all('Consent')) {
            const etat = world.etat(`Consent/${one.id}`) ?? '';
            expect(one.status).toBe(status.get(etat));
            if (etat === 'retire') withdrawn.add(`Consent/${one.id}`);
          }
          expect([...withdrawn].filter((one) => world.etat(one) !== 'retire')).toEqual([]);
        }
      }),
      { numRuns: 120 },
    );
  });
});
