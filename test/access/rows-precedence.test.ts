import { describe, expect, it } from 'vitest';
import type { DemoRole } from '../../functions/local/demo/roles.ts';
import { basesOf, decide } from '../../lib/access/decide.ts';
import type { ConsentFact, Facts } from '../../lib/access/facts.ts';
import type { Requester } from '../../lib/access/requester.ts';
import { scopesIn } from '../../lib/access/scopes.ts';
import { traitsOf } from '../../lib/access/traits.ts';
import { EXTENSION, LETTRE_DE_LIAISON_SORTIE, LOINC, SYSTEM, TRE_A07 } from '../../lib/fhir/vocabulary.ts';
import { shift } from '../../lib/platform/instant.ts';
import { inState, opposition } from './states.ts';
import { asking, decideOn, factsAbout, type Item, itemsOf, NOON, only, seenBy, written } from './stories.ts';

const DAY_MS = 86_400_000;
const given = factsAbout('given');
const items = itemsOf('given');
const record = only('Patient', items);
const plan = only('CarePlan', items);
const stay = only('Encounter', items);
const subject = { reference: `Patient/${given.patient.id}` };
const SOMEBODY = { reference: 'PractitionerRole/somebody' };

/** Basis of a permit, or `D` with the rules that stood against. */
function said(facts: Facts, requester: Requester, item: Item, at = NOON): string {
  const decision = decideOn(facts, requester, item, 'read', at);
  return decision.outcome === 'permit' ? decision.basis : `D ${decision.rules.at(-1) ?? ''}`;
}

const gp = (change: Partial<Requester> = {}): Requester => asking('gp', 'given', change);
const person = (change: Partial<Facts['patient']>): Facts => ({ ...given, patient: { ...given.patient, ...change } });
const labelled = (code: string): Item => ({
  author: SOMEBODY,
  resource: {
    resourceType: 'DocumentReference',
    id: 'd',
    status: 'current',
    subject,
    content: [],
    securityLabel: [{ coding: [{ system: TRE_A07, code }] }],
  },
});

