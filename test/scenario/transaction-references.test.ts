import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resourceIn } from '../support/http.ts';
import {
  bundleSender,
  draftPlan,
  GOALS,
  goal,
  idOf,
  numbered,
  numberedQuery,
  posted,
  refsIn,
  ruleOf,
  statusesIn,
} from '../support/rest.ts';
import { type FhirClient, startTestService, type TestService } from '../support/service.ts';

let service: TestService;
let coordinator: FhirClient;
let given = '';
let send: ReturnType<typeof bundleSender>;
beforeAll(async () => {
  service = await startTestService();
  coordinator = service.fhir('coordinator');
  given = service.demo.patients.given.reference;
  send = bundleSender(service, 'transaction');
});
afterAll(() => service.stop());

const plan = (...goals: readonly string[]) => draftPlan(service, given, goals);
const goalsOf = async (ref = '') => resourceIn('CarePlan', await coordinator.get(ref)).goal?.map(({ reference }) => reference);

describe('a reference between the entries of a transaction', () => {
  it.each<{ story: string; fullUrl: () => string; reference?: () => string }>([
    { story: 'urn:uuid', fullUrl: () => 'urn:uuid:0b9c1d7e-0000-4000-8000-000000000001' },
    { story: 'urn:oid', fullUrl: () => 'urn:oid:1.2.250.1.213.9.1' },
    { story: 'an address of ours', fullUrl: () => `${service.base}/fhir/Goal/mien` },
    { story: 'an address of another server', fullUrl: () => 'https://autre.example/fhir/Goal/7' },
  ])('by $story means the resource as it is called here', async ({ fullUrl }) => {
    const answer = await send([posted(plan(fullUrl())), posted(goal(given), { fullUrl: fullUrl() })]);
    expect([answer.text, statusesIn(answer)]).toEqual([answer.text, ['201', '201']]);
    const [planRef, goalRef] = refsIn(answer);
    expect(await goalsOf(planRef)).toEqual([goalRef]);
  });

  it.each(['https://autre.example/fhir', 'ours'])('relative, is read at the base of the entry that says it: %s', async (said) => {
    const base = said === 'ours' ? `${service.base}/fhir` : said;
    const answer = await send([
      posted(plan('Goal/voisin'), { fullUrl: `${base}/CarePlan/un` }),
      posted(goal(given), { fullUrl: `${base}/Goal/voisin` }),
    ]);
    const [planRef, goalRef] = refsIn(answer);
    expect([answer.status, await goalsOf(planRef)]).toEqual([200, [goalRef]]);
  });

  it('relative, in an entry without fullUrl, means what stands here', async () => {
    const id = idOf(await coordinator.post('Goal', goal(given)));
    const answer = await send([posted(plan(`Goal/${id}`)), posted(goal(given), { fullUrl: `https://autre.example/fhir/Goal/${id}` })]);
    expect([answer.status, await goalsOf(refsIn(answer)[0])]).toEqual([200, [`Goal/${id}`]]);
  });

  it('to a name that no entry has, is refused with the entry that says it', async () => {
    const answer = await send([posted(plan('urn:uuid:0b9c1d7e-0000-4000-8000-0000000000ff')), posted(goal(given))]);
    expect([answer.status, ruleOf(answer)]).toEqual([422, 'reference-not-found']);
  });

  it('may go round in a circle', async () => {
    const [one, other] = ['urn:uuid:0b9c1d7e-0000-4000-8000-00000000c001', 'urn:uuid:0b9c1d7e-0000-4000-8000-00000000c002'];
    const partOf = (reference: string) => draftPlan(service, given, [], { partOf: [{ reference }] });
    const answer = await send([posted(partOf(other), { fullUrl: one }), posted(partOf(one), { fullUrl: other })]);
    const [first = '', second = ''] = refsIn(answer);
    expect(answer.status).toBe(200);
    expect(resourceIn('CarePlan', await coordinator.get(first)).partOf?.[0]?.reference).toBe(second);
    expect(resourceIn('CarePlan', await coordinator.get(second)).partOf?.[0]?.reference).toBe(first);
  });

  it('is found in extensions, in contained resources and in the narrative, and nowhere else', async () => {
    const fullUrl = 'urn:uuid:0b9c1d7e-0000-4000-8000-00000000e001';
    const sent = draftPlan(service, given, ['#dedans'], {
      description: `voir ${fullUrl}`,
      text: {
        status: 'additional',
        div: `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${fullUrl}">but</a> ${fullUrl} <img src="${fullUrl}" alt=""/></div>`,
      },
      extension: [
        { url: 'https://essai.example/lien', valueReference: { reference: fullUrl } },
        { url: 'https://essai.example/uri', valueUri: fullUrl },
        { url: 'https://essai.example/texte', valueString: fullUrl },
      ],
      contained: [
        { ...goal(given), id: 'dedans', extension: [{ url: 'https://essai.example/lien', valueReference: { reference: fullUrl } }] },
      ],
    });
    const answer = await send([posted(sent), posted(goal(given), { fullUrl })]);
    expect([answer.text, answer.status]).toEqual([answer.text, 200]);
    const [planRef = '', made] = refsIn(answer);
    const written = resourceIn('CarePlan', await coordinator.get(planRef));
    expect(
      written.extension
        ?.slice(0, 3)
        .map(({ valueReference, valueUri, valueString }) => valueReference?.reference ?? valueUri ?? valueString),
    ).toEqual([made, made, fullUrl]);
    expect(written.contained?.[0]).toMatchObject({ extension: [{ valueReference: { reference: made } }] });
    expect(written.text?.div).toBe(
      `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${made}">but</a> ${fullUrl} <img src="${made}" alt=""/></div>`,
    );
    expect(written.description).toBe(`voir ${fullUrl}`);
  });

  it('is rewritten in patches of both kinds', async () => {
    const made = await send([posted(plan()), posted(plan())]);
    const [first = '', second = ''] = refsIn(made);
    const fullUrl = 'urn:uuid:0b9c1d7e-0000-4000-8000-00000000d001';
    const jsonPatch = [{ op: 'add', path: '/goal', value: [{ reference: fullUrl }] }];
    const parameters = {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'add' },
            { name: 'path', valueString: 'CarePlan' },
            { name: 'name', valueString: 'goal' },
            { name: 'value', valueReference: { reference: fullUrl } },
          ],
        },
      ],
    };
    const data = Buffer.from(JSON.stringify(jsonPatch)).toString('base64');
    const answer = await send([
      { resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data }, request: { method: 'PATCH', url: first } },
      { resource: parameters, request: { method: 'PATCH', url: second } },
      posted(goal(given), { fullUrl }),
    ]);
    expect([answer.text, statusesIn(answer)]).toEqual([answer.text, ['200', '200', '201']]);
    const [, , goalRef] = refsIn(answer);
    expect([await goalsOf(first), await goalsOf(second)]).toEqual([[goalRef], [goalRef]]);
  });
});

