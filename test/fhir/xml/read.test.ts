import { describe, expect, it } from 'vitest';
import { fromXml } from '../../../lib/fhir/xml/read.ts';
import { utf8 } from './arbitraries.ts';

const DIV = '<div xmlns="http://www.w3.org/1999/xhtml">';
const patient = (inside: string): string => `<Patient xmlns="http://hl7.org/fhir">${inside}</Patient>`;
const narrative = (div: string): string => patient(`<text><status value="generated"/>${div}</text>`);

function jsonOf(xml: string): unknown {
  const read = fromXml(utf8(xml));
  if (!read.ok) throw new Error(read.refusals[0].diagnostics);
  return read.value;
}

describe('R4 json.html: the JSON of a resource in XML', () => {
  it.each<[string, string, object]>([
    ['an empty resource', patient(''), {}],
    [
      'comments, processing instructions and white space are passed over',
      `<?xml version="1.0" encoding="utf-8"?>\n<!-- a -->\n${patient('\n  <!-- b --><active value="true"/><?x y?>\n')}\n`,
      { active: true },
    ],
    ['a byte order mark', `\ufeff${patient('<active value="true"/>')}`, { active: true }],
    [
      'a place of schemas at the root',
      '<Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://hl7.org/fhir fhir-all.xsd"/>',
      {},
    ],
    ['a prefix', '<f:Patient xmlns:f="http://hl7.org/fhir"><f:active value="true"/></f:Patient>', { active: true }],
    [
      'an element that may repeat is an array, be it alone',
      patient('<name><given value="A"/></name><photo><title value="x"/></photo>'),
      { name: [{ given: ['A'] }], photo: [{ title: 'x' }] },
    ],
    [
      'numbers and booleans by their type, not by their looks',
      patient('<name><text value="1"/></name><multipleBirthInteger value="2"/>'),
      { name: [{ text: '1' }], multipleBirthInteger: 2 },
    ],
    ['white space around a number or a boolean, a sign', patient('<multipleBirthInteger value=" +2 "/>'), { multipleBirthInteger: 2 }],
    [
      'a repeating primitive with gaps: both arrays are filled with null',
      patient('<name><given value="A"/><given id="b"/><given id="c" value="C"/><given value="D"/></name>'),
      { name: [{ given: ['A', null, 'C', 'D'], _given: [null, { id: 'b' }, { id: 'c' }, null] }] },
    ],
    ['a repeating primitive without any value', patient('<name><given id="a"/></name>'), { name: [{ _given: [{ id: 'a' }] }] }],
    ['a no-break space is a text', patient('<name><text value="&#160;"/></name>'), { name: [{ text: '\u00a0' }] }],
    [
      'characters by reference, line ends and tabs',
      patient('<name><text value="&lt;a&gt; &amp; &quot;&apos;&#xA;&#9;&#x1F600;"/></name>'),
      { name: [{ text: '<a> & "\'\n\t😀' }] },
    ],
  ])('%s', (_story, xml, json) => expect(jsonOf(xml)).toEqual({ resourceType: 'Patient', ...json }));

  it('a resource in a resource in a Bundle', () => {
    const basic = '<Basic><contained><Group><id value="g"/></Group></contained><code><text value="x"/></code></Basic>';
    expect(
      jsonOf(
        `<Bundle xmlns="http://hl7.org/fhir"><type value="batch"/><entry><resource>${basic}</resource></entry><entry><resource>${basic}</resource></entry></Bundle>`,
      ),
    ).toEqual({
      resourceType: 'Bundle',
      type: 'batch',
      entry: [1, 2].map(() => ({
        resource: { resourceType: 'Basic', contained: [{ resourceType: 'Group', id: 'g' }], code: { text: 'x' } },
      })),
    });
  });
});

