import type { DemoRole } from '../../functions/local/demo/roles.ts';
import { decide } from '../../lib/access/decide.ts';
import type { Facts } from '../../lib/access/facts.ts';
import type { Requester } from '../../lib/access/requester.ts';
import { traitsOf } from '../../lib/access/traits.ts';
import type { RelaisResource } from '../../lib/fhir/types.ts';
import { CONFIDENTIALITY, EXTENSION, SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { asking, factsAbout, type Item, NOON, written } from './stories.ts';

/** Columns of domain.md 4.4, in its order. */
export const COLUMNS = ['Pat', 'Enc', 'DocN', 'DocR', 'DocV', 'CP', 'CT', 'Cns', 'SR', 'Tsk', 'Obs', 'QRs', 'AE', 'MR', 'Dir'] as const;
export type Column = (typeof COLUMNS)[number];

const given = factsAbout('given');
const subject = { reference: `Patient/${given.patient.id}` };
const STRANGER = { reference: 'PractitionerRole/nobody-here' };

/** One resource of each column that somebody else wrote, for or about `whom` when he is named. */
function probe(column: Column, whom?: Requester): RelaisResource {
  const named = whom ? [{ reference: whom.reference }] : [];
  const owner = whom ? { owner: { reference: whom.reference } } : {};
  const document = (code: 'N' | 'R' | 'V'): RelaisResource => ({
    resourceType: 'DocumentReference',
    id: 'probe',
    status: 'current',
    subject,
    content: [],
    securityLabel: [{ coding: [{ system: CONFIDENTIALITY, code }] }],
    extension: named.map((valueReference) => ({ url: EXTENSION.destinataire, valueReference })),
  });
  switch (column) {
    case 'Pat':
      return { resourceType: 'Patient', id: given.patient.id };
    case 'Enc':
      return { resourceType: 'Encounter', id: 'probe', status: 'finished', class: { code: 'IMP' }, subject };
    case 'DocN':
      return document('N');
    case 'DocR':
      return document('R');
    case 'DocV':
      return document('V');
    case 'CP':
      return { resourceType: 'CarePlan', id: 'probe', status: 'active', intent: 'plan', subject };
    case 'CT':
      return { resourceType: 'CareTeam', id: 'probe', status: 'active', subject };
    case 'Cns':
      return { resourceType: 'Consent', id: 'probe', status: 'active', scope: {}, category: [], patient: subject };
    case 'SR':
      return {
        resourceType: 'ServiceRequest',
        id: 'probe',
        status: 'active',
        intent: 'order',
        subject,
        ...(whom ? { requester: { reference: whom.reference } } : {}),
      };
    case 'Tsk':
      return {
        resourceType: 'Task',
        id: 'probe',
        status: 'requested',
        intent: 'order',
        for: subject,
        code: { coding: [{ system: SYSTEM.tache, code: 'relais' }] },
        ...owner,
      };
    case 'Obs':
      return { resourceType: 'Condition', id: 'probe', subject };
    case 'QRs':
      return { resourceType: 'QuestionnaireResponse', id: 'probe', status: 'completed', subject };
    case 'AE':
      return {
        resourceType: 'AuditEvent',
        id: 'probe',
        type: {},
        recorded: NOON,
        outcome: '0',
        agent: [{ requestor: true, ...(whom ? { who: { reference: whom.reference } } : {}) }],
        source: { observer: STRANGER },
      };
    case 'MR':
      return {
        resourceType: 'MeasureReport',
        id: 'probe',
        status: 'complete',
        type: 'summary',
        measure: 'm',
        period: {},
        subject: { reference: asking('coordinator', 'given').network.reference },
      };
    case 'Dir':
      return { resourceType: 'Practitioner', id: 'probe' };
  }
}

/** What stands in a cell of domain.md 4.4 as `decide` has it: P, a filter, O (only what is addressed to him or his to do), D. */
export function cellOf(role: DemoRole, column: Column, facts: Facts = given, change: Partial<Requester> = {}): string {
  const requester = asking(role, 'given', change);
  const seen = (item: Item, known: Facts): string | undefined => {
    const decision = decide(known, { requester, interaction: 'read', traits: traitsOf(item.resource, item.author), at: NOON });
    if (decision.outcome === 'deny') return undefined;
    return decision.filter === 'full' ? 'P' : decision.filter.id;
  };
  const others = seen({ resource: probe(column), author: STRANGER }, facts);
  if (others !== undefined) return others;
  const his = probe(column, requester);
  return seen({ resource: his, author: STRANGER }, written(facts, his, STRANGER)) === undefined ? 'D' : 'O';
}
