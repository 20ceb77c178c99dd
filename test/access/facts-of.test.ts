import type { CareTeam, Consent, DocumentReference, Encounter, Patient, RelatedPerson, ServiceRequest, Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEMO_ALIASES } from '../../functions/local/demo/people.ts';
import { isInformed } from '../../lib/access/consent-state.ts';
import type { Facts } from '../../lib/access/facts.ts';
import { applyResource, changesFacts, emptyFacts } from '../../lib/access/facts-of.ts';
import { EXTENSION, FR_CORE_EXTENSION, FR_CORE_SYSTEM, OID_SYSTEM, SYSTEM, TRE_A07 } from '../../lib/fhir/vocabulary.ts';
import { factsAbout, itemsOf, NOON, written } from './stories.ts';

const empty = emptyFacts('cpts', 'pat');
const subject = { reference: 'Patient/pat' };
const hospital = { reference: 'Organization/ch', structure: 'Organization/ch' };
const nurse = { reference: 'PractitionerRole/nurse' };
const GP = 'PractitionerRole/gp';

const consent = (change: Partial<Consent>): Consent => ({
  resourceType: 'Consent',
  id: 'c',
  status: 'active',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  category: [],
  patient: subject,
  ...change,
});
const factOf = (change: Partial<Consent>, facts: Facts = empty, at = NOON) => written(facts, consent(change), nurse, at).consents[0];

describe('facts of a write', () => {
  it('an empty collection is known of nobody', () => {
    expect(empty).toMatchObject({
      version: 0,
      network: 'cpts',
      patient: { id: 'pat', identity: 'provisoire', sources: [] },
      circle: [],
      consents: [],
    });
  });

  it('the first identity makes the first version, even when it says nothing', () => {
    expect(written(empty, { resourceType: 'Patient', id: 'pat' }, nurse).version).toBe(1);
  });

  it('the same write again is the same object', () => {
    fc.assert(
      fc.property(fc.constantFrom(...DEMO_ALIASES), fc.nat(), (alias, pick) => {
        const facts = factsAbout(alias);
        const items = itemsOf(alias);
        const item = items[pick % items.length];
        if (!item) throw new Error('a story is never empty');
        expect(written(facts, item.resource, item.author, NOON)).toBe(facts);
      }),
    );
  });

  it('the order of writes does not matter', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DEMO_ALIASES).chain((alias) => {
          const items = itemsOf(alias);
          return fc.shuffledSubarray([...items], { minLength: items.length }).map((shuffled) => ({ alias, shuffled }));
        }),
        ({ alias, shuffled }) => {
          const { version: _v, ...facts } = factsAbout(alias);
          const from = emptyFacts(facts.network, facts.patient.id);
          const { version: _w, ...other } = shuffled.reduce(
            (known, { resource, author }) => written(known, resource, author, resource.meta?.lastUpdated),
            from,
          );
          expect(other).toEqual(facts);
        },
      ),
    );
  });

  it('each change counts one version', () => {
    const one = written(empty, { resourceType: 'Patient', id: 'pat' }, hospital);
    const two = written(one, { resourceType: 'Patient', id: 'pat', birthDate: '1945-03-12' }, hospital);
    expect([one.version, two.version]).toEqual([1, 2]);
  });

  it.each(['Subscription', 'AuditEvent', 'Practitioner', 'Binary'] as const)('a %s changes none', (type) => {
    expect(changesFacts(type)).toBe(false);
  });
});

