import type { BundleEntryRequest } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { entryRequest, entryResult, inEntry, isFetch } from '../../lib/fhir/bundle-request.ts';
import { refused } from '../../lib/platform/refusal.ts';

const BASE = 'https://relais.test/fhir';
const resource = { resourceType: 'Goal', id: 'g' };

/** What is understood of `GET Goal/1`, with the resource of an entry that has one; the code of the refusal else. */
function understood(text: string, over: Partial<BundleEntryRequest> = {}, body: unknown = resource): unknown {
  const [method = '', url = ''] = text.split(' ');
  const sent: object = { request: { method, url, ...over }, ...(['POST', 'PUT', 'PATCH'].includes(method) ? { resource: body } : {}) };
  const found = entryRequest(sent, BASE);
  return found.ok ? found.value : found.refusals[0].code;
}

describe('request of an entry', () => {
  it.each<[string, object]>([
    ['GET Goal/1', { type: 'Goal', method: 'GET', what: { kind: 'read', id: '1', query: '' } }],
    ['HEAD Goal/1', { type: 'Goal', method: 'HEAD', what: { kind: 'read', id: '1', query: '' } }],
    ['GET /Goal/1', { type: 'Goal', method: 'GET', what: { kind: 'read', id: '1', query: '' } }],
    [`GET ${BASE}/Goal/1`, { type: 'Goal', method: 'GET', what: { kind: 'read', id: '1', query: '' } }],
    ['GET Goal/1?_summary=true', { type: 'Goal', method: 'GET', what: { kind: 'read', id: '1', query: '_summary=true' } }],
    ['GET Goal/1/_history/12', { type: 'Goal', method: 'GET', what: { kind: 'read', id: '1', version: 12, query: '' } }],
    ['GET Goal/1/_history?_count=2', { type: 'Goal', method: 'GET', what: { kind: 'history', id: '1', query: '_count=2' } }],
    ['GET Goal/_history?patient=p', { type: 'Goal', method: 'GET', what: { kind: 'history', query: 'patient=p' } }],
    ['GET Patient/1/$everything', { type: 'Patient', method: 'GET', what: { kind: 'everything', id: '1' } }],
    ['GET Goal?patient=p', { type: 'Goal', method: 'GET', what: { kind: 'search', query: 'patient=p' } }],
    ['GET Goal', { type: 'Goal', method: 'GET', what: { kind: 'search', query: '' } }],
    ['POST Goal', { type: 'Goal', method: 'POST', body: resource }],
    ['PUT Goal/g', { type: 'Goal', method: 'PUT', target: { id: 'g' }, body: resource }],
    ['PUT Goal?identifier=a|b', { type: 'Goal', method: 'PUT', target: { query: 'identifier=a|b' }, body: resource }],
    ['DELETE Goal/g', { type: 'Goal', method: 'DELETE', target: { id: 'g' } }],
    ['DELETE Goal?identifier=a|b?c', { type: 'Goal', method: 'DELETE', target: { query: 'identifier=a|b?c' } }],
    ['PATCH Goal/g', { type: 'Goal', method: 'PATCH', target: { id: 'g' }, body: resource }],
  ])('%s', (text, wanted) => {
    expect(understood(text)).toEqual(wanted);
  });

  it.each([
    'GET Dream/1',
    'GET goal/1',
    'GET Goal/a_b',
    'GET Goal/1/2',
    'GET Goal/1/_history/0',
    'GET Goal/1/_history/x',
    'GET Goal/1/_history/1/2',
    'GET Goal/1/$everything',
    'GET Goal/_history/1',
    'GET https://autre.example/fhir/Goal/1',
    'POST Goal/1',
    'POST Goal/_search',
    'POST Task/1/$event',
    'PUT Goal',
    'PUT Goal/1/_history/1',
    'PUT Goal/a_b',
    'PATCH Goal',
    'DELETE Goal',
    'DELETE ',
    'LINK Goal/1',
    'get Goal/1',
  ])('%s is none', (text) => {
    expect(understood(text)).toBe('bundle-entry');
  });

  it('keeps its conditions, each where it has a meaning', () => {
    const all = { ifMatch: 'W/"1"', ifNoneMatch: '*', ifNoneExist: 'identifier=a|b', ifModifiedSince: '2026-01-01T00:00:00Z' };
    expect(understood('GET Goal/1', all)).toMatchObject({ ifNoneMatch: '*', ifModifiedSince: '2026-01-01T00:00:00Z' });
    expect(understood('POST Goal', all)).toEqual({ type: 'Goal', method: 'POST', body: resource, ifNoneExist: 'identifier=a|b' });
    expect(understood('PUT Goal/g', all)).toMatchObject({ ifMatch: 'W/"1"', onlyNew: true });
    expect(understood('PUT Goal/g', { ifNoneMatch: 'W/"1"' })).not.toHaveProperty('onlyNew');
    expect(understood('DELETE Goal/g', all)).toEqual({ type: 'Goal', method: 'DELETE', target: { id: 'g' }, ifMatch: 'W/"1"' });
  });

  it('of a patch opens the Binary that holds a JSON Patch, and refuses one that holds none', () => {
    const binary = (text: string) => ({ resourceType: 'Binary', data: Buffer.from(text).toString('base64') });
    expect(understood('PATCH Goal/g', {}, binary('[{"op":"remove","path":"/note"}]'))).toMatchObject({
      body: [{ op: 'remove', path: '/note' }],
    });
    expect(understood('PATCH Goal/g', {}, binary('no JSON'))).toBe('patch-malformed');
    expect(understood('PATCH Goal/g', {}, { resourceType: 'Binary' })).toBe('patch-malformed');
    const parameters = { resourceType: 'Parameters', parameter: [] };
    expect(understood('PATCH Goal/g', {}, parameters)).toMatchObject({ body: parameters });
  });

  it('reads or writes', () => {
    const isRead = (text: string) => {
      const [method, url = ''] = text.split(' ');
      const found = entryRequest({ request: { method: method === 'GET' ? 'GET' : 'DELETE', url } }, BASE);
      return found.ok && isFetch(found.value);
    };
    expect([isRead('GET Goal/1'), isRead('DELETE Goal/1')]).toEqual([true, false]);
  });
});

describe('a refusal of an entry', () => {
  const refusal = { category: 'unprocessable', code: 'x', diagnostics: 'd', remedy: 'r' } as const;
  it.each([
    ['Goal.description', 'Bundle.entry[3].resource.description'],
    ['Goal', 'Bundle.entry[3]'],
    [undefined, 'Bundle.entry[3]'],
    ['Bundle.entry[1]', 'Bundle.entry[1]'],
  ])('about %s is said of %s', (expression, place) => {
    expect(inEntry(3, { ...refusal, ...(expression === undefined ? {} : { expression }) }).expression).toBe(place);
  });

  it('keeps all that is wrong', () => {
    const result = entryResult(0, refused(refusal, { ...refusal, expression: 'Goal.note' }));
    expect(result.ok ? [] : result.refusals.map(({ expression }) => expression)).toEqual([
      'Bundle.entry[0]',
      'Bundle.entry[0].resource.note',
    ]);
  });
});
