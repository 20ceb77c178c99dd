import type {
  Binary,
  CarePlan,
  CarePlanActivity,
  Condition,
  DocumentReference,
  Goal,
  QuestionnaireResponse,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes';
import { withEtat } from '../../../lib/coordination/etat.ts';
import { following, withReferralState } from '../../../lib/coordination/referral/pair.ts';
import type { RelaisResource } from '../../../lib/fhir/types.ts';
import { EXTENSION, LOINC, SYSTEM } from '../../../lib/fhir/vocabulary.ts';
import { sha1Base64 } from '../../../lib/platform/digest.ts';
import type { Instant, ParisDay } from '../../../lib/platform/instant.ts';
import { EXTERNALS, externalRef } from './directory.ts';
import { circleId } from './identity.ts';
import { type DemoAlias, PEOPLE } from './people.ts';
import { demoId, patientRef, roleRef, structureRef } from './references.ts';
import { MEMBERS, type MemberRole } from './roles.ts';

const PSY = { security: [{ system: SYSTEM.categorie, code: 'psy', display: 'Psychologique' }] };
const SOCIAL = { security: [{ system: SYSTEM.categorie, code: 'social', display: 'Social' }] };

/** A problem and a report of category psy, by a psychologist without membership. */
export function psychologicalRecords(alias: DemoAlias, at: Instant): readonly RelaisResource[] {
  const { key } = PEOPLE[alias];
  const author = { reference: externalRef('psychologist'), display: EXTERNALS.psychologist.name };
  const bytes = Buffer.from('Compte rendu fictif d’un entretien psychologique.', 'utf8');
  const condition: Condition = {
    resourceType: 'Condition',
    id: demoId('psychological condition', key),
    meta: PSY,
    clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
    verificationStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'confirmed' }] },
    code: {
      coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'F32.0', display: 'Épisode dépressif léger' }],
      text: 'Épisode dépressif léger',
    },
    subject: { reference: patientRef(alias) },
    recordedDate: at,
    recorder: author,
  };
  const binary: Binary = {
    resourceType: 'Binary',
    id: demoId('psychological report bytes', key),
    contentType: 'text/plain',
    securityContext: { reference: `DocumentReference/${demoId('psychological report', key)}` },
    data: bytes.toString('base64'),
  };
  const document: DocumentReference = {
    resourceType: 'DocumentReference',
    id: demoId('psychological report', key),
    meta: PSY,
    status: 'current',
    type: { coding: [{ system: LOINC, code: '11488-4', display: 'CR ou fiche de consultation ou de visite' }] },
    subject: { reference: patientRef(alias) },
    date: at,
    author: [author],
    description: 'Entretien psychologique',
    content: [
      {
        attachment: {
          contentType: 'text/plain',
          language: 'fr-FR',
          url: `Binary/${binary.id}`,
          size: bytes.length,
          hash: sha1Base64(bytes),
          title: 'Entretien psychologique',
          creation: at,
        },
      },
    ],
  };
  return [condition, document, binary];
}

/** A social assessment, by a social worker without membership. */
export function socialAssessment(alias: DemoAlias, at: Instant): QuestionnaireResponse {
  return {
    resourceType: 'QuestionnaireResponse',
    id: demoId('social assessment', PEOPLE[alias].key),
    meta: SOCIAL,
    questionnaire: `${SYSTEM.questionnaire}/evaluation-sociale`,
    status: 'completed',
    subject: { reference: patientRef(alias) },
    authored: at,
    author: { reference: externalRef('socialWorker'), display: EXTERNALS.socialWorker.name },
    item: [
      { linkId: 'logement', text: 'Logement', answer: [{ valueString: 'Appartement au deuxième étage, sans ascenseur' }] },
      { linkId: 'droits', text: 'Droits ouverts', answer: [{ valueString: 'Complémentaire santé solidaire' }] },
      { linkId: 'entourage', text: 'Entourage', answer: [{ valueString: 'Une voisine passe chaque jour' }] },
    ],
  };
}

/**
 * The demande d'appui: asked by the hospital before a discharge (S1-12), so that nobody of the circle reads it as its
 * requester; in progress, or closed as refusal and withdrawal close it.
 */
