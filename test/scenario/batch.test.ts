import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleIn, matchesIn } from '../support/http.ts';
import { bundleSender, entriesIn, goal, posted, responsesIn, statusesIn } from '../support/rest.ts';
import { startTestService, type TestService } from '../support/service.ts';

let service: TestService;
let given = '';
let send: ReturnType<typeof bundleSender>;
beforeAll(async () => {
  service = await startTestService();
  given = service.demo.patients.given.reference;
  send = bundleSender(service, 'batch');
});
afterAll(() => service.stop());

const get = (url: string, over: object = {}) => ({ request: { method: 'GET', url, ...over } });

it('a batch answers each entry on its own, in order: one that fails hinders no other', async () => {
  const answer = await send([
    posted(goal(given)),
    posted({ ...goal(given), lifecycleStatus: 'faux' }),
    get(given),
    { request: { method: 'HEAD', url: given } },
    get(`Goal/${'a'.repeat(26)}`),
    get(`Goal?patient=${given}&_summary=count`),
    { request: { method: 'DELETE', url: `Goal/${'a'.repeat(26)}` } },
    get('Basic/1'),
    get('Measure'),
    get('Binary/x/_history/1'),
  ]);
  expect([answer.status, bundleIn(answer).type]).toEqual([200, 'batch-response']);
  expect(statusesIn(answer)).toEqual(['201', '422', '200', '200', '404', '200', '204', '400', '405', '405']);
  expect(entriesIn(answer).map(({ resource }) => resource?.resourceType ?? '')).toEqual([
    '',
    '',
    'Patient',
    '',
    '',
    'Bundle',
    '',
    '',
    '',
    '',
  ]);
  expect(responsesIn(answer)[1]?.outcome).toMatchObject({
    resourceType: 'OperationOutcome',
    issue: [{ expression: ['Bundle.entry[1].resource.lifecycleStatus'] }],
  });
});

it('T3: in a batch, a stale ifMatch is 412, a present one writes; ifNoneMatch * never writes over', async () => {
  const made = await send([posted(goal(given))], { prefer: 'return=representation' });
  const [{ resource } = {}] = entriesIn(made);
  const put = (over: object) => ({ resource: { ...resource }, request: { method: 'PUT', url: `Goal/${resource?.id}`, ...over } });
  const statusOf = async (over: object) => statusesIn(await send([put(over)]))[0];
  expect(await statusOf({ ifMatch: 'W/"7"' })).toBe('412');
  expect(await statusOf({ ifMatch: 'W/"1"' })).toBe('200');
  expect(await statusOf({ ifMatch: 'W/"1"' })).toBe('412');
  expect(await statusOf({ ifNoneMatch: '*' })).toBe('412');
});

it('T4: a batch is answered as large as it may be', async () => {
  const answer = await send(Array.from({ length: 300 }, () => get(`${given}?_elements=id`)));
  expect(new Set(statusesIn(answer))).toEqual(new Set(['200']));
  expect(responsesIn(answer)).toHaveLength(300);
});

it('a batch finds what a search alone finds', async () => {
  const [{ resource } = {}] = entriesIn(await send([get(`CarePlan?patient=${given}`)]));
  const alone = matchesIn('CarePlan', await service.fhir('coordinator').get(`CarePlan?patient=${given}`));
  expect(resource?.resourceType === 'Bundle' ? resource.total : undefined).toBe(alone.length);
});
