import { included } from '../../../lib/fhir/search/include.ts';
import { lookupIn } from '../../../lib/fhir/search/lookup.ts';
import { matcher } from '../../../lib/fhir/search/match.ts';
import { arrange } from '../../../lib/fhir/search/page.ts';
import type { RelaisResource, ResourceType } from '../../../lib/fhir/types.ts';
import { baseUrl, searchOf } from './searching.ts';

const subject = { reference: 'Patient/p1' };

/** What a requester sees of one person's record, and of the directory around it. */
export const RECORD: readonly RelaisResource[] = [
  {
    resourceType: 'Patient',
    id: 'p1',
    name: [{ family: 'Témoin', given: ['Élise'] }],
    gender: 'female',
    generalPractitioner: [{ reference: 'Practitioner/mt' }],
  },
  { resourceType: 'CareTeam', id: 'circle', status: 'active', subject, participant: [{ member: { reference: 'PractitionerRole/gp' } }] },
  { resourceType: 'Goal', id: 'home', lifecycleStatus: 'active', description: { text: 'Rester chez soi' }, subject },
  { resourceType: 'Goal', id: 'walk', lifecycleStatus: 'planned', description: { text: 'Marcher' }, subject },
  {
    resourceType: 'CarePlan',
    id: 'pps',
    status: 'active',
    intent: 'plan',
    subject,
    careTeam: [{ reference: 'CareTeam/circle' }],
    goal: [{ reference: 'Goal/home' }, { reference: `${baseUrl}/Goal/walk` }],
  },
  { resourceType: 'CarePlan', id: 'old', status: 'revoked', intent: 'plan', subject, goal: [{ reference: 'Goal/home/_history/1' }] },
  { resourceType: 'CarePlan', id: 'next', status: 'draft', intent: 'plan', subject, replaces: [{ reference: 'CarePlan/pps' }] },
  { resourceType: 'EpisodeOfCare', id: 'stay', status: 'finished', patient: subject },
  {
    resourceType: 'Task',
    id: 'call',
    status: 'requested',
    intent: 'order',
    for: subject,
    focus: { reference: 'EpisodeOfCare/stay' },
    owner: { reference: 'PractitionerRole/gp' },
    basedOn: [{ reference: 'CarePlan/pps' }],
  },
  {
    resourceType: 'Task',
    id: 'sub',
    status: 'draft',
    intent: 'order',
    for: subject,
    focus: { reference: 'CarePlan/pps' },
    owner: { reference: 'Organization/ch' },
    partOf: [{ reference: 'Task/call' }],
  },
  {
    resourceType: 'DocumentReference',
    id: 'letter',
    status: 'current',
    subject,
    content: [{ attachment: {} }],
    author: [{ reference: '#writer' }],
    contained: [{ resourceType: 'Practitioner', id: 'writer', name: [{ family: 'Gabarit' }] }],
  },
  {
    resourceType: 'PractitionerRole',
    id: 'gp',
    practitioner: { reference: 'Practitioner/mt' },
    organization: { reference: 'Organization/msp' },
  },
  { resourceType: 'Practitioner', id: 'mt', name: [{ family: 'Maquette' }], identifier: [{ system: 'urn:rpps', value: '99700000001' }] },
  { resourceType: 'Organization', id: 'msp', name: 'MSP du Modèle', partOf: { reference: 'Organization/cpts' } },
  { resourceType: 'Organization', id: 'cpts', name: 'CPTS de l’Esquisse' },
  { resourceType: 'Organization', id: 'ch', name: 'CH des Essais' },
];

/** What a search finds in the record, with what goes with it. */
export function search(
  type: ResourceType,
  query: string,
  views = RECORD,
): { readonly found: readonly string[]; readonly included: readonly string[] } {
  const criteria = searchOf(type, query);
  const lookup = lookupIn(views, baseUrl);
  const { page } = arrange(views.filter(matcher(criteria, lookup)), criteria);
  const idOf = ({ id = '' }: RelaisResource): string => id;
  return { found: page.map(idOf), included: included(page, criteria.includes, lookup).map(idOf) };
}
