import { describe, expect, it } from 'vitest';
import { DEMO_ALIASES, type DemoAlias } from '../../functions/local/demo/people.ts';
import { DEMO_ROLES, type DemoRole } from '../../functions/local/demo/roles.ts';
import { asking, factsAbout, itemsOf, seenBy, words } from './stories.ts';

const HEADER = 'Encounter~ EpisodeOfCare~ Patient~';
const SHARED = 'CarePlan CareTeam Condition Consent~ Encounter EpisodeOfCare Goal Patient QuestionnaireResponse~';
const WITHOUT_PSY = 'CarePlan CareTeam Consent~ Encounter EpisodeOfCare Goal Patient QuestionnaireResponse~';
const LETTER = 'document 11490-0';
const PSY_REPORT = 'document 11488-4';
const TASKS = 'task demande-appui task lettre-de-liaison';
const NURSE = `CarePlan CareTeam Consent~ Encounter~ EpisodeOfCare~ Goal Patient QuestionnaireResponse~ ServiceRequest~ ${LETTER}~`;
const SOCIAL = 'CarePlan~ CareTeam Consent~ Encounter~ EpisodeOfCare~ Goal~ Patient~ QuestionnaireResponse ServiceRequest~';
const COORDINATOR = `CarePlan CareTeam Condition~ Consent Encounter EpisodeOfCare Goal Patient QuestionnaireResponse ServiceRequest ${PSY_REPORT} ${LETTER} ${TASKS}`;
const WHOLE = `CarePlan CareTeam Condition Consent Encounter EpisodeOfCare Goal Patient QuestionnaireResponse ServiceRequest ${PSY_REPORT} ${LETTER} ${TASKS}`;
const WHOLE_BUT_REQUEST = `CarePlan CareTeam Condition Encounter EpisodeOfCare Goal Patient QuestionnaireResponse ${PSY_REPORT} ${LETTER} task lettre-de-liaison`;
const WHAT_IT_SENT = `Encounter EpisodeOfCare Patient ServiceRequest ${LETTER} ${TASKS}`;

/** Per alias of contracts.md 2, what each role sees; `~` = cut by a filter. A role that is not listed sees nothing at all. */
const SEEN: Readonly<Record<DemoAlias, Partial<Record<DemoRole, string>>>> = {
  given: {
    hospital: `${SHARED} ServiceRequest ${PSY_REPORT} ${LETTER} ${TASKS}`,
    gp: `${SHARED} ServiceRequest ${PSY_REPORT} ${LETTER} ${TASKS}`,
    gp2: `${SHARED} ServiceRequest ${PSY_REPORT} ${LETTER}`,
    nurse: NURSE,
    social: SOCIAL,
    coordinator: COORDINATOR,
    patient: WHOLE,
    dpo: 'Consent',
  },
  limited: {
    hospital: `${WITHOUT_PSY} ServiceRequest ${LETTER} ${TASKS}`,
    gp: `${WITHOUT_PSY} ServiceRequest ${LETTER} ${TASKS}`,
    gp2: `${WITHOUT_PSY} ServiceRequest ${LETTER}`,
    nurse: NURSE,
    social: SOCIAL,
    coordinator: `CarePlan CareTeam Consent Encounter EpisodeOfCare Goal Patient QuestionnaireResponse ServiceRequest ${LETTER} ${TASKS}`,
    patient: WHOLE,
    dpo: 'Consent',
  },
  opposed: {
    hospital: `${SHARED} ServiceRequest ${PSY_REPORT} ${LETTER} ${TASKS}`,
    gp2: `${SHARED} ServiceRequest ${PSY_REPORT} ${LETTER}`,
    nurse: NURSE,
    social: SOCIAL,
    coordinator: COORDINATOR,
    patient: WHOLE,
    dpo: 'Consent',
  },
  nomt: {
    hospital: `${SHARED} ServiceRequest ${PSY_REPORT} ${LETTER} ${TASKS}`,
    gp2: `${SHARED} ServiceRequest ${PSY_REPORT} ${LETTER}`,
    nurse: NURSE,
    social: SOCIAL,
    coordinator: COORDINATOR,
    patient: WHOLE,
    dpo: 'Consent',
  },
  none: {
    hospital: `Encounter EpisodeOfCare Patient ${LETTER} task lettre-de-liaison`,
    gp: `${HEADER} ${LETTER}`,
    patient: WHOLE_BUT_REQUEST,
  },
  refused: {
    hospital: WHAT_IT_SENT,
    gp: `${HEADER} ${LETTER}`,
    coordinator: 'Consent~ Patient~ ServiceRequest~ task demande-appui~',
    patient: WHOLE,
    dpo: 'Consent',
  },
  withdrawn: {
    hospital: WHAT_IT_SENT,
    // nothing for the GP: her letter came before the withdrawal, and past reads keep no right
    coordinator: 'Consent~ Patient~ ServiceRequest~ task demande-appui~',
    patient: WHOLE,
    dpo: 'Consent',
  },
  minor: {
    hospital: `${SHARED} RelatedPerson ServiceRequest ${PSY_REPORT} ${LETTER} document 34112-3 ${TASKS}`,
    gp: `${SHARED} RelatedPerson ServiceRequest ${PSY_REPORT} ${LETTER} document 34112-3 ${TASKS}`,
    gp2: `${SHARED} RelatedPerson ServiceRequest ${PSY_REPORT} ${LETTER} document 34112-3`,
    nurse: NURSE.replace(' ServiceRequest~', ' RelatedPerson ServiceRequest~'),
    social: SOCIAL.replace(' ServiceRequest~', ' RelatedPerson ServiceRequest~'),
    coordinator: COORDINATOR.replace(' ServiceRequest', ' RelatedPerson ServiceRequest').replace(LETTER, `${LETTER} document 34112-3`),
    patient: WHOLE.replace(' ServiceRequest', ' RelatedPerson ServiceRequest').replace(LETTER, `${LETTER} document 34112-3`),
    representative: WHOLE.replace(' ServiceRequest', ' RelatedPerson ServiceRequest'),
    dpo: 'Consent',
  },
  'dac-informed': {
    hospital: `${SHARED} ServiceRequest ${PSY_REPORT} ${LETTER} ${TASKS}`,
    'gp@dac': `${SHARED} ServiceRequest ${PSY_REPORT} ${LETTER} ${TASKS}`,
    'coordinator@dac': COORDINATOR,
    patient: WHOLE,
  },
  'dac-uninformed': {
    hospital: WHAT_IT_SENT,
    'gp@dac': `${HEADER} ${LETTER}`,
    'coordinator@dac': 'task demande-appui~',
    patient: `CarePlan CareTeam Condition Encounter EpisodeOfCare Goal Patient QuestionnaireResponse ServiceRequest ${PSY_REPORT} ${LETTER} ${TASKS}`,
  },
};

