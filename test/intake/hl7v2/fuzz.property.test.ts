import fc from 'fast-check';
import { expect, it } from 'vitest';
import { validate } from '../../../lib/fhir/validate.ts';
import { ack } from '../../../lib/intake/hl7v2/ack.ts';
import { parseEr7, segmentOf } from '../../../lib/intake/hl7v2/er7.ts';
import { type Hl7Reading, readHl7v2 } from '../../../lib/intake/hl7v2/read.ts';
import { asEvent, fixture, SENDER } from './messages.ts';

const MESSAGES = [fixture('adt-a03'), fixture('adt-a03-shifted')] as const;
const TRIGGERS = 'A01 A02 A03 A04 A05 A06 A11 A13 A16 A21 A25 A28 A31 A38 A40 Z99'.split(' ');

/** What a field may hold when a sender, or somebody else, is wrong. */
const nasty = fc.oneof(
  fc.constantFrom(
    '',
    '""',
    ' ',
    '^^^',
    '~~',
    '&&&',
    '\\',
    '\\X\\',
    '\\XFF\\',
    '\\Xzz\\',
    '__proto__',
    'constructor',
    'toString',
    '\u0000',
    '\u000b',
  ),
  fc.constantFrom(
    'INSERT',
    'CANCEL',
    'UPDATE',
    'Y',
    'I',
    'A03',
    '20250229',
    '99991231',
    '0000',
    '2025',
    '20250306160000+9999',
    'a  b',
    '2^x^y&1.2.3&ISO^a  b',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom('^', '~', '&', '\\', '|', '"', '9', 'A', 'é', '€'), maxLength: 20 }),
);

type Mutation = {
  readonly line: number;
  readonly field: number;
  readonly how: 'replace' | 'drop' | 'double' | 'cut';
  readonly value: string;
};

const mutation: fc.Arbitrary<Mutation> = fc.record({
  line: fc.nat({ max: 12 }),
  field: fc.nat({ max: 45 }),
  how: fc.constantFrom('replace', 'replace', 'replace', 'drop', 'double', 'cut'),
  value: nasty,
});

function mutate(text: string, { line, field, how, value }: Mutation): string {
  const lines = text.split('\n');
  const index = line % lines.length;
  const said = lines[index] ?? '';
  const fields = said.split('|');
  switch (how) {
    case 'replace':
      return lines.with(index, fields.with(field % fields.length, value).join('|')).join('\n');
    case 'drop':
      return lines.toSpliced(index, 1).join('\n');
    case 'double':
      return lines.toSpliced(index, 0, said).join('\n');
    case 'cut':
      return lines.with(index, fields.slice(0, field).join('|')).join('\n');
  }
}

const mutated = fc
  .tuple(fc.constantFrom(...MESSAGES), fc.constantFrom(...TRIGGERS), fc.array(mutation, { maxLength: 4 }))
  .map(([text, trigger, mutations]) => mutations.reduce(mutate, asEvent(trigger, {}, text)));

function answerTo(reading: Hl7Reading): string {
  const { envelope } = reading;
  return ack({
    ...(envelope === undefined ? {} : { envelope }),
    refusals: reading.outcome === 'refused' ? reading.refusals : [],
    warnings: reading.outcome === 'understood' ? reading.intake.warnings : reading.outcome === 'ignored' ? reading.warnings : [],
    at: '2025-03-06T17:00:00.000Z',
    controlId: 'R1',
  });
}

it('any message, however wrong, gets an acknowledgement that is er7', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const parsed = parseEr7(answerTo(readHl7v2(new TextEncoder().encode(text), SENDER)), 'utf-8');
      expect(parsed.ok ? segmentOf(parsed.value, 'MSA')?.fields[1] : 'no er7').toMatch(/^A[AER]$/);
    }),
    { numRuns: 500 },
  );
});

it('what is understood is valid FHIR, and each mapping names its field', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const reading = readHl7v2(new TextEncoder().encode(text), SENDER);
      fc.pre(reading.outcome === 'understood');
      const { patient, movement, identityKeys, mapping } = reading.intake;
      expect(validate(patient)).toEqual([]);
      expect(validate({ ...movement?.encounter, subject: { reference: 'Patient/p' } })).toEqual([]);
      expect(identityKeys.length).toBeGreaterThan(0);
      expect(mapping.filter(({ source }) => !/^[A-Z][A-Z0-9]{2}-\d+/.test(source))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

it('what is refused says why in English and what to do in French', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const reading = readHl7v2(new TextEncoder().encode(text), SENDER);
      fc.pre(reading.outcome === 'refused');
      expect(reading.refusals.filter(({ diagnostics, remedy, code }) => diagnostics === '' || remedy === '' || code === '')).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

it('bytes of any kind behind any header are answered', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('', 'MSH', 'MSH|^~\\&|', 'MSH|^~\\&|A|B|C|D|2025||ADT^A03|1|P|2.5|||||FRA|8859/15\rPID|'),
      fc.uint8Array({ maxLength: 300 }),
      (head, tail) => {
        const bytes = Uint8Array.from([...new TextEncoder().encode(head), ...tail]);
        expect(answerTo(readHl7v2(bytes, SENDER))).toMatch(/\rMSA.A[AER]/);
      },
    ),
    { numRuns: 500 },
  );
});
