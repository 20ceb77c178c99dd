import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../lib/access/rule.ts';

/** Rows of domain.md 4.1 to 4.7, as they stand there. */
const ROWS: readonly string[] = [
  ...range(1, 19), // 4.1
  ...range(20, 29), // 4.2
  ...range(31, 39), // 4.3
  ...range(40, 57), // 4.4
  'A-30', // 4.4, social worker
  ...range(58, 69), // 4.7
  ...range(70, 87), // 4.5
  ...range(90, 93), // 4.7
];

/** Rows by which nothing is given yet: denied, and tested to be so. */
const OPEN: readonly string[] = ['A-29', 'A-57', 'A-60', 'A-61', 'A-62', 'A-63', 'A-64', 'A-85'];

function range(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `A-${String(from + index).padStart(2, '0')}`);
}

/** What the tests say they test: titles, and the ids that a table of cases gives them. */
const SAID = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.endsWith('access/rows.test.ts'))
  .flatMap((file) => readFileSync(join('test', file), 'utf8').split('\n'))
  .filter((line) => /^\s*(it|describe)\b|\)\(['`]|\bid: 'A-\d\d'|^\s*\['A-\d\d'|^\s*'A-\d\d: /.test(line))
  .join('\n');

describe('every row of domain.md section 4', () => {
  it('stands in the table of the code, and no other does', () => {
    expect(Object.keys(RULES).toSorted()).toEqual([...ROWS].toSorted());
  });

  it('is kept where the table says: the file names it', () => {
    const lost = Object.entries(RULES).flatMap(([id, { where }]) =>
      where === 'open' || readFileSync(join('lib', where), 'utf8').includes(id) ? [] : [`${id} ${where}`],
    );
    expect(lost).toEqual([]);
  });

  it('gives something, but for those that are still open', () => {
    expect(
      Object.entries(RULES)
        .flatMap(([id, { where }]) => (where === 'open' ? [id] : []))
        .toSorted(),
    ).toEqual(OPEN);
  });

  it('has a test that its title names', () => {
    expect(ROWS.filter((id) => !SAID.includes(id))).toEqual([]);
  });
});
