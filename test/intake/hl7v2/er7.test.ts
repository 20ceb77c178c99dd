import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  first,
  isDeleted,
  locationOf,
  parseEr7,
  placeOf,
  repetitions,
  segmentOf,
  separatorsOf,
  text,
} from '../../../lib/intake/hl7v2/er7.ts';
import { escapeText, type Separators, STANDARD_SEPARATORS, unescapeText } from '../../../lib/intake/hl7v2/escape.ts';

const PUNCTUATION = Array.from("!#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

const anySeparators: fc.Arbitrary<Separators> = fc
  .shuffledSubarray(PUNCTUATION, { minLength: 5, maxLength: 5 })
  .map(([field = '', component = '', repetition = '', escaping = '', subcomponent = '']) => ({
    field,
    component,
    repetition,
    escape: escaping,
    subcomponent,
  }));

const anyText = fc.string({
  unit: fc.constantFrom('a', 'É', '|', '^', '~', '\\', '&', '\r', '\n', '.', 'X', '0', '#', '$', '\u000b', '😀'),
});

describe('escape sequences', () => {
  it('unescaping undoes escaping, with any separators, but for what no FHIR string may hold', () => {
    fc.assert(
      fc.property(anyText, anySeparators, (said, marks) => {
        expect(unescapeText(escapeText(said, marks), marks, 'utf-8')).toBe(said.replace(/[^\P{Cc}\t\n\r\x7f-\x9f]/gu, '').toWellFormed());
      }),
    );
  });

  it('an escaped text holds no separator of structure, no line end and no framing byte', () => {
    fc.assert(
      fc.property(anyText, (said) => {
        const escaped = escapeText(said, STANDARD_SEPARATORS);
        for (const mark of ['|', '^', '~', '&', '\r', '\n', '\u000b']) expect(escaped).not.toContain(mark);
      }),
    );
  });

  it.each([
    ['separators', String.raw`a\F\b\S\c\T\d\R\e\E\f`, 'a|b^c&d~e\\f'],
    ['bytes of one character together', String.raw`\XC3A9\t\XC3A9\ `, 'été '],
    ['line breaks', String.raw`un\.br\deux\.sp2\trois`, 'un\ndeux\n\ntrois'],
    ['highlighting vanishes', String.raw`\H\gras\N\ `, 'gras '],
    ['what escaping made is not decoded again', String.raw`\E\F\E\ `, String.raw`\F\ `],
    ['an unknown sequence stays', String.raw`\Zx\ `, String.raw`\Zx\ `],
    ['a lone backslash stays', String.raw`C:\dossier`, String.raw`C:\dossier`],
    ['bytes that are no text stay', String.raw`\XE9\ `, String.raw`\XE9\ `],
  ])('%s', (_story, raw, meant) => expect(unescapeText(raw, STANDARD_SEPARATORS, 'utf-8')).toBe(meant));

  it('bytes are text of the set of the message', () => {
    expect(unescapeText(String.raw`\XE9\ `, STANDARD_SEPARATORS, 'iso-8859-15')).toBe('é ');
  });
});

function parsed(er7: string) {
  const reading = parseEr7(er7, 'utf-8');
  if (!reading.ok) throw new Error(reading.refusals[0].code);
  return reading.value;
}

describe('splitting', () => {
  it('a value comes back whatever the five separators are', () => {
    const value = fc.string({ unit: fc.constantFrom('a', '|', '^', '&', '~', '\\', 'é') }).map((said) => `v${said}v`);
    fc.assert(
      fc.property(anySeparators, value, value, (marks, one, two) => {
        const { field, component, repetition, subcomponent } = marks;
        const [first1, second] = [escapeText(one, marks), escapeText(two, marks)];
        const head = `MSH${field}${component}${repetition}${marks.escape}${subcomponent}`;
        const message = parsed(`${head}\rPID${field}x${repetition}${component}${first1}${subcomponent}${second}`);
        const rep = repetitions(segmentOf(message, 'PID'), 1)[1];
        expect(message.separators).toEqual(marks);
        expect([text(rep, 2, 1), text(rep, 2, 2)]).toEqual([one, two]);
      }),
    );
  });

  it.each([
    ['CR', '\r', ''],
    ['LF and a blank tail', '\n', '\n\n'],
    ['CRLF', '\r\n', '\r\n'],
    ['no final terminator', '\r', ''],
  ])('line ends: %s', (_story, end, tail) => {
    const message = parsed(['MSH|^~\\&|A', 'PID|1', 'PV1|1'].join(end) + tail);
    expect(message.segments.map(({ name }) => name)).toEqual(['MSH', 'PID', 'PV1']);
  });

  it('MSH-1 and MSH-2 count as fields', () => {
    const msh = parsed('MSH|^~\\&|GAM|CH').segments[0];
    expect([msh.fields[1], msh.fields[2], text(first(msh, 3)), text(first(msh, 4))]).toEqual(['|', '^~\\&', 'GAM', 'CH']);
  });

  it('`""` deletes, where empty and absent say nothing', () => {
    const pid = segmentOf(parsed('MSH|^~\\&|\rPID|""||a^""'), 'PID');
    const field = (number: number) => first(pid, number);
    expect([isDeleted(field(1)), isDeleted(field(2)), isDeleted(field(3)), isDeleted(field(3), 2), isDeleted(field(9))]).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
    expect([text(field(1)), text(field(3), 2)]).toEqual(['', '']);
  });

  it('a repetition keeps its number when one before it is empty, and says its place both ways', () => {
    const [only] = repetitions(segmentOf(parsed('MSH|^~\\&|\rPID|~b^c'), 'PID'), 1);
    expect(only === undefined ? [] : [placeOf(only, 2), locationOf(only, 2, 1)]).toEqual(['PID-1[2].2', 'PID^1^1^2^2^1']);
  });

  it.each([
    ['no MSH', 'PID|1'],
    ['nothing at all', ''],
    ['MSH alone', 'MSH'],
    ['the same mark twice', 'MSH|^^\\&|'],
    ['a letter as mark', 'MSHA^~\\&A'],
    ['too few marks', 'MSH|^~|A'],
    ['the mark that deletes', 'MSH|^~\\"|'],
  ])('%s: AR 100', (_story, er7) => {
    expect(parseEr7(er7, 'utf-8')).toMatchObject({ ok: false, refusals: [{ ack: 'AR', err: '100' }] });
  });

  it.each([
    ['a line broken inside a field', 'MSH|^~\\&|A\rsuite du texte'],
    ['framing bytes inside', 'MSH|^~\\&|A\rPID|1\u001c'],
  ])('%s: AE 102', (_story, er7) => {
    expect(parseEr7(er7, 'utf-8')).toMatchObject({ ok: false, refusals: [{ ack: 'AE', err: '102' }] });
  });

  it('the truncation character of version 2.7 is no separator', () => {
    expect(separatorsOf('MSH|^~\\&#|GAM')).toEqual(STANDARD_SEPARATORS);
  });
});
