import { describe, expect, it } from 'vitest';
import { toXml } from '../../../lib/fhir/xml/write.ts';
import { resourceFrom } from './arbitraries.ts';

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';
const DIV = '<div xmlns="http://www.w3.org/1999/xhtml">';

/** Of a Patient, what stands inside. */
function patient(json: object): string {
  const xml = toXml(resourceFrom({ resourceType: 'Patient', ...json }));
  return xml.replace(`${HEAD}<Patient xmlns="http://hl7.org/fhir">`, '').replace('</Patient>', '');
}

describe('R4 xml.html: the XML of a resource', () => {
  it.each<[string, object, string]>([
    [
      'elements stand in the order of R4, whatever the order of the JSON',
      { birthDate: '1950', active: true, id: 'p', meta: { tag: [{ code: 'a', system: 'urn:x' }], versionId: '1' } },
      '<id value="p"/><meta><versionId value="1"/><tag><system value="urn:x"/><code value="a"/></tag></meta><active value="true"/><birthDate value="1950"/>',
    ],
    [
      'the id of an element and the url of an extension are attributes, the id of a resource is an element',
      { id: 'p', extension: [{ url: 'urn:x', id: 'e', valueBoolean: false }], name: [{ id: 'n', family: 'ESSAI' }] },
      '<id value="p"/><extension id="e" url="urn:x"><valueBoolean value="false"/></extension><name id="n"><family value="ESSAI"/></name>',
    ],
    [
      'a primitive carries its id and extensions, with a value or without',
      {
        birthDate: '1950',
        _birthDate: { id: 'b', extension: [{ url: 'urn:x', valueString: 'x' }] },
        _gender: { extension: [{ url: 'urn:y', valueCode: 'unknown' }] },
      },
      '<gender><extension url="urn:y"><valueCode value="unknown"/></extension></gender><birthDate id="b" value="1950"><extension url="urn:x"><valueString value="x"/></extension></birthDate>',
    ],
    [
      'a repeating primitive keeps its gaps',
      { name: [{ given: ['A', null, 'C'], _given: [null, { extension: [{ url: 'urn:x', valueCode: 'masked' }] }, { id: 'c' }] }] },
      '<name><given value="A"/><given><extension url="urn:x"><valueCode value="masked"/></extension></given><given id="c" value="C"/></name>',
    ],
    [
      'a contained resource stands in its element',
      { contained: [{ resourceType: 'Organization', id: 'o', name: 'CH' }] },
      '<contained><Organization><id value="o"/><name value="CH"/></Organization></contained>',
    ],
    [
      'a choice says its type',
      { deceasedDateTime: '2026-01-01', multipleBirthInteger: 2 },
      '<deceasedDateTime value="2026-01-01"/><multipleBirthInteger value="2"/>',
    ],
    [
      'markup, line ends and tabs survive a parser that would turn them into spaces',
      { name: [{ text: 'A "B" <C> & D\nE\tF\r' }] },
      '<name><text value="A &quot;B&quot; &lt;C&gt; &amp; D&#xA;E&#x9;F&#xD;"/></name>',
    ],
    [
      'what XML 1.0 cannot carry, and R4 forbids, becomes U+FFFD; everything else is written as it is',
      { name: [{ text: 'a\u0001b\ud800c\uffffd 😀\u00a0\u0085' }] },
      '<name><text value="a\ufffdb\ufffdc\ufffdd 😀\u00a0\u0085"/></name>',
    ],
  ])('%s', (_story, json, xml) => expect(patient(json)).toBe(xml));

  it('a Bundle nests resources and outcomes', () => {
    expect(
      toXml({
        resourceType: 'Bundle',
        type: 'batch-response',
        entry: [
          {
            resource: { resourceType: 'Basic', code: { text: 'x' } },
            response: { outcome: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'invalid' }] }, status: '400' },
            search: { score: 0.5 },
          },
        ],
      }),
    ).toBe(
      `${HEAD}<Bundle xmlns="http://hl7.org/fhir"><type value="batch-response"/><entry><resource><Basic><code><text value="x"/></code></Basic></resource>` +
        '<search><score value="0.5"/></search><response><status value="400"/><outcome><OperationOutcome><issue><severity value="error"/><code value="invalid"/>' +
        '</issue></OperationOutcome></outcome></response></entry></Bundle>',
    );
  });

  it('one element a line for a person, the narrative untouched', () => {
    const xml = toXml(
      { resourceType: 'Patient', text: { status: 'generated', div: `${DIV}<b>x</b>\ny</div>` }, name: [{ family: 'ESSAI' }] },
      { pretty: true },
    );
    expect(xml.split('\n')).toEqual([
      HEAD,
      '<Patient xmlns="http://hl7.org/fhir">',
      '  <text>',
      '    <status value="generated"/>',
      `    ${DIV}<b>x</b>`,
      'y</div>',
      '  </text>',
      '  <name>',
      '    <family value="ESSAI"/>',
      '  </name>',
      '</Patient>',
      '',
    ]);
  });

  it.each<[string, object]>([
    ['a property that R4 does not define', { resourceType: 'Patient', nom: 'ESSAI' }],
    ['what goes beside such a property', { resourceType: 'Patient', _nom: { id: 'x' } }],
    ['a type that is none', { resourceType: 'Malade' }],
    ['a data type', { resourceType: 'HumanName' }],
    ['an abstract type', { resourceType: 'DomainResource' }],
  ])('%s is a fault of ours, not left out in silence', (_story, json) => expect(() => toXml(resourceFrom(json))).toThrow(TypeError));
});

