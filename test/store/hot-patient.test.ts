import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { faultyEngine } from '../support/faulty-engine.ts';
import { hotPatient } from '../support/hot-patient.ts';
import { startTestTables, type TestTables } from '../support/store.ts';

// The full size is `node --max-old-space-size=256 test/bench/hot-patient.ts`.
describe('a patient on whom everybody writes at once: all end, none is lost, versions count the writes', () => {
  let around: TestTables;
  beforeAll(async () => {
    around = await startTestTables();
    vi.stubEnv('LOG_LEVEL', 'error');
  });
  afterAll(() => around.stop());

  it('200 writers in a record of 1 000, 100 of one resource, 20 while the engine throttles, conflicts and loses answers', async () => {
    const record = await hotPatient(around.engine, around.tables, around.folder, 1_000);
    const all = { ended: 200, made: 200, lost: 0 };
    expect(await record.run('create', 200)).toMatchObject(all);
    expect(await record.run('update-one', 100)).toMatchObject({ ended: 100, made: 100, lost: 0, versions: '1…101' });
    const faulty = faultyEngine(around.engine, { throttled: 0.1, conflicts: 0.3, answersLost: 0.1 }, 1);
    const again = await hotPatient(faulty, around.tables, around.folder, 20);
    expect(await again.run('update-one', 20)).toMatchObject({ ended: 20, made: 20, lost: 0, versions: '1…21' });
  }, 60_000);
});
