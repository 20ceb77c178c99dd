import type { Bundle, OperationOutcome } from '@medplum/fhirtypes';
import type { TokenOptions } from '../../functions/local/demo/claims.ts';
import type { ResourceByType, ResourceType } from '../../lib/fhir/types.ts';

export type Request = {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Whose token goes with it; absent = none. */
  readonly role?: string;
  readonly options?: TokenOptions;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
};

/** What came back. `json` is undefined for a body that is none. */
export type Answer = { readonly status: number; readonly headers: Headers; readonly text: string; readonly json: unknown };

/** Requests to a running service, each with a fresh token of its role. */
export function makeClient(
  base: string,
  token: (role: string, options?: TokenOptions) => Promise<string>,
): (request: Request) => Promise<Answer> {
  return async ({ method, path, role, options, headers = {}, body }) => {
    const authorization = role === undefined ? undefined : `Bearer ${await token(role, options)}`;
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { ...(authorization ? { authorization } : {}), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
  };
}

function jsonOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // Not JSON: an er7 acknowledgement, a page, the bytes of a document.
    return undefined;
  }
}

/** The resource of that type that an answer holds. @throws Error that quotes the answer, when it holds another thing */
export function resourceIn<T extends ResourceType>(type: T, answer: Answer): ResourceByType[T] {
  const { json } = answer;
  if (isOf<ResourceByType[T]>(type, json)) return json;
  throw unexpected(type, answer);
}

export function bundleIn(answer: Answer): Bundle {
  const { json } = answer;
  if (isOf<Bundle>('Bundle', json)) return json;
  throw unexpected('Bundle', answer);
}

export function outcomeIn(answer: Answer): OperationOutcome {
  const { json } = answer;
  if (isOf<OperationOutcome>('OperationOutcome', json)) return json;
  throw unexpected('OperationOutcome', answer);
}

/** The matches of a searchset that have that type. */
export function matchesIn<T extends ResourceType>(type: T, answer: Answer): readonly ResourceByType[T][] {
  return (bundleIn(answer).entry ?? []).flatMap(({ resource, search }) =>
    search?.mode !== 'include' && isOf<ResourceByType[T]>(type, resource) ? [resource] : [],
  );
}

function isOf<R>(type: string, value: unknown): value is R {
  return typeof value === 'object' && value !== null && 'resourceType' in value && value.resourceType === type;
}

function unexpected(type: string, { status, text }: Answer): Error {
  return new Error(`a ${type} was expected, the answer is ${status} ${text.slice(0, 600)}`);
}