describe('a narrative', () => {
  it.each<[string, string, string]>([
    [
      'is kept verbatim',
      `${DIV}<p a='1'>x&#160;&amp;<br /></p><!-- vu -->\n</div>`,
      `${DIV}<p a='1'>x&#160;&amp;<br /></p><!-- vu -->\n</div>`,
    ],
    ['has line ends of XML', `${DIV}a\r\nb\rc</div>`, `${DIV}a\nb\nc</div>`],
    ['may be empty', '<div xmlns="http://www.w3.org/1999/xhtml"/>', '<div xmlns="http://www.w3.org/1999/xhtml"/>'],
    [
      'that leans on a prefix of the document stands by itself afterwards',
      '<h:div xmlns:h="http://www.w3.org/1999/xhtml" lang="fr"><h:p>a &lt; b &amp; "c"</h:p>\n<h:br/></h:div>',
      `<div xmlns="http://www.w3.org/1999/xhtml" lang="fr"><p>a &lt; b &amp; "c"</p>\n<br/></div>`,
    ],
    ['loses the brackets of CDATA, not their text', `${DIV}<![CDATA[a < b]]></div>`, `${DIV}a &lt; b</div>`],
  ])('%s', (_story, div, want) =>
    expect(jsonOf(narrative(div))).toEqual({ resourceType: 'Patient', text: { status: 'generated', div: want } }),
  );
});