describe('a condition in a transaction', () => {
  it('as a reference means the one that meets it, and is refused when none or several do', async () => {
    const id = idOf(await coordinator.post('Goal', numbered(given, 'ref-une')));
    for (const _ of [1, 2]) await coordinator.post('Goal', numbered(given, 'ref-deux'));
    const answer = await send([posted(plan(`Goal?${numberedQuery(given, 'ref-une')}`))]);
    expect([answer.status, await goalsOf(refsIn(answer)[0])]).toEqual([200, [`Goal/${id}`]]);
    for (const value of ['ref-aucune', 'ref-deux']) {
      const refused = await send([posted(goal(given)), posted(plan(`Goal?${numberedQuery(given, value)}`))]);
      expect([value, refused.status]).toEqual([value, 412]);
    }
  });

  it('as a reference means what another entry makes of the same condition', async () => {
    const condition = numberedQuery(given, 'ref-lot');
    const answer = await send([posted(plan(`Goal?${condition}`)), posted(numbered(given, 'ref-lot'), { ifNoneExist: condition })]);
    const [planRef, goalRef] = refsIn(answer);
    expect([answer.status, await goalsOf(planRef)]).toEqual([200, [goalRef]]);
  });

  it('names the patient, who is there already: by a conditional create, and by a conditional reference', async () => {
    const { ins, oid, family, given: first, birthDate, gender } = service.demo.patients.given;
    const fullUrl = 'urn:uuid:0b9c1d7e-0000-4000-8000-00000000a001';
    const identifier = [{ system: `urn:oid:${oid}`, value: ins }];
    const person = { resourceType: 'Patient', identifier, name: [{ family, given: [first] }], birthDate, gender };
    const answer = await send([
      posted(goal(fullUrl)),
      posted(person, { fullUrl, ifNoneExist: `identifier=urn:oid:${oid}|${ins}` }),
      posted(goal(`Patient?identifier=urn:oid:${oid}|${ins}`)),
    ]);
    expect([answer.text, statusesIn(answer)]).toEqual([answer.text, ['201', '200', '201']]);
    const [one = '', patient, other = ''] = refsIn(answer);
    expect(patient).toBe(given);
    for (const ref of [one, other]) expect(resourceIn('Goal', await coordinator.get(ref)).subject.reference).toBe(given);
  });

  it('T16: the same identifier in another network does not count, and gives no hint', async () => {
    const elsewhere = service.demo.patients['dac-informed'];
    const theirs = await service.fhir('coordinator@dac').post('Goal', numbered(elsewhere.reference, 'T16'));
    expect(theirs.status).toBe(201);
    const once = [posted(numbered(given, 'T16'), { ifNoneExist: `identifier=${GOALS}|T16` })];
    expect(statusesIn(await send(once))).toEqual(['201']);
    expect(statusesIn(await send(once))).toEqual(['200']);
    const ofNobody = await send([posted(goal(`Patient?identifier=urn:oid:${elsewhere.oid}|${elsewhere.ins}`))]);
    const ofNone = await send([posted(goal(`Patient?identifier=urn:oid:${elsewhere.oid}|150067500000197`))]);
    expect([ofNobody.status, ofNobody.text]).toEqual([412, ofNone.text]);
  });

  it('of an entry may name another entry: its request.url is rewritten', async () => {
    const fullUrl = 'urn:uuid:0b9c1d7e-0000-4000-8000-00000000b001';
    const entries = [
      {
        resource: draftPlan(service, given, [fullUrl], { title: 'Du but' }),
        request: { method: 'PUT', url: `CarePlan?patient=${given}&goal=${fullUrl}` },
      },
      posted(numbered(given, 'url-lot'), { fullUrl, ifNoneExist: numberedQuery(given, 'url-lot') }),
    ];
    const first = await send(entries);
    const second = await send(entries);
    expect([first.text, statusesIn(first), statusesIn(second)]).toEqual([first.text, ['201', '201'], ['200', '200']]);
    expect(refsIn(second)).toEqual(refsIn(first));
  });
});
