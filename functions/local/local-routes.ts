import { Hono } from 'hono';
import { SUCCESS } from '../../lib/fhir/outcome.ts';
import { now } from '../../lib/platform/clock.ts';
import type { Refusal } from '../../lib/platform/refusal.ts';
import { fhir, handleFailures, jsonBody, refusal } from '../http.ts';
import { type ClockControl, momentAsked } from './clock-control.ts';
import { JWKS_PATH } from './gateway.ts';
import { isObject } from './json-file.ts';
import type { LocalRepository } from './repository.ts';

export type MembershipState = 'active' | 'suspendue';

export type LocalPorts = {
  readonly clock: ClockControl;
  /** Comes back when all that fell due is done and delivered. */
  readonly quiesce: () => Promise<void>;
  /** Changes the membership of a demo role in all its networks; `false` for a role that is no member. */
  readonly setMembership: (role: string, state: MembershipState) => Promise<boolean>;
  readonly repository: LocalRepository;
  readonly repositoryUrl: string;
  /** The issuer's public key set, as JSON. */
  readonly jwks: string;
};

/** `/local/…`: what a demo needs and no deployed gateway has (contracts.md 2, 6, 8). No token. */
export function createLocalRoutes({ clock, quiesce, setMembership, repository, repositoryUrl, jwks }: LocalPorts): Hono {
  const app = new Hono();
  handleFailures(app);
  const documentsUrl = `${repositoryUrl}/DocumentReference`;

  app.get(JWKS_PATH, () => new Response(jwks, { headers: { 'content-type': 'application/json' } }));
  app.get('/local/clock', (context) => context.json({ now: now() }));
  app.post('/local/clock', async (context) => {
    const body = await anyJson(context.req.raw);
    const moment = momentAsked(body, now());
    if (!moment.ok) return refusal(moment.refusals);
    await clock.moveTo(moment.value);
    await quiesce();
    return context.json({ now: now() });
  });

  app.post('/local/members/:role', async (context) => {
    const body = await anyJson(context.req.raw);
    const state = isObject(body) ? body.state : undefined;
    if (state !== 'active' && state !== 'suspendue') return refusal([UNKNOWN_STATE]);
    const role = context.req.param('role');
    return (await setMembership(role, state)) ? context.json({ role, state }) : refusal([UNKNOWN_ROLE]);
  });

  app.get('/local/repository/DocumentReference', async () => fhir(await repository.search(documentsUrl), SUCCESS.ok));
  app.get('/local/repository/DocumentReference/:id', async (context) => {
    const document = await repository.read(context.req.param('id'));
    return document ? fhir(document, SUCCESS.ok) : refusal([UNKNOWN_DOCUMENT]);
  });
  app.post('/local/repository/DocumentReference', async (context) => {
    const body = await jsonBody(context);
    if (!body.ok) return refusal(body.refusals);
    const published = await repository.publish(body.value);
    if (!published.ok) return refusal(published.refusals);
    const { document, created } = published.value;
    return fhir(document, created ? SUCCESS.created : SUCCESS.ok, { location: `${documentsUrl}/${document.id}` });
  });
  return app;
}

/** The body as JSON whatever its Content-Type says (people type these requests by hand); `undefined` when it is none. */
async function anyJson(request: Request): Promise<unknown> {
  try {
    const value: unknown = JSON.parse(await request.text());
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const UNKNOWN_STATE: Refusal = {
  category: 'not-understood',
  code: 'membership-state',
  expression: 'state',
  diagnostics: 'state is neither "active" nor "suspendue".',
  remedy: 'Envoyez {"state":"active"} ou {"state":"suspendue"}.',
};

const UNKNOWN_ROLE: Refusal = {
  category: 'not-found',
  code: 'unknown-role',
  diagnostics: 'No membership of the demo has this role.',
  remedy: 'Les rôles sont listés par : npm run --silent demo',
};

const UNKNOWN_DOCUMENT: Refusal = {
  category: 'not-found',
  code: 'unknown-document',
  diagnostics: 'The repository holds no such document.',
  remedy: 'Listez les documents : GET /local/repository/DocumentReference',
};
