import { describe, expect, it } from 'vitest';
import type { StateColumn } from '../../lib/access/consent-state.ts';
import { FILTERS } from '../../lib/access/filters/index.ts';
import { type Cell, cellsOf } from '../../lib/access/matrix.ts';
import { BASES, remainingOf } from '../../lib/access/remains.ts';
import type { Row } from '../../lib/access/standing.ts';
import { isResourceType, RESOURCE_TYPES } from '../../lib/fhir/resource-types.ts';

const ROWS: readonly Row[] = [
  'A-40',
  'A-41',
  'A-42',
  'A-43',
  'A-44',
  'A-45',
  'A-30',
  'A-46',
  'A-47',
  'A-49',
  'A-50',
  'A-51',
  'A-52',
  'A-53',
  'A-55',
  'A-56',
];
const COLUMNS: readonly StateColumn[] = ['none', 'given', 'refused', 'withdrawn', 'expired'];
const TYPES = Object.keys(RESOURCE_TYPES).filter(isResourceType);
const CLOSED: readonly Row[] = ['A-41', 'A-44', 'A-47', 'A-49', 'A-50', 'A-51', 'A-52', 'A-53', 'A-56'];

describe('domain.md 4.4', () => {
  it('each filter that a row names has a row for the type, but for what a volunteer never sees: relatives and goals', () => {
    const without = ROWS.flatMap((row) =>
      TYPES.flatMap((type) => {
        const [cell] = cellsOf(row, type, 'N');
        return isFilter(cell) && FILTERS[cell][type] === undefined ? [`${cell} ${type}`] : [];
      }),
    );
    expect(without.sort()).toEqual(['F14 RelatedPerson', 'F15 Goal']);
  });

  it.each(CLOSED)('row %s shares nothing, of any type', (row) => {
    expect(TYPES.flatMap((type) => cellsOf(row, type, 'N')).every((cell) => cell === 'D')).toBe(true);
  });

  it.each(['AuditEvent', 'Subscription', 'Measure', 'Binary', 'Device'] as const)('%s has no column: denied to every row', (type) => {
    expect(ROWS.map((row) => cellsOf(row, type, 'N'))).toEqual(ROWS.map(() => ['D']));
  });

  it.each([
    { row: 'A-42', N: ['P'], R: ['P'], V: ['O'] },
    { row: 'A-43', N: ['P'], R: ['O'], V: ['O'] },
    { row: 'A-45', N: ['F4'], R: ['O'], V: ['D'] },
    { row: 'A-30', N: ['F8'], R: ['O'], V: ['D'] },
    { row: 'A-46', N: ['P'], R: ['O'], V: ['D'] },
  ] as const)('documents in row $row: N $N, R $R, V $V', ({ row, N, R, V }) => {
    expect((['N', 'R', 'V'] as const).map((level) => cellsOf(row, 'DocumentReference', level))).toEqual([N, R, V]);
  });

  it('what is restricted passes its own column and that of restricted documents (A-14)', () => {
    expect(cellsOf('A-45', 'Condition', 'R')).toEqual(['F6', 'O']);
    expect(cellsOf('A-45', 'Condition', 'V')).toEqual(['F6', 'D']);
  });
});

describe('domain.md 4.5', () => {
  it.each([
    { row: 'A-42', none: true, given: true, refused: false, withdrawn: false, expired: false },
    { row: 'A-45', none: true, given: true, refused: false, withdrawn: false, expired: false },
    { row: 'A-30', none: true, given: true, refused: false, withdrawn: false, expired: false },
    { row: 'A-46', none: true, given: true, refused: false, withdrawn: false, expired: false },
    { row: 'A-44', none: false, given: false, refused: false, withdrawn: false, expired: false },
  ] as const)('row $row shares by EDS or CONS only in the states of the table', ({ row, ...states }) => {
    const shares = (column: StateColumn): boolean =>
      remainingOf(row, column, 'cpts').bases.some((basis) => basis === 'EDS' || basis === 'CONS');
    expect(COLUMNS.filter(shares)).toEqual(COLUMNS.filter((column) => states[column]));
  });

  it.each(ROWS)('row %s consents to share only when consent is given', (row) => {
    for (const column of ['none', 'refused', 'withdrawn', 'expired'] as const)
      expect(remainingOf(row, column, 'dac').bases).not.toContain('CONS');
  });

  it('the person and her representative read in every state (A-80, A-81)', () => {
    for (const column of ['none', 'given', 'refused', 'withdrawn', 'expired'] as const) {
      expect([remainingOf('A-49', column, 'cpts').bases, remainingOf('A-50', column, 'cpts').bases]).toEqual([['SELF'], ['REP']]);
    }
  });

  it('a coordinator stands in another row in a DAC than in a CPTS', () => {
    expect([remainingOf('A-46', 'none', 'dac').rule, remainingOf('A-46', 'none', 'cpts').rule]).toEqual(['A-77', 'A-78']);
  });

  it('recording gives no read: REC is the basis of no row (A-66)', () => {
    expect(BASES).toContain('REC');
    for (const row of ROWS) expect(remainingOf(row, 'given', 'cpts').bases).not.toContain('REC');
  });
});

function isFilter(cell: Cell): cell is Exclude<Cell, 'P' | 'O' | 'D'> {
  return cell !== 'P' && cell !== 'O' && cell !== 'D';
}
