import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etatOf } from '../../lib/coordination/etat.ts';
import { TRE_A07 } from '../../lib/fhir/vocabulary.ts';
import { event, request } from '../support/coordination.ts';
import { bundleIn, matchesIn, outcomeIn, resourceIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

describe('the person herself', () => {
  let service: TestService;
  let reference: string;
  beforeAll(async () => {
    service = await startTestService();
    reference = service.demo.patients.given.reference;
  });
  afterAll(() => service.stop());

  const totalOf = async (role: string, query: string): Promise<number> => bundleIn(await service.fhir(role).get(query)).total ?? -1;

  it('reads who she is, her plan and her goals, her circle and her stays, whole', async () => {
    const { get } = service.fhir('patient');
    const identity = await get(reference);
    expect([identity.status, resourceIn('Patient', identity).meta?.tag]).toEqual([200, undefined]);
    const [plan] = matchesIn('CarePlan', await get(`CarePlan?patient=${reference}`));
    expect([plan?.status, plan?.activity?.length, plan?.meta?.tag]).toEqual(['active', 3, undefined]);
    expect(matchesIn('Goal', await get(`Goal?patient=${reference}`))).toHaveLength(3);
    const [circle] = matchesIn('CareTeam', await get(`CareTeam?patient=${reference}`));
    expect(circle?.participant?.map(({ member }) => member?.reference)).toContain(service.demo.roles.gp.reference);
    expect(matchesIn('Encounter', await get(`Encounter?patient=${reference}`))).toHaveLength(1);
    expect(matchesIn('Consent', await get(`Consent?patient=${reference}`)).map((one) => etatOf(one))).toEqual(['donne']);
  });

  it('reads her documents, the one masked to professionals too, and opens the letter', async () => {
    const documents = matchesIn('DocumentReference', await service.fhir('patient').get(`DocumentReference?patient=${reference}`));
    expect(documents).toHaveLength(3);
    const isMasked = documents.filter(({ securityLabel = [] }) =>
      securityLabel.some(({ coding = [] }) => coding.some(({ system, code }) => system === TRE_A07 && code === 'MASQUE_PS')),
    );
    expect(isMasked).toHaveLength(1);
    const letter = documents.find(({ type }) => type?.coding?.some(({ code }) => code === '11490-0'));
    const url = letter?.content[0]?.attachment.url ?? '';
    const bytes = await service.send({ method: 'GET', path: `/fhir/${url}`, role: 'patient', headers: { accept: 'text/xml' } });
    expect([bytes.status, bytes.text.includes('<ClinicalDocument')]).toEqual([200, true]);
  });

  it('has all of it in one answer', async () => {
    const bundle = bundleIn(await service.fhir('patient').get(`${reference}/$everything`));
    const types = new Set((bundle.entry ?? []).map(({ resource }) => resource?.resourceType));
    for (const type of ['Patient', 'CarePlan', 'CareTeam', 'Consent', 'DocumentReference', 'Encounter', 'EpisodeOfCare', 'Task'] as const) {
      expect([type, types.has(type)]).toEqual([type, true]);
    }
  });

  it('reads of nobody else', async () => {
    const other = service.demo.patients.nomt.reference;
    expect((await service.fhir('patient').get(other)).status).toBe(404);
    expect(await totalOf('patient', `CarePlan?patient=${other}`)).toBe(0);
  });

  it('sees who read what of her, and not who was refused', async () => {
    expect(await totalOf('gp2', `CarePlan?patient=${reference}`)).toBe(1);
    expect(await totalOf('outsider', `CarePlan?patient=${reference}`)).toBe(0);
    const events = matchesIn('AuditEvent', await service.fhir('patient').get(`AuditEvent?patient=${reference}`));
    const names = events.map(({ agent }) => agent[0]?.name ?? agent[0]?.who?.display);
    expect(names).toContain(service.demo.roles.gp2.name);
    expect(names).not.toContain(service.demo.roles.outsider.name);
    expect(new Set(events.map(({ outcome }) => outcome))).toEqual(new Set(['0']));
    expect(await totalOf('gp', `AuditEvent?patient=${reference}`)).toBe(0);
  });

  it('reads the same on a page in French, without a script', async () => {
    const page = await service.send({ method: 'GET', path: '/trace', role: 'patient' });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).toContain('<html lang="fr">');
    expect(page.text).toContain(service.demo.roles.gp2.name);
    expect(page.text).not.toContain(service.demo.roles.outsider.name);
    expect(page.text).not.toMatch(/<script|https?:\/\//);
    expect((await service.send({ method: 'GET', path: '/trace' })).status).toBe(401);
  });

  it('asks for support, and follows where her request stands', async () => {
    const asked = await service.fhir('patient').post('ServiceRequest', request({ reference }));
    expect([asked.status, etatOf(resourceIn('ServiceRequest', asked))]).toEqual([201, 'envoyee']);
    const { id } = resourceIn('ServiceRequest', asked);
    const tasks = matchesIn('Task', await service.fhir('patient').get(`Task?patient=${reference}&code=demande-appui`));
    const task = tasks.find(({ focus }) => focus?.reference === `ServiceRequest/${id}`);
    await service.fhir('coordinator').post(`Task/${task?.id}/$event`, event('accuser-reception'));
    expect(etatOf(resourceIn('ServiceRequest', await service.fhir('patient').get(`ServiceRequest/${id}`)))).toBe('recue');
    const annulled = await service
      .fhir('patient')
      .post(`Task/${task?.id}/$event`, event('annuler', { reason: { valueString: 'Tout va bien.' } }));
    expect(annulled.status).toBe(409);
  });

  it('withdraws her consent: 401 with a password alone, then it holds from the next request, and her open requests are closed', async () => {
    const [consent] = matchesIn('Consent', await service.fhir('patient').get(`Consent?patient=${reference}&status=active`));
    const weak = await service.fhir('patient', { acr: 'password' }).post(`Consent/${consent?.id}/$event`, event('retirer'));
    expect([weak.status, outcomeIn(weak).issue[0]?.code]).toEqual([401, 'login']);
    expect(await totalOf('nurse', `CarePlan?patient=${reference}`)).toBe(1);
    const answer = await service.fhir('patient').post(`Consent/${consent?.id}/$event`, event('retirer'));
    expect([answer.status, etatOf(resourceIn('Consent', answer))]).toEqual([200, 'retire']);
    for (const role of ['gp', 'gp2', 'nurse', 'social']) {
      expect([role, await totalOf(role, `CarePlan?patient=${reference}`)]).toEqual([role, 0]);
    }
    const open = matchesIn('Task', await service.fhir('patient').get(`Task?patient=${reference}&code=demande-appui`));
    expect(new Set(open.map((task) => etatOf(task)))).toEqual(new Set(['cloturee']));
    expect(await totalOf('patient', `CarePlan?patient=${reference}`)).toBe(1);
  });

  describe('the mother of a minor', () => {
    const minorReference = (): string => service.demo.patients.minor.reference;
    it('acts for him: reads his plan, his circle, his stays', async () => {
      const { get } = service.fhir('representative');
      for (const type of ['CarePlan', 'CareTeam', 'Encounter', 'Consent']) {
        expect([type, bundleIn(await get(`${type}?patient=${minorReference()}`)).total]).toEqual([type, 1]);
      }
    });

    it('sees nothing of the stay that he keeps secret (L-16): no stay, no report, no bytes, no count', async () => {
      const secret = `_security=${TRE_A07}|INVISIBLE_REPRESENTANTS_LEGAUX`;
      const minor = service.fhir('patient', { alias: 'minor' });
      const [stay] = matchesIn('Encounter', await minor.get(`Encounter?patient=${minorReference()}&${secret}`));
      expect(stay?.id).toEqual(expect.any(String));
      const reports = matchesIn('DocumentReference', await minor.get(`DocumentReference?patient=${minorReference()}`));
      const report = reports.find(({ context }) => context?.encounter?.[0]?.reference === `Encounter/${stay?.id}`);
      const paths = [`Encounter/${stay?.id}`, `DocumentReference/${report?.id}`, `${report?.content[0]?.attachment.url}`];
      const { get } = service.fhir('representative');
      for (const path of paths) {
        expect([path, (await minor.get(path)).status]).toEqual([path, 200]);
        expect([path, (await get(path)).status]).toEqual([path, 404]);
      }
      const stays = `Encounter?patient=${minorReference()}`;
      expect([bundleIn(await minor.get(stays)).total, bundleIn(await get(stays)).total]).toEqual([2, 1]);
      expect(bundleIn(await get(`${stays}&${secret}`)).total).toBe(0);
      const everything = (await get(`${minorReference()}/$everything`)).text;
      for (const path of paths) expect([path, everything.includes(path.replace(/^.*\//, ''))]).toEqual([path, false]);
    });
  });
});
