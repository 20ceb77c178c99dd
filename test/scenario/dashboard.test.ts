import type { MeasureReport } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDemoAlias } from '../../functions/local/demo/people.ts';
import { stranger } from '../support/hospital.ts';
import { bundleIn, matchesIn, outcomeIn, resourceIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { cancelDischarge, discharge, letter, type Stay, sendLetter, stayJustEnded } from './hospital-sends.ts';

const SEUIL = 'https://relais.example/fhir/StructureDefinition/seuil';
const MASKED = [
  { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' },
  { url: SEUIL, valueString: '<5' },
];

describe('the dashboard of the network', () => {
  let service: TestService;
  let month: { readonly start: string; readonly end: string };
  /** Months that no demo discharge falls in: the clock is moved to the second of January after the start. */
  beforeAll(async () => {
    service = await startTestService();
    const { json } = await service.send({ method: 'GET', path: '/local/clock' });
    const now = new Date(typeof json === 'object' && json !== null && 'now' in json ? String(json.now) : '');
    const year = now.getUTCFullYear() + 1;
    const moved = await service.send({ method: 'POST', path: '/local/clock', body: JSON.stringify({ now: `${year}-02-10T10:00:00Z` }) });
    if (moved.status !== 200) throw new Error(moved.text);
    month = { start: `${year}-02-01`, end: `${year}-02-${new Date(Date.UTC(year, 2, 0)).getUTCDate()}` };
  });
  afterAll(() => service.stop());

  const evaluate = async (measure: string, role = 'dashboard', query = ''): Promise<MeasureReport> =>
    resourceIn(
      'MeasureReport',
      await service.fhir(role).get(`Measure/${measure}/$evaluate-measure?periodStart=${month.start}&periodEnd=${month.end}${query}`),
    );
  /** Counts by the code of their population; what is hidden as its reason and threshold. */
  const countsOf = (report: MeasureReport) =>
    Object.fromEntries(
      (report.group?.[0]?.population ?? []).map((population) => {
        const hidden: unknown = Reflect.get(population, '_count');
        return [population.code?.coding?.[0]?.code ?? '', hidden === undefined ? population.count : hidden];
      }),
    );

  it('counts discharges and letters of the day (I-04), hides what is small, and forgets what was cancelled', async () => {
    const stays: Stay[] = [];
    for (let number = 1; number <= 11; number += 1) stays.push(await stayJustEnded(service, `V-I04-${number}`, stranger(number)));
    for (const stay of stays.slice(0, 4)) await discharge(service, stay);
    await service.quiesce();
    // Four discharges: neither they nor their letters are told.
    const masked = { extension: MASKED };
    expect(countsOf(await evaluate('i-04'))).toEqual({ numerator: masked, denominator: masked });

    for (const stay of stays.slice(4)) await discharge(service, stay);
    for (const [index, stay] of stays.slice(0, 5).entries()) {
      expect((await sendLetter(service, letter(stay, { documentId: `2.25.99${index}` }))).status).toBe(201);
    }
    await service.quiesce();
    expect(countsOf(await evaluate('i-04'))).toEqual({ numerator: 5, denominator: 11 });

    const [first, , , , , last] = stays;
    if (!first || !last) throw new Error('eleven stays');
    // Leaves numerator and denominator: 4 of 10 would be told by difference.
    await cancelDischarge(service, first);
    await service.quiesce();
    expect(countsOf(await evaluate('i-04'))).toEqual({ numerator: masked, denominator: 10 });
    expect((await evaluate('i-04')).group?.[0]?.measureScore).toBeUndefined();

    const own = await evaluate('i-04', 'hospital');
    expect([countsOf(own).denominator, own.subject?.reference]).toEqual([10, service.demo.roles.hospital.reference]);
  });

  it('counts requests by origin (I-01), each origin as far as it is large enough', async () => {
    const request = (subject: string) => ({
      resourceType: 'ServiceRequest',
      status: 'active',
      intent: 'order',
      subject: { reference: subject },
      reasonCode: [{ coding: [{ system: 'https://relais.example/fhir/CodeSystem/motif-appui', code: 'retour-a-domicile' }] }],
    });
    const aliases = Object.keys(service.demo.patients)
      .filter(isDemoAlias)
      .filter((alias) => !alias.startsWith('dac') && alias !== 'minor');
    expect(aliases).toHaveLength(7);
    for (const alias of aliases) {
      const posted = await service.fhir('patient', { alias }).post('ServiceRequest', request(service.demo.patients[alias].reference));
      expect(posted.status).toBe(201);
    }
    for (const alias of aliases.slice(0, 6)) {
      expect((await service.fhir('outsider').post('ServiceRequest', request(service.demo.patients[alias].reference))).status).toBe(201);
    }
    await service.quiesce();
    const report = await evaluate('i-01');
    const strata = (report.group?.[0]?.stratifier?.[0]?.stratum ?? []).map((one) => [
      one.value?.text ?? one.value?.coding?.[0]?.code,
      one.population?.[0]?.count,
    ]);
    expect(Object.fromEntries(strata)).toEqual({ personne: 7, professionnel: 6 });
  });

  it.each([
    { story: 'days, which would tell by difference', query: 'periodStart=2026-03-02&periodEnd=2026-03-30', status: 422 },
    {
      story: 'another structure',
      role: 'hospital2',
      query: 'periodStart=2026-03-01&periodEnd=2026-03-31&subject=Organization/x',
      status: 403,
    },
    { story: 'a professional', role: 'nurse', query: 'periodStart=2026-03-01&periodEnd=2026-03-31', status: 403 },
    { story: 'the person', role: 'patient', query: 'periodStart=2026-03-01&periodEnd=2026-03-31', status: 403 },
  ])('refuses $story', async ({ role = 'dashboard', query, status }) => {
    const answer = await service.fhir(role).get(`Measure/i-04/$evaluate-measure?${query}`);
    expect(answer.status).toBe(status);
    expect(outcomeIn(answer).issue[0]?.details?.text).toBeTruthy();
  });

  it('reads no patient, and nothing of one', async () => {
    const dashboard = service.fhir('dashboard');
    const { reference } = service.demo.patients.given;
    expect((await dashboard.get(reference)).status).toBe(404);
    for (const type of ['CarePlan', 'Task', 'Encounter', 'DocumentReference', 'AuditEvent']) {
      expect(bundleIn(await dashboard.get(`${type}?patient=${reference}`)).total).toBe(0);
    }
    expect(bundleIn(await dashboard.get('CarePlan?status=active')).total).toBe(0);
    expect(matchesIn('Measure', await dashboard.get('Measure')).map(({ id }) => id)).toEqual(['i-01', 'i-04']);
  });

  it('is a page for everybody: made on the server, no script, nothing from elsewhere, the public threshold', async () => {
    const page = await service.send({ method: 'GET', path: '/observatory' });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.text).not.toMatch(/<script|javascript:|\son\w+=|https?:\/\/|src=/i);
    expect([...page.text.matchAll(/href="([^"]+)"/g)].map(([, href]) => href)).toEqual(['/observatory.css']);
    expect((await service.send({ method: 'GET', path: '/observatory.css' })).status).toBe(200);
    expect(page.text).toContain('Lettres de liaison');
    // Fewer than eleven letters: hidden from the public.
    expect(page.text).toContain('&lt;11');
  });
});