export function referral(alias: DemoAlias, at: Instant, due: Instant, closedAt: Instant): readonly RelaisResource[] {
  const { key, referral: state, consent } = PEOPLE[alias];
  if (state === undefined) return [];
  const request: ServiceRequest = {
    resourceType: 'ServiceRequest',
    id: demoId('referral request', key),
    status: 'active',
    intent: 'order',
    subject: { reference: patientRef(alias) },
    authoredOn: at,
    requester: { reference: structureRef('ch-des-essais') },
    reasonCode: [{ coding: [{ system: SYSTEM.motifAppui, code: 'retour-a-domicile', display: 'Préparer le retour à domicile' }] }],
  };
  const task: Task = {
    resourceType: 'Task',
    id: demoId('referral task', key),
    extension: [
      { url: EXTENSION.niveauReponse, valueCoding: { system: SYSTEM.niveauReponse, code: 'coordination', display: 'Coordination' } },
    ],
    status: 'in-progress',
    intent: 'order',
    code: { coding: [{ system: SYSTEM.tache, code: 'demande-appui', display: "Demande d'appui" }] },
    focus: { reference: `ServiceRequest/${request.id}` },
    for: { reference: patientRef(alias) },
    authoredOn: at,
    requester: { reference: structureRef('ch-des-essais') },
    owner: { reference: roleRef(coordinatorOf(alias)) },
    reasonCode: { coding: [{ system: SYSTEM.motifAppui, code: 'retour-a-domicile', display: 'Préparer le retour à domicile' }] },
    restriction: { period: { end: due } },
    executionPeriod: { start: at },
  };
  const reason =
    consent === 'refuse'
      ? { code: 'sans-accord', display: 'Sans accord de la personne' }
      : { code: 'retrait', display: 'Retrait du consentement' };
  const ended: Task = {
    ...task,
    executionPeriod: { start: at, end: closedAt },
    statusReason: { coding: [{ system: SYSTEM.motifFin, ...reason }] },
  };
  const now =
    state === 'open' ? withReferralState(task, 'en-cours') : withReferralState(ended, consent === 'refuse' ? 'refusee' : 'cloturee');
  return [...following(now, request), now];
}

/** An active PPS with its goals: what the person wants, her rights, her health; an activity of each kind of member. */
export function carePlan(alias: DemoAlias, at: Instant, day: ParisDay, review: ParisDay): readonly RelaisResource[] {
  const { key, circle } = PEOPLE[alias];
  const coordinator = roleRef(coordinatorOf(alias));
  const physician = circle.find((role) => MEMBERS[role].accessRole === 'gp') ?? circle[0];
  const goals: readonly Goal[] = [
    goal(alias, 'projet-de-vie', 'Rester chez soi et revoir ses amis', patientRef(alias), day),
    goal(alias, 'droits', 'Obtenir une aide à domicile', coordinator, day),
    goal(alias, 'clinique', 'Marcher sans douleur', coordinator, day),
  ];
  const performers: readonly {
    readonly role: MemberRole | undefined;
    readonly goal: number;
    readonly text: string;
    readonly schedule: string;
  }[] = [
    { role: physician, goal: 2, text: 'Consultation de suivi', schedule: 'une fois par mois' },
    { role: circle.find((role) => role === 'nurse'), goal: 2, text: 'Passage infirmier', schedule: 'deux fois par semaine' },
    {
      role: circle.find((role) => role === 'social') ?? coordinatorOf(alias),
      goal: 1,
      text: 'Dossier de demande d’aide à domicile',
      schedule: 'sous un mois',
    },
  ];
  const activity = performers.flatMap(({ role, goal: index, text, schedule }): readonly CarePlanActivity[] => {
    const aim = goals[index];
    if (role === undefined || aim === undefined) return [];
    return [
      {
        extension: [{ url: EXTENSION.activiteId, valueId: `activite-${role.replace('@', '-')}` }],
        detail: {
          kind: 'ServiceRequest',
          code: { text },
          goal: [{ reference: `Goal/${aim.id}` }],
          status: 'in-progress',
          scheduledString: schedule,
          performer: [{ reference: roleRef(role), display: MEMBERS[role].name }],
          description: text,
        },
      },
    ];
  });
  const plan: CarePlan = {
    resourceType: 'CarePlan',
    id: demoId('care plan', key),
    extension: [
      { url: EXTENSION.dateRevision, valueDate: review },
      { url: EXTENSION.sansVadNiRcp, valueString: 'Plan établi au lit de la personne avant sa sortie' },
      {
        url: EXTENSION.accord,
        extension: [
          { url: 'par', valueReference: { reference: patientRef(alias) } },
          { url: 'comment', valueString: 'oral' },
          { url: 'le', valueDateTime: at },
        ],
      },
    ],
    status: 'active',
    intent: 'plan',
    title: 'Plan personnalisé de santé',
    description: 'Retour à domicile après une hospitalisation',
    subject: { reference: patientRef(alias) },
    period: { start: day },
    created: at,
    author: { reference: coordinator, display: MEMBERS[coordinatorOf(alias)].name },
    careTeam: [{ reference: `CareTeam/${circleId(alias)}` }],
    goal: goals.map(({ id }) => ({ reference: `Goal/${id}` })),
    activity: activity.map((one, index) => ({
      ...one,
      extension: [...(one.extension ?? []), { url: EXTENSION.rang, valuePositiveInt: index + 1 }],
    })),
  };
  return [...goals, withEtat(plan, { code: 'actif', display: 'Actif', status: 'active' })];
}

function goal(alias: DemoAlias, category: string, text: string, expressedBy: string, day: ParisDay): Goal {
  return {
    resourceType: 'Goal',
    id: demoId(`goal ${category}`, PEOPLE[alias].key),
    lifecycleStatus: 'active',
    category: [{ coding: [{ system: SYSTEM.categorieObjectif, code: category }] }],
    description: { text },
    subject: { reference: patientRef(alias) },
    startDate: day,
    expressedBy: { reference: expressedBy },
  };
}

function coordinatorOf(alias: DemoAlias): 'coordinator' | 'coordinator@dac' {
  return PEOPLE[alias].network === 'cpts' ? 'coordinator' : 'coordinator@dac';
}
