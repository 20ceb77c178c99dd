import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCda } from '../../../lib/intake/cda/read.ts';
import { attr, child, children, parseCda, text } from '../../../lib/intake/cda/xml.ts';
import { letter, SENDER } from '../../fixtures/cda/letter.ts';

const utf8 = (xml: string): Uint8Array => new TextEncoder().encode(xml);
const latin1 = (xml: string): Uint8Array => Uint8Array.from(xml, (character) => character.charCodeAt(0));
const utf16 = (xml: string): Uint8Array => new Uint8Array(Buffer.from(`\uFEFF${xml}`, 'utf16le'));
const clinical = (inside: string): string => `<ClinicalDocument xmlns="urn:hl7-org:v3">${inside}</ClinicalDocument>`;

const codes = (bytes: Uint8Array): readonly string[] => {
  const result = parseCda(bytes);
  return result.ok ? [] : result.refusals.map(({ code }) => code);
};

describe('what is not a CDA document is refused as unprocessable', () => {
  const bomb = `<!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>${clinical('&b;')}`;
  it.each<{ story: string; xml: string; code: string }>([
    { story: 'nothing', xml: '', code: 'cda-not-xml' },
    { story: 'text', xml: 'MSH|^~\\&|A', code: 'cda-not-xml' },
    { story: 'JSON', xml: '{"resourceType":"Patient"}', code: 'cda-not-xml' },
    { story: 'an unclosed tag', xml: '<ClinicalDocument xmlns="urn:hl7-org:v3"><id>', code: 'cda-not-xml' },
    { story: 'crossed tags', xml: clinical('<a><b></a></b>'), code: 'cda-not-xml' },
    { story: 'an attribute twice', xml: clinical('<id root="1" root="2"/>'), code: 'cda-not-xml' },
    { story: 'a prefix that is not declared', xml: clinical('<lab:id/>'), code: 'cda-not-xml' },
    { story: 'an entity that is not declared', xml: clinical('&eacute;'), code: 'cda-not-xml' },
    { story: 'a control character', xml: clinical('\u0001'), code: 'cda-not-xml' },
    { story: 'something after the root', xml: `${clinical('')}<more/>`, code: 'cda-not-xml' },
    { story: 'a DOCTYPE', xml: `<!DOCTYPE ClinicalDocument>${clinical('')}`, code: 'cda-doctype' },
    { story: 'an external entity', xml: `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>${clinical('&f;')}`, code: 'cda-doctype' },
    { story: 'an entity bomb', xml: bomb, code: 'cda-doctype' },
    { story: 'another root', xml: '<Bundle xmlns="urn:hl7-org:v3"/>', code: 'cda-not-a-clinical-document' },
    { story: 'the root in another namespace', xml: '<ClinicalDocument xmlns="http://hl7.org/fhir"/>', code: 'cda-not-a-clinical-document' },
    { story: 'the root in no namespace', xml: '<ClinicalDocument/>', code: 'cda-not-a-clinical-document' },
    { story: 'an unknown charset', xml: `<?xml version="1.0" encoding="klingon"?>${clinical('')}`, code: 'cda-unknown-charset' },
  ])('$story', ({ xml, code }) => {
    const result = parseCda(utf8(xml));
    expect(result).toMatchObject({ ok: false, refusals: [{ category: 'unprocessable', code }] });
  });

  it('bytes that are not of the declared charset', () => {
    expect(codes(latin1(`<?xml version="1.0" encoding="UTF-8"?>${clinical('é')}`))).toEqual(['cda-wrong-charset']);
  });

  it('100 000 nested elements, without blocking the others for minutes', () => {
    const started = performance.now();
    expect(codes(utf8(clinical('<a>'.repeat(100_000))))).toEqual(['cda-too-deep']);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('more elements than memory should hold', () => {
    expect(codes(utf8(clinical('<a/>'.repeat(200_000))))).toEqual(['cda-too-many-elements']);
  });

  it('more than 20 MiB, as too large', () => {
    expect(parseCda(new Uint8Array(20 * 1024 * 1024 + 1))).toMatchObject({
      ok: false,
      refusals: [{ category: 'too-large', code: 'cda-too-large' }],
    });
  });

  it('says where, and quotes nothing of the document', () => {
    const result = parseCda(utf8(clinical('<family>DURAND</famille>')));
    const diagnostics = result.ok ? '' : result.refusals[0].diagnostics;
    expect(diagnostics).toMatch(/line 1, column \d+/);
    expect(diagnostics).not.toMatch(/DURAND|famille/);
  });
});

describe('the charset of a document', () => {
  const title = 'Été à Alès';
  it.each<{ story: string; bytes: Uint8Array }>([
    { story: 'is UTF-8 when nothing says otherwise', bytes: utf8(clinical(`<title>${title}</title>`)) },
    { story: 'is UTF-8 by a byte order mark', bytes: utf8(`\uFEFF${clinical(`<title>${title}</title>`)}`) },
    { story: 'is the declared one', bytes: latin1(`<?xml version='1.0' encoding='ISO-8859-1'?>${clinical(`<title>${title}</title>`)}`) },
    { story: 'is UTF-16 by its byte order mark', bytes: utf16(clinical(`<title>${title}</title>`)) },
    { story: 'is UTF-16 by its first character', bytes: utf16(clinical(`<title>${title}</title>`)).subarray(2) },
  ])('$story', ({ bytes }) => {
    const result = parseCda(bytes);
    expect(result.ok && text(child(result.value, 'title'))).toBe(title);
  });
});

describe('the tree', () => {
  const parsed = parseCda(
    utf8(
      `<?xml-stylesheet href="x.xsl"?><h:ClinicalDocument xmlns:h="urn:hl7-org:v3" xmlns:o="urn:other" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
        <h:id root=" 1.2 " o:root="9" nullFlavor=""/><o:id root="3.4"/><h:id root="5.6"/>
        <h:title>Du<!-- cut -->pont &amp; <![CDATA[Fils]]></h:title><h:text><h:td>a</h:td><h:td>b</h:td></h:text><h:name/>
      </h:ClinicalDocument>`,
    ),
  );
  const root = parsed.ok ? parsed.value : undefined;

  it('finds elements by namespace, whatever the prefix, and leaves foreign ones aside', () => {
    expect(children(root, 'id').map((id) => attr(id, 'root'))).toEqual(['1.2', '5.6']);
  });
  it('joins a text that a comment or CDATA cuts, and keeps table cells apart', () => {
    expect(text(child(root, 'title'))).toBe('Dupont & Fils');
    expect(text(child(root, 'text'))).toBe('a b');
  });
  it('has no empty values: what is blank is absent', () => {
    expect(attr(child(root, 'id'), 'nullFlavor')).toBeUndefined();
    expect(text(child(root, 'name'))).toBeUndefined();
    expect(text(child(root, 'absent', 'deeper'))).toBeUndefined();
  });
});

describe('whatever the bytes', () => {
  it('reading answers, it never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.string({ unit: 'binary' }).map(utf8),
          fc.string().map((inside) => utf8(clinical(inside))),
        ),
        (bytes) => {
          expect(typeof readCda(bytes, SENDER).ok).toBe('boolean');
        },
      ),
    );
  });
  it('a letter with bytes overwritten is read or refused', () => {
    const whole = letter();
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 }), (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const [position, byte] of changes) bytes[position] = byte;
        expect(typeof readCda(bytes, SENDER).ok).toBe('boolean');
      }),
    );
  });
  it('a letter that lost any one element is read or refused with a place', () => {
    const xml = new TextDecoder().decode(letter());
    const elements = [...xml.matchAll(/<[a-zA-Z]+(?: [^<>]*)?\/>/g)];
    expect(elements.length).toBeGreaterThan(50);
    const places = elements.flatMap(({ 0: element, index }) => {
      const result = readCda(utf8(xml.slice(0, index) + xml.slice(index + element.length)), SENDER);
      return result.ok ? [] : result.refusals.map(({ expression }) => expression);
    });
    expect(new Set(places)).toEqual(
      new Set(['/ClinicalDocument/id/@root', '/ClinicalDocument/code', '/ClinicalDocument/effectiveTime/@value']),
    );
  });
});
