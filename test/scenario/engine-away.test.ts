import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instantOf } from '../../lib/platform/instant.ts';
import { adt, stranger } from '../support/hospital.ts';
import { type Handlers, startHandlers } from './handlers-alone.ts';

describe('while the engine is away', () => {
  let handlers: Handlers;
  beforeAll(async () => {
    handlers = await startHandlers();
  });
  afterAll(() => handlers.stop());

  const FHIR = 'application/fhir+json';
  const api = (method: string, path: string, body?: object, role = 'coordinator') =>
    handlers.api({ method, path, role, ...(body ? { contentType: FHIR, body: JSON.stringify(body) } : {}) });

  it('reads and writes are 503, with the remedy, and nothing was written', async () => {
    const { reference } = handlers.demo.patients.given;
    const goals = () => api('GET', `/fhir/Goal?patient=${reference}`);
    const before = await goals();
    const goal = {
      resourceType: 'Goal',
      lifecycleStatus: 'active',
      category: [{ coding: [{ system: 'https://relais.example/fhir/CodeSystem/categorie-objectif', code: 'autonomie' }] }],
      description: { text: 'Faire ses courses seule' },
      subject: { reference },
    };
    handlers.cut();
    for (const answer of [
      await goals(),
      await api('GET', '/fhir/Goal/x'),
      await api('POST', '/fhir/Goal', goal),
      await api('POST', '/fhir', {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [{ resource: goal, request: { method: 'POST', url: 'Goal' } }],
      }),
      await api('GET', '/health'),
    ]) {
      expect(answer.status).toBe(503);
      expect(JSON.parse(answer.body)).toMatchObject({
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'error', code: 'transient', details: { text: expect.stringContaining('Renvoyez') } }],
      });
      expect(answer.body).not.toMatch(/ECONN|127\.0\.0\.1|at \w+ \(/);
    }
    handlers.mend();
    expect((await goals()).body).toBe(before.body);
    expect((await api('POST', '/fhir/Goal', goal)).status).toBe(201);
  });

  it('a hospital hears "send the same message again", and that message is then taken as if it were the first', async () => {
    const say = async () => {
      const { body } = await handlers.intake({
        method: 'POST',
        path: '/intake/hl7v2',
        role: 'hospital',
        contentType: 'x-application/hl7-v2+er7',
        body: adt({ trigger: 'A01', controlId: 'AWAY', person: stranger(61), venue: 'V-AWAY', admitted: instantOf(Date.now()) }),
      });
      return body.includes('MSA|') ? body : Buffer.from(body, 'base64').toString();
    };
    handlers.cut();
    const away = await say();
    expect(away).toMatch(/MSA\|AR\|AWAY/);
    expect(away).toContain('renvoyez le même message');
    handlers.mend();
    expect(await say()).toMatch(/MSA\|AA\|AWAY/);
  });
});
