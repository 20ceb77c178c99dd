import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeKeys, NO_PATIENT, newPatientKey } from '../../lib/platform/ids.ts';

const keys = makeKeys(Buffer.alloc(32, 7));
const others = makeKeys(Buffer.alloc(32, 8));
const hex16 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map((value) => value.toString(16).padStart(16, '0'));

describe('a server id', () => {
  it('is 26 characters that FHIR allows, and gives its compartment back to us', () => {
    fc.assert(
      fc.property(hex16, hex16, (patient, salt) => {
        const id = keys.encodeId(patient, salt);
        expect(id).toMatch(/^[a-z2-7]{26}$/);
        expect(keys.patientKeyOf(id)).toBe(patient);
      }),
    );
  });

  it('tells nobody without the secret which patient it belongs to', () => {
    const patient = newPatientKey();
    expect(others.patientKeyOf(keys.newId(patient))).not.toBe(patient);
  });

  it('shares no visible part with another id of the same patient', () => {
    const patient = newPatientKey();
    expect(keys.newId(patient).slice(0, 8)).not.toBe(keys.newId(patient).slice(0, 8));
  });

  it('is read alone, whatever id was read or made before', () => {
    const ids = [newPatientKey(), newPatientKey()].map((patient) => [patient, keys.newId(patient)] as const);
    for (const [patient, id] of [...ids, ...ids.toReversed(), ...ids]) expect(keys.patientKeyOf(id)).toBe(patient);
    expect(makeKeys(Buffer.alloc(32, 7)).patientKeyOf(ids[0]?.[1] ?? '')).toBe(ids[0]?.[0]);
  });

  it.each(['', 'abc', 'h1-lettre-1', 'A'.repeat(26), `${'a'.repeat(25)}b`, '../../etc'])('is not what a client chose: %s', (id) => {
    expect(keys.patientKeyOf(id)).toBeUndefined();
  });

  it('of a directory resource names no patient', () => {
    expect(keys.patientKeyOf(keys.newId(NO_PATIENT))).toBe(NO_PATIENT);
  });
});

describe('a sealed token', () => {
  it('opens for the purpose it was made for, and only for that', () => {
    const token = keys.seal('page|gp', { id: 'x' });
    expect(keys.open('page|gp', token)).toEqual({ id: 'x' });
    expect(keys.open('page|nurse', token)).toBeUndefined();
    expect(others.open('page|gp', token)).toBeUndefined();
  });

  it('altered anywhere, opens nothing and throws nothing', () => {
    const token = Buffer.from(keys.seal('p', [1, 2, 3]), 'base64url');
    fc.assert(
      fc.property(fc.nat({ max: token.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const altered = Buffer.from(token);
        altered[at] = (altered[at] ?? 0) ^ flip;
        expect(keys.open('p', altered.toString('base64url'))).toBeUndefined();
      }),
    );
    expect(keys.open('p', 'not a token')).toBeUndefined();
  });
});

describe('the hash of a business identifier', () => {
  it('depends on every part and on where one part ends', () => {
    const seen = [keys.hash('cpts', 'a', 'bc'), keys.hash('cpts', 'ab', 'c'), keys.hash('dac', 'a', 'bc'), others.hash('cpts', 'a', 'bc')];
    expect(new Set(seen).size).toBe(4);
    expect(keys.hash('cpts', 'a', 'bc')).toBe(seen[0]);
  });
});
