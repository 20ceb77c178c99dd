import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import * as z from 'zod';
import { LOCAL_ISSUER } from './environment.ts';
import { systemCodeOf } from './problem.ts';
import { PROJECT_DIR } from './settings.ts';

/** Outside every data folder, so that one token is good for any local service and survives `--fresh`. */
const KEY_FILE = join(PROJECT_DIR, '.cache', 'issuer.json');
const KEY_ID = 'relais-local';

const rsaKey = z.object({
  kty: z.literal('RSA'),
  n: z.string(),
  e: z.string(),
  d: z.string(),
  p: z.string(),
  q: z.string(),
  dp: z.string(),
  dq: z.string(),
  qi: z.string(),
});

/** What a token says beside its issuer and its times. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

export type TokenTimes = {
  /** The machine's clock: `exp` and `nbf`. */
  readonly machineMs: number;
  /** The service's clock: `iat`. */
  readonly serviceMs: number;
  /** Seconds until it expires; negative = it has. */
  readonly expiresInSeconds: number;
};

/** The local identity provider: it signs, and publishes the key that verifies. */
export type Issuer = {
  /** JWKS as JSON; only public members. */
  readonly jwks: string;
  readonly sign: (claims: Claims, audience: string, times: TokenTimes) => Promise<string>;
};

/** The issuer of this checkout; its key pair is made at the first call, whoever comes first. */
export async function loadIssuer(file = KEY_FILE): Promise<Issuer> {
  const secret = (await readKey(file)) ?? (await makeKey(file));
  const key = await importJWK(secret, 'RS256');
  const { kty, n, e } = secret;
  return {
    jwks: JSON.stringify({ keys: [{ kty, n, e, kid: KEY_ID, alg: 'RS256', use: 'sig' }] }),
    sign: (claims, audience, { machineMs, serviceMs, expiresInSeconds }) => {
      const machineSeconds = Math.floor(machineMs / 1000);
      return (
        new SignJWT({ ...claims })
          .setProtectedHeader({ alg: 'RS256', kid: KEY_ID, typ: 'at+jwt' })
          .setIssuer(LOCAL_ISSUER)
          .setAudience(audience)
          .setIssuedAt(Math.floor(serviceMs / 1000))
          // A token that has expired already was once good: nbf stays before exp.
          .setNotBefore(Math.min(machineSeconds, machineSeconds + expiresInSeconds) - 1)
          .setExpirationTime(machineSeconds + expiresInSeconds)
          .setJti(randomBytes(12).toString('hex'))
          .sign(key)
      );
    },
  };
}

async function readKey(file: string): Promise<z.infer<typeof rsaKey> | undefined> {
  try {
    return rsaKey.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Two processes may start at once: the first one to link its file wins, and both use that key. */
async function makeKey(file: string): Promise<z.infer<typeof rsaKey>> {
  const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
  const jwk: JWK = await exportJWK(privateKey);
  const half = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(half, `${JSON.stringify(jwk)}\n`, { mode: 0o600 });
  try {
    await link(half, file);
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(half, { force: true });
  }
  return rsaKey.parse(JSON.parse(await readFile(file, 'utf8')));
}
