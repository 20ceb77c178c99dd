import type { Task } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { historyBundle, responseBundle, searchsetBundle } from '../../lib/fhir/bundle.ts';

const baseUrl = 'https://relais.test/fhir';
const task: Task = { resourceType: 'Task', id: 't1', status: 'requested', intent: 'order' };

describe('searchset', () => {
  const input = { baseUrl, type: 'Task', selfQuery: 'status=requested', page: [task], total: 3 } as const;

  it('gives each match its full URL and mode', () => {
    expect(searchsetBundle(input).entry).toEqual([{ fullUrl: `${baseUrl}/Task/t1`, resource: task, search: { mode: 'match' } }]);
  });

  it('links to itself, and to the next page only when there is one', () => {
    expect(searchsetBundle(input).link).toEqual([{ relation: 'self', url: `${baseUrl}/Task?status=requested` }]);
    expect(searchsetBundle({ ...input, pageToken: 'a+b', nextToken: 'c' }).link).toEqual([
      { relation: 'self', url: `${baseUrl}/Task?status=requested&_page=a%2Bb` },
      { relation: 'next', url: `${baseUrl}/Task?status=requested&_page=c` },
    ]);
  });

  it('has a self link without question mark when nothing was used', () => {
    expect(searchsetBundle({ ...input, selfQuery: '' }).link?.[0]?.url).toBe(`${baseUrl}/Task`);
  });

  it('tells warnings as an entry of mode outcome that the total does not count', () => {
    const bundle = searchsetBundle({ ...input, warnings: [{ code: 'unknown-search-parameter', diagnostics: 'd', remedy: 'r' }] });
    expect(bundle.total).toBe(3);
    expect(bundle.entry?.[1]).toMatchObject({ resource: { resourceType: 'OperationOutcome' }, search: { mode: 'outcome' } });
    expect(bundle.entry?.[1]).not.toHaveProperty('fullUrl');
  });

  it('has no entry property when it is empty: FHIR forbids empty arrays', () => {
    expect(searchsetBundle({ ...input, page: [], total: 0 })).not.toHaveProperty('entry');
  });
});

describe('history', () => {
  it('shows each version with its request and response, a deletion without content', () => {
    const ref = 'Task/t1';
    const bundle = historyBundle({
      baseUrl,
      path: ref,
      selfQuery: '_count=3',
      nextToken: 'later',
      total: 3,
      lines: [
        { ref, done: 'delete', versionId: '3', at: '2026-05-03T10:00:00.000Z' },
        { ref, done: 'update', versionId: '2', at: '2026-05-02T10:00:00.000Z', resource: task },
        { ref, done: 'create', versionId: '1', at: '2026-05-01T10:00:00.000Z', resource: task },
      ],
    });
    expect(bundle.link).toEqual([
      { relation: 'self', url: `${baseUrl}/Task/t1/_history?_count=3` },
      { relation: 'next', url: `${baseUrl}/Task/t1/_history?_count=3&_page=later` },
    ]);
    expect(bundle).toMatchObject({ type: 'history', total: 3 });
    expect(bundle.entry?.map(({ request, response }) => [request?.method, request?.url, response?.status, response?.etag])).toEqual([
      ['DELETE', 'Task/t1', '204 No Content', 'W/"3"'],
      ['PUT', 'Task/t1', '200 OK', 'W/"2"'],
      ['POST', 'Task', '201 Created', 'W/"1"'],
    ]);
    expect(bundle.entry?.[0]).not.toHaveProperty('resource');
  });
});

describe('answer to a transaction or batch', () => {
  it('keeps the order of the entries, with location and version', () => {
    const bundle = responseBundle('transaction-response', [
      { success: 'created', location: 'Task/t1/_history/1', etag: 'W/"1"', lastModified: '2026-05-01T10:00:00.000Z' },
      { success: 'ok', resource: task },
    ]);
    expect(bundle.entry).toEqual([
      { response: { status: '201 Created', location: 'Task/t1/_history/1', etag: 'W/"1"', lastModified: '2026-05-01T10:00:00.000Z' } },
      { resource: task, response: { status: '200 OK' } },
    ]);
  });

  it('puts the refusal of one batch entry in its own response', () => {
    const bundle = responseBundle('batch-response', [
      { refusals: [{ category: 'not-found', code: 'not-found', diagnostics: 'd', remedy: 'r' }] },
    ]);
    expect(bundle.entry?.[0]?.response).toMatchObject({ status: '404', outcome: { issue: [{ code: 'not-found' }] } });
  });
});
