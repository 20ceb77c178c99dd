import { type Asked, bundled, sent } from './exits.ts';

/** A way by which it could come out that a person is known here: a request about a literal reference, or about an INS. */
export type PersonExit = {
  readonly route: string;
  readonly does: string;
  readonly by: 'id' | 'ins';
  readonly ask: (name: string) => Asked;
};

const OID = '1.2.250.1.213.1.4.10';
const INS_SYSTEM = `urn:oid:${OID}`;

function goalAbout(subject: object): object {
  return { resourceType: 'Goal', lifecycleStatus: 'active', description: { text: 'Sortir' }, subject };
}

function aboutIns(value: string): object {
  return goalAbout({ identifier: { system: INS_SYSTEM, value } });
}

export const PERSON_EXITS: readonly PersonExit[] = [
  {
    route: 'GET /fhir/Patient/:id/$everything',
    does: '$everything',
    by: 'id',
    ask: (id) => ({ method: 'GET', path: `/fhir/Patient/${id}/$everything` }),
  },
  {
    route: 'GET /fhir/Patient/:id/:type',
    does: 'search of the compartment',
    by: 'id',
    ask: (id) => ({ method: 'GET', path: `/fhir/Patient/${id}/Goal` }),
  },
  {
    route: 'GET /fhir/:type',
    does: 'search in the record',
    by: 'id',
    ask: (id) => ({ method: 'GET', path: `/fhir/Goal?patient=Patient/${id}` }),
  },
  {
    route: 'GET /fhir/:type',
    does: 'search with includes',
    by: 'id',
    ask: (id) => ({ method: 'GET', path: `/fhir/CarePlan?patient=${id}&_include=*&_revinclude=Task:focus` }),
  },
  {
    route: 'GET /fhir/:type',
    does: 'chain and _has',
    by: 'id',
    ask: (id) => ({ method: 'GET', path: `/fhir/Goal?patient=${id}&patient.gender=female&_has:CarePlan:goal:status=active` }),
  },
  {
    route: 'GET /fhir/:type/_history',
    does: 'history of a type',
    by: 'id',
    ask: (id) => ({ method: 'GET', path: `/fhir/Goal/_history?patient=Patient/${id}` }),
  },
  {
    route: 'POST /fhir/:type',
    does: 'create about her',
    by: 'id',
    ask: (id) => sent('POST', '/fhir/Goal', goalAbout({ reference: `Patient/${id}` })),
  },
  {
    route: 'POST /fhir',
    does: 'create about her in a transaction',
    by: 'id',
    ask: (id) => bundled('transaction', { method: 'POST', url: 'Goal' }, goalAbout({ reference: `Patient/${id}` })),
  },
  {
    route: 'GET /fhir/:type',
    does: 'search by patient.identifier',
    by: 'ins',
    ask: (ins) => ({ method: 'GET', path: `/fhir/Goal?patient.identifier=${INS_SYSTEM}|${ins}` }),
  },
  {
    route: 'GET /fhir/:type',
    does: 'search by identifier',
    by: 'ins',
    ask: (ins) => ({ method: 'GET', path: `/fhir/Patient?identifier=${INS_SYSTEM}|${ins}` }),
  },
  {
    route: 'GET /fhir/:type/_history',
    does: 'history of a type by INS',
    by: 'ins',
    ask: (ins) => ({ method: 'GET', path: `/fhir/Goal/_history?patient.identifier=${INS_SYSTEM}|${ins}` }),
  },
  { route: 'POST /fhir/:type', does: 'create about an INS', by: 'ins', ask: (ins) => sent('POST', '/fhir/Goal', aboutIns(ins)) },
  {
    route: 'POST /fhir',
    does: 'create about an INS in a transaction',
    by: 'ins',
    ask: (ins) => bundled('transaction', { method: 'POST', url: 'Goal' }, aboutIns(ins)),
  },
  {
    route: 'GET /fhir/AuditEvent',
    does: 'trace',
    by: 'id',
    ask: (id) => ({ method: 'GET', path: `/fhir/AuditEvent?patient=Patient/${id}` }),
  },
  {
    route: 'POST /fhir/AuditEvent/_search',
    does: 'trace by POST',
    by: 'id',
    ask: (id) => ({
      method: 'POST',
      path: '/fhir/AuditEvent/_search',
      contentType: 'application/x-www-form-urlencoded',
      body: `patient=Patient/${id}`,
    }),
  },
  { route: 'GET /trace', does: 'page of the trace', by: 'id', ask: (id) => ({ method: 'GET', path: `/trace?patient=Patient/${id}` }) },
];
