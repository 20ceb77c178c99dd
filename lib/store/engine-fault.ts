import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';

/**
 * What the engine's failure says of what was asked:
 * `busy` it refused before it did anything (throttling, a transaction that met another one);
 * `unreached` no connection: nothing was asked;
 * `silent` no answer, or one that says nothing: it may have been done.
 */
export type EngineFault = 'busy' | 'unreached' | 'silent';

/** `undefined` for what is no fault of the engine: a condition that does not hold, a defect of ours. */
export function engineFaultOf(error: unknown): EngineFault | undefined {
  if (error instanceof TransactionCanceledException) return failedConditions(error).length > 0 ? undefined : 'busy';
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? String(error.code) : '';
  for (const [fault, signs] of Object.entries(SIGNS)) if (signs.has(error.name) || signs.has(code)) return asFault(fault);
  if (/socket hang up/.test(error.message)) return 'silent';
  // Node tries each address of a host: what all of them say, the doubtful first.
  const inner = error instanceof AggregateError ? error.errors.map(engineFaultOf) : [];
  return inner.includes('silent') ? 'silent' : (inner.find((one) => one !== undefined) ?? engineFaultOf(error.cause));
}

/** Which items of a transaction did not meet their condition. */
export function failedConditions(error: unknown): readonly number[] {
  const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
  return reasons.flatMap(({ Code }, index) => (Code === 'ConditionalCheckFailed' ? [index] : []));
}

/** The engine went away while it was asked to write, and could not be asked afterwards either. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';
}

/** Names of the SDK's errors and codes of Node's. */
const SIGNS: Readonly<Record<EngineFault, ReadonlySet<string>>> = {
  busy: new Set([
    'ThrottlingException',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'TransactionInProgressException',
    'TransactionConflictException',
    'LimitExceededException',
  ]),
  unreached: new Set([
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    // The table is not there (any more, or yet): an engine that was started over.
    'ResourceNotFoundException',
  ]),
  silent: new Set([
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'TimeoutError',
    'NetworkingError',
    'InternalServerError',
    'ServiceUnavailable',
    'ServiceUnavailableException',
  ]),
};

function asFault(name: string): EngineFault | undefined {
  return name === 'busy' || name === 'unreached' || name === 'silent' ? name : undefined;
}
