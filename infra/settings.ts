import assert from 'node:assert/strict';
import type { Node } from 'constructs';

/** What a deployment chooses, from the CDK context (`-c region=…`, or cdk.json). */
export type Settings = {
  readonly region: string;
  /** Tokens: issuer, audience, where the issuer's keys are. */
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  /** Public address without trailing slash; absent: the one that API Gateway gives. */
  readonly baseUrl: string | undefined;
  /** DMP-like repository; absent: none. */
  readonly repositoryUrl: string | undefined;
  /** Address ranges (CIDR) of the hospitals that may open an MLLP connection; none by default. */
  readonly mllpPeers: readonly string[];
  /** How long the sealed trace cannot be deleted (domain.md L-42: 10 years unless the network sets another). */
  readonly sealRetentionDays: number;
  /** `compliance`: by nobody, the root user included. `governance` is for deployments that will be torn down. */
  readonly sealMode: 'compliance' | 'governance';
};

const DEFAULT_REGION = 'eu-west-3';
const TEN_YEARS_DAYS = 3653;

/**
 * Reads and checks the context.
 * The defaults under relais.example synthesise, and take nobody's token: that domain can never exist (RFC 2606).
 * @throws AssertionError on a value of the wrong kind
 */
export function settingsOf(node: Node): Settings {
  const text = (name: string): string | undefined => {
    const value: unknown = node.tryGetContext(name);
    assert(value === undefined || (typeof value === 'string' && value !== ''), `context ${name} is a text`);
    return value;
  };
  const sealMode = text('sealMode') ?? 'compliance';
  assert(sealMode === 'compliance' || sealMode === 'governance', 'context sealMode is compliance or governance');
  const sealRetentionDays = Number(node.tryGetContext('sealRetentionDays') ?? TEN_YEARS_DAYS);
  assert(Number.isInteger(sealRetentionDays) && sealRetentionDays > 0, 'context sealRetentionDays is a number of days');
  const issuer = text('issuer') ?? 'https://login.relais.example';
  const baseUrl = text('baseUrl')?.replace(/\/+$/, '');
  return {
    region: text('region') ?? DEFAULT_REGION,
    issuer,
    audience: text('audience') ?? 'https://relais.example/fhir',
    jwksUrl: text('jwksUrl') ?? `${issuer}/jwks`,
    baseUrl,
    repositoryUrl: text('repositoryUrl'),
    mllpPeers: (text('mllpPeers') ?? '').split(',').flatMap((cidr) => cidr.trim() || []),
    sealRetentionDays,
    sealMode,
  };
}
