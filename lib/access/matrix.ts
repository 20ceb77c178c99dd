import type { ResourceType } from '../fhir/types.ts';
import type { FilterId } from './filters/filter.ts';
import type { Row } from './standing.ts';

/** P: permit; O: own or addressed only; D: deny; Fn: permit with that filter. */
export type Cell = 'P' | 'O' | 'D' | FilterId;

/** Columns of domain.md 4.4 that stand for a type each; documents have three, by confidentiality. */
type Column = 'Pat' | 'Enc' | 'DocN' | 'DocR' | 'DocV' | 'CP' | 'CT' | 'Cns' | 'SR' | 'Tsk' | 'Obs' | 'QRs';

const COLUMN_OF_TYPE: Readonly<Partial<Record<ResourceType, Column>>> = {
  Patient: 'Pat',
  Encounter: 'Enc',
  EpisodeOfCare: 'Enc',
  DocumentReference: 'DocN',
  CarePlan: 'CP',
  Goal: 'CP',
  CareTeam: 'CT',
  RelatedPerson: 'CT', // a member of the circle like others
  Consent: 'Cns',
  ServiceRequest: 'SR',
  Task: 'Tsk',
  Condition: 'Obs',
  QuestionnaireResponse: 'QRs',
};

type Cells = Readonly<Record<Column, Cell>>;

const NOTHING: Cells = {
  Pat: 'D',
  Enc: 'D',
  DocN: 'D',
  DocR: 'D',
  DocV: 'D',
  CP: 'D',
  CT: 'D',
  Cns: 'D',
  SR: 'D',
  Tsk: 'D',
  Obs: 'D',
  QRs: 'D',
};

/**
 * domain.md 4.4: what a professional reads when EDS or CONS lives. What a row reads by other bases (own, addressed,
 * self, mission) stands in `gives.ts`; `writes.ts` has its W.
 */
const MATRIX: Readonly<Record<Row, Cells>> = {
  'A-40': { Pat: 'P', Enc: 'P', DocN: 'P', DocR: 'O', DocV: 'O', CP: 'P', CT: 'P', Cns: 'F1', SR: 'O', Tsk: 'O', Obs: 'P', QRs: 'F2' },
  'A-41': NOTHING,
  'A-42': { Pat: 'P', Enc: 'P', DocN: 'P', DocR: 'P', DocV: 'O', CP: 'P', CT: 'P', Cns: 'F1', SR: 'P', Tsk: 'P', Obs: 'P', QRs: 'F2' },
  'A-43': { Pat: 'P', Enc: 'P', DocN: 'P', DocR: 'O', DocV: 'O', CP: 'P', CT: 'P', Cns: 'F1', SR: 'P', Tsk: 'O', Obs: 'P', QRs: 'F2' },
  'A-44': NOTHING,
  'A-45': { Pat: 'P', Enc: 'F3', DocN: 'F4', DocR: 'O', DocV: 'D', CP: 'P', CT: 'P', Cns: 'F1', SR: 'F5', Tsk: 'O', Obs: 'F6', QRs: 'F2' },
  'A-30': {
    Pat: 'F7',
    Enc: 'F3',
    DocN: 'F8',
    DocR: 'O',
    DocV: 'D',
    CP: 'F9',
    CT: 'P',
    Cns: 'F1',
    SR: 'F5',
    Tsk: 'O',
    Obs: 'F10',
    QRs: 'P',
  },
  'A-46': { Pat: 'P', Enc: 'P', DocN: 'P', DocR: 'O', DocV: 'D', CP: 'P', CT: 'P', Cns: 'P', SR: 'P', Tsk: 'P', Obs: 'F11', QRs: 'P' },
  'A-47': NOTHING,
  'A-49': NOTHING, // SELF
  'A-50': NOTHING, // REP
  'A-51': NOTHING, // OWN
  'A-52': NOTHING, // F12 needs an open identity task: none exists yet, so nothing
  'A-53': NOTHING, // MISSION
  // F16 needs the person's own request for help with her file: no fact says so yet, so D
  'A-55': { ...NOTHING, Pat: 'F14', CP: 'F15', CT: 'F14', Cns: 'F1', Tsk: 'O' },
  'A-56': NOTHING,
};

const DOC_COLUMN = { N: 'DocN', R: 'DocR', V: 'DocV' } as const;

/**
 * The cells that must all let an item pass: its type's, and for what is restricted or very restricted the one of
 * documents of that confidentiality too. A type without a column: denied.
 */
export function cellsOf(row: Row, type: ResourceType, confidentiality: 'N' | 'R' | 'V'): readonly [Cell, ...Cell[]] {
  const column = COLUMN_OF_TYPE[type];
  if (column === undefined) return ['D'];
  const cells = MATRIX[row];
  if (column === 'DocN') return [cells[DOC_COLUMN[confidentiality]]];
  return confidentiality === 'N' ? [cells[column]] : [cells[column], cells[DOC_COLUMN[confidentiality]]];
}
