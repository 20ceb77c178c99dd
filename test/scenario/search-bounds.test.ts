import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderBlobs } from '../../lib/store/blobs.ts';
import { dynamoEngine } from '../../lib/store/engine.ts';
import { makeStore } from '../../lib/store/store.ts';
import { KEY } from '../../lib/store/table.ts';
import { bundleIn, outcomeIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

/** A nurse of a large network, with more patients than one search may look at. */
describe('a search over more than 1 000 patients of one’s own', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
    const engine = dynamoEngine(process.env.DYNAMODB_ENDPOINT);
    const store = makeStore(engine, process.env.TABLE ?? '', folderBlobs('/nowhere'), (...parts) => parts.join('|'));
    const { reference } = service.demo.roles.nurse;
    const patients = Array.from({ length: 1_001 }, (_, n) => `crowd${String(n).padStart(11, '0')}`);
    for (let from = 0; from < patients.length; from += 90) {
      const documents = patients
        .slice(from, from + 90)
        .map((patient) => ({ key: KEY.patientOfMember('cpts', reference, patient), value: { accepted: true } }));
      await store.commit({ network: 'cpts', at: '2026-03-01T08:00:00.000Z', writes: [], documents, timerOf: () => undefined });
    }
  });
  afterAll(() => service.stop());

  it.each(['Patient', 'Task?status=requested', 'Patient?family=Fictive', 'CarePlan?subject.family=Fictive'])(
    '%s is too costly, and the refusal says what works',
    async (query) => {
      const answer = await service.fhir('nurse').get(query);
      expect(answer.status).toBe(422);
      expect(outcomeIn(answer).issue).toMatchObject([
        {
          code: 'too-costly',
          diagnostics: expect.stringContaining('1000 patients'),
          details: { text: expect.stringContaining('patient=') },
        },
      ]);
    },
  );

  it('what the refusal says works', async () => {
    const nurse = service.fhir('nurse');
    const { reference, ins, oid } = service.demo.patients.given;
    const queries = [
      `CarePlan?patient=${reference}`,
      `CarePlan?patient.identifier=urn:oid:${oid}|${ins}`,
      `Patient?identifier=urn:oid:${oid}|${ins}`,
      `Patient?_id=${reference.split('/')[1]}`,
    ];
    for (const query of queries) expect([query, bundleIn(await nurse.get(query)).total]).toEqual([query, 1]);
    const worklist = await nurse.get(`Task?owner=${service.demo.roles.nurse.reference}&status=requested,accepted,in-progress`);
    expect(worklist.status).toBe(200);
    expect((await nurse.get('Practitioner?name=a')).status).toBe(200);
  });
});
