import { now } from '../../../lib/platform/clock.ts';
import { epochMsOf } from '../../../lib/platform/instant.ts';
import { LOCAL_AUDIENCE } from '../environment.ts';
import type { Issuer } from '../issuer.ts';
import { claimsOf, type TokenOptions } from './claims.ts';

const EIGHT_HOURS_SECONDS = 8 * 3600;

/** A token of the demo, signed now. @param serviceMs the service's clock, when it is not this process that runs it */
export function tokenOf(issuer: Issuer, role: string, options: TokenOptions = {}, serviceMs = epochMsOf(now())): Promise<string> {
  return issuer.sign(claimsOf(role, options), options.audience ?? LOCAL_AUDIENCE, {
    machineMs: Date.now(),
    serviceMs,
    expiresInSeconds: options.expiresInSeconds ?? EIGHT_HOURS_SECONDS,
  });
}
