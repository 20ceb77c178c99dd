import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newOpaqueId } from '../../lib/platform/ids.ts';
import { type Asked, EXITS } from '../support/exits.ts';
import { PERSON_EXITS } from '../support/person-exits.ts';
import { type HandlerAnswer, type Handlers, startHandlers } from './handlers-alone.ts';

const TYPES = ['Patient', 'CarePlan', 'Binary'] as const;

/**
 * what exists and is hidden, and what does not exist, are answered with the same status, headers and bytes (ids
 * apart), at the same price: calls to the engine, and what each asks for or writes.
 */
describe('what is hidden and what is absent', () => {
  let handlers: Handlers;
  /** Of alias `given`, whom `outsider` does not know. */
  const hidden = new Map<string, string>();
  const ASKED_BY = 'outsider';
  /** The prefix of the ids that gp chooses: hidden ones are of that form too. */
  const CHOSEN = 'gmo-objectif-1';

  beforeAll(async () => {
    handlers = await startHandlers();
    const { reference } = handlers.demo.patients.given;
    const asGp = (method: string, path: string, body?: object) =>
      handlers.api({ method, path, role: 'gp', ...(body ? { contentType: 'application/fhir+json', body: JSON.stringify(body) } : {}) });
    hidden.set('Patient', reference.replace('Patient/', ''));
    for (const type of ['DocumentReference', 'CarePlan']) {
      const { body } = await asGp('GET', `/fhir/${type}?patient=${reference}`);
      hidden.set(type, new RegExp(`"${type}","id":"([\\w-]+)"`).exec(body)?.[1] ?? '');
      hidden.set('Binary', /Binary\/([a-z2-7]{26})/.exec(body)?.[1] ?? hidden.get('Binary') ?? '');
    }
    const chosen = { resourceType: 'Goal', id: CHOSEN, lifecycleStatus: 'active', description: { text: 'x' }, subject: { reference } };
    await asGp('PUT', `/fhir/Goal/${CHOSEN}`, chosen);
  });
  afterAll(() => handlers.stop());

  /** Answer and price of a request, the name of what it is about taken out. */
  const told = async (asked: Asked, name: string) => {
    const serve = /^\/(trace|fhir\/AuditEvent)/.test(asked.path) ? handlers.trace : handlers.api;
    const answers: HandlerAnswer[] = [];
    const calls = await handlers.traffic(async () => answers.push(await serve({ ...asked, role: ASKED_BY })));
    const [answer] = answers;
    const nameless = (text: string): string =>
      text
        .replaceAll(name, '<name>')
        .replaceAll(encodeURIComponent(name), '<name>')
        .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<now>')
        // The ETag of a search is a hash of what was asked, name and all; that it says no more is told below.
        .replaceAll(/W\/\\?"[\w-]{27}\\?"/g, '<hash>');
    const headers = Object.entries(answer?.headers ?? {}).map(([header, value]) => [header, nameless(value)]);
    return { status: answer?.status, headers, body: nameless(answer?.body ?? ''), calls };
  };

  it('gp sees it, so that it is hidden indeed from who does not', async () => {
    const places = [...hidden].map(([type, id]) => `${type}/${id}`);
    for (const place of [...places, `Goal/${CHOSEN}`]) {
      const { status } = await handlers.api({ method: 'GET', path: `/fhir/${place}`, role: 'gp' });
      expect([place, status]).toEqual([place, 200]);
    }
  });

  describe.each([...TYPES.map((type) => ({ type, form: 'an id of ours' })), { type: 'Goal' as const, form: 'an id that a client chose' }])(
    'T19: $type by $form',
    ({ type, form }) => {
      it.each(EXITS)('$does', async ({ ask }) => {
        const isChosen = form === 'an id that a client chose';
        const there = isChosen ? CHOSEN : (hidden.get(type) ?? '');
        const absent = isChosen ? 'gmo-objectif-2' : newOpaqueId();
        expect(there).toHaveLength(absent.length);
        expect(await told(ask(type, there), there)).toEqual(await told(ask(type, absent), absent));
      });
    },
  );

  it.each(PERSON_EXITS)('T19: a person by $by: $does', async ({ by, ask }) => {
    const { reference, ins } = handlers.demo.patients.given;
    const [there, absent] = by === 'id' ? [reference.replace('Patient/', ''), newOpaqueId()] : [ins, '269054958815780'];
    expect(await told(ask(there), there)).toEqual(await told(ask(absent), absent));
  });

  it('T19: the ETag of a search says nothing of what is hidden: it stays when that changes', async () => {
    const path = `/fhir/Goal?patient=${handlers.demo.patients.given.reference}`;
    const etags = async (role: string): Promise<string | undefined> => (await handlers.api({ method: 'GET', path, role })).headers.etag;
    const before = [await etags(ASKED_BY), await etags('gp')];
    const patch = JSON.stringify([{ op: 'replace', path: '/description/text', value: 'Autre chose' }]);
    const contentType = 'application/json-patch+json';
    const { status } = await handlers.api({ method: 'PATCH', path: `/fhir/Goal/${CHOSEN}`, role: 'gp', contentType, body: patch });
    const after = [await etags(ASKED_BY), await etags('gp')];
    expect([status, after[0] === before[0], after[1] === before[1]]).toEqual([200, true, false]);
  });
});