describe('identity', () => {
  const patient = (code: string, system: string, ins: boolean, change: Partial<Patient> = {}): Patient => ({
    resourceType: 'Patient',
    id: 'pat',
    extension: [{ url: FR_CORE_EXTENSION.identityReliability, extension: [{ url: 'identityStatus', valueCoding: { system, code } }] }],
    ...(ins ? { identifier: [{ system: OID_SYSTEM.insTest, value: '245037511600194' }] } : {}),
    ...change,
  });
  const { identityStatus, identityStatusFormer } = FR_CORE_SYSTEM;

  it.each([
    { code: 'QUAL', system: identityStatus, ins: true, want: 'qualifiee' },
    { code: 'QUAL', system: identityStatus, ins: false, want: 'validee' },
    { code: 'VALI', system: identityStatus, ins: true, want: 'validee' },
    { code: 'VALI', system: identityStatusFormer, ins: true, want: 'qualifiee' },
    { code: 'RECUP', system: identityStatus, ins: true, want: 'recuperee' },
    { code: 'RECUP', system: identityStatus, ins: false, want: 'provisoire' },
    { code: 'PROV', system: identityStatus, ins: false, want: 'provisoire' },
    { code: 'XXXX', system: identityStatus, ins: true, want: 'provisoire' },
  ])('$code, INS $ins, is $want', ({ code, system, ins, want }) => {
    expect(written(empty, patient(code, system, ins), hospital).patient.identity).toBe(want);
  });

  it('the establishments that sent it are its sources; a professional is none', () => {
    const byHospital = written(empty, patient('QUAL', identityStatus, true), hospital);
    expect(byHospital.patient.sources).toEqual(['Organization/ch']);
    const stay: Encounter = { resourceType: 'Encounter', id: 'e', status: 'in-progress', class: { code: 'IMP' }, subject };
    expect(written(byHospital, stay, { reference: 'Organization/a', structure: 'Organization/a' }).patient.sources).toEqual([
      'Organization/a',
      'Organization/ch',
    ]);
    expect(written(byHospital, stay, nurse).patient.sources).toEqual(['Organization/ch']);
  });

  it('a death without moment is one as of the first time that it was told', () => {
    const dead = written(empty, patient('QUAL', identityStatus, true, { deceasedBoolean: true }), hospital, '2026-11-01T00:00:00.000Z');
    const again = written(dead, patient('QUAL', identityStatus, true, { deceasedBoolean: true, gender: 'female' }), hospital, NOON);
    expect(again.patient.deceasedAt).toBe('2026-11-01T00:00:00.000Z');
  });

  it('a record that another one replaces is closed (A-04)', () => {
    const merged = patient('QUAL', identityStatus, true, { link: [{ type: 'replaced-by', other: { reference: 'Patient/other' } }] });
    expect(written(empty, merged, hospital).patient.enteredInError).toBe(true);
  });
});

describe('circle', () => {
  const team: CareTeam = {
    resourceType: 'CareTeam',
    id: 't',
    status: 'active',
    subject,
    participant: [
      {
        member: { reference: GP },
        role: [{ coding: [{ system: SYSTEM.roleCercle, code: 'medecin-traitant' }] }],
        period: { start: '2026-01-01', end: '2026-01-31' },
      },
      { member: { reference: 'PractitionerRole/nurse' } },
    ],
  };

  it('places with their half-open periods; who has none is in it from now on', () => {
    expect(written(empty, team, nurse).circle).toEqual([
      { member: GP, medecinTraitant: true, from: '2025-12-31T23:00:00.000Z', until: '2026-01-31T23:00:00.000Z', source: 't' },
      { member: 'PractitionerRole/nurse', medecinTraitant: false, from: NOON, source: 't' },
    ]);
  });

  it.each(['proposed', 'suspended', 'inactive', 'entered-in-error'] as const)('a circle that is %s has no member', (status) => {
    const active = written(empty, team, nurse);
    expect(written(active, { ...team, status }, nurse).circle).toEqual([]);
  });

  it('who is removed is out; a deleted circle is empty', () => {
    const active = written(empty, team, nurse);
    expect(written(active, { ...team, participant: [] }, nurse).circle).toEqual([]);
    expect(applyResource(active, { type: 'CareTeam', id: 't', resource: undefined, author: nurse }, NOON).circle).toEqual([]);
  });

  it('recognition is said beside a place, and is never implied by it (A-21)', () => {
    const [first, ...others] = team.participant ?? [];
    const recognising: CareTeam = {
      ...team,
      participant: [{ ...first, extension: [{ url: EXTENSION.reconnaissance, valueBoolean: true }] }, ...others],
    };
    expect(written(empty, team, nurse).recognised).toEqual([]);
    expect(written(empty, recognising, nurse).recognised).toEqual([{ member: GP, by: 'Patient/pat', at: NOON, source: 'CareTeam/t' }]);
  });
});

