import type { AuditEvent } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DemoAlias } from '../../functions/local/demo/people.ts';
import { bundleIn, matchesIn, outcomeIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

describe('the trace', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.stop());

  const patientOf = (alias: DemoAlias) => service.demo.patients[alias].reference;
  const traceFor = async (alias: DemoAlias, role: string, query = ''): Promise<readonly AuditEvent[]> =>
    matchesIn(
      'AuditEvent',
      await service.fhir(role, role === 'patient' ? { alias } : {}).get(`AuditEvent?patient=${patientOf(alias)}&_count=200${query}`),
    );
  /** Who did what to what, why and on which basis. */
  const lineOf = ({ agent, subtype, outcome, purposeOfEvent, entity }: AuditEvent) => ({
    who: agent[0]?.who?.reference,
    deed: subtype?.[0]?.code,
    outcome,
    purpose: purposeOfEvent?.[0]?.coding?.[0]?.code,
    basis: entity?.flatMap(({ detail }) => detail ?? []).find(({ type }) => type === 'base')?.valueString,
    what: (entity ?? []).flatMap(({ what }) => what?.reference ?? []).filter((ref) => !ref.startsWith('Patient/')),
  });

  it('says of every disclosure who, in which software and structure, when, why, of what and on which basis', async () => {
    const { gp } = service.demo.roles;
    const client = service.fhir('gp');
    const [plan] = matchesIn('CarePlan', await client.get(`CarePlan?patient=${patientOf('given')}`));
    await client.get(`CarePlan/${plan?.id}`);
    await client.get(`CarePlan/${plan?.id}/_history/1`);
    await client.get(`${patientOf('given')}/$everything`);
    const lines = (await traceFor('given', 'patient')).filter(({ agent }) => agent[0]?.who?.reference === gp.reference);
    // Newest first.
    expect(lines.map((line) => lineOf(line).deed)).toEqual(['everything', 'vread', 'read', 'search-type']);
    for (const line of lines) {
      expect(lineOf(line)).toMatchObject({ outcome: '0', purpose: 'TREAT', basis: 'CONS' });
      expect(lineOf(line).what).toContain(`CarePlan/${plan?.id}`);
      expect(line.agent[0]?.name).toBe(gp.name);
      expect(line.agent[0]?.role?.[0]?.text).toBe('gp');
      expect(line.agent[1]).toMatchObject({ requestor: false, who: { identifier: { value: 'gp' } } });
      expect(JSON.stringify(line.entity)).toContain('Organization/');
      expect(Math.abs(Date.parse(line.recorded) - Date.now())).toBeLessThan(60_000);
      // It names resources, and holds nothing of them.
      expect(JSON.stringify(line)).not.toMatch(/Plan personnalisé|FICTIVE|245037511600194/);
    }
  });

  it('is written for a search across patients too: one line a patient disclosed', async () => {
    await service.fhir('gp2').get('CarePlan?status=active');
    const { reference } = service.demo.roles.gp2;
    for (const alias of ['limited', 'opposed', 'nomt'] as const) {
      const mine = (await traceFor(alias, 'patient')).filter(({ agent }) => agent[0]?.who?.reference === reference);
      expect(mine.map((line) => lineOf(line).deed)).toEqual(['search-type']);
    }
    const refused = (await traceFor('refused', 'dpo')).filter(({ agent }) => agent[0]?.who?.reference === reference);
    expect(refused).toEqual([]);
  });

  it('keeps who was refused for the data protection officer alone', async () => {
    const [encounter] = matchesIn('Encounter', await service.fhir('hospital').get(`Encounter?patient=${patientOf('none')}`));
    expect((await service.fhir('outsider').get(`Encounter/${encounter?.id}`)).status).toBe(404);
    await service.fhir('outsider').get(`CarePlan?patient=${patientOf('none')}`);
    const { reference } = service.demo.roles.outsider;
    const seenBy = async (role: string) =>
      (await traceFor('none', role)).filter(({ agent }) => agent[0]?.who?.reference === reference).map(lineOf);
    expect(await seenBy('patient')).toEqual([]);
    const denials = await seenBy('dpo');
    expect(denials.map(({ deed, outcome, basis }) => [deed, outcome, basis])).toEqual([
      ['search-type', '4', undefined],
      ['read', '4', undefined],
    ]);
    expect(denials[1]?.what).toEqual([`Encounter/${encounter?.id}`]);
  });

  it.each(['gp', 'hospital', 'coordinator', 'admin', 'dashboard', 'outsider', 'dmp'])('is not for %s', async (role) => {
    expect(await traceFor('given', role)).toEqual([]);
  });

  it('of one person is not for another', async () => {
    const answer = await service.fhir('patient', { alias: 'nomt' }).get(`AuditEvent?patient=${patientOf('given')}`);
    expect([answer.status, bundleIn(answer).total]).toEqual([200, 0]);
  });

  it('tells who read the trace', async () => {
    await traceFor('withdrawn', 'dpo');
    await traceFor('withdrawn', 'gp');
    const lines = (await traceFor('withdrawn', 'dpo')).map(lineOf).filter(({ deed }) => deed === 'trace');
    expect(lines.map(({ who, outcome }) => [who, outcome])).toEqual([
      [service.demo.roles.gp.reference, '4'],
      [service.demo.roles.dpo.reference, '0'],
    ]);
    const own = (await traceFor('withdrawn', 'patient')).map(lineOf).filter(({ deed }) => deed === 'trace');
    expect(own.map(({ who }) => who)).toEqual([service.demo.roles.dpo.reference, service.demo.roles.dpo.reference]);
  });

  it('pages, newest first, each line once', async () => {
    const client = service.fhir('dpo');
    for (let count = 0; count < 3; count += 1) await service.fhir('nurse').get(`Goal?patient=${patientOf('minor')}`);
    const seen: string[] = [];
    let path: string | undefined = `AuditEvent?patient=${patientOf('minor')}&agent=${service.demo.roles.nurse.reference}&_count=2`;
    while (path !== undefined) {
      const page = await client.get(path);
      seen.push(...matchesIn('AuditEvent', page).map(({ recorded, id }) => `${recorded} ${id}`));
      path = bundleIn(page)
        .link?.find(({ relation }) => relation === 'next')
        ?.url.replace(`${service.base}/fhir/`, '');
    }
    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(3);
    const wrong = await client.get(`AuditEvent?patient=${patientOf('minor')}&_page=AAAA`);
    expect([wrong.status, outcomeIn(wrong).issue[0]?.expression]).toEqual([400, ['_page']]);
  });

  it('asks for its patient', async () => {
    const answer = await service.fhir('dpo').get('AuditEvent');
    expect([answer.status, outcomeIn(answer).issue[0]?.expression]).toEqual([400, ['patient']]);
  });

  it('is a page that the person can read: names and deeds in French, no script', async () => {
    const { reference } = service.demo.patients['dac-informed'];
    await service.fhir('gp@dac').get(`CarePlan?patient=${reference}`);
    const page = await service.send({ method: 'GET', path: '/trace', role: 'patient', options: { alias: 'dac-informed' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).toContain(`<strong>${service.demo.roles['gp@dac'].name}</strong>`);
    expect(page.text).not.toMatch(/<script|https?:\/\//i);
    expect((await service.send({ method: 'GET', path: '/trace' })).status).toBe(401);
  });
});