describe('domain.md 4.1: the first that applies wins', () => {
  it('A-01: another network is as absent', () => {
    expect(said(given, asking('gp@dac', 'dac-informed'), record)).toBe('D A-01');
  });

  it('A-02: suspended, gone, or in a network without charter in force, one reads nothing, of one’s own neither', () => {
    const own = { ...record, author: { reference: gp().reference } };
    const refused = [
      gp({ membership: 'suspendue' }),
      gp({ membership: 'perdue' }),
      gp({ membership: 'sortie' }),
      gp({ network: { ...gp().network, charterInForce: false } }),
    ];
    expect(refused.map((requester) => said(given, requester, own))).toEqual(['D A-02', 'D A-02', 'D A-02', 'D A-02']);
  });

  it('A-04: a record that another replaced gives nothing, whatever either record permits', () => {
    const replaced = person({ enteredInError: true });
    for (const role of ['gp', 'hospital', 'coordinator', 'patient', 'dpo'] as const) {
      expect(said(replaced, asking(role, 'given'), record)).toBe('D A-04');
    }
  });

  it.each([
    ['TREAT', 'CONS'],
    ['COC', 'CONS'],
    ['ETREAT', 'CONS'],
    ['PATRQT', 'CONS'],
    ['BTG', 'D A-32'],
    ['HOPERAT', 'D A-32'],
    ['HCOMPL', 'D A-05'],
    ['refused', 'D A-05'],
  ] as const)('A-05: a GP who says %s: %s', (purpose, answer) => {
    expect(said(given, gp({ purpose }), plan)).toBe(answer);
  });

  it('A-06: what is to be read on the spot is denied before any permit, to the person herself too', () => {
    const onSite: Item = {
      author: SOMEBODY,
      resource: {
        resourceType: 'DocumentReference',
        id: 'd',
        status: 'current',
        subject,
        content: [],
        meta: { security: [{ system: SYSTEM.visibilite, code: 'sur-place' }] },
      },
    };
    expect((['gp', 'patient', 'hospital'] as const).map((role) => said(given, asking(role, 'given'), onSite))).toEqual([
      'D A-48',
      'D A-48',
      'D A-48',
    ]);
  });

  it('A-07: an opposition denies, be it older than the consent or newer, of the person or of her structure', () => {
    const hospital = asking('hospital', 'given');
    for (const days of [-700, -1]) {
      const by = (actor: string): Facts => ({
        ...given,
        consents: [{ ...opposition(actor), at: shift(NOON, days * DAY_MS) }, ...given.consents],
      });
      expect(said(by(gp().reference), gp(), plan)).toBe('D A-07');
      expect(said(by(hospital.structure?.reference ?? ''), hospital, plan)).toBe('D A-07');
    }
  });

  it('A-08: what is masked is for its author and the person', () => {
    const masked = labelled('MASQUE_PS');
    const byGp2: Item = { ...masked, author: { reference: asking('gp2', 'given').reference } };
    expect([
      said(given, gp(), masked),
      said(given, asking('gp2', 'given'), byGp2),
      said(given, asking('patient', 'given'), masked),
    ]).toEqual(['D A-08', 'CONS', 'SELF']);
  });

  it('A-09: under non-divulgation the unit in charge and the person read; to all others there is no stay', () => {
    const silent = person({ nonDivulgation: true });
    const answers = (['gp', 'coordinator', 'dpo', 'hospital', 'patient'] as const).map((role) =>
      said(silent, asking(role, 'given'), record),
    );
    expect(answers).toEqual(['D A-09', 'D A-09', 'D A-09', 'OWN', 'SELF']);
    const oneStay: Facts = { ...given, stays: given.stays.map((one) => ({ ...one, nonDivulgation: true })) };
    expect([said(oneStay, gp(), stay), said(oneStay, gp(), plan)]).toEqual(['D A-09', 'CONS']);
  });

  it('A-10: the person comes first, then who represents her', () => {
    const [facts, minor] = [factsAbout('minor'), only('Patient', itemsOf('minor'))];
    expect([said(facts, asking('patient', 'minor'), minor), said(facts, asking('representative', 'minor'), minor)]).toEqual([
      'SELF',
      'REP',
    ]);
  });

  it('A-11: who alone sent an identity reads it as he wrote it; beside another source, who it is and nothing of theirs', () => {
    const none = factsAbout('none');
    const shared: Facts = { ...none, patient: { ...none.patient, sources: [...none.patient.sources, 'Organization/other'] } };
    const read = (facts: Facts) => decideOn(facts, asking('hospital', 'none'), only('Patient', itemsOf('none')));
    expect(read(none)).toMatchObject({ basis: 'OWN', filter: 'full' });
    expect(read(shared)).toMatchObject({ basis: 'OWN', filter: { id: 'identity' } });
    expect(read({ ...shared, consents: [...none.consents, opposition(asking('hospital', 'none').reference)] })).toMatchObject({
      outcome: 'deny',
    });
  });

  it('A-12: the software of a GP may do what he may, and of that what its scopes leave', () => {
    const scopes = scopesIn('user/CarePlan.rs', false) ?? [];
    expect([said(given, gp({ scopes }), plan), said(given, gp({ scopes }), record)]).toEqual(['CONS', 'D A-12']);
    expect(said(given, asking('outsider', 'given', { scopes }), plan)).toBe('D A-32');
  });

  it('A-13: the strongest basis that gives the whole is the one recorded; none: denied', () => {
    const hospital = asking('hospital', 'given');
    expect(basesOf(given, hospital, NOON).bases).toEqual(['OWN', 'CONS', 'REQ']);
    expect([said(given, hospital, stay), said(given, hospital, plan), said(given, asking('outsider', 'given'), plan)]).toEqual([
      'OWN',
      'CONS',
      'D A-32',
    ]);
  });

  it('A-15: denied binds to answer as if there were nothing, known person or not', () => {
    const unseen = decideOn(given, asking('outsider', 'given'), plan);
    const request = { requester: gp(), interaction: 'read', traits: traitsOf(plan.resource, plan.author), at: NOON } as const;
    expect([unseen, decide(undefined, request)].map(({ obligations }) => obligations)).toEqual([
      ['A-58', 'A-15'],
      ['A-58', 'A-15'],
    ]);
    expect(decideOn(given, asking('nurse', 'given'), plan, 'update')).toMatchObject({
      outcome: 'deny',
      visible: true,
      obligations: ['A-58'],
    });
  });

  it('A-16: an opposition is read by the person, the coordinator and the DPO, and by nobody else', () => {
    const consent: Item = {
      author: SOMEBODY,
      resource: {
        resourceType: 'Consent',
        id: 'o',
        status: 'active',
        scope: {},
        category: [],
        patient: subject,
        provision: { provision: [{ type: 'deny', actor: [{ role: {}, reference: { reference: 'PractitionerRole/x' } }] }] },
      },
    };
    const readers: readonly DemoRole[] = ['patient', 'coordinator', 'dpo', 'gp', 'nurse', 'social', 'hospital', 'admin'];
    expect(readers.filter((role) => decideOn(given, asking(role, 'given'), consent).outcome === 'permit')).toEqual([
      'patient',
      'coordinator',
      'dpo',
    ]);
  });

  it('A-17: the moment of the disclosure counts: what was readable at noon is not after the consent has run out', () => {
    const ending: Facts = { ...given, consents: given.consents.map((fact) => ({ ...fact, until: shift(NOON, 1) })) };
    expect([said(ending, gp(), plan), said(ending, gp(), plan, shift(NOON, 1))]).toEqual(['CONS', 'D A-36']);
  });

  it('A-18: after a death members read 30 days more; who represented her, no longer', () => {
    const dead = person({ deceasedAt: shift(NOON, -29 * DAY_MS) });
    expect([said(dead, gp(), plan), said(dead, gp(), plan, shift(NOON, DAY_MS))]).toEqual(['CONS', 'D A-32']);
    const minor = factsAbout('minor');
    const gone: Facts = { ...minor, patient: { ...minor.patient, deceasedAt: shift(NOON, -1) } };
    expect(said(gone, asking('representative', 'minor'), only('Patient', itemsOf('minor')))).toMatch(/^D/);
  });

  it('A-19: of two acts of one moment the one that denies holds, in whatever order they came', () => {
    const act = (state: ConsentFact['state']): ConsentFact => ({
      ...opposition(''),
      source: state,
      kind: 'sharing',
      state,
      informed: true,
      deniedActors: [],
    });
    for (const consents of [
      [act('donne'), act('refuse')],
      [act('refuse'), act('donne')],
    ]) {
      expect(said({ ...given, consents }, gp(), plan)).toBe('D A-34');
    }
  });
});

