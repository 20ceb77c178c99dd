import { describe, expect, it } from 'vitest';
import type { LetterFacts } from '../../../functions/local/demo/lettre-de-liaison.ts';
import { missingLetterParts } from '../../../lib/intake/cda/letter-parts.ts';
import { readCda } from '../../../lib/intake/cda/read.ts';
import { parseCda } from '../../../lib/intake/cda/xml.ts';
import { letter, letterFacts, SENDER } from '../../fixtures/cda/letter.ts';

const missing = (bytes: Uint8Array): readonly string[] => {
  const parsed = parseCda(bytes);
  if (!parsed.ok) throw new Error(parsed.refusals[0].code);
  return missingLetterParts(parsed.value).map(({ code }) => code);
};

describe('the content that the law asks of a lettre de liaison de sortie (L-08)', () => {
  it('is complete in a complete letter', () => expect(missing(letter())).toEqual([]));

  it.each<{ story: string; facts?: Partial<LetterFacts>; edit?: readonly [string | RegExp, string]; code: string }>([
    {
      story: '1°: the patient is named',
      edit: [/<patient>\s*<name>[\s\S]*?<\/name>/, '<patient><name nullFlavor="NASK"/>'],
      code: 'lettre-1-patient',
    },
    {
      story: '1°: the hospital physician is named',
      edit: [/<assignedPerson>.*?<\/assignedPerson>/, ''],
      code: 'lettre-1-medecin-hospitalier',
    },
    { story: '1°: the médecin traitant is named', edit: ['code="PCP"', 'code="CORRE"'], code: 'lettre-1-medecin-traitant' },
    { story: '1°: the discharge has a date', edit: [/<high [^>]*>/, '<high nullFlavor="UNK"/>'], code: 'lettre-1-dates' },
    { story: '1°: the mode of entry is said', edit: ['ORG-070', 'ORG-000'], code: 'lettre-1-modalite-entree' },
    { story: '1°: the mode of exit is said', edit: ['ORG-074', 'ORG-000'], code: 'lettre-1-modalite-sortie' },
    { story: '2°: the reason is written', facts: { texts: { motif: '' } }, code: 'lettre-2-motif' },
    { story: '3°: the synthesis is written', facts: { texts: { synthese: ' ' } }, code: 'lettre-3-synthese' },
    { story: '4°: the treatments are written', facts: { texts: { traitements: '' } }, code: 'lettre-4-traitements' },
    { story: '5°: the awaited results are written', edit: ['30954-2', '11111-1'], code: 'lettre-5-resultats-attendus' },
    { story: '6°: the follow-up is written', facts: { texts: { suites: '' } }, code: 'lettre-6-suites' },
  ])('$story, else it is told', ({ facts = {}, edit, code }) => {
    expect(missing(letter(facts, ...(edit ? [edit] : [])))).toEqual([code]);
  });

  it('is looked for in nested sections too', () => {
    const nested = letter(
      {},
      [/<section>(?=(?:(?!<section>)[\s\S])*42545-4)/, '<section><component><section>'],
      [/(ORG-074[\s\S]*?)<\/section>/, '$1</section></component></section>'],
    );
    expect(missing(nested)).toEqual([]);
  });

  it('cannot be checked in a letter whose body is a PDF: that is one warning', () => {
    const pdf = letter({}, [
      /<structuredBody>[\s\S]*<\/structuredBody>/,
      '<nonXMLBody><text mediaType="application/pdf" representation="B64">JVBERg==</text></nonXMLBody>',
    ]);
    expect(missing(pdf)).toEqual(['lettre-non-structuree']);
  });

  it('never stops the reception: the sender reads a place and a remedy', () => {
    const result = readCda(letter({ texts: { suites: '' } }), SENDER);
    expect(result).toMatchObject({
      ok: true,
      value: {
        warnings: [
          { code: 'lettre-6-suites', expression: expect.stringContaining('18776-5'), remedy: 'Indiquez les suites à donner (6°).' },
        ],
      },
    });
  });

  it('is not asked of another type of document', () => {
    const result = readCda(letter({ texts: { suites: '' } }, ['code="11490-0"', 'code="34112-3"']), SENDER);
    expect(result).toMatchObject({ ok: true, value: { warnings: [] } });
  });

  it('is written from facts that a demo can give: every section has words', () => {
    expect(letterFacts().texts).toBeUndefined();
    expect(new TextDecoder().decode(letter())).toContain('Revoir le médecin traitant sous sept jours');
  });
});
