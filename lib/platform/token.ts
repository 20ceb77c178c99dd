import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { accepted, type Refusal, type Result, refused } from './refusal.ts';

export type TokenSettings = {
  readonly issuer: string;
  readonly audience: string;
  /** The key set itself, when it is known (local profile) … */
  readonly jwks?: { readonly keys: readonly Record<string, string>[] };
  /** … or where it is published. */
  readonly jwksUrl?: string;
};

/** Verified payload of a bearer token, still untyped: `lib/usecases/caller.ts` parses it. */
export type VerifyToken = (authorization: string | undefined, at: Date) => Promise<Result<Readonly<Record<string, unknown>>>>;

type Payload = Readonly<Record<string, unknown>> & { readonly exp?: number };

const CLOCK_SKEW_SECONDS = 30;

/** A signature that was found good is not computed again for so long: what a key withdrawn by the issuer may still open. */
const REMEMBERED_SECONDS = 60;
const REMEMBERED_TOKENS = 500;

/**
 * Bearer tokens, RS256 only, issuer and audience checked (RFC 9068 profile; contracts.md 3).
 * `exp` and `nbf` are read against the machine's clock. Every refusal is 401 and names what is wrong.
 * A client sends the same token many times in its life: the check of its signature is remembered for a minute, its expiry is not.
 */
export function tokenVerifier({ issuer, audience, jwks, jwksUrl }: TokenSettings): VerifyToken {
  const keys: JWTVerifyGetKey = jwksUrl
    ? createRemoteJWKSet(new URL(jwksUrl))
    : createLocalJWKSet({ keys: [...(jwks?.keys ?? [])].map((key) => ({ kty: 'RSA', ...key })) });
  const remembered = new Map<string, { readonly payload: Payload; readonly untilMs: number }>();
  return async (authorization, at) => {
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (!authorization)
      return refused(unauthenticated('token-missing', 'No Authorization header.', 'Ajoutez l’en-tête « Authorization: Bearer <jeton> ».'));
    if (!token)
      return refused(
        unauthenticated(
          'token-malformed',
          'The Authorization header holds no bearer JWT.',
          'Envoyez « Bearer » suivi d’un jeton JWT signé.',
        ),
      );
    const known = remembered.get(token);
    if (known && at.getTime() < known.untilMs) return accepted(known.payload);
    remembered.delete(token);
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ['RS256'],
        clockTolerance: CLOCK_SKEW_SECONDS,
        currentDate: at,
        requiredClaims: ['exp', 'sub'],
      });
      remembered.set(token, { payload, untilMs: rememberedUntil(payload, at) });
      const [oldest] = remembered.size > REMEMBERED_TOKENS ? remembered.keys() : [];
      if (oldest !== undefined) remembered.delete(oldest);
      return accepted(payload);
    } catch (error) {
      return refused(refusalOf(error));
    }
  };
}

/** Never past the token's own end. */
function rememberedUntil({ exp = 0 }: Payload, at: Date): number {
  return Math.min(at.getTime() + REMEMBERED_SECONDS * 1000, exp * 1000);
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof errors.JWTExpired)
    return unauthenticated('token-expired', 'The token has expired (exp).', 'Demandez un nouveau jeton.');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return unauthenticated(
      `token-claim-${error.claim}`,
      `Claim ${error.claim} is not the expected one.`,
      'Demandez un jeton pour ce service (émetteur, audience, dates).',
    );
  }
  if (error instanceof errors.JOSEError)
    return unauthenticated(
      'token-invalid',
      'The token is not signed by a key of the issuer with RS256.',
      'Demandez un nouveau jeton à l’émetteur.',
    );
  throw error;
}

function unauthenticated(code: string, diagnostics: string, remedy: string): Refusal {
  return { category: 'unauthenticated', code, diagnostics, remedy };
}
