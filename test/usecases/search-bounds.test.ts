import { describe, expect, it } from 'vitest';
import { type Amount, added, BOUNDS, isTooMuch, NOTHING_READ, tooLargeRecord, tooMuch } from '../../lib/usecases/search-bounds.ts';

describe('what one search may evaluate (DESIGN.md, "Bounds")', () => {
  it('is 16 MB, about 10 000 resources, of 1 000 patients', () => {
    expect(BOUNDS).toEqual({ patients: 1_000, resources: 10_000, bytes: 16_000_000 });
  });

  it.each<[string, Partial<Amount>, boolean]>([
    ['nothing', {}, false],
    ['exactly all of it', BOUNDS, false],
    ['one patient more', { patients: 1_001 }, true],
    ['one resource more', { resources: 10_001 }, true],
    ['one byte more', { bytes: 16_000_001 }, true],
  ])('%s', (_, amount, want) => {
    expect(isTooMuch({ ...NOTHING_READ, ...amount })).toBe(want);
  });

  it('counts records together: each within the bound, too much in all', () => {
    const record = { patients: 1, resources: 40, bytes: 900 };
    const bounds = { patients: 10, resources: 100, bytes: 2_000 };
    const both = added(record, record);
    expect([isTooMuch(record, bounds), isTooMuch(both, bounds), isTooMuch(added(both, record), bounds)]).toEqual([false, false, true]);
  });

  it('says what to add, or to take away', () => {
    expect(tooMuch('Task').remedy).toContain('patient=');
    expect(tooLargeRecord('Task', true).remedy).toContain('_include');
    expect(tooLargeRecord('Task', false).remedy).toContain('_id=');
    expect(tooLargeRecord('Task', false).category).toBe('too-costly');
  });
});
