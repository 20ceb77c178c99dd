import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instantOf, shift } from '../../lib/platform/instant.ts';
import { adt } from '../support/hospital.ts';
import { type Handlers, startHandlers } from './handlers-alone.ts';
import { admitted } from './hospital-sends.ts';

/** DESIGN.md, "The store": a request begins with one strong BatchGet. PutItem is the trace's. */
describe('the price of a request in round trips', () => {
  let handlers: Handlers;
  let planId = '';
  const get = (role: string, path: string) => handlers.api({ method: 'GET', path: `/fhir/${path}`, role });
  beforeAll(async () => {
    handlers = await startHandlers();
    // Opens connections and finds an id.
    const { body } = await get('gp', `CarePlan?patient=${handlers.demo.patients.given.reference}`);
    planId = /"CarePlan","id":"(\w+)"/.exec(body)?.[1] ?? '';
  });
  afterAll(() => handlers.stop());

  const READ = ['BatchGetItem', 'PutItem'];
  const SEARCH = ['BatchGetItem', 'Query', 'PutItem'];
  const TRACE_ONLY = ['BatchGetItem', 'PutItem'];

  it('a read by id: BatchGet and trace', async () => {
    expect(await handlers.calls(() => get('gp', `CarePlan/${planId}`))).toEqual(READ);
  });

  it('a read that is denied costs the same, and so does one of nothing', async () => {
    expect(await handlers.calls(() => get('outsider', `CarePlan/${planId}`))).toEqual(READ);
  });

  it('a search in a patient: BatchGet, one Query of the type, trace', async () => {
    const { reference } = handlers.demo.patients.given;
    expect(await handlers.calls(() => get('gp', `Goal?patient=${reference}`))).toEqual(SEARCH);
  });

  it.each([
    [
      '_has and reverse includes: the record whole, by the same Query',
      'Goal',
      '_has:CarePlan:goal:status=active&_revinclude=CarePlan:goal',
      SEARCH,
    ],
    [
      'the person beside each match: one BatchGet more',
      'Goal',
      '_include=Goal:patient',
      ['BatchGetItem', 'Query', 'BatchGetItem', 'PutItem'],
    ],
    [
      'the professionals of the circle: one BatchGet more',
      'CareTeam',
      '_include=CareTeam:participant',
      ['BatchGetItem', 'Query', 'BatchGetItem', 'PutItem'],
    ],
    ['references that nothing is asked about: none', 'CareTeam', 'status=active', SEARCH],
  ])('%s', async (_, type, query, cost) => {
    const { reference } = handlers.demo.patients.given;
    expect(await handlers.calls(() => get('gp', `${type}?patient=${reference}&${query}`))).toEqual(cost);
  });

  it('$everything: the same, of all types', async () => {
    expect(await handlers.calls(() => get('gp', `${handlers.demo.patients.given.reference}/$everything`))).toEqual(SEARCH);
  });

  it.each(['outsider', 'hospital2', 'suspended'])('a search by %s, in whom no basis lives, makes no Query', async (role) => {
    const { reference } = handlers.demo.patients.given;
    expect(await handlers.calls(() => get(role, `Goal?patient=${reference}`))).toEqual(TRACE_ONLY);
  });

  it('a discharge: at most BatchGet, Query and one transaction, its trace in it', async () => {
    const left = shift(instantOf(Date.now()), -60_000);
    const message = (trigger: string) =>
      adt({
        trigger,
        controlId: `COST-${trigger}`,
        person: admitted('given'),
        venue: 'V-COST',
        admitted: shift(left, -86_400_000),
        ...(trigger === 'A03' ? { left } : {}),
      });
    const say = async (trigger: string) => {
      const { body } = await handlers.intake({
        method: 'POST',
        path: '/intake/hl7v2',
        role: 'hospital',
        contentType: 'x-application/hl7-v2+er7',
        body: message(trigger),
      });
      expect(Buffer.from(body, 'base64').toString().includes('MSA|AA') || body.includes('MSA|AA')).toBe(true);
    };
    const INTAKE = ['BatchGetItem', 'Query', 'TransactWriteItems'];
    expect(await handlers.calls(() => say('A01'))).toEqual(INTAKE);
    expect(await handlers.calls(() => say('A03'))).toEqual(INTAKE);
    // A replay is answered from its receipt.
    expect(await handlers.calls(() => say('A03'))).toEqual(['BatchGetItem']);
  });
});