describe('consent (M14)', () => {
  const information = (parts: readonly string[]): NonNullable<Consent['extension']> => [
    {
      url: EXTENSION.information,
      extension: parts.map((url) => (url === 'comprehensionVerifiee' ? { url, valueBoolean: true } : { url, valueString: 'x' })),
    },
  ];
  const ALL = ['par', 'moyen', 'notice', 'comprehensionVerifiee'];
  const psy = { type: 'deny', securityLabel: [{ system: SYSTEM.categorie, code: 'psy' }] } as const;
  const against = { type: 'deny', actor: [{ role: {}, reference: { reference: GP } }] } as const;

  it.each([
    { story: 'proposed', change: { status: 'proposed' }, kind: 'sharing', state: 'informe' },
    { story: 'active', change: {}, kind: 'sharing', state: 'donne' },
    { story: 'active with a deny', change: { provision: { provision: [{ type: 'permit' }, psy] } }, kind: 'sharing', state: 'limite' },
    { story: 'active, denying everything', change: { provision: { provision: [{ type: 'deny' }] } }, kind: 'sharing', state: 'refuse' },
    { story: 'rejected', change: { status: 'rejected' }, kind: 'sharing', state: 'refuse' },
    { story: 'inactive', change: { status: 'inactive' }, kind: 'sharing', state: 'retire' },
    {
      story: 'inactive, whatever its extension claims',
      change: { status: 'inactive', extension: [{ url: EXTENSION.etat, valueCode: 'donne' }] },
      kind: 'sharing',
      state: 'retire',
    },
    {
      story: 'denying an actor and permitting nothing',
      change: { provision: { provision: [against] } },
      kind: 'opposition',
      state: 'limite',
    },
    {
      story: 'an opposition that was lifted',
      change: { status: 'inactive', provision: { provision: [against] } },
      kind: 'opposition',
      state: 'retire',
    },
  ] as const)('$story is $kind, $state', ({ change, kind, state }) => {
    const { extension, provision, ...rest } = { extension: undefined, provision: undefined, ...change };
    const body = {
      ...rest,
      ...(extension ? { extension: [...extension] } : {}),
      ...(provision ? { provision: structuredClone(provision) } : {}),
    };
    expect(factOf(JSON.parse(JSON.stringify(body)))).toMatchObject({ kind, state });
  });

  it.each(ALL)('without %s the person is not informed (S0-11, L-05)', (missing) => {
    const whole = written(empty, consent({ extension: information(ALL) }), nurse);
    const partial = written(empty, consent({ extension: information(ALL.filter((part) => part !== missing)) }), nurse);
    expect([isInformed(whole, NOON), isInformed(partial, NOON)]).toEqual([true, false]);
  });

  it('limits by category, actor and document', () => {
    const document = { type: 'deny', data: [{ meaning: 'instance', reference: { reference: 'DocumentReference/d' } }] } as const;
    expect(
      factOf({
        provision: {
          provision: [{ type: 'permit' }, structuredClone(psy), against, structuredClone(document)].map((rule) =>
            JSON.parse(JSON.stringify(rule)),
          ),
        },
      }),
    ).toMatchObject({
      deniedCategories: ['psy'],
      deniedActors: [GP],
      deniedResources: ['DocumentReference/d'],
    });
  });

  it('a deny that we cannot read denies every category', () => {
    const unread = { type: 'deny', class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'CarePlan' }] } as const;
    const fact = factOf({ provision: { provision: [{ type: 'permit' }, { ...unread, class: [...unread.class] }] } });
    expect(fact?.deniedCategories).toEqual(['medical', 'psy', 'social', 'vie-privee']);
  });

  it('an accord to somebody by name is one to nobody else', () => {
    const fact = factOf({ provision: { provision: [{ type: 'permit', actor: [{ role: {}, reference: { reference: GP } }] }] } });
    expect(fact?.permittedActors).toEqual([GP]);
    expect(factOf({ provision: { provision: [{ type: 'permit' }] } })?.permittedActors).toBeUndefined();
  });

  it('an accord for one category permits no other', () => {
    const fact = factOf({ provision: { provision: [{ type: 'permit', securityLabel: [{ system: SYSTEM.categorie, code: 'social' }] }] } });
    expect(fact?.deniedCategories).toEqual(['medical', 'psy', 'vie-privee']);
  });

  it.each([
    { story: 'an instant', dateTime: '2026-11-20T09:00:00.000Z', want: '2026-11-20T09:00:00.000Z' },
    { story: 'the day of today, said at noon', dateTime: '2026-11-25', want: NOON },
    { story: 'a day of before, as its end', dateTime: '2026-11-20', want: '2026-11-20T23:00:00.000Z' },
    { story: 'a moment to come: now', dateTime: '2027-01-01T00:00:00.000Z', want: NOON },
    { story: 'nothing said: now', dateTime: undefined, want: NOON },
  ])('the moment of an act: $story', ({ dateTime, want }) => {
    expect(factOf(dateTime ? { dateTime } : {})?.at).toBe(want);
  });

  it('a consent about research shares nothing', () => {
    expect(factOf({ scope: { coding: [{ code: 'research' }] } })).toBeUndefined();
  });

  it('who recorded it first stays its recorder (A-66)', () => {
    const recorded = written(empty, consent({ status: 'proposed' }), nurse);
    expect(written(recorded, consent({}), { reference: GP }).consents[0]?.recordedBy).toBe(nurse.reference);
  });

  it('one entered in error never was', () => {
    expect(factOf({ status: 'entered-in-error' })).toBeUndefined();
  });
});