describe('domain.md 4.2: bases', () => {
  const nurse = asking('nurse', 'given');

  it('A-20: consent alone or membership alone is nothing: it takes both, and understanding verified', () => {
    const outside: Facts = { ...given, circle: [] };
    const unverified: Facts = { ...given, consents: given.consents.map((fact) => ({ ...fact, informed: false })) };
    expect([
      said(given, nurse, plan),
      said(outside, nurse, plan),
      said(inState('none', ''), nurse, plan),
      said(unverified, nurse, plan),
    ]).toEqual(['CONS', 'D A-32', 'D A-31', 'D A-31']);
    const named: Facts = { ...given, consents: given.consents.map((fact) => ({ ...fact, permittedActors: [gp().reference] })) };
    expect([said(named, gp(), plan), said(named, nurse, plan)]).toEqual(['CONS', 'D A-32']);
  });

  it('A-21: recognition and information open without consent; a social worker only when informed of that exchange too', () => {
    const information = (source: string): ConsentFact => ({
      ...opposition(''),
      source,
      kind: 'sharing',
      state: 'informe',
      informed: true,
      deniedActors: [],
    });
    const team = (consents: readonly ConsentFact[]): Facts => ({
      ...given,
      consents,
      recognised: (['nurse', 'social'] as const).map((role) => ({
        member: asking(role, 'given').reference,
        by: subject.reference,
        at: NOON,
      })),
    });
    const social = asking('social', 'given');
    const answers = [[], [information('1')], [information('1'), information('2')]].map((consents) =>
      [said(team(consents), nurse, plan), said(team(consents), social, plan), said(team(consents), gp(), plan)].join(', '),
    );
    expect(answers).toEqual(['D A-31, D A-31, D A-31', 'EDS, D A-31, D A-31', 'EDS, EDS, D A-31']);
  });

  it('A-22: what is addressed to the médecin traitant opens that item and the header about it, not the record', () => {
    const [none, story] = [factsAbout('none'), itemsOf('none')];
    const doctor = asking('gp', 'none');
    const letters = story.filter(({ resource }) => JSON.stringify(resource).includes(LETTRE_DE_LIAISON_SORTIE));
    expect(decideOn(none, doctor, only('DocumentReference', letters))).toMatchObject({ basis: 'ECH', filter: 'full' });
    expect(decideOn(none, doctor, only('Patient', story))).toMatchObject({ basis: 'ECH', filter: { id: 'identity' } });
    expect(decideOn(none, doctor, only('Encounter', story))).toMatchObject({ basis: 'ECH', filter: { id: 'header' } });
    expect(said(none, doctor, only('CarePlan', story))).toBe('D A-31');
  });

  it('A-23: a hospital reads the stays, documents, requests and tasks of its own, whatever the state', () => {
    const hospital = asking('hospital', 'refused');
    const own = itemsOf('refused').filter((item) => said(factsAbout('refused'), hospital, item) === 'OWN');
    expect([...new Set(own.map(({ resource }) => resource.resourceType))].sort()).toEqual([
      'DocumentReference',
      'Encounter',
      'EpisodeOfCare',
      'Patient',
      'ServiceRequest',
      'Task',
    ]);
  });

  const relation = (code: string): Facts =>
    written(
      { ...given, representatives: [] },
      { resourceType: 'RelatedPerson', id: 'r', patient: subject, relationship: [{ coding: [{ code }] }] },
      SOMEBODY,
    );
  const relative = { ...asking('patient', 'given'), role: 'representative', reference: 'RelatedPerson/r' } as const;

  it.each([
    ['GRD', 'a tuteur', 'REP'],
    ['CUR', 'a représentant légal', 'REP'],
    ['CURTL', 'a curateur', 'D A-32'],
    ['SVG', 'who holds a sauvegarde', 'D A-32'],
    ['K', 'a personne de confiance', 'D A-32'],
    ['DPOWATT', 'a proxy', 'D A-32'],
    ['SPS', 'a husband', 'D A-32'],
  ])('A-24, L-17, L-21: %s, %s, of an adult: %s', (code, _who, answer) => {
    expect(said(relation(code), relative, record)).toBe(answer);
  });

  it('A-24: parental authority ends at midnight of the 18th birthday, in Paris, and never reached what is secret', () => {
    const [facts, story] = [factsAbout('minor'), itemsOf('minor')];
    const mother = asking('representative', 'minor');
    const minor = only('Patient', story);
    expect([said(facts, mother, minor, '2028-06-14T21:59:59.999Z'), said(facts, mother, minor, '2028-06-14T22:00:00.000Z')]).toEqual([
      'REP',
      expect.stringMatching(/^D/),
    ]);
    const secret = story.filter((item) => decideOn(facts, mother, item).rules.includes('A-24'));
    expect(secret.length).toBeGreaterThan(0);
    for (const item of secret) expect(said(facts, asking('patient', 'minor'), item)).toBe('SELF');
  });

  it('A-25: figures are of the network for its offices and of one’s structure for oneself', () => {
    const figures = (reference: string): Item => ({
      author: SOMEBODY,
      resource: { resourceType: 'MeasureReport', status: 'complete', type: 'summary', measure: 'm', period: {}, subject: { reference } },
    });
    const readers = (reference: string) =>
      (['dashboard', 'dpo', 'hospital', 'gp2'] as const).filter(
        (role) => decideOn(given, asking(role, 'given'), figures(reference)).outcome === 'permit',
      );
    expect(readers(gp().network.reference)).toEqual(['dashboard', 'dpo']);
    expect(readers(asking('hospital', 'given').structure?.reference ?? '')).toEqual(['hospital']);
  });

  it('A-26: the médecin traitant is who the circle says, and no letter makes one', () => {
    const facts = factsAbout('nomt');
    const outsider = asking('outsider', 'nomt');
    const claimed = written(
      facts,
      {
        resourceType: 'DocumentReference',
        id: 'letter',
        status: 'current',
        content: [],
        type: { coding: [{ system: LOINC, code: LETTRE_DE_LIAISON_SORTIE }] },
        extension: [{ url: EXTENSION.destinataire, valueReference: { reference: outsider.reference } }],
      },
      SOMEBODY,
    );
    expect(claimed.addressed?.map(({ source }) => source)).toContain('DocumentReference/letter');
    expect(claimed.circle).toEqual(facts.circle);
  });

  it('A-27: a hospital treats from an accepted pre-admission to 30 days after the discharge; cancelled, no more', () => {
    const hospital = asking('hospital2', 'given');
    const structure = hospital.structure?.reference ?? '';
    const during = (stayFact: Partial<Facts['stays'][number]>): Facts => ({
      ...given,
      stays: [{ source: 'e', structure, status: 'planned', ...stayFact }],
    });
    const answers = [
      during({}),
      during({ status: 'in-progress' }),
      during({ status: 'finished', until: shift(NOON, -29 * DAY_MS) }),
      during({ status: 'finished', until: shift(NOON, -30 * DAY_MS) }),
      during({ status: 'cancelled' }),
    ].map((facts) => said(facts, hospital, plan));
    expect(answers).toEqual(['CONS', 'CONS', 'CONS', 'D A-32', 'D A-32']);
  });

  it('A-28: a coordinator acts on an open referral or episode, and has no right without', () => {
    const coordinator = asking('coordinator', 'given');
    const idle: Facts = { ...given, referrals: given.referrals.map((one) => ({ ...one, open: false })), stays: [] };
    expect([said(given, coordinator, plan), said(idle, coordinator, plan)]).toEqual(['CONS', 'D A-32']);
  });

  it('A-29: who stands in the circle for a period has the rights of that period, and none before or after', () => {
    const locum = asking('outsider', 'given');
    const place = { member: locum.reference, medecinTraitant: true, from: NOON, until: shift(NOON, DAY_MS), source: 'circle' };
    const replaced: Facts = { ...given, circle: [...given.circle, place] };
    expect([-1, 0, DAY_MS - 1, DAY_MS].map((ms) => said(replaced, locum, plan, shift(NOON, ms)))).toEqual([
      'D A-32',
      'CONS',
      'CONS',
      'D A-32',
    ]);
  });
});

