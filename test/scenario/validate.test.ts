import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, outcomeIn } from '../support/http.ts';
import { NATIONAL } from '../support/national.ts';
import { startTestService, type TestService } from '../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

type Json = { readonly [key: string]: unknown };

const asked = (path: string, body: Json | string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  service.send({
    method: 'POST',
    path: `/fhir/${path}`,
    role: 'gp',
    headers: { 'content-type': typeof body === 'string' ? 'application/fhir+xml' : 'application/fhir+json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
/** `severity rule expression` of each issue; a success says `information`. */
const told = (answer: Answer): readonly string[] =>
  outcomeIn(answer).issue.map(({ severity, details, expression }) =>
    [severity, details?.coding?.[0]?.code, expression?.[0]].filter((word) => word !== undefined).join(' '),
  );
const goal = (over: Json = {}): Json => ({
  resourceType: 'Goal',
  lifecycleStatus: 'active',
  description: { text: 'Marcher' },
  subject: { reference: service.demo.patients.given.reference },
  ...over,
});
const inParameters = (...parameter: readonly Json[]): Json => ({ resourceType: 'Parameters', parameter });

describe('$validate of what a client would send', () => {
  it('every fault at once, in the order of the document, each with its rule, its element and a French remedy', async () => {
    const answer = await asked(
      'Goal/$validate',
      goal({ lifecycleStatus: 'nope', couleur: 'x', startDate: '2026-02-30', subject: undefined }),
    );
    expect(told(answer)).toEqual([
      'error binding Goal.lifecycleStatus',
      'error unknown-element Goal.couleur',
      'error format Goal.start',
      'error required Goal.subject',
    ]);
    for (const { diagnostics, details } of outcomeIn(answer).issue) expect([diagnostics, details?.text].every(Boolean)).toBe(true);
  });

  it('the same faults for the same resource in XML, told in XML', async () => {
    const { reference } = service.demo.patients.given;
    const xml = (text: string): string =>
      `<Goal xmlns="http://hl7.org/fhir"><lifecycleStatus value="nope"/><description><text value="${text}"/></description><subject><reference value="${reference}"/></subject><startDate value="2026-02-30"/></Goal>`;
    const inJson = told(await asked('Goal/$validate', goal({ lifecycleStatus: 'nope', startDate: '2026-02-30' })));
    expect(inJson).toEqual(['error binding Goal.lifecycleStatus', 'error format Goal.start']);
    expect(told(await asked('Goal/$validate', xml('Marcher')))).toEqual(inJson);
    const answer = await asked('Goal/$validate', xml('Marcher'), { accept: 'application/fhir+xml' });
    expect([answer.status, answer.text.includes('<severity value="error"/>')]).toEqual([200, true]);
    const blank = await Promise.all([asked('Goal/$validate', xml(' ')), asked('Goal/$validate', goal({ description: { text: ' ' } }))]);
    expect(blank.map(told)).toEqual([['error empty Goal.description.text'], ['error empty Goal.description.text']]);
  });

  it('warnings for what is let in unchecked', async () => {
    expect(told(await asked('Goal/$validate', goal({ extension: [{ url: 'urn:x', valueString: 'x' }] })))).toEqual([
      'warning extension-foreign Goal.extension[0]',
    ]);
  });

  it('a national profile, asked for or claimed; a write of it would be let in', async () => {
    const { profile, valid } = NATIONAL.pdsmSimplified;
    const broken = { ...valid, custodian: undefined };
    expect(told(await asked(`DocumentReference/$validate?profile=${profile}`, valid))).toEqual(['information']);
    expect(told(await asked(`DocumentReference/$validate?profile=${profile}`, broken))).toEqual([
      'error required DocumentReference.custodian',
    ]);
    const claiming = { ...broken, meta: { profile: [profile] } };
    expect(told(await asked('DocumentReference/$validate', claiming))).toEqual(['error required DocumentReference.custodian']);
    expect(told(await asked('DocumentReference/$validate?mode=create', claiming))).toEqual([
      'warning required DocumentReference.custodian',
    ]);
  });

  it('a profile that is not here is refused, and those that are are named', async () => {
    const answer = await asked('Goal/$validate?profile=https://nulle.example/profil', goal());
    const [issue] = outcomeIn(answer).issue;
    expect([answer.status, issue?.expression]).toEqual([404, ['profile']]);
    expect(issue?.diagnostics).toContain('https://relais.example/fhir/StructureDefinition/relais-goal');
  });

  it.each<[string, (wanted: Json) => Json | string, number, string]>([
    ['a resource inside Parameters', (wanted) => inParameters({ name: 'resource', resource: wanted }), 200, 'information'],
    ['Parameters without resource', () => inParameters({ name: 'mode', valueCode: 'create' }), 400, 'error'],
    ['another type than that of the address', () => ({ resourceType: 'Task' }), 400, 'error'],
    [
      'a mode that R4 does not know',
      (wanted) => inParameters({ name: 'resource', resource: wanted }, { name: 'mode', valueCode: 'lire' }),
      400,
      'error',
    ],
    [
      'a mode profile without profile',
      (wanted) => inParameters({ name: 'resource', resource: wanted }, { name: 'mode', valueCode: 'profile' }),
      400,
      'error',
    ],
    ['a mode delete without instance', () => inParameters({ name: 'mode', valueCode: 'delete' }), 400, 'error'],
    ['text that is no XML', () => '<Goal', 400, 'error'],
    ['an entity', () => '<!DOCTYPE x [<!ENTITY e "x">]><Goal xmlns="http://hl7.org/fhir"/>', 400, 'error'],
    ['nothing that FHIR has', () => '[]', 400, 'error'],
  ])('%s', async (_story, body, status, severity) => {
    const answer = await asked('Goal/$validate', body(goal()));
    expect(answer.status).toBe(status);
    expect(outcomeIn(answer).issue[0]?.severity).toBe(severity);
  });
});

describe('$validate of what is stored', () => {
  const stored = async (role: string, path: string): Promise<Answer> => service.fhir(role).get(path);

  it('the patient as the requester sees him, by GET, against ours and against R4', async () => {
    const { reference } = service.demo.patients.given;
    const answers = await Promise.all([
      stored('gp', `${reference}/$validate`),
      stored('gp', `${reference}/$validate?profile=http://hl7.org/fhir/StructureDefinition/Patient`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    for (const answer of answers) expect(told(answer).filter((line) => line.startsWith('error'))).toEqual([]);
  });

  it('what one does not see is not there', async () => {
    const { reference } = service.demo.patients.given;
    const [unseen, absent] = await Promise.all([
      stored('outsider', `${reference}/$validate`),
      stored('outsider', 'Patient/none/$validate'),
    ]);
    expect([unseen.status, absent.status]).toEqual([404, 404]);
  });

  it('an update names the instance; a deletion is possible where the type has one', async () => {
    const { reference } = service.demo.patients.given;
    const made = await service.send({
      method: 'POST',
      path: '/fhir/Goal',
      role: 'gp',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(goal()),
    });
    const id = /Goal\/([^/]+)/.exec(made.headers.get('location') ?? '')?.[1] ?? '';
    expect(told(await asked(`Goal/${id}/$validate?mode=update`, goal({ id })))).toEqual(['information']);
    expect(told(await asked(`Goal/${id}/$validate?mode=update`, goal({ id: 'autre' })))).toEqual(['error id-mismatch Goal.id']);
    expect(told(await stored('gp', `Goal/${id}/$validate?mode=delete`))).toEqual(['information']);
    expect(told(await stored('gp', `${reference}/$validate?mode=delete`))).toEqual(['error interaction-not-served Patient']);
  });

  it('needs a token', async () => {
    expect((await service.send({ method: 'GET', path: '/fhir/Patient/x/$validate' })).status).toBe(401);
  });
});
