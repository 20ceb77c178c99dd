import type { DocumentReference } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyMovement, type HospitalMovement, type IntakeEffects, letterReceived } from '../../lib/coordination/discharge/index.ts';
import { EPISODE_STATES } from '../../lib/coordination/discharge/states.ts';
import { canonical } from '../../lib/coordination/same.ts';
import { EXTENSION, LETTRE_DE_LIAISON_SORTIE, LOINC, SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { COORDINATOR, factsWith, GP, HOSPITAL, movement, PATIENT, refusalOf, someone, VENUE, World } from './world.ts';

const hospital = someone('hospital');
const CONTEXT = { patient: PATIENT, hospital: HOSPITAL };

/** Monday 2 March 2026, admitted; Friday 6 March at 11 h (Paris) out. */
const IN = '2026-03-02T08:00:00.000Z';
const OUT = '2026-03-06T10:00:00.000Z';
const DUE = '2026-03-06T22:59:59.000Z';
const LATE = '2026-03-06T23:00:00.000Z';

function hears(world: World, said: HospitalMovement): IntakeEffects {
  return world.commit(applyMovement(said, world.situation(hospital), CONTEXT));
}

function letter(id = 'letter'): DocumentReference {
  return {
    resourceType: 'DocumentReference',
    id,
    status: 'current',
    type: { coding: [{ system: LOINC, code: LETTRE_DE_LIAISON_SORTIE }] },
    subject: { reference: PATIENT },
    content: [{ attachment: { contentType: 'text/xml', url: 'Binary/b' } }],
  };
}

function gets(world: World, period: { start?: string; end?: string } | undefined, document = letter()): IntakeEffects {
  return world.commit(letterReceived(document, period, world.situation(hospital), CONTEXT));
}

function discharged(now = OUT, facts = factsWith()): World {
  const world = new World(now, facts);
  hears(world, movement('admission', IN, { zbe: '1' }));
  hears(world, movement('discharge', OUT, { zbe: '2' }));
  return world;
}

const episodeRef = (world: World): string => `EpisodeOfCare/${world.the('EpisodeOfCare').id}`;
const etat = (world: World): string | undefined => world.etat(episodeRef(world));

describe('a discharge told by the hospital', () => {
  it('makes a stay, an episode sorti and one Task of the hospital, due the last second of the day in Paris', () => {
    const world = discharged();
    expect(world.the('Encounter')).toMatchObject({
      status: 'finished',
      period: { start: IN, end: OUT },
      subject: { reference: PATIENT },
      serviceProvider: { reference: HOSPITAL },
      episodeOfCare: [{ reference: episodeRef(world) }],
    });
    expect(etat(world)).toBe('sorti');
    expect(world.tasks('lettre-de-liaison')).toMatchObject([
      { status: 'requested', owner: { reference: HOSPITAL }, restriction: { period: { end: DUE } }, for: { reference: PATIENT } },
    ]);
  });

  it.each([
    { kind: 'pre-admission', state: 'annonce', encounter: 'planned' },
    { kind: 'admission', state: 'hospitalise', encounter: 'in-progress' },
    { kind: 'transfer', state: 'hospitalise', encounter: 'in-progress' },
    { kind: 'planned-discharge', state: 'sortie-planifiee', encounter: 'in-progress' },
    { kind: 'discharge', state: 'sorti', encounter: 'finished' },
    { kind: 'cancel-admission', state: 'annule', encounter: 'cancelled' },
    { kind: 'cancel-pre-admission', state: 'annule', encounter: 'cancelled' },
    { kind: 'cancel-discharge', state: 'hospitalise', encounter: 'in-progress' },
  ] as const)('as the first thing heard of a stay, $kind leaves it $state', ({ kind, state, encounter }) => {
    const world = new World(OUT);
    const { warnings } = hears(world, movement(kind, IN, { zbe: '1' }));
    expect([etat(world), world.the('Encounter').status]).toEqual([state, encounter]);
    const announcesItself = kind === 'admission' || kind === 'pre-admission';
    expect(warnings.some(({ code }) => code === 'stay-unknown')).toBe(!announcesItself);
  });

  it('told twice, writes nothing and still answers the episode', () => {
    const world = discharged();
    const { writes, carrier } = hears(world, movement('discharge', OUT, { zbe: '2' }));
    expect(writes).toEqual([]);
    expect(carrier.id).toBe(world.the('EpisodeOfCare').id);
  });

  it('of an identity message moves nobody', () => {
    const world = new World(OUT);
    expect(refusalOf(applyMovement(movement('identity', IN), world.situation(hospital), CONTEXT)).codes).toEqual(['no-movement']);
  });

  it('keeps another stay of the same person apart, by its venue number', () => {
    const world = discharged();
    hears(world, movement('admission', '2026-03-20T08:00:00.000Z', { zbe: '9', encounter: { identifier: [{ ...VENUE, value: 'V2' }] } }));
    expect(world.all('Encounter')).toHaveLength(2);
    expect(world.all('EpisodeOfCare').map(({ id }) => world.etat(`EpisodeOfCare/${id}`))).toEqual(['sorti', 'hospitalise']);
  });

  it('and back within thirty days, makes an episode that says which one it follows', () => {
    const world = discharged();
    const first = episodeRef(world);
    const { carrier } = hears(
      world,
      movement('admission', '2026-03-20T08:00:00.000Z', { encounter: { identifier: [{ ...VENUE, value: 'V2' }] } }),
    );
    expect(carrier).toMatchObject({
      extension: expect.arrayContaining([{ url: EXTENSION.readmission, valueReference: { reference: first } }]),
    });
  });

  it('keeps the opposition to feeding the DMP (ZFA-9 = IO) on the stay; NA does not undo it', () => {
    const world = new World(OUT);
    hears(world, movement('admission', IN, { zbe: '1', dmpFeeding: 'IO' }));
    hears(world, movement('discharge', OUT, { zbe: '2', dmpFeeding: 'NA' }));
    expect(world.the('Encounter').extension).toContainEqual({ url: EXTENSION.alimentationDmp, valueCode: 'IO' });
  });
});

describe('where the person goes', () => {
  const mode = (code: string) => ({ hospitalization: { dischargeDisposition: { coding: [{ system: SYSTEM.modeSortie, code }] } } });

  it.each([
    { story: 'home', code: '8', state: 'sorti', letters: 1 },
    { story: 'another establishment: a transfer letter, none to town', code: '7', state: 'sorti', letters: 0 },
    { story: 'an internal move is no discharge', code: '6', state: 'hospitalise', letters: 0 },
    { story: 'death', code: '9', state: 'decede', letters: 0 },
  ])('$story', ({ code, state, letters }) => {
    const world = new World(OUT);
    hears(world, movement('admission', IN, { zbe: '1' }));
    hears(world, movement('discharge', OUT, { zbe: '2', encounter: { period: { end: OUT }, ...mode(code) } }));
    expect([etat(world), world.tasks('lettre-de-liaison').length]).toEqual([state, letters]);
  });

  it('death closes the open requests of the person, and the episode', () => {
    const world = new World(OUT);
    world.commit(
      world.create(
        {
          resourceType: 'ServiceRequest',
          id: 'sr',
          status: 'active',
          intent: 'order',
          subject: { reference: PATIENT },
          note: [{ text: 'aide' }],
        },
        hospital,
      ),
    );
    hears(world, movement('admission', IN, { zbe: '1' }));
    hears(world, movement('discharge', OUT, { zbe: '2', death: true }));
    expect(world.tasks('demande-appui')).toMatchObject([{ status: 'completed', statusReason: { coding: [{ code: 'deces' }] } }]);
    expect(world.the('EpisodeOfCare')).toMatchObject({ status: 'finished', period: { end: OUT } });
  });

  it('a correction that takes the death back opens the clock of the letter', () => {
    const world = new World(OUT);
    hears(world, movement('discharge', OUT, { zbe: '2', death: true }));
    hears(world, movement('correction', OUT, { zbe: '2', corrects: 'A03', encounter: { period: { end: OUT }, ...mode('8') } }));
    expect([etat(world), world.tasks('lettre-de-liaison').length]).toEqual(['sorti', 1]);
  });
});

describe('messages that come late, twice or in the wrong order', () => {
  it('an admission that arrives after its discharge changes no state and gives the stay its start', () => {
    const world = new World(OUT);
    hears(world, movement('discharge', OUT, { zbe: '2' }));
    hears(world, movement('admission', IN, { zbe: '1' }));
    expect([etat(world), world.the('Encounter').period]).toEqual(['sorti', { start: IN, end: OUT }]);
    expect(world.tasks('lettre-de-liaison')).toHaveLength(1);
  });

  it('an older movement told after the discharge does not bring the person back', () => {
    const world = discharged();
    hears(world, movement('transfer', '2026-03-04T08:00:00.000Z', { zbe: '3', historic: true }));
    expect(etat(world)).toBe('sorti');
  });

  it('a cancelled discharge brings the person back and stops the clock', () => {
    const world = discharged();
    hears(world, movement('cancel-discharge', OUT, { zbe: '2', corrects: 'A03' }));
    expect([etat(world), world.the('Encounter').status, world.the('Encounter').period]).toEqual([
      'hospitalise',
      'in-progress',
      { start: IN },
    ]);
    expect(world.tasks('lettre-de-liaison')).toMatchObject([{ status: 'cancelled' }]);
    world.tick('2026-03-08T09:00:00.000Z');
    expect(world.tasks('dysfonctionnement')).toEqual([]);
  });

  it('and a second discharge opens the same Task again, with the new day', () => {
    const world = discharged();
    hears(world, movement('cancel-discharge', OUT, { zbe: '2', corrects: 'A03' }));
    hears(world, movement('discharge', '2026-03-09T10:00:00.000Z', { zbe: '4' }));
    expect(world.tasks('lettre-de-liaison')).toMatchObject([
      { status: 'requested', restriction: { period: { end: '2026-03-09T22:59:59.000Z' } } },
    ]);
    expect(etat(world)).toBe('sorti');
  });

  it('a cancel undoes its own movement, not the newest one', () => {
    const world = discharged();
    const { warnings } = hears(world, movement('cancel-discharge', OUT, { zbe: '77', corrects: 'A03' }));
    expect([etat(world), warnings.map(({ code }) => code)]).toEqual(['sorti', ['cancel-of-unknown-movement']]);
  });

  it('a movement whose cancel came first never takes effect', () => {
    const world = new World(OUT);
    hears(world, movement('admission', IN, { zbe: '1' }));
    hears(world, movement('cancel-discharge', OUT, { zbe: '2', corrects: 'A03' }));
    const { warnings } = hears(world, movement('discharge', OUT, { zbe: '2' }));
    expect([etat(world), warnings.map(({ code }) => code)]).toEqual(['hospitalise', ['movement-cancelled-before']]);
  });

  it('a corrected day of discharge (Z99 of A03) moves the deadline', () => {
    const world = discharged();
    const next = '2026-03-07T10:00:00.000Z';
    hears(world, movement('correction', next, { zbe: '2', corrects: 'A03', encounter: { period: { end: next } } }));
    expect(world.tasks('lettre-de-liaison')).toMatchObject([{ restriction: { period: { end: '2026-03-07T22:59:59.000Z' } } }]);
  });

  it('a corrected day that makes the letter not late any more withdraws the dysfunction', () => {
    const world = discharged();
    world.tick(LATE);
    const next = '2026-03-07T10:00:00.000Z';
    hears(world, movement('correction', next, { zbe: '2', corrects: 'A03', encounter: { period: { end: next } } }));
    expect([etat(world), world.etat(`Task/${world.tasks('lettre-de-liaison')[0]?.id}`)]).toEqual(['sorti', 'sorti']);
    expect(world.tasks('dysfonctionnement')).toMatchObject([{ status: 'cancelled' }]);
  });

  it('a cancelled admission takes the stay back to its pre-admission', () => {
    const world = new World(IN);
    hears(world, movement('pre-admission', '2026-02-20T08:00:00.000Z', { zbe: '0' }));
    hears(world, movement('admission', IN, { zbe: '1' }));
    hears(world, movement('cancel-admission', IN, { zbe: '1', corrects: 'A01' }));
    expect(etat(world)).toBe('annonce');
  });

  it('the planned date of discharge lives until it is cancelled', () => {
    const world = new World(IN);
    hears(world, movement('admission', IN, { zbe: '1' }));
    hears(world, movement('planned-discharge', '2026-03-05T08:00:00.000Z', { zbe: '3' }));
    hears(world, movement('cancel-planned-discharge', '2026-03-05T08:00:00.000Z', { zbe: '3', corrects: 'A16' }));
    expect(etat(world)).toBe('hospitalise');
  });

  it('of two discharges the later one counts, whichever arrives last', () => {
    const world = new World(OUT);
    hears(world, movement('admission', IN, { zbe: '1' }));
    hears(world, movement('discharge', '2026-03-09T10:00:00.000Z', { zbe: '4' }));
    hears(world, movement('discharge', OUT, { zbe: '2' }));
    expect(world.the('Encounter').period?.end).toBe('2026-03-09T10:00:00.000Z');
    expect(world.tasks('lettre-de-liaison')).toMatchObject([{ restriction: { period: { end: '2026-03-09T22:59:59.000Z' } } }]);
  });

  it('a new admission on the same venue number brings the person back, also when it arrives before the discharge', () => {
    const world = new World(OUT);
    hears(world, movement('admission', '2026-03-07T08:00:00.000Z', { zbe: '5' }));
    hears(world, movement('admission', IN, { zbe: '1' }));
    hears(world, movement('discharge', OUT, { zbe: '2' }));
    expect([etat(world), world.tasks('lettre-de-liaison')]).toEqual(['hospitalise', []]);
  });

  it('whatever the order of arrival, the same movements lead to the same state', () => {
    const story: readonly HospitalMovement[] = [
      movement('pre-admission', '2026-02-20T08:00:00.000Z', { zbe: '0' }),
      movement('admission', IN, { zbe: '1' }),
      movement('transfer', '2026-03-03T08:00:00.000Z', { zbe: '3' }),
      movement('discharge', OUT, { zbe: '2' }),
      movement('cancel-transfer', '2026-03-03T08:00:00.000Z', { zbe: '3', corrects: 'A02' }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray([...story], { minLength: story.length }), (shuffled) => {
        const world = new World(OUT);
        for (const said of shuffled) hears(world, said);
        expect([etat(world), world.the('Encounter').status, world.tasks('lettre-de-liaison').length]).toEqual(['sorti', 'finished', 1]);
      }),
      { numRuns: 60 },
    );
  });

  it('no sequence of movements leaves a state outside the table, and a replay of the last one writes nothing', () => {
    const kinds = [
      'pre-admission',
      'admission',
      'transfer',
      'planned-discharge',
      'discharge',
      'cancel-pre-admission',
      'cancel-admission',
      'cancel-transfer',
      'cancel-planned-discharge',
      'cancel-discharge',
    ] as const;
    const arbitrary = fc.record({
      kind: fc.constantFrom(...kinds),
      hour: fc.integer({ min: 10, max: 20 }),
      zbe: fc.constantFrom('1', '2', '3'),
    });
    const known = new Set(EPISODE_STATES.map(({ code }) => code));
    fc.assert(
      fc.property(fc.array(arbitrary, { minLength: 1, maxLength: 8 }), (story) => {
        const world = new World(OUT);
        for (const { kind, hour, zbe } of story) {
          const said = movement(kind, `2026-03-02T${hour}:00:00.000Z`, { zbe });
          hears(world, said);
          expect(known).toContain(etat(world));
          const before = canonical(world.compartment);
          hears(world, said);
          expect(canonical(world.compartment)).toBe(before);
        }
      }),
      { numRuns: 120 },
    );
  });
});

describe('the letter of the day (L-08)', () => {
  it('is late from the next second, said once, and the coordinator gets one dysfunction', () => {
    const world = discharged();
    world.tick(DUE);
    expect(etat(world)).toBe('sorti');
    world.tick(LATE);
    world.tick('2026-03-07T09:00:00.000Z');
    const [task] = world.tasks('lettre-de-liaison');
    expect([etat(world), world.etat(`Task/${task?.id}`)]).toEqual(['lettre-en-retard', 'lettre-en-retard']);
    expect(world.tasks('dysfonctionnement')).toMatchObject([
      { owner: { reference: COORDINATOR }, focus: { reference: episodeRef(world) }, status: 'requested' },
    ]);
  });

  it('of a person whom the network does not know is late between the hospital and its task', () => {
    const world = discharged(OUT, factsWith({ circle: [], consents: [] }));
    world.tick(LATE);
    expect([etat(world), world.etat(`Task/${world.tasks('lettre-de-liaison')[0]?.id}`)]).toEqual(['lettre-en-retard', 'lettre-en-retard']);
    expect(world.tasks('dysfonctionnement')).toEqual([]);
  });

  it('of a discharge that is told when its day is over is late at once, and once', () => {
    const world = discharged('2026-04-01T09:00:00.000Z');
    expect(etat(world)).toBe('sorti');
    world.tick('2026-04-01T09:00:00.000Z');
    world.tick('2026-04-01T09:00:01.000Z');
    expect([etat(world), world.tasks('dysfonctionnement').length]).toEqual(['lettre-en-retard', 1]);
  });

  it.each([
    { story: 'on time', at: '2026-03-06T15:40:00.000Z', dysfunctions: 0 },
    { story: 'after midnight, before anybody looked at the clock', at: '2026-03-06T23:10:00.000Z', dysfunctions: 1 },
  ])('received $story closes the clock and asks the médecin traitant', ({ at, dysfunctions }) => {
    const world = discharged();
    world.now = at;
    gets(world, { start: IN, end: OUT });
    expect(etat(world)).toBe('lettre-recue');
    expect(world.tasks('lettre-de-liaison')).toMatchObject([{ status: 'completed', executionPeriod: { end: at } }]);
    expect(world.tasks('prise-en-compte')).toMatchObject([
      { owner: { reference: GP }, reasonReference: { reference: 'DocumentReference/letter' } },
    ]);
    expect(world.tasks('dysfonctionnement')).toHaveLength(dysfunctions);
    expect(world.the('DocumentReference')).toMatchObject({
      context: { encounter: [{ reference: `Encounter/${world.the('Encounter').id}` }], related: [{ reference: episodeRef(world) }] },
    });
    world.tick('2026-03-10T09:00:00.000Z');
    expect([etat(world), world.tasks('dysfonctionnement').length]).toEqual(['lettre-recue', dysfunctions]);
  });

  it('received late closes the Task all the same; the dysfunction stays open', () => {
    const world = discharged();
    world.tick(LATE);
    world.now = '2026-03-07T09:15:00.000Z';
    gets(world, { start: IN, end: OUT });
    expect([etat(world), world.tasks('lettre-de-liaison')[0]?.status, world.tasks('dysfonctionnement')[0]?.status]).toEqual([
      'lettre-recue',
      'completed',
      'requested',
    ]);
  });

  it('received before the discharge is told starts no clock', () => {
    const world = new World('2026-03-06T08:00:00.000Z');
    hears(world, movement('admission', IN, { zbe: '1' }));
    gets(world, { start: IN, end: OUT });
    expect(etat(world)).toBe('hospitalise');
    world.now = OUT;
    hears(world, movement('discharge', OUT, { zbe: '2' }));
    expect([etat(world), world.tasks('prise-en-compte').length]).toEqual(['lettre-recue', 1]);
    world.tick('2026-03-08T09:00:00.000Z');
    expect([etat(world), world.tasks('dysfonctionnement').length]).toEqual(['lettre-recue', 0]);
  });

  it('of a cancelled discharge is not the letter of a later one', () => {
    const world = discharged();
    gets(world, { start: IN, end: OUT });
    hears(world, movement('cancel-discharge', OUT, { zbe: '2', corrects: 'A03' }));
    world.now = '2026-03-09T10:00:00.000Z';
    hears(world, movement('discharge', '2026-03-09T10:00:00.000Z', { zbe: '4' }));
    expect(etat(world)).toBe('sorti');
  });

  it('in a new version is attached to the same episode and asks nobody twice', () => {
    const world = discharged();
    gets(world, { start: IN, end: OUT });
    gets(world, { start: IN, end: OUT }, letter('letter-2'));
    expect([etat(world), world.tasks('prise-en-compte').length, world.tasks('lettre-de-liaison')[0]?.output?.length]).toEqual([
      'lettre-recue',
      1,
      2,
    ]);
  });

  it.each([
    { story: 'a day before the stay', period: { start: '2026-02-20T08:00:00.000Z', end: '2026-03-01T20:00:00.000Z' }, belongs: true },
    { story: 'two days before the stay', period: { start: '2026-02-20T08:00:00.000Z', end: '2026-02-28T07:00:00.000Z' }, belongs: false },
    { story: 'a day after the stay', period: { start: '2026-03-07T09:00:00.000Z' }, belongs: true },
    { story: 'another year', period: { start: '2021-04-01T09:00:00.000Z', end: '2021-04-09T09:00:00.000Z' }, belongs: false },
    { story: 'without any date', period: undefined, belongs: false },
  ])('that speaks of $story belongs to it: $belongs', ({ period, belongs }) => {
    const world = discharged();
    const { warnings } = gets(world, period);
    expect([etat(world), warnings.map(({ code }) => code)]).toEqual(
      belongs ? ['lettre-recue', []] : ['sorti', ['letter-without-movement']],
    );
    expect(world.all('EpisodeOfCare')).toHaveLength(belongs ? 1 : 2);
  });

  it('without movement makes a closed episode and closes no clock', () => {
    const world = discharged();
    const { carrier } = gets(world, { start: '2021-04-01T09:00:00.000Z', end: '2021-04-09T09:00:00.000Z' });
    expect(carrier).toMatchObject({ status: 'finished', period: { end: '2021-04-09T09:00:00.000Z' } });
    expect(world.the('DocumentReference').context?.related).toEqual([{ reference: `EpisodeOfCare/${carrier.id}` }]);
    expect(world.tasks('lettre-de-liaison')).toMatchObject([{ status: 'requested' }]);
  });

  it('of a stay in another establishment closes no clock of this one', () => {
    const world = discharged();
    world.commit(
      letterReceived(letter(), { start: IN, end: OUT }, world.situation(), { patient: PATIENT, hospital: 'Organization/clinique' }),
    );
    expect(etat(world)).toBe('sorti');
  });
});

describe('who takes the letter into account', () => {
  it.each([
    { story: 'the médecin traitant', facts: factsWith(), owner: GP, search: 0 },
    {
      story: 'the coordinator, who looks for a doctor, when there is none',
      facts: factsWith({ circle: factsWith().circle.slice(1) }),
      owner: COORDINATOR,
      search: 1,
    },
    {
      story: 'the coordinator when the person opposes her doctor',
      facts: factsWith({
        consents: [
          ...factsWith().consents,
          {
            source: 'o',
            kind: 'opposition',
            state: 'donne',
            at: IN,
            informed: false,
            deniedCategories: [],
            deniedActors: [GP],
            deniedResources: [],
          },
        ],
      }),
      owner: COORDINATOR,
      search: 0,
    },
  ])('$story', ({ facts, owner, search }) => {
    const world = discharged(OUT, facts);
    gets(world, { start: IN, end: OUT });
    expect(world.tasks('prise-en-compte')).toMatchObject([{ owner: { reference: owner } }]);
    expect(world.tasks('recherche-mt')).toHaveLength(search);
    expect(JSON.stringify(world.tasks('prise-en-compte'))).not.toContain('pposition');
  });

  it('nobody when the network does not know the person: the letter is stored for the hospital', () => {
    const world = discharged(OUT, factsWith({ circle: [], consents: [] }));
    gets(world, { start: IN, end: OUT });
    expect([etat(world), world.tasks('prise-en-compte').length, world.tasks('recherche-mt').length]).toEqual(['lettre-recue', 0, 0]);
  });
});

describe('the follow-up (M6, events of people)', () => {
  function received(): World {
    const world = discharged();
    gets(world, { start: IN, end: OUT });
    return world;
  }
  const gp = someone('gp');

  it('goes from the acknowledgement to the end, each step closing and opening its Task', () => {
    const world = received();
    const ref = episodeRef(world);
    world.did(ref, 'accuser-prise-en-compte', {}, { by: gp });
    expect([world.tasks('prise-en-compte')[0]?.status, world.tasks('fixer-rdv')[0]?.owner?.reference]).toEqual(['completed', GP]);
    world.did(ref, 'fixer-rdv', { date: '2026-03-11' }, { by: gp });
    expect(world.tasks('fixer-rdv')).toMatchObject([{ status: 'completed', output: [{ valueDateTime: '2026-03-11' }] }]);
    world.did(ref, 'signaler-rdv-manque', {}, { by: gp });
    expect([world.etat(ref), world.tasks('fixer-rdv').length]).toEqual(['pris-en-compte', 2]);
    world.did(ref, 'fixer-rdv', { date: '2026-03-12' }, { by: gp });
    world.did(ref, 'honorer-rdv', {}, { by: gp });
    world.did(ref, 'cloturer');
    expect(world.the('EpisodeOfCare')).toMatchObject({ status: 'finished', period: { end: OUT } });
    world.did(ref, 'rouvrir', {}, { reason: 'erreur' });
    expect([world.etat(ref), world.the('EpisodeOfCare').period?.end]).toEqual(['suivi-fait', undefined]);
  });

  it('an absent doctor hands over to the coordinator, who then acknowledges what is his', () => {
    const world = received();
    const ref = episodeRef(world);
    world.did(ref, 'signaler-mt-absent', {}, { reason: 'cabinet fermé' });
    expect(world.tasks('prise-en-compte')).toMatchObject([{ owner: { reference: COORDINATOR } }]);
    expect(world.tasks('recherche-mt')).toHaveLength(1);
    world.did(ref, 'accuser-prise-en-compte');
    expect(world.etat(ref)).toBe('pris-en-compte');
  });

  it.each([
    { who: 'nurse', outcome: 'forbidden' },
    { who: 'coordinator', outcome: 'forbidden' },
    { who: 'gp', outcome: 'accepted' },
  ] as const)('a letter is acknowledged by the one who was asked: $who is $outcome', ({ who, outcome }) => {
    const world = received();
    expect(refusalOf(world.send(episodeRef(world), 'accuser-prise-en-compte', {}, { by: someone(who) })).category).toBe(outcome);
  });

  it('an event of another state is a conflict that names the allowed ones', () => {
    const world = discharged();
    expect(refusalOf(world.send(episodeRef(world), 'honorer-rdv'))).toEqual({
      category: 'conflict',
      codes: ['event-not-allowed'],
      allowed: [],
    });
    gets(world, { start: IN, end: OUT });
    expect(refusalOf(world.send(episodeRef(world), 'honorer-rdv')).allowed).toEqual(['accuser-prise-en-compte', 'signaler-mt-absent']);
  });

  it.each(['', 'demain', '2026-13-40'])('an appointment needs a date: %j is none', (date) => {
    const world = received();
    world.did(episodeRef(world), 'accuser-prise-en-compte', {}, { by: gp });
    expect(refusalOf(world.send(episodeRef(world), 'fixer-rdv', { date }))).toMatchObject({
      category: 'unprocessable',
      codes: ['date-missing'],
    });
  });

  it('reasons are asked where the table says so', () => {
    const world = received();
    expect(refusalOf(world.send(episodeRef(world), 'signaler-mt-absent')).codes).toEqual(['reason-missing']);
  });

  it.each(['sortir', 'admettre', 'recevoir-lettre'])('%s comes by intake only', (event) => {
    const world = discharged();
    expect(refusalOf(world.send(episodeRef(world), event))).toMatchObject({ category: 'unprocessable', codes: ['intake-only'] });
  });

  it('an episode is not created by hand', () => {
    const world = new World(OUT);
    const made = world.create({ resourceType: 'EpisodeOfCare', id: 'e', status: 'active', patient: { reference: PATIENT } });
    expect(refusalOf(made)).toMatchObject({ category: 'unprocessable', codes: ['intake-only'] });
  });
});