describe('stays, requests, documents, representatives', () => {
  const stay: Encounter = {
    resourceType: 'Encounter',
    id: 'e',
    status: 'finished',
    class: { code: 'IMP' },
    subject,
    period: { start: '2026-11-10T08:00:00Z', end: '2026-11-15T13:00:00Z' },
    serviceProvider: { reference: 'Organization/ch' },
    episodeOfCare: [{ reference: 'EpisodeOfCare/x' }],
  };

  it('a stay: where, from when to when, in which episode', () => {
    expect(written(empty, stay, hospital).stays).toEqual([
      {
        source: 'e',
        structure: 'Organization/ch',
        status: 'finished',
        from: '2026-11-10T08:00:00.000Z',
        until: '2026-11-15T13:00:00.000Z',
        episodes: ['EpisodeOfCare/x'],
      },
    ]);
  });

  it('a visit at home is no stay; a cancelled one says so', () => {
    expect(written(empty, { ...stay, class: { code: 'HH' } }, nurse).stays).toEqual([]);
    expect(written(empty, { ...stay, status: 'cancelled' }, hospital).stays[0]?.status).toBe('cancelled');
  });

  it('the secret of a minor stands beside the stay and in the list of secrets (L-16)', () => {
    const secret: Encounter = { ...stay, meta: { security: [{ system: TRE_A07, code: 'INVISIBLE_REPRESENTANTS_LEGAUX' }] } };
    const facts = written(empty, secret, hospital);
    expect([facts.stays[0]?.secretMineur, facts.secrets]).toEqual([true, ['Encounter/e']]);
    expect(written(facts, stay, hospital).secrets).toEqual([]);
  });

  const task = (status: Task['status']): Task => ({
    resourceType: 'Task',
    id: 'k',
    status,
    intent: 'order',
    for: subject,
    code: { coding: [{ system: SYSTEM.tache, code: 'demande-appui' }] },
    requester: { reference: GP },
    owner: { reference: 'PractitionerRole/co' },
  });

  it.each([
    { status: 'draft', referral: [] },
    { status: 'requested', referral: [true] },
    { status: 'in-progress', referral: [true] },
    { status: 'completed', referral: [false] },
  ] as const)('a demande d’appui that is $status: open $referral', ({ status, referral }) => {
    expect(written(empty, task(status), nurse).referrals.map(({ open }) => open)).toEqual(referral);
  });

  it('a closed task of another kind is forgotten, a request never', () => {
    const letterTask: Task = { ...task('completed'), code: { coding: [{ system: SYSTEM.tache, code: 'lettre-de-liaison' }] } };
    expect(written(empty, letterTask, hospital).involved).toEqual([]);
    const request: ServiceRequest = {
      resourceType: 'ServiceRequest',
      id: 's',
      status: 'revoked',
      intent: 'order',
      subject,
      requester: { reference: GP },
    };
    expect(written(empty, request, nurse).involved).toEqual([{ source: 'ServiceRequest/s', requester: GP, author: nurse.reference }]);
  });

  const letter: DocumentReference = {
    resourceType: 'DocumentReference',
    id: 'd',
    status: 'current',
    subject,
    type: { coding: [{ system: 'http://loinc.org', code: '11490-0' }] },
    extension: [{ url: EXTENSION.destinataire, valueReference: { reference: GP } }],
    date: '2026-11-15T15:00:00Z',
    content: [],
    context: { encounter: [{ reference: 'Encounter/e' }] },
  };

  it('a letter is addressed, from the moment it was written', () => {
    expect(written(empty, letter, hospital).addressed).toEqual([
      {
        source: 'DocumentReference/d',
        to: [GP],
        letter: true,
        at: '2026-11-15T15:00:00.000Z',
        stay: 'Encounter/e',
        categories: ['medical'],
        about: ['Encounter/e'],
      },
    ]);
  });

  it('a masked or superseded one is addressed to nobody', () => {
    const known = written(empty, letter, hospital);
    const masked: DocumentReference = { ...letter, securityLabel: [{ coding: [{ system: TRE_A07, code: 'MASQUE_PS' }] }] };
    expect(written(known, masked, hospital).addressed).toEqual([]);
    expect(written(known, { ...letter, status: 'superseded' }, hospital).addressed).toEqual([]);
  });

  const relative = (code: string, change: Partial<RelatedPerson> = {}): RelatedPerson => ({
    resourceType: 'RelatedPerson',
    id: 'r',
    patient: subject,
    relationship: [{ coding: [{ code }] }],
    ...change,
  });

  it.each([
    { code: 'MTH', want: [{ member: 'RelatedPerson/r', parental: true }] },
    { code: 'GUARD', want: [{ member: 'RelatedPerson/r' }] },
    { code: 'NBOR', want: [] },
  ])('a relative of kind $code represents: $want', ({ code, want }) => {
    expect(written(empty, relative(code), nurse).representatives).toEqual(want);
  });

  it('an inactive one represents no more', () => {
    expect(written(written(empty, relative('MTH'), nurse), relative('MTH', { active: false }), nurse).representatives).toEqual([]);
  });

  it('who asks not to be counted is not from then on, and stays so (L-39)', () => {
    const asked: Task = {
      ...task('requested'),
      code: { coding: [{ system: SYSTEM.tache, code: 'demande-rgpd' }] },
      input: [{ type: { text: 'demande' }, valueCode: 'opposition-statistiques' }],
    };
    const facts = written(empty, asked, nurse);
    expect(facts.statisticsOpposedSince).toBe(NOON);
    expect(written(facts, { ...asked, status: 'completed' }, nurse, '2027-01-01T00:00:00.000Z').statisticsOpposedSince).toBe(NOON);
  });
});