describe('a narrative', () => {
  const NESTED = '<b>'.repeat(400) + '</b>'.repeat(400);
  it.each<[string, string, string]>([
    ['is written verbatim', `${DIV}<p class='a'>x&#160;<br/></p><!-- vu --></div>`, `${DIV}<p class='a'>x&#160;<br/></p><!-- vu --></div>`],
    ['gets the namespace that the JSON left out', '<div lang="fr">x</div>', '<div xmlns="http://www.w3.org/1999/xhtml" lang="fr">x</div>'],
    ['has no entity of HTML', `${DIV}a&nbsp;b</div>`, `${DIV}a&#160;b</div>`],
    ['that is not well-formed is shown as text', '<div><b>x</div>', `${DIV}&lt;div&gt;&lt;b&gt;x&lt;/div&gt;</div>`],
    ['that ends early is shown as text', `${DIV}</div><active value="x"/>${DIV}</div>`, `${DIV}&lt;div xmlns=&quot;`],
    ['with an unknown entity is shown as text', `${DIV}&eacute;</div>`, `${DIV}&lt;div xmlns=&quot;`],
    ['with a DOCTYPE is shown as text', `<!DOCTYPE div>${DIV}x</div>`, `${DIV}&lt;!DOCTYPE div&gt;`],
    ['with a processing instruction is shown as text', `${DIV}<?x y?></div>`, `${DIV}&lt;div`],
    ['with another namespace is shown as text', `${DIV}<b xmlns="urn:x">x</b></div>`, `${DIV}&lt;div`],
    ['nested without end is shown as text', `${DIV}${NESTED}</div>`, `${DIV}&lt;div`],
    ['that is no div is shown as text', '<p xmlns="http://www.w3.org/1999/xhtml">x</p>', `${DIV}&lt;p`],
    ['with half a character is shown as text', `${DIV}\ud800</div>`, `${DIV}&lt;div xmlns=&quot;`],
  ])('%s', (_story, div, start) => {
    const xml = patient({ text: { status: 'generated', div } });
    expect(xml.slice('<text><status value="generated"/>'.length)).toSatisfy((text: string) => text.startsWith(start));
    expect(xml.endsWith('</div></text>')).toBe(true);
  });
});
