import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { eventOf } from '../../functions/local/payload.ts';
import { segment } from '../fixtures/hl7v2/discharge.ts';
import type { BenchPatient } from './patients.ts';

export type FunctionUnderTest = 'api' | 'intake';

/** One measured exchange: the function that serves it, and the event of its n-th repetition. */
export type Operation = {
  readonly name: string;
  readonly serves: FunctionUnderTest;
  /** How often it is done in a round. */
  readonly repetitions: number;
  /** What must be there before anything is measured. */
  readonly setUp?: readonly APIGatewayProxyEventV2[];
  /** What must have happened before each repetition, outside of the measure. */
  readonly before?: (index: number) => APIGatewayProxyEventV2;
  readonly event: (index: number) => APIGatewayProxyEventV2;
};

export type Tokens = Readonly<Record<'gp' | 'coordinator' | 'hospital', string>>;

const AUTHORITY = 'CHE&690000120&M';
const REPETITIONS = 25;
const PULL_REPETITIONS = 5;

/** The exchanges that are measured, each in a network of its own, so that none grows under another. */
export const OPERATIONS = {
  read: (people, tokens) => ({
    name: 'read a CarePlan by id (gp)',
    serves: 'api',
    repetitions: REPETITIONS,
    event: () => get(tokens.gp, `/fhir/CarePlan/${first(people).carePlan}`),
  }),
  search: (people, tokens) => ({
    name: 'search the 20 Goals of a patient (gp)',
    serves: 'api',
    repetitions: REPETITIONS,
    setUp: Array.from({ length: 19 }, () => send('POST', '/fhir/Goal', tokens.coordinator, goalOf(first(people)))),
    event: () => get(tokens.gp, `/fhir/Goal?patient=${first(people).reference}`),
  }),
  everything: (people, tokens) => ({
    name: '$everything of a patient (gp)',
    serves: 'api',
    repetitions: REPETITIONS,
    event: () => get(tokens.gp, `/fhir/${first(people).reference}/$everything`),
  }),
  create: (people, tokens) => ({
    name: 'create a Goal (coordinator)',
    serves: 'api',
    repetitions: REPETITIONS,
    event: (index) => send('POST', '/fhir/Goal', tokens.coordinator, goalOf(personOf(people, index))),
  }),
  update: (people, tokens) => ({
    name: 'update a Goal (coordinator)',
    serves: 'api',
    repetitions: REPETITIONS,
    event: (index) => {
      const { goal } = personOf(people, index);
      const changed = { ...goal, description: { text: `Marcher ${index} minutes` } };
      return send('PUT', `/fhir/Goal/${goal.id}`, tokens.coordinator, changed);
    },
  }),
  transaction: (people, tokens) => ({
    name: 'transaction of 8 Goals (coordinator)',
    serves: 'api',
    repetitions: REPETITIONS,
    event: (index) => send('POST', '/fhir', tokens.coordinator, transaction(personOf(people, index))),
  }),
  intake: (people, tokens, runId) => ({
    name: 'intake of an A03 (hospital)',
    serves: 'intake',
    repetitions: REPETITIONS,
    before: (index) => message(tokens, personOf(people, index), `${runId}-${index}`, 'A01'),
    event: (index) => message(tokens, personOf(people, index), `${runId}-${index}`, 'A03'),
  }),
  pull: (people, tokens) => ({
    name: `pull CarePlan of ${people.length}+ patients (gp)`,
    serves: 'api',
    repetitions: PULL_REPETITIONS,
    event: () => get(tokens.gp, '/fhir/CarePlan?_count=200'),
  }),
} satisfies Readonly<Record<string, (people: readonly BenchPatient[], tokens: Tokens, runId: string) => Operation>>;

export type OperationName = keyof typeof OPERATIONS;

export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name);
}

function first(people: readonly BenchPatient[]): BenchPatient {
  return personOf(people, 0);
}

function personOf(people: readonly BenchPatient[], index: number): BenchPatient {
  const person = people[index % people.length];
  if (!person) throw new Error('nobody to measure with');
  return person;
}

/** The Goal of the person as a client writes a new one. */
function goalOf({ goal: { id: _id, meta: _meta, ...goal } }: BenchPatient, text = 'Marcher chaque jour'): object {
  return { ...goal, description: { text } };
}

function transaction(person: BenchPatient): object {
  const entry = Array.from({ length: 8 }, (_, index) => ({
    fullUrl: `urn:uuid:00000000-0000-4000-8000-00000000000${index}`,
    request: { method: 'POST', url: 'Goal' },
    resource: goalOf(person, `Objectif ${index}`),
  }));
  return { resourceType: 'Bundle', type: 'transaction', entry };
}

function message(
  tokens: Tokens,
  { ins, family, given, birthDate, gender }: BenchPatient,
  visit: string,
  event: 'A01' | 'A03',
): APIGatewayProxyEventV2 {
  const isOut = event === 'A03';
  const at = isOut ? '20260301170000' : '20260301090000';
  const text = [
    segment('MSH', {
      2: '^~\\&',
      3: 'SIH',
      4: 'CHE',
      5: 'RELAIS',
      6: 'CPTS',
      7: at,
      9: `ADT^${event}^${isOut ? 'ADT_A03' : 'ADT_A01'}`,
      10: `${visit}-${event}`,
      11: 'P',
      12: '2.5^FRA^2.11',
      17: 'FRA',
      18: 'UNICODE UTF-8',
    }),
    segment('EVN', { 2: at, 6: at }),
    segment('PID', {
      1: '1',
      3: `${ins.value}^^^ASIP-SANTE-INS-NIR&${ins.oid}&ISO^INS`,
      5: `${family}^${given}^${given}^^^^L`,
      7: birthDate.replaceAll('-', ''),
      8: gender === 'male' ? 'M' : 'F',
      32: 'VALI',
    }),
    segment('PV1', { 1: '1', 2: 'I', 19: `${visit}^^^${AUTHORITY}^VN`, 44: '20260301090000', ...(isOut ? { 45: at } : {}) }),
    segment('ZBE', { 1: `${visit}-${event}^CHE^690000120^L`, 2: at, 4: 'INSERT', 5: 'N', 7: 'MED^^^^^CHE^UF^^^4321', 9: 'HMS' }),
  ].join('\r');
  return http('POST', '/intake/hl7v2', tokens.hospital, 'x-application/hl7-v2+er7', `${text}\r`);
}

function get(token: string, target: string): APIGatewayProxyEventV2 {
  return http('GET', target, token);
}

function send(method: 'POST' | 'PUT', target: string, token: string, body: object): APIGatewayProxyEventV2 {
  return http(method, target, token, 'application/fhir+json', JSON.stringify(body));
}

function http(method: string, target: string, token: string, type?: string, body = ''): APIGatewayProxyEventV2 {
  const rawHeaders = ['host', 'bench.test', 'authorization', `Bearer ${token}`, ...(type ? ['content-type', type] : [])];
  return eventOf({ method, target, httpVersion: '1.1', rawHeaders, body: Buffer.from(body), sourceIp: '127.0.0.1' }, 'bench', new Date());
}