describe('domain.md 4.3: bases that live under each consent state', () => {
  it.each([
    { id: 'A-31', state: 'none', role: 'gp', bases: ['ECH'] },
    { id: 'A-32', state: 'given', role: 'gp', bases: ['ECH', 'CONS'] },
    { id: 'A-34', state: 'refused', role: 'gp', bases: ['ECH'] },
    { id: 'A-35', state: 'withdrawn', role: 'hospital', bases: ['OWN', 'REQ'] },
    { id: 'A-36', state: 'expired', role: 'gp', bases: ['ECH'] },
    { id: 'A-37', state: 'opp.', role: 'gp', bases: [] },
  ] as const)('$id: $state: $role has $bases', ({ state, role, bases }) => {
    const requester = asking(role, 'given');
    expect(basesOf(inState(state, requester.reference), requester, NOON).bases).toEqual(bases);
  });

  it('A-33: a limited consent is consent minus what carries a denied category, to everybody but the person and its author', () => {
    const limited = factsAbout('limited');
    const psy = itemsOf('limited').filter((item) => traitsOf(item.resource, item.author).categories.includes('psy'));
    expect(psy.length).toBeGreaterThan(0);
    for (const role of ['gp', 'gp2', 'nurse', 'coordinator'] as const) expect(seenBy(limited, asking(role, 'limited'), psy)).toEqual([]);
    expect(seenBy(limited, asking('patient', 'limited'), psy).length).toBe(psy.length);
    expect(said(limited, asking('gp', 'limited'), only('CarePlan', itemsOf('limited')))).toBe('CONS');
  });

  it('A-38: an opposition to emergency access alone closes nothing of the care that goes on', () => {
    const emergency = written(
      given,
      {
        resourceType: 'Consent',
        id: 'emergency',
        status: 'active',
        scope: {},
        category: [],
        patient: subject,
        provision: { provision: [{ type: 'deny', purpose: [{ code: 'BTG' }] }] },
      },
      SOMEBODY,
    );
    expect(said(emergency, asking('clinician', 'given', { purpose: 'BTG' }), plan)).toMatch(/^D/);
    expect(said(emergency, gp(), plan)).toBe('CONS');
  });

  it('A-39: who opposes statistics is in no counter from then on, and is cared for as before', () => {
    const opposed = written(
      given,
      {
        resourceType: 'Task',
        id: 'rgpd',
        status: 'requested',
        intent: 'order',
        for: subject,
        code: { coding: [{ system: SYSTEM.tache, code: 'demande-rgpd' }] },
        input: [{ type: { text: 'droit' }, valueCode: 'opposition-statistiques' }],
      },
      { reference: subject.reference },
    );
    expect([opposed.statisticsOpposedSince, said(opposed, gp(), plan)]).toEqual([NOON, 'CONS']);
  });
});