describe('what is no FHIR in XML is refused with its place', () => {
  const deep = (count: number): string => patient('<extension url="a">'.repeat(count) + '</extension>'.repeat(count));
  it.each<[string, string, string, string, RegExp]>([
    ['not XML', '{"resourceType":"Patient"}', 'xml-not-well-formed', '', /line 1, column \d+/],
    ['nothing', '', 'xml-not-well-formed', '', /root element/],
    ['a tag left open', patient('<name id="n">'), 'xml-not-well-formed', 'Patient', /unexpected close tag \(line 1, column 60\)/],
    ['an entity of HTML', patient('<name><text value="&eacute;"/></name>'), 'xml-not-well-formed', 'Patient.name[0]', /undefined entity/],
    [
      'a DOCTYPE',
      `<!DOCTYPE x [<!ENTITY a "b">]>${patient('<name><text value="&a;"/></name>')}`,
      'xml-doctype',
      '',
      /DOCTYPE is not accepted/,
    ],
    ['another charset', `<?xml version="1.0" encoding="ISO-8859-1"?>${patient('')}`, 'xml-charset', '', /UTF-8/],
    [
      'a control character by reference, even of XML 1.1',
      `<?xml version="1.1"?>${patient('<id value="&#1;"/>')}`,
      'xml-not-well-formed',
      'Patient',
      /./,
    ],
    ['no namespace', '<Patient/>', 'xml-namespace', '', /http:\/\/hl7.org\/fhir is expected/],
    ['another namespace', '<Patient xmlns="urn:hl7-org:v3"/>', 'xml-namespace', '', /http:\/\/hl7.org\/fhir is expected/],
    ['another namespace inside', patient('<name xmlns="urn:x"/>'), 'xml-namespace', 'Patient', /http:\/\/hl7.org\/fhir is expected/],
    ['a narrative outside of XHTML', narrative('<div>x</div>'), 'xml-namespace', 'Patient.text', /1999\/xhtml is expected/],
    ['FHIR inside a narrative', narrative(`${DIV}<b xmlns="urn:x"/></div>`), 'xml-namespace', 'Patient.text', /1999\/xhtml is expected/],
    ['an unknown type', '<Malade xmlns="http://hl7.org/fhir"/>', 'resource-type', '', /not a FHIR resource/],
    ['a data type', '<HumanName xmlns="http://hl7.org/fhir"/>', 'resource-type', '', /not a FHIR resource/],
    ['an unknown element', patient('<nom value="x"/>'), 'unknown-element', 'Patient.nom', /no element of this name: nom/],
    ['an unknown element whose name may say more', patient('<é value="x"/>'), 'unknown-element', 'Patient', /name \(line 1/],
    ['an attribute of R4 as an element', patient('<name><id value="x"/></name>'), 'unknown-element', 'Patient.name[0].id', /no element/],
    [
      'the second name has an unknown element',
      patient('<name id="a"/><name><nom/></name>'),
      'unknown-element',
      'Patient.name[1].nom',
      /nom/,
    ],
    [
      'elements out of order',
      patient('<birthDate value="1950"/>\n<gender value="male"/>'),
      'xml-order',
      'Patient',
      /gender must come before birthDate \(line 2, column 22\)/,
    ],
    [
      'an extension after what it should precede',
      patient('<name><family value="a"/><extension url="x"/></name>'),
      'xml-order',
      'Patient.name[0]',
      /extension must come before family/,
    ],
    [
      'once is enough',
      patient('<gender value="male"/><gender value="female"/>'),
      'xml-repeated',
      'Patient',
      /gender occurs more than once/,
    ],
    ['two narratives', narrative(`${DIV}a</div>${DIV}b</div>`), 'xml-repeated', 'Patient.text', /div occurs more than once/],
    [
      'a repeating element cut in two',
      patient('<name id="a"/><gender value="male"/><name id="b"/>'),
      'xml-order',
      'Patient',
      /name must come before gender/,
    ],
    ['an attribute that R4 does not know', patient('<gender code="male"/>'), 'xml-attribute', 'Patient.gender', /does not define/],
    ['an attribute of a resource', '<Patient xmlns="http://hl7.org/fhir" id="p"/>', 'xml-attribute', 'Patient', /does not define/],
    ['a value on an element with elements', patient('<name value="x"/>'), 'xml-attribute', 'Patient.name[0]', /does not define/],
    [
      'a type as XML Schema says it',
      patient('<name xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="HumanName"/>'),
      'xml-attribute',
      'Patient.name[0]',
      /does not define/,
    ],
    ['a value between the tags', patient('<gender>male</gender>'), 'xml-text', 'Patient.gender', /text between the tags/],
    ['a no-break space between the tags', patient('\u00a0'), 'xml-text', 'Patient', /text between the tags/],
    ['a value in CDATA', patient('<![CDATA[x]]>'), 'xml-text', 'Patient', /text between the tags/],
    ['an empty element', patient('<name/>'), 'empty', 'Patient.name[0]', /without value, children or extensions/],
    ['an empty primitive', patient('<name><given value="A"/><given/></name>'), 'empty', 'Patient.name[0].given[1]', /without value/],
    ['an empty attribute', patient('<gender value=" "/>'), 'empty', 'Patient.gender', /an empty attribute: value/],
    ['nothing contained', patient('<contained/>'), 'xml-resource', 'Patient.contained[0]', /a resource is expected/],
    [
      'two resources contained at once',
      patient('<contained><Basic/><Basic/></contained>'),
      'xml-resource',
      'Patient.contained[0]',
      /more than one/,
    ],
    [
      'a number that is none',
      patient('<multipleBirthInteger value="2.0"/>'),
      'format',
      'Patient.multipleBirthInteger',
      /not a valid integer/,
    ],
    ['a boolean that is none', patient('<active value="1"/>'), 'format', 'Patient.active', /not a valid boolean/],
    [
      'a number larger than JSON can say',
      patient('<extension url="x"><valueDecimal value="1e999"/></extension>'),
      'format',
      'Patient.extension[0].valueDecimal',
      /not a valid decimal/,
    ],
    ['elements nested without end', deep(20_000), 'xml-too-deep', `Patient${'.extension[0]'.repeat(299)}`, /more than 300 deep/],
    ['a narrative nested without end', narrative(`${DIV}${'<b>'.repeat(20_000)}`), 'xml-too-deep', 'Patient.text', /more than 300 deep/],
  ])('%s', (_story, xml, code, expression, diagnostics) => {
    expect(fromXml(utf8(xml))).toEqual({
      ok: false,
      refusals: [
        {
          category: 'not-understood',
          code,
          ...(expression ? { expression } : {}),
          diagnostics: expect.stringMatching(diagnostics),
          remedy: expect.stringMatching(/\.$/),
        },
      ],
    });
  });

  it('bytes that are not UTF-8', () => {
    const latin1 = Buffer.from(patient('<name><text value="é"/></name>'), 'latin1');
    expect(fromXml(latin1)).toMatchObject({ ok: false, refusals: [{ category: 'not-understood', code: 'xml-charset' }] });
  });

  it('more than 4 MB', () => {
    expect(fromXml(new Uint8Array(4 * 1024 * 1024 + 1))).toMatchObject({
      ok: false,
      refusals: [{ category: 'too-large', code: 'xml-too-large' }],
    });
  });

  it('the text of the document is not quoted', () => {
    const read = fromXml(utf8(patient('<name><family value="DURAND" value="DURAND"/></name>')));
    expect(read).toMatchObject({ ok: false, refusals: [{ code: 'xml-not-well-formed' }] });
    expect(JSON.stringify(read)).not.toContain('DURAND');
  });
});
