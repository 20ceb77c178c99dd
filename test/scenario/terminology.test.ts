import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, outcomeIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const OURS = 'https://relais.example/fhir';
const RNIV = 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-identity-status';
const ETATS = `${OURS}/ValueSet/etats`;

type Json = { readonly [key: string]: unknown };
const got = (path: string): Promise<Answer> => service.fhir('gp').get(path);
const posted = (path: string, ...parameter: readonly Json[]): Promise<Answer> =>
  service.send({
    method: 'POST',
    path: `/fhir/${path}`,
    role: 'gp',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
  });
const withParameter = (name: string, value: Json): Json => ({ parameter: expect.arrayContaining([{ name, ...value }]) });

describe('$lookup', () => {
  it('tells a code by GET and by POST, in JSON and in XML alike', async () => {
    const [byGet, byPost, inXml] = await Promise.all([
      got(`CodeSystem/$lookup?system=${RNIV}&code=QUAL`),
      posted('CodeSystem/$lookup', { name: 'coding', valueCoding: { system: RNIV, code: 'QUAL' } }),
      service.send({
        method: 'POST',
        path: '/fhir/CodeSystem/$lookup',
        role: 'gp',
        headers: { 'content-type': 'application/fhir+xml', accept: 'application/fhir+xml' },
        body: `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="system"/><valueUri value="${RNIV}"/></parameter><parameter><name value="code"/><valueCode value="QUAL"/></parameter></Parameters>`,
      }),
    ]);
    expect(byGet.json).toMatchObject(withParameter('display', { valueString: 'Identité qualifiée' }));
    expect(byPost.json).toEqual(byGet.json);
    expect([inXml.status, inXml.text.includes('<valueString value="Identité qualifiée"/>')]).toEqual([200, true]);
  });
});

describe('$validate-code', () => {
  it.each<[string, string, readonly Json[], boolean]>([
    [
      'a Coding',
      'ValueSet',
      [
        { name: 'url', valueUri: ETATS },
        { name: 'coding', valueCoding: { system: `${OURS}/CodeSystem/etat`, code: 'clos' } },
      ],
      true,
    ],
    [
      'a CodeableConcept',
      'ValueSet',
      [
        { name: 'url', valueUri: ETATS },
        { name: 'codeableConcept', valueCodeableConcept: { coding: [{ system: `${OURS}/CodeSystem/etat`, code: 'clos' }] } },
      ],
      true,
    ],
    [
      'a code of the other vocabulary of identity status',
      'CodeSystem',
      [
        { name: 'url', valueUri: RNIV },
        { name: 'code', valueCode: 'DOUB' },
      ],
      false,
    ],
    [
      'a version is not asked for',
      'ValueSet',
      [
        { name: 'url', valueUri: `${ETATS}|9` },
        { name: 'code', valueCode: 'clos' },
      ],
      true,
    ],
  ])('%s', async (_story, type, parameters, result) => {
    const answer = await posted(`${type}/$validate-code`, ...parameters);
    expect(answer.json).toMatchObject(withParameter('result', { valueBoolean: result }));
  });

  it('a value set that is not carried is no "false"', async () => {
    const answer = await got('ValueSet/$validate-code?url=urn:x&code=a');
    expect([answer.status, outcomeIn(answer).issue[0]?.expression]).toEqual([404, ['url']]);
  });
});

describe('$expand', () => {
  const all = `ValueSet/$expand?url=${ETATS}`;

  it('pages of a value set are the whole, each once', async () => {
    const whole = await got(all);
    const pages = await Promise.all([0, 20, 40].map((offset) => got(`${all}&offset=${offset}&count=20`)));
    const codesOf = ({ text }: Answer): readonly string[] => [...text.matchAll(/"code":"([^"]+)"/g)].map(([, code = '']) => code);
    expect(pages.flatMap(codesOf)).toEqual(codesOf(whole));
    expect(codesOf(whole).length).toBeGreaterThan(40);
  });

  it('a page that holds nothing has no list, since FHIR knows no empty one', async () => {
    const [beyond, none] = await Promise.all([got(`${all}&offset=900`), got(`${all}&count=0`)]);
    for (const { status, text } of [beyond, none]) expect([status, text.includes('"contains"')]).toEqual([200, false]);
  });

  it.each([
    ['no url', 'ValueSet/$expand', 400],
    ['a value set of somebody else', 'ValueSet/$expand?url=urn:x', 404],
    ['a count below zero', `${all}&count=-1`, 400],
    ['an offset that is no number', `${all}&offset=deux`, 400],
  ])('%s', async (_story, path, status) => {
    const answer = await got(path);
    expect([answer.status, outcomeIn(answer).issue[0]?.severity]).toEqual([status, 'error']);
  });
});
