import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matchesIn, outcomeIn, resourceIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const XML = { accept: 'application/fhir+xml' };

describe('one FHIR, two formats', () => {
  it.each([
    ['Accept: application/fhir+xml', '', XML, 'application/fhir+xml; charset=utf-8'],
    ['Accept: text/xml', '', { accept: 'text/xml' }, 'application/fhir+xml; charset=utf-8'],
    ['_format=xml over Accept', '?_format=xml', { accept: 'application/fhir+json' }, 'application/fhir+xml; charset=utf-8'],
    ['_format=application/fhir+json', '?_format=application/fhir%2Bjson', XML, 'application/fhir+json; charset=utf-8'],
    ['what weighs most', '', { accept: 'application/fhir+xml;q=0.5, application/fhir+json' }, 'application/fhir+json; charset=utf-8'],
    ['anything', '', { accept: '*/*' }, 'application/fhir+json; charset=utf-8'],
  ])('%s', async (_story, query, headers, type) => {
    const { reference } = service.demo.patients.given;
    const answer = await service.send({ method: 'GET', path: `/fhir/${reference}${query}`, role: 'gp', headers });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
    expect(
      answer.text.startsWith(
        type.includes('xml') ? '<?xml version="1.0" encoding="UTF-8"?><Patient xmlns="http://hl7.org/fhir">' : '{"resourceType":"Patient"',
      ),
    ).toBe(true);
  });

  it('a search, the CapabilityStatement and a refusal in XML too', async () => {
    const search = await service.send({ method: 'GET', path: '/fhir/CarePlan', role: 'gp', headers: XML });
    const metadata = await service.send({ method: 'GET', path: '/fhir/metadata', headers: XML });
    const refused = await service.send({ method: 'GET', path: '/fhir/Patient/none', role: 'gp', headers: XML });
    expect([search, metadata, refused].map(({ text }) => /^<\?.*?\?><(\w+)/.exec(text)?.[1])).toEqual([
      'Bundle',
      'CapabilityStatement',
      'OperationOutcome',
    ]);
    expect(refused.status).toBe(404);
  });

  it('other formats are refused with those that are served', async () => {
    const answer = await service.send({ method: 'GET', path: '/fhir/metadata', headers: { accept: 'text/turtle' } });
    expect([answer.status, outcomeIn(answer).issue[0]?.expression]).toEqual([406, ['Accept']]);
  });

  it('what is written in XML is read in JSON, and a decimal keeps its last zero', async () => {
    const { reference } = service.demo.patients.given;
    const body = `<Goal xmlns="http://hl7.org/fhir"><lifecycleStatus value="active"/><description><text value="Marcher &lt; 1 h"/></description><subject><reference value="${reference}"/></subject><target><measure><text value="distance"/></measure><detailQuantity><value value="1.10"/><unit value="km"/></detailQuantity></target></Goal>`;
    const made = await service.send({
      method: 'POST',
      path: '/fhir/Goal',
      role: 'gp',
      headers: { 'content-type': 'application/fhir+xml' },
      body,
    });
    const goal = resourceIn('Goal', made);
    expect([made.status, goal.description.text]).toEqual([201, 'Marcher < 1 h']);
    const json = await service.fhir('gp').get(`Goal/${goal.id}`);
    const xml = await service.send({ method: 'GET', path: `/fhir/Goal/${goal.id}`, role: 'gp', headers: XML });
    expect([json.text.includes('"value":1.10'), xml.text.includes('<value value="1.10"/>')]).toEqual([true, true]);
  });

  it.each([
    ['a DOCTYPE', '<!DOCTYPE x><Goal xmlns="http://hl7.org/fhir"/>', 'xml-doctype'],
    ['what is not closed', '<Goal xmlns="http://hl7.org/fhir">', 'xml-not-well-formed'],
    ['another namespace', '<Goal xmlns="urn:x"/>', 'xml-namespace'],
    ['an unknown element', '<Goal xmlns="http://hl7.org/fhir"><colour value="x"/></Goal>', 'unknown-element'],
  ])('XML with %s is refused with its place', async (_what, body, rule) => {
    const answer = await service.send({
      method: 'POST',
      path: '/fhir/Goal',
      role: 'gp',
      headers: { 'content-type': 'application/fhir+xml' },
      body,
    });
    expect([answer.status, outcomeIn(answer).issue[0]?.details?.coding?.[0]?.code]).toEqual([400, rule]);
  });

  it('_pretty indents either', async () => {
    const { reference } = service.demo.patients.given;
    const json = await service.fhir('gp').get(`${reference}?_pretty=true`);
    const xml = await service.send({ method: 'GET', path: `/fhir/${reference}?_pretty=true`, role: 'gp', headers: XML });
    expect([json.text.startsWith('{\n  "resourceType"'), /<Patient [^>]*>\n {2}</.test(xml.text)]).toEqual([true, true]);
  });
});

