import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { tokenVerifier, type VerifyToken } from '../../lib/platform/token.ts';

const ISSUER = 'https://issuer.test';
const AUDIENCE = 'https://relais.test/fhir';
const NOW = new Date('2026-03-01T10:00:00Z');
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
const inSeconds = (date: Date): number => date.getTime() / 1000;

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let ours: Pair;
let foreign: Pair;
let verify: VerifyToken;
beforeAll(async () => {
  ours = await generateKeyPair('RS256', { extractable: true });
  foreign = await generateKeyPair('RS256', { extractable: true });
  const { n = '', e = '' } = await exportJWK(ours.publicKey);
  verify = tokenVerifier({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [{ n, e, alg: 'RS256' }] } });
});

/** A good token for ten minutes, or one that differs in what is named. */
async function token({
  claims = {},
  key = ours.privateKey,
}: {
  readonly claims?: object;
  readonly key?: Pair['privateKey'];
} = {}): Promise<string> {
  const all = { iss: ISSUER, aud: AUDIENCE, sub: 'somebody', nbf: inSeconds(NOW), exp: inSeconds(later(600)), ...claims };
  return `Bearer ${await new SignJWT(all).setProtectedHeader({ alg: 'RS256' }).sign(key)}`;
}

async function answer(authorization: string | undefined, at = NOW): Promise<string> {
  const result = await verify(authorization, at);
  return result.ok ? String(result.value['sub']) : result.refusals[0].code;
}

describe('a bearer token', () => {
  it('of the issuer, for us, within its time, tells who calls', async () => {
    expect(await answer(await token())).toBe('somebody');
  });

  it.each<[string, () => Promise<string | undefined>, string]>([
    ['no header', () => Promise.resolve(undefined), 'token-missing'],
    ['another scheme', () => Promise.resolve('Basic c29tZWJvZHk6'), 'token-malformed'],
    ['a key that is not the issuer’s', () => token({ key: foreign.privateKey }), 'token-invalid'],
    ['another issuer', () => token({ claims: { iss: 'https://other.test' } }), 'token-claim-iss'],
    ['another audience', () => token({ claims: { aud: 'https://other.test' } }), 'token-claim-aud'],
    ['nobody', () => token({ claims: { sub: undefined } }), 'token-claim-sub'],
    ['no end', () => token({ claims: { exp: undefined } }), 'token-claim-exp'],
    ['an end that has passed', () => token({ claims: { exp: inSeconds(later(-31)) } }), 'token-expired'],
    ['a beginning that has not come', () => token({ claims: { nbf: inSeconds(later(31)) } }), 'token-claim-nbf'],
  ])('with %s is refused by name', async (_, made, code) => {
    expect(await answer(await made())).toBe(code);
  });

  it('is refused when one character of what was signed, or of the signature, is another', async () => {
    const good = await token();
    const [head = '', body = '', signature = ''] = good.split('.');
    const turned = (text: string): string => `${text.slice(0, 9)}${text[9] === 'A' ? 'B' : 'A'}${text.slice(10)}`;
    expect(await answer(good)).toBe('somebody');
    expect(await answer([head, turned(body), signature].join('.'))).toBe('token-invalid');
    expect(await answer([head, body, turned(signature)].join('.'))).toBe('token-invalid');
  });

  it('is good for thirty seconds of clock skew on each side, and no longer, however often it came before', async () => {
    const short = await token({ claims: { exp: inSeconds(later(20)) } });
    expect(await answer(short)).toBe('somebody');
    expect(await answer(short, later(19))).toBe('somebody');
    expect(await answer(short, later(49))).toBe('somebody');
    expect(await answer(short, later(51))).toBe('token-expired');
  });

  it('is found good again after many others came in between', async () => {
    const mine = await token();
    expect(await answer(mine)).toBe('somebody');
    for (let index = 0; index < 510; index += 1) await answer(await token({ claims: { sub: `other-${index}` } }));
    expect(await answer(mine)).toBe('somebody');
    expect(await answer(mine, later(631))).toBe('token-expired');
  });
});
