import type { ResourceType } from '../fhir/types.ts';
import { addressedTo, surroundingsOf } from './addressed.ts';
import { isAuthor, isBound, touches } from './exclusions.ts';
import type { Filter, FilterId } from './filters/filter.ts';
import { cellsOf } from './matrix.ts';
import { RECORD_TYPES } from './record-types.ts';
import type { Basis } from './remains.ts';
import type { RuleId } from './rule.ts';
import type { Standing } from './standing.ts';
import type { ResourceTraits } from './traits.ts';

/** What a living basis gives of one resource: how it is cut, and the rules that say so. */
export type Given = { readonly filter: Filter; readonly rules: readonly RuleId[] };
type Gives = (standing: Standing, item: ResourceTraits) => Given | undefined;

const WHOLE = (...rules: readonly RuleId[]): Given => ({ filter: 'full', rules });
const CUT = ({ mine }: Standing, id: FilterId, ...rules: readonly RuleId[]): Given => ({ filter: { id, own: mine }, rules });

/** What a person has about herself: all of her record; of the trace, permits. */
const isHers = ({ type, traceOfPermit }: ResourceTraits): boolean =>
  type === 'AuditEvent' ? traceOfPermit === true : RECORD_TYPES.has(type);

/** what comes back to who wrote it, by kind of requester. A Consent that one recorded does not. */
const OWN_TYPES: Readonly<Partial<Record<Standing['row'], ReadonlySet<ResourceType>>>> = {
  'A-40': new Set<ResourceType>(['Condition', 'DocumentReference', 'Encounter', 'EpisodeOfCare', 'ServiceRequest', 'Task']),
  'A-41': new Set<ResourceType>(['Condition', 'DocumentReference', 'Encounter', 'EpisodeOfCare', 'ServiceRequest', 'Task']),
  'A-30': new Set<ResourceType>(['QuestionnaireResponse']),
  'A-51': new Set<ResourceType>(['DocumentReference']),
};

/** Tasks that wait for somebody before any consent: to take a request in, to accept a place, to inform. */
const BEFORE_CONSENT: ReadonlySet<string> = new Set(['demande-appui', 'relais', 'invitation-cercle', 'informer']);
/** Tasks of the data protection officer's office (A-61, RGPD). */
const DPO_TASKS: ReadonlySet<string> = new Set(['revue-bris-de-glace', 'demande-rgpd']);

const person =
  (rule: RuleId): Gives =>
  (_standing, item) =>
    isHers(item) ? WHOLE(rule) : undefined;

const byMatrix =
  (rule: RuleId): Gives =>
  (standing, item) => {
    const cells = cellsOf(standing.row, item.type, item.confidentiality);
    if (cells.includes('D') || (cells.includes('O') && !isBound(standing, item))) return undefined;
    const [cell] = cells;
    return cell === 'P' || cell === 'O' || cell === 'D' ? WHOLE(rule, standing.row) : CUT(standing, cell, rule, standing.row, 'A-14');
  };

/**
 * his own record. Who sent it alone reads Patient as it is, since nobody else wrote it; beside other sources he
 * gets who it is, and nothing of what they added.
 */
const own: Gives = (standing, item) => {
  const { row, facts, mine } = standing;
  if (item.type === 'Patient' && (row === 'A-40' || row === 'A-41')) {
    const { sources } = facts.patient;
    if (!sources.some((source) => mine.includes(source))) return undefined;
    return sources.every((source) => mine.includes(source)) ? WHOLE('A-11') : CUT(standing, 'identity', 'A-11');
  }
  if (OWN_TYPES[row]?.has(item.type) !== true) return undefined;
  const isOwn = isAuthor(standing, item) || [item.structure, item.owner].some((ref) => ref !== undefined && mine.includes(ref));
  return isOwn ? WHOLE('A-11', ...(row === 'A-40' ? (['A-23'] as const) : [])) : undefined;
};

/** the item, a minimal Patient and the header of its stay; the tasks about it that are his. */
const exchange: Gives = (standing, item) => {
  const items = addressedTo(standing);
  if (items.length === 0) return undefined;
  if (item.type === 'DocumentReference') return items.some(({ source }) => source === item.ref) ? WHOLE('A-22') : undefined;
  if (item.type === 'Patient') return CUT(standing, 'identity', 'A-22');
  const surroundings = surroundingsOf(standing, items);
  if (item.type === 'Encounter' || item.type === 'EpisodeOfCare') {
    return surroundings.includes(item.ref) ? CUT(standing, 'header', 'A-22') : undefined;
  }
  const isHisTask = item.type === 'Task' && owns(standing, item) && touches(item, surroundings);
  return isHisTask ? CUT(standing, 'worklist', 'A-22') : undefined;
};

/** A-53 for the DPO; for a coordinator who has no right to the content. */
const mission: Gives = (standing, item) => {
  const { row, column, requester } = standing;
  if (row === 'A-53') {
    const isOffice = item.type === 'Consent' || item.type === 'AuditEvent' || (item.type === 'Task' && DPO_TASKS.has(item.taskCode ?? ''));
    return isOffice ? WHOLE('A-53') : undefined;
  }
  if (item.type === 'Task') {
    const isAdministrative = item.taskCode === 'demande-appui' || item.taskCode === 'informer';
    return isAdministrative ? CUT(standing, 'worklist', row) : undefined;
  }
  if (column === 'none' || column === 'expired') {
    return item.type === 'ServiceRequest' && requester.network.kind !== 'dac' ? CUT(standing, 'F5', row) : undefined;
  }
  if (item.type === 'Patient') return CUT(standing, 'identity', row);
  return item.type === 'Consent' || item.type === 'ServiceRequest' ? CUT(standing, 'state', row) : undefined;
};

/** The state of one's own request, and what waits for one before any consent; all of his worklist for a coordinator. */
const request: Gives = (standing, item) => {
  if (item.type === 'ServiceRequest') return asks(standing, item) ? CUT(standing, 'state', standing.row) : undefined;
  if (item.type !== 'Task' || standing.row === 'A-56') return undefined;
  const isHis = owns(standing, item) && (standing.row === 'A-46' || BEFORE_CONSENT.has(item.taskCode ?? ''));
  if (isHis) return CUT(standing, 'worklist', standing.row);
  return item.taskCode === 'demande-appui' && asks(standing, item) ? CUT(standing, 'state', standing.row) : undefined;
};

const NOTHING: Gives = () => undefined;

/** One row a basis; a basis without one would give nothing, and does not compile. */
export const GIVES: Readonly<Record<Basis, Gives>> = {
  SELF: person('A-49'),
  REP: person('A-50'),
  OWN: own,
  ECH: exchange,
  EDS: byMatrix('A-21'),
  CONS: byMatrix('A-20'),
  MISSION: mission,
  REQ: request,
  AGG: NOTHING,
  DIR: NOTHING,
  REC: NOTHING,
};

function owns({ mine }: Standing, { owner }: ResourceTraits): boolean {
  return owner !== undefined && mine.includes(owner);
}

function asks(standing: Standing, item: ResourceTraits): boolean {
  return isAuthor(standing, item) || (item.requester !== undefined && standing.mine.includes(item.requester));
}
