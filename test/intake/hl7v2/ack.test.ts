import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ack } from '../../../lib/intake/hl7v2/ack.ts';
import type { Envelope } from '../../../lib/intake/hl7v2/envelope.ts';
import { first, parseEr7, segmentOf, text } from '../../../lib/intake/hl7v2/er7.ts';
import type { Hl7Refusal } from '../../../lib/intake/hl7v2/hl7-refusal.ts';
import type { Refusal, RefusalCategory } from '../../../lib/platform/refusal.ts';
import { asEvent, change, fixture, read } from './messages.ts';

const STAMP = { at: '2025-03-06T16:05:00.000Z', controlId: 'R1' };

function envelopeOf(message: string): Envelope {
  const { envelope } = read(message);
  if (envelope === undefined) throw new Error('no envelope');
  return envelope;
}

const envelope = envelopeOf(fixture('adt-a03'));
const nothing = { refusals: [], warnings: [] };
const lines = (er7: string): readonly string[] => er7.split('\r');

function refusal(category: RefusalCategory): Refusal {
  return { category, code: 'some-rule', diagnostics: 'Some rule.', remedy: 'Corrigez.' };
}

const wrongIns: Hl7Refusal = { ...refusal('unprocessable'), ack: 'AE', err: '103', location: 'PID^1^3^2^1' };

describe('an acknowledgement', () => {
  it('turns the envelope round and keeps what the sender declared', () => {
    expect(lines(ack({ envelope, ...nothing, ...STAMP }))).toEqual([
      'MSH|^~\\&|RELAIS|RESEAU|GAM|CH-ESSAIS|20250306170500+0100||ACK^A03^ACK|R1|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8|FR',
      'MSA|AA|M0003',
      '',
    ]);
  });

  it('is written in the separators of the sender', () => {
    const swapped = fixture('adt-a03').replaceAll('|', '#').replaceAll('^', '!');
    const answer = ack({ envelope: envelopeOf(swapped), refusals: [wrongIns], warnings: [], ...STAMP });
    expect(lines(answer)[0]).toMatch(/^MSH#!~\\&#RELAIS#RESEAU#GAM#CH-ESSAIS#20250306170500\+0100##ACK!A03!ACK#R1#/);
    expect(lines(answer)[2]).toBe('ERR##PID!1!3!2!1#103!Table value not found!HL70357#E#some-rule##Some rule.#Corrigez.');
  });

  it('to what is no message leaves MSA-2 empty', () => {
    const [msh, msa] = lines(ack({ refusals: [{ ...wrongIns, ack: 'AR', err: '100' }], warnings: [], ...STAMP }));
    expect(msh).toMatch(/\|ACK\|R1\|P\|2\.5\|\|\|\|\|\|UNICODE UTF-8\|$/);
    expect(msa).toBe('MSA|AR|');
  });

  it('gives back names that are no plain text byte for byte', () => {
    const message = change(fixture('adt-a03'), { 'MSH-3': 'GAM&1.2.3&ISO', 'MSH-10': String.raw`A\T\B` });
    expect(lines(ack({ envelope: envelopeOf(message), ...nothing, ...STAMP })).slice(0, 2)).toEqual([
      expect.stringContaining('|RELAIS|RESEAU|GAM&1.2.3&ISO|CH-ESSAIS|'),
      String.raw`MSA|AA|A\T\B`,
    ]);
  });

  it('to an ignored event is AA with the reason as a warning', () => {
    const reading = read(asEvent('A08'));
    const warnings = reading.outcome === 'ignored' ? reading.warnings : [];
    expect(lines(ack({ envelope, refusals: [], warnings, ...STAMP })).slice(1, 3)).toEqual([
      'MSA|AA|M0003',
      expect.stringMatching(/^ERR\|\|MSH\^1\^9\^1\^2\|201\^Unsupported event code\^HL70357\|W\|event-ignored\|/),
    ]);
  });

  it('is AR as soon as one refusal is', () => {
    expect(lines(ack({ envelope, refusals: [wrongIns, refusal('unavailable')], warnings: [], ...STAMP }))[1]).toBe('MSA|AR|M0003');
  });
});

describe('a refusal of a later stage', () => {
  it.each<[RefusalCategory, string, boolean]>([
    ['not-understood', 'AE 102', false],
    ['unprocessable', 'AE 207', false],
    ['conflict', 'AE 207', false],
    ['forbidden', 'AE 207', false],
    ['unauthenticated', 'AR 207', false],
    ['precondition-failed', 'AR 207', true],
    ['throttled', 'AR 207', true],
    ['unavailable', 'AR 207', true],
  ])('%s is %s', (category, want, sendAgain) => {
    const [, msa, err = ''] = lines(ack({ envelope, refusals: [refusal(category)], warnings: [], ...STAMP }));
    expect(`${msa?.split('|')[1]} ${err.split('|')[3]?.split('^')[0]}`).toBe(want);
    expect(err.includes('renvoyez le même message')).toBe(sendAgain);
  });
});

it('no text can break out of its field', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '|', '^', '\r', '\n', '\\', '&', '~', 'é') }), (said) => {
      const given = { ...wrongIns, diagnostics: `d${said}.`, remedy: `r${said}.` };
      const parsed = parseEr7(ack({ envelope, refusals: [given], warnings: [], ...STAMP }), 'utf-8');
      if (!parsed.ok) throw new Error('the acknowledgement is no er7');
      const err = segmentOf(parsed.value, 'ERR');
      expect(parsed.value.segments.length).toBe(3);
      expect([text(first(err, 7)), text(first(err, 8))]).toEqual([given.diagnostics, given.remedy]);
    }),
  );
});
