import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ack } from '../../../lib/intake/hl7v2/ack.ts';
import { readHl7v2 } from '../../../lib/intake/hl7v2/read.ts';
import { answers, asEvent, change, fixture, read, refusals, SENDER, without } from './messages.ts';

const A03 = fixture('adt-a03');

describe('the answer to an envelope (contracts.md 5)', () => {
  it.each([
    ['no MSH', A03.slice(A03.indexOf('EVN')), ['AR 100']],
    ['not er7', '{"resourceType":"Patient"}', ['AR 100']],
    ['nothing', '', ['AR 100']],
    ['framing bytes of MLLP around it', `\u000b${A03}\u001c\r`, ['AR 100']],
    ['unreadable separators', A03.replace('|^~\\&|', '|^^^^|'), ['AR 100']],
    ['no control id', change(A03, { 'MSH-10': '' }), ['AE 101 MSH^1^10']],
    ['no type', change(A03, { 'MSH-9': '' }), ['AE 101 MSH^1^9^1^1', 'AE 101 MSH^1^9^1^2']],
    ['no event', change(A03, { 'MSH-9': 'ADT' }), ['AE 101 MSH^1^9^1^2']],
    ['no version', change(A03, { 'MSH-12': '' }), ['AE 101 MSH^1^12']],
    ['version 3', change(A03, { 'MSH-12': '3.0' }), ['AR 203 MSH^1^12']],
    ['an unknown processing id', change(A03, { 'MSH-11': 'X' }), ['AR 202 MSH^1^11']],
    ['a type that is not served', change(A03, { 'MSH-9': 'SIU^S12' }), ['AR 200 MSH^1^9^1^1']],
    ['a type that HL7 does not define', change(A03, { 'MSH-9': 'toString^A01' }), ['AR 200 MSH^1^9^1^1']],
    ['an event that HL7 does not define', asEvent('A98'), ['AR 201 MSH^1^9^1^2']],
    ['a merge, which is not served', asEvent('A40'), ['AR 201 MSH^1^9^1^2']],
    [
      'a withdrawal of the INS that does not say which',
      asEvent('A47', { 'PID-3': '1^^^CH^PI~""^^^X&1.2.250.1.213.1.4.8&ISO^INS' }),
      ['AE 101 MRG^1'],
    ],
    ['a change of account that names none', asEvent('A49', { 'PID-18': '' }), ['AE 101 MRG^1', 'AE 101 PID^1^18', 'AE 101 MRG^1^3']],
  ])('%s', (_story, message, want) => expect(answers(message)).toEqual(want));

  it.each(['MDM^T02', 'ORU^R01'])('%s is sent to the road of documents', (type) => {
    expect(refusals(change(A03, { 'MSH-9': type }))[0].remedy).toContain('POST /intake/cda');
  });

  it.each([
    ['A08, which PAM France leaves out', 'A08', 'event-ignored'],
    ['A60, which PAM France leaves out', 'A60', 'event-ignored'],
    ['A15, a pending transfer, which moves nobody', 'A15', 'event-without-effect'],
    ['A26, its cancel', 'A26', 'event-without-effect'],
  ])('%s is ignored with a warning', (_story, trigger, code) => {
    expect(read(asEvent(trigger))).toMatchObject({ outcome: 'ignored', warnings: [{ code }] });
  });

  it.each(['2.3', '2.5^FRA^2.11', '2.5^FRA^2.4', '2.8.2'])('version %s is served', (version) => {
    expect(read(change(A03, { 'MSH-12': version })).outcome).toBe('understood');
  });

  it('bytes outside the declared set are refused, and answered to the right message', () => {
    const reading = readHl7v2(Uint8Array.from([...new TextEncoder().encode(A03), 0xe9]), SENDER);
    expect(reading).toMatchObject({
      outcome: 'refused',
      envelope: { controlId: 'M0003' },
      refusals: [{ ack: 'AE', err: '102', location: 'MSH^1^18' }],
    });
  });

  it('a line that is no segment is refused, and answered to the right message', () => {
    expect(read(`${A03}suite\n`)).toMatchObject({ outcome: 'refused', envelope: { controlId: 'M0003' }, refusals: [{ err: '102' }] });
  });
});

