import { describe, expect, it } from 'vitest';
import { DEMO_ALIASES } from '../../functions/local/demo/people.ts';
import { sampleLetter, sampleMessage } from '../../functions/local/demo/samples.ts';
import { readCda } from '../../lib/intake/cda/read.ts';
import { readHl7v2 } from '../../lib/intake/hl7v2/read.ts';

const NOW = '2026-03-29T10:20:00.000Z';
const SENDER = { senderFiness: '690000120' };

describe('what the demo hospital would send now', () => {
  it.each(DEMO_ALIASES)('an admission and a discharge of %s, understood without a warning', (alias) => {
    for (const event of ['A01', 'A03'] as const) {
      expect(readHl7v2(Buffer.from(sampleMessage(event, alias, NOW)), SENDER)).toMatchObject({
        outcome: 'understood',
        intake: { warnings: [] },
      });
    }
  });

  it('a letter whose dates are those of the stay that the messages tell', () => {
    const discharge = readHl7v2(Buffer.from(sampleMessage('A03', 'given', NOW)), SENDER);
    const letter = readCda(Buffer.from(sampleLetter('given', NOW)), SENDER);
    const end = discharge.outcome === 'understood' ? discharge.intake.movement?.at : undefined;
    expect(end).toBe('2026-03-29T10:00:00.000Z');
    expect(letter).toMatchObject({ ok: true, value: { documents: [{ period: { end } }] } });
  });

  it('the same within the hour, so that a second try is a replay', () => {
    expect(sampleMessage('A03', 'given', NOW)).toBe(sampleMessage('A03', 'given', '2026-03-29T10:59:59.999Z'));
  });
});
