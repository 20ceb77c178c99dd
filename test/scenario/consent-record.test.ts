import type { CareTeam, Consent, Extension } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etatOf } from '../../lib/coordination/etat.ts';
import { EXTENSION, LOINC, OID_SYSTEM, SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { event, rulesIn } from '../support/coordination.ts';
import { stranger } from '../support/hospital.ts';
import { type Answer, matchesIn, outcomeIn, resourceIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

describe('the person says what may be shared, and a professional records it', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.stop());

  const withdrawal = (patient: Consent['patient']): Consent => {
    const { provision: _provision, ...act } = said(patient, { status: 'inactive' });
    return act;
  };
  const said = (patient: Consent['patient'], over: Partial<Consent> = {}): Consent => ({
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: LOINC, code: '59284-0' }] }],
    ...(patient ? { patient } : {}),
    policyRule: { coding: [{ system: SYSTEM.regle, code: 'partage-sur-consentement' }] },
    provision: { provision: [{ type: 'permit' }] },
    ...over,
  });
  const informed = (over: Readonly<Record<string, string | boolean | undefined>> = {}): Pick<Consent, 'extension'> => {
    const parts = { par: service.demo.roles.nurse.reference, moyen: 'entretien', notice: '2026-01', comprehensionVerifiee: true, ...over };
    return {
      extension: [
        {
          url: EXTENSION.information,
          extension: Object.entries(parts).flatMap(([url, value]): readonly Extension[] => {
            if (value === undefined) return [];
            if (typeof value === 'boolean') return [{ url, valueBoolean: value }];
            return [url === 'par' ? { url, valueReference: { reference: value } } : { url, valueString: value }];
          }),
        },
      ],
    };
  };
  const record = (role: string, consent: Consent): Promise<Answer> => service.fhir(role).post('Consent', consent);
  const byIns = (value: string): Consent['patient'] => ({ identifier: { system: OID_SYSTEM.insTest, value } });
  const plans = async (role: string, reference: string) =>
    matchesIn('CarePlan', await service.fhir(role).get(`CarePlan?patient=${reference}`)).length;
  /** Everything of an answer but what must differ: the id in Location, the moment, the opaque request ids. */
  const shape = ({ status, headers, text }: Answer) => ({
    status,
    text,
    names: [...headers.keys()].toSorted(),
    location: headers.get('location')?.replace(/Consent\/[a-z2-7]{26}/, 'Consent/<id>'),
    etag: headers.get('etag'),
    length: headers.get('content-length'),
  });

  it('opens to the circle what nobody saw, from the next request on', async () => {
    const { reference } = service.demo.patients.none;
    expect([await plans('gp', reference), await plans('nurse', reference)]).toEqual([0, 0]);
    const answer = await record('nurse', said({ reference }, informed()));
    expect([answer.status, answer.text]).toEqual([201, '']);
    expect(answer.headers.get('location')).toMatch(/\/fhir\/Consent\/[a-z2-7]{26}\/_history\/1$/);
    expect([await plans('gp', reference), await plans('nurse', reference)]).toEqual([1, 1]);
    expect(await plans('outsider', reference)).toBe(0);
  });

  it.each([
    { part: 'par', over: { par: undefined } },
    { part: 'moyen', over: { moyen: undefined } },
    { part: 'notice', over: { notice: undefined } },
    { part: 'comprehensionVerifiee', over: { comprehensionVerifiee: false } },
  ])('is not given without the information: $part (S0-08, S0-11, L-05)', async ({ part, over }) => {
    const { reference } = service.demo.patients.refused;
    const answer = await record('nurse', said({ reference }, informed(over)));
    expect([answer.status, rulesIn(answer)]).toEqual([422, ['information-incomplete']]);
    expect(outcomeIn(answer).issue[0]?.expression?.[0]).toContain(`extension('${part}')`);
    expect(await plans('gp', reference)).toBe(0);
  });

  it.each(['nurse', 'outsider'])('is refused to %s for what is missing, in the same words whoever the person is', async (role) => {
    const known = await record(role, said(byIns(service.demo.patients.refused.ins)));
    const unknown = await record(role, said(byIns(stranger(81).ins ?? '')));
    expect(known.status).toBe(422);
    expect(shape(unknown)).toEqual(shape(known));
  });

  it.each(['hospital2', 'dashboard', 'admin', 'dmp', 'suspended'])('is recorded by no %s: 404 about anybody', async (role) => {
    const known = await record(role, withdrawal(byIns(service.demo.patients.refused.ins)));
    const unknown = await record(role, withdrawal(byIns(stranger(84).ins ?? '')));
    expect(known.status).toBe(404);
    expect(shape(unknown)).toEqual(shape(known));
  });

  it('is created by POST alone: an id of the writer’s own would tell him whether somebody is known', async () => {
    const id = `${service.demo.roles.nurse.idPrefix}accord`;
    const answer = await service.fhir('nurse').put(`Consent/${id}`, { ...said(byIns(stranger(85).ins ?? ''), informed()), id });
    expect([answer.status, rulesIn(answer)]).toEqual([405, ['create-by-post']]);
  });

  it('may be recorded by INS', async () => {
    const { reference, ins } = service.demo.patients.withdrawn;
    expect(await plans('gp', reference)).toBe(0);
    const answer = await record('nurse', said(byIns(ins), informed()));
    expect(answer.status).toBe(201);
    expect(await plans('gp', reference)).toBe(1);
    const unknown = await record('nurse', said(byIns(stranger(86).ins ?? ''), informed()));
    expect(shape(unknown)).toEqual(shape(answer));
  });

  describe('a withdrawal told to a professional outside of the circle', () => {
    it('ends the sharing at once, and he learns nothing', async () => {
      const { reference, ins } = service.demo.patients.limited;
      expect(await plans('gp', reference)).toBe(1);
      const answer = await record('outsider', withdrawal(byIns(ins)));
      expect([answer.status, answer.text]).toEqual([201, '']);
      expect(await plans('gp', reference)).toBe(0);
      const id = answer.headers.get('location')?.replace(/^.*\/Consent\/|\/_history.*$/g, '');
      expect((await service.fhir('outsider').get(`Consent/${id}`)).status).toBe(404);
    });

    it('gets one answer: about a person of the network, one whom nobody knows, a reference to nobody', async () => {
      const known = await record('outsider', withdrawal(byIns(service.demo.patients.minor.ins)));
      const byReference = await record('outsider', withdrawal({ reference: service.demo.patients.opposed.reference }));
      const unknown = await record('outsider', withdrawal(byIns(stranger(82).ins ?? '')));
      const nobody = await record('outsider', withdrawal({ reference: 'Patient/aaaaaaaaaaaaaaaaaaaaaaaaaa' }));
      expect(shape(known)).toMatchObject({ status: 201, text: '' });
      for (const answer of [byReference, unknown, nobody]) expect(shape(answer)).toEqual(shape(known));
    });
  });

  it('an accord counts from the circle only, and who is not in it is told nothing of the person', async () => {
    const { reference, ins } = service.demo.patients['dac-uninformed'];
    const known = await record('outsider', said(byIns(service.demo.patients.nomt.ins), informed()));
    const unknown = await record('outsider', said(byIns(stranger(83).ins ?? ''), informed()));
    for (const patient of [byIns(ins), { reference }])
      expect(shape(await record('nurse', said(patient, informed())))).toEqual(shape(known));
    expect(await plans('gp@dac', reference)).toBe(0);
    expect(shape(known)).toMatchObject({ status: 201, text: '' });
    expect(shape(unknown)).toEqual(shape(known));
  });

  it('an opposition told to somebody outside closes the record to whom it names', async () => {
    const { reference, ins } = service.demo.patients.given;
    const { gp2 } = service.demo.roles;
    expect(await plans('gp2', reference)).toBe(1);
    const actor = {
      role: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' }] },
      reference: { reference: gp2.reference },
    };
    const answer = await record('outsider', said(byIns(ins), { provision: { provision: [{ type: 'deny', actor: [actor] }] } }));
    expect(answer.status).toBe(201);
    expect([await plans('gp2', reference), await plans('gp', reference)]).toEqual([0, 1]);
  });

  it('is withdrawn by the patient herself: the next request of her doctor is denied', async () => {
    const { reference } = service.demo.patients.given;
    const patient = service.fhir('patient');
    const consents = matchesIn('Consent', await patient.get(`Consent?patient=${reference}&status=active`));
    const given = consents.find((consent) => etatOf(consent) === 'donne');
    expect(await plans('gp', reference)).toBe(1);
    const plan = matchesIn('CarePlan', await service.fhir('gp').get(`CarePlan?patient=${reference}`))[0];
    const answer = await patient.post(`Consent/${given?.id}/$event`, event('retirer'));
    expect([answer.status, etatOf(resourceIn('Consent', answer))]).toEqual([200, 'retire']);
    expect(await plans('gp', reference)).toBe(0);
    expect((await service.fhir('gp').get(`CarePlan/${plan?.id}`)).status).toBe(404);
    const again = await patient.post(`Consent/${given?.id}/$event`, event('retirer'));
    expect(again.status).toBe(409);
  });

  it('her circle is read and changed by the coordinator', async () => {
    const { reference } = service.demo.patients.nomt;
    const { roles } = service.demo;
    const coordinator = service.fhir('coordinator');
    const [circle] = matchesIn('CareTeam', await coordinator.get(`CareTeam?patient=${reference}`));
    if (!circle) throw new Error('no circle');
    expect(circle.participant?.map(({ member }) => member?.reference)).not.toContain(roles.gp.reference);
    expect(await plans('gp', reference)).toBe(0);
    const wider: CareTeam = {
      ...circle,
      participant: [
        ...(circle.participant ?? []),
        { role: [{ coding: [{ system: SYSTEM.roleCercle, code: 'medecin-traitant' }] }], member: { reference: roles.gp.reference } },
      ],
    };
    const version = { 'if-match': `W/"${circle.meta?.versionId}"` };
    expect((await service.fhir('nurse').put(`CareTeam/${circle.id}`, wider, version)).status).toBe(403);
    expect((await service.fhir('outsider').put(`CareTeam/${circle.id}`, wider, version)).status).toBe(404);
    expect((await coordinator.put(`CareTeam/${circle.id}`, wider, version)).status).toBe(200);
    expect(await plans('gp', reference)).toBe(1);
    expect((await coordinator.put(`CareTeam/${circle.id}`, circle, version)).status).toBe(412);
  });
});
