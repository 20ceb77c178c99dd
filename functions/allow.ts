import type { Context, Hono, Next } from 'hono';
import { type Interaction, isResourceType, RESOURCE_TYPES } from '../lib/fhir/resource-types.ts';

/** An id in the place of one in a path: not the name of an operation or of an interaction. */
export const ID_IN_PATH = ':id{[^$_][!-.0-\uffff]*}';

/** Methods that the routes of an app serve at a path. */
export function methodsAt(app: Hono, path: string): readonly string[] {
  const found = app.routes.filter(({ method, path: pattern }) => method !== 'ALL' && expressionOf(pattern).test(path));
  const methods = new Set(found.map(({ method }) => method));
  // Whatever is read is asked for its headers alone too; and a page asks first.
  if (methods.has('GET')) methods.add('HEAD');
  if (methods.size > 0) methods.add('OPTIONS');
  return [...methods].toSorted();
}

/** A pattern of Hono's (`/fhir/:type/:id{[a-z]+}`) as what it matches. */
function expressionOf(pattern: string): RegExp {
  const text = pattern
    .split('/')
    .map((part) => {
      const [, expression] = /^:\w+(?:\{(.*)\})?$/.exec(part) ?? [undefined, undefined];
      return part.startsWith(':') ? (expression ?? '[^/]+') : part.replace(/[$.]/g, String.raw`\$&`);
    })
    .join('/');
  return new RegExp(`^${text}/?$`);
}

/** Every 405 says what is served there instead (RFC 9110, 15.5.6): `Allow`, by the routes and by the row of the type. */
export function tellAllowed(app: Hono): (context: Context, next: Next) => Promise<void> {
  return async (context, next) => {
    await next();
    if (context.res.status !== 405) return;
    const { path, method } = context.req;
    const [, type = '', ...below] = /^\/fhir\/([^/]+)(?:\/([^/]+))?\/?$/.exec(path)?.slice(0, 3) ?? [];
    const served = isResourceType(type) ? RESOURCE_TYPES[type].interactions : undefined;
    const isOne = below[0] !== undefined;
    const allowed = methodsAt(app, path).filter((one) => one !== method && isServed(one, isOne, served));
    context.res.headers.set('allow', allowed.join(', '));
  };
}

function isServed(method: string, isOne: boolean, served: readonly Interaction[] | undefined): boolean {
  const interaction = (isOne ? OF_ONE : OF_TYPE)[method];
  return served === undefined || interaction === undefined || served.includes(interaction);
}

const OF_ONE: Readonly<Record<string, Interaction>> = { GET: 'read', HEAD: 'read', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
const OF_TYPE: Readonly<Record<string, Interaction>> = { ...OF_ONE, GET: 'search-type', HEAD: 'search-type', POST: 'create' };
