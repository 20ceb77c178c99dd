import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { eventOf } from '../../functions/local/payload.ts';
import { segment } from '../fixtures/hl7v2/discharge.ts';
import type { BenchPatient } from './patients.ts';

export type FunctionUnderTest = 'api' | 'intake';

/** One measured exchange: the function that serves it, and the event of its n-th round. */
export type Operation = {
  readonly name: string;
  readonly serves: FunctionUnderTest;
  readonly rounds: number;
  /** What must have happened before the round, outside of the measure. */
  readonly before?: (round: number) => APIGatewayProxyEventV2;
  readonly event: (round: number) => APIGatewayProxyEventV2;
};

export type Tokens = Readonly<Record<'gp' | 'coordinator' | 'hospital', string>>;

const AUTHORITY = 'CHE&690000120&M';
const ROUNDS = 60;
const PULL_ROUNDS = 20;

/** The exchanges that issue 4 names, each about people of its own, so that none grows under another. */
export function operations(people: readonly BenchPatient[], tokens: Tokens, runId: string): readonly Operation[] {
  const [reading, searching, updating, ...others] = people;
  if (!reading || !searching || !updating || others.length === 0) throw new Error('too few people to measure with');
  const personOf = (round: number): BenchPatient => others[round % others.length] ?? reading;
  const get = (role: keyof Tokens, target: string): APIGatewayProxyEventV2 => http('GET', target, tokens[role]);
  return [
    { name: 'read a CarePlan by id (gp)', serves: 'api', rounds: ROUNDS, event: () => get('gp', `/fhir/CarePlan/${reading.carePlan}`) },
    {
      name: 'search DocumentReference of a patient (gp)',
      serves: 'api',
      rounds: ROUNDS,
      event: () => get('gp', `/fhir/DocumentReference?patient=${searching.reference}`),
    },
    {
      name: 'update a Goal (coordinator)',
      serves: 'api',
      rounds: ROUNDS,
      event: (round) =>
        http(
          'PUT',
          `/fhir/Goal/${updating.goal.id}`,
          tokens.coordinator,
          'application/fhir+json',
          JSON.stringify({ ...updating.goal, description: { text: `Marcher ${round} minutes` } }),
        ),
    },
    {
      name: 'transaction of 8 Goals (coordinator)',
      serves: 'api',
      rounds: ROUNDS,
      event: (round) => http('POST', '/fhir', tokens.coordinator, 'application/fhir+json', JSON.stringify(transaction(personOf(round)))),
    },
    {
      name: 'intake of an A03 (hospital)',
      serves: 'intake',
      rounds: ROUNDS,
      before: (round) => message(tokens, personOf(round), `${runId}-${round}`, 'A01'),
      event: (round) => message(tokens, personOf(round), `${runId}-${round}`, 'A03'),
    },
    {
      name: `pull CarePlan of ${people.length}+ patients (gp)`,
      serves: 'api',
      rounds: PULL_ROUNDS,
      event: () => get('gp', '/fhir/CarePlan?_count=200'),
    },
  ];
}

function transaction(person: BenchPatient): object {
  const entry = Array.from({ length: 8 }, (_, index) => ({
    fullUrl: `urn:uuid:00000000-0000-4000-8000-00000000000${index}`,
    request: { method: 'POST', url: 'Goal' },
    resource: { ...person.goal, id: undefined, meta: undefined, description: { text: `Objectif ${index}` } },
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

function http(method: string, target: string, token: string, type?: string, body = ''): APIGatewayProxyEventV2 {
  const rawHeaders = ['host', 'bench.test', 'authorization', `Bearer ${token}`, ...(type ? ['content-type', type] : [])];
  return eventOf({ method, target, httpVersion: '1.1', rawHeaders, body: Buffer.from(body), sourceIp: '127.0.0.1' }, 'bench', new Date());
}