describe('$validate', () => {
  const send = (path: string, body: object) =>
    service.send({
      method: 'POST',
      path: `/fhir/${path}`,
      role: 'gp',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(body),
    });

  it('tells all errors at once, and writes nothing', async () => {
    const before = matchesIn('Goal', await service.fhir('gp').get('Goal')).length;
    const answer = await send('Goal/$validate', { resourceType: 'Goal', lifecycleStatus: 'nope', colour: 'x' });
    expect(answer.status).toBe(200);
    expect(outcomeIn(answer).issue.map(({ expression }) => expression?.[0])).toEqual(
      expect.arrayContaining(['Goal.lifecycleStatus', 'Goal.colour', 'Goal.description', 'Goal.subject']),
    );
    expect(matchesIn('Goal', await service.fhir('gp').get('Goal')).length).toBe(before);
  });

  it('looks at the profile that is asked for: base R4 knows less than ours', async () => {
    const task = { resourceType: 'Task', status: 'requested', intent: 'order' };
    const ours = outcomeIn(await send('Task/$validate', task)).issue;
    const base = outcomeIn(await send('Task/$validate?profile=http://hl7.org/fhir/StructureDefinition/Task', task)).issue;
    const inside = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'resource', resource: task },
        { name: 'profile', valueUri: 'http://hl7.org/fhir/StructureDefinition/Task' },
      ],
    };
    expect(ours.map(({ expression }) => expression?.[0])).toEqual(['Task.for']);
    expect(base.map(({ severity }) => severity)).toEqual(['information']);
    expect(outcomeIn(await send('Task/$validate', inside)).issue).toEqual(base);
    expect((await send('Task/$validate?profile=urn:x', task)).status).toBe(404);
  });
});

describe('terminology on what is carried', () => {
  const ask = (path: string) => service.fhir('gp').get(path);
  const etat = 'https://relais.example/fhir/CodeSystem/etat';

  it('$lookup gives the display of a code of ours, and 404 for what is not carried', async () => {
    expect((await ask(`CodeSystem/$lookup?system=${etat}&code=envoyee`)).json).toMatchObject({
      parameter: expect.arrayContaining([{ name: 'display', valueString: 'Envoyée' }]),
    });
    expect((await ask(`CodeSystem/$lookup?system=${etat}&code=nope`)).status).toBe(404);
    expect((await ask('CodeSystem/$lookup?system=http://snomed.info/sct&code=1')).status).toBe(404);
    expect((await ask('CodeSystem/$lookup?code=1')).status).toBe(400);
  });

  it.each([
    ['a code that is there', `ValueSet/$validate-code?url=https://relais.example/fhir/ValueSet/etats&system=${etat}&code=envoyee`, true],
    ['one that is not', `ValueSet/$validate-code?url=https://relais.example/fhir/ValueSet/etats&system=${etat}&code=nope`, false],
    ['another display', `CodeSystem/$validate-code?url=${etat}&code=envoyee&display=Partie`, false],
    ['a system of R4', 'CodeSystem/$validate-code?url=http://hl7.org/fhir/task-status&code=requested', true],
  ])('$validate-code: %s', async (_what, path, result) => {
    expect((await ask(path)).json).toMatchObject({ parameter: expect.arrayContaining([{ name: 'result', valueBoolean: result }]) });
  });

  it('$expand finds without accents, and counts all that it finds', async () => {
    const answer = await ask('ValueSet/$expand?url=https://relais.example/fhir/ValueSet/etats&filter=envoyee&count=1');
    expect(answer.json).toMatchObject({ expansion: { total: 1, contains: [{ system: etat, code: 'envoyee', display: 'Envoyée' }] } });
  });

  it('asks who is there first', async () => {
    expect((await service.send({ method: 'GET', path: `/fhir/CodeSystem/$lookup?system=${etat}&code=envoyee` })).status).toBe(401);
  });
});