describe('the answer to a content (contracts.md 5)', () => {
  it.each([
    ['PID absent', without('PID'), ['AE 101 PID^1']],
    ['PV1 absent', without('PV1'), ['AE 101 PV1^1']],
    ['no identifier', change(A03, { 'PID-3': '' }), ['AE 101 PID^1^3']],
    ['no name', change(A03, { 'PID-5': '' }), ['AE 101 PID^1^5']],
    ['no class of patient', change(A03, { 'PV1-2': '' }), ['AE 101 PV1^1^2']],
    ['no number of the stay', change(A03, { 'PV1-19': '', 'PID-18': '' }), ['AE 101 PV1^1^19']],
    ['no time at all', change(A03, { 'ZBE-2': '', 'EVN-2': '', 'EVN-6': '' }), ['AE 101 ZBE^1^2']],
    ['a birth date that is none', change(A03, { 'PID-7': '19550231' }), ['AE 102 PID^1^7^1']],
    ['a movement that is no date', change(A03, { 'ZBE-2': 'hier' }), ['AE 102 ZBE^1^2^1']],
    ['a movement without a day', change(A03, { 'ZBE-2': '202503' }), ['AE 102 ZBE^1^2^1']],
    ['a discharge that is no date', change(A03, { 'PV1-45': '20250332' }), ['AE 102 PV1^1^45^1']],
    ['an unknown sex', change(A03, { 'PID-8': 'X' }), ['AE 103 PID^1^8^1']],
    ['an unknown class of patient', change(A03, { 'PV1-2': 'Q' }), ['AE 103 PV1^1^2^1']],
    ['an unknown action', change(A03, { 'ZBE-4': 'REPLACE' }), ['AE 103 ZBE^1^4^1']],
    ['an admission that cancels', asEvent('A01', { 'ZBE-4': 'CANCEL' }), ['AE 103 ZBE^1^4^1']],
    ['a cancel that inserts', asEvent('A13'), ['AE 103 ZBE^1^4^1']],
    ['an unknown mode of discharge, which could be a death', change(A03, { 'ZFM-2': 'X' }), ['AE 103 ZFM^1^2^1']],
    ['an unknown opposition to the DMP', change(A03, { 'ZFA-9': 'OUI' }), ['AE 103 ZFA^1^9^1']],
    ['a correction that does not say of what', asEvent('Z99', { 'ZBE-4': 'UPDATE' }), ['AE 101 ZBE^1^6']],
    ['a correction of what no event inserts', asEvent('Z99', { 'ZBE-4': 'UPDATE', 'ZBE-6': 'A13' }), ['AE 103 ZBE^1^6^1']],
    ['two patients in one message', `${A03}PID|2||7^^^CH^PI\n`, ['AE 198 PID^2']],
    ['several wrongs, each with its place', change(A03, { 'PID-8': 'X', 'PV1-2': 'Q' }), ['AE 103 PID^1^8^1', 'AE 103 PV1^1^2^1']],
  ])('%s', (_story, message, want) => expect(answers(message)).toEqual(want));

  it('no refusal repeats what the message says of the patient', () => {
    const said = JSON.stringify(refusals(change(A03, { 'PID-7': '19550231', 'PID-8': 'SECRET', 'ZFM-2': 'SECRET' })));
    for (const secret of ['ALMA', 'SECRET', '255067511203430', '19550231', '000042']) expect(said).not.toContain(secret);
  });
});

describe('reading never throws', () => {
  const answered = (bytes: Uint8Array): string => {
    const reading = readHl7v2(bytes, SENDER);
    const given = reading.outcome === 'refused' ? reading.refusals : [];
    const { envelope } = reading;
    return ack({
      ...(envelope === undefined ? {} : { envelope }),
      refusals: given,
      warnings: [],
      at: '2025-03-06T17:00:00.000Z',
      controlId: 'R1',
    });
  };

  it('whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, headed) => {
        const head = headed ? new TextEncoder().encode('MSH|^~\\&|A|B|C|D|2025||ADT^A03|1|P|2.5\rPID|') : [];
        expect(answered(Uint8Array.from([...head, ...bytes]))).toMatch(/\rMSA\|A[AER]\|/);
      }),
    );
  });

  it('wherever a message is cut, or one of its bytes is wrong', () => {
    const bytes = new TextEncoder().encode(A03);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), fc.boolean(), (place, byte, cut) => {
        expect(answered(cut ? bytes.slice(0, place) : bytes.with(place, byte))).toMatch(/\rMSA.A[AER]/);
      }),
    );
  });
});