const ALIASES = DEMO_ALIASES.map((alias) => ({ alias, rows: SEEN[alias] }));

describe.each(ALIASES)('the demo person $alias (domain.md 4.5)', ({ alias, rows }) => {
  const facts = factsAbout(alias);
  const items = itemsOf(alias);

  it.each(DEMO_ROLES.map((role) => ({ role, want: rows[role] ?? '' })))('$role sees "$want"', ({ role, want }) => {
    expect(words(seenBy(facts, asking(role, alias), items))).toEqual(want);
  });
});

describe('what is hidden inside of what is seen', () => {
  const masked = (alias: DemoAlias) => itemsOf(alias).filter(({ resource }) => JSON.stringify(resource).includes('MASQUE_PS'));

  it.each(['gp', 'gp2', 'nurse', 'social', 'coordinator'] as const)('the masked letter of "given" is not for %s', (role) => {
    expect(masked('given')).toHaveLength(1);
    expect(seenBy(factsAbout('given'), asking(role, 'given'), masked('given'))).toEqual([]);
  });

  it.each(['hospital', 'patient'] as const)('%s, who wrote it or whom it is about, reads the masked letter', (role) => {
    expect(seenBy(factsAbout('given'), asking(role, 'given'), masked('given'))).toHaveLength(1);
  });

  it('of the two stays of the minor the mother sees one, the minor both', () => {
    const stays = itemsOf('minor').filter(({ resource }) => resource.resourceType === 'Encounter');
    expect(stays).toHaveLength(2);
    expect(seenBy(factsAbout('minor'), asking('representative', 'minor'), stays)).toHaveLength(1);
    expect(seenBy(factsAbout('minor'), asking('patient', 'minor'), stays)).toHaveLength(2);
  });

  it('the opposition of "opposed" is for the person, the coordinator and the DPO (A-16)', () => {
    const oppositions = itemsOf('opposed').filter(({ resource }) => JSON.stringify(resource).includes('"opposition"'));
    const readers = DEMO_ROLES.filter((role) => seenBy(factsAbout('opposed'), asking(role, 'opposed'), oppositions).length > 0);
    expect(readers).toEqual(['coordinator', 'patient', 'dpo']);
  });
});
