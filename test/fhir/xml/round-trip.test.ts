import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEMO_ALIASES } from '../../../functions/local/demo/people.ts';
import { capabilityStatement } from '../../../lib/fhir/capability.ts';
import { RESOURCE_TYPES } from '../../../lib/fhir/resource-types.ts';
import { fromXml } from '../../../lib/fhir/xml/read.ts';
import { toXml } from '../../../lib/fhir/xml/write.ts';
import { itemsOf } from '../../access/stories.ts';
import { resourceArbitrary, resourceFrom, utf8 } from './arbitraries.ts';

const SERVED = [...Object.keys(RESOURCE_TYPES), 'Bundle', 'Parameters', 'OperationOutcome', 'CapabilityStatement'];
const COMPILED = join(import.meta.dirname, '../../../fhir-profiles/fsh-generated/resources');

/** JSON → XML → JSON, and the XML again from what was read. */
function expectKept(json: unknown): void {
  const xml = toXml(resourceFrom(json));
  const back = fromXml(utf8(xml));
  expect(back).toEqual({ ok: true, value: json });
  expect(back.ok && toXml(resourceFrom(back.value))).toBe(xml);
}

describe('XML gives back the JSON that it was made of', () => {
  it.each(readdirSync(COMPILED))('%s', (file) => expectKept(JSON.parse(readFileSync(join(COMPILED, file), 'utf8'))));

  it.each(DEMO_ALIASES)('the story of %s, alone and as a Bundle', (alias) => {
    const resources = itemsOf(alias).map(({ resource }) => resource);
    for (const resource of resources) expectKept(resource);
    expectKept({ resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) });
  });

  it('the CapabilityStatement', () =>
    expectKept(
      capabilityStatement('https://relais.example/fhir', '2026-11-25T11:00:00.000Z', { transactionItemsMax: 100, batchEntriesMax: 300 }),
    ));

  it.each(SERVED)('any %s', (type) => {
    fc.assert(fc.property(resourceArbitrary(type), expectKept), { numRuns: 60 });
  });
});

describe('for a person', () => {
  it('one element a line says the same', () => {
    fc.assert(
      fc.property(resourceArbitrary('CarePlan'), (json) => {
        expect(fromXml(utf8(toXml(resourceFrom(json), { pretty: true })))).toEqual({ ok: true, value: json });
      }),
      { numRuns: 60 },
    );
  });
});

describe('bytes of any kind', () => {
  const patient = toXml(
    resourceFrom({
      resourceType: 'Patient',
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Vu</p></div>' },
      active: true,
      name: [{ family: 'ESSAI', given: ['ALIX', 'ANNE'], _given: [null, { id: 'g' }] }],
      multipleBirthInteger: 2,
    }),
  );
  const broken = fc
    .array(fc.record({ at: fc.nat(patient.length), cut: fc.nat(12), put: fc.constantFrom('', '<', '>', '"', '&', '/', ' ', 'x', ']]>') }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((edits) => edits.reduce((xml, { at, cut, put }) => xml.slice(0, at) + put + xml.slice(at + cut), patient));

  /** `read` when what was read is also written and read again. */
  function verdictOn(xml: string): string {
    const first = fromXml(utf8(xml));
    if (!first.ok) return `${first.refusals[0].category} ${first.refusals[0].diagnostics}`;
    const again = fromXml(utf8(toXml(resourceFrom(first.value))));
    return isDeepStrictEqual(again, first) ? 'read' : 'read otherwise the second time';
  }

  it('are read or refused with their place, never more', () => {
    fc.assert(
      fc.property(broken, (xml) => {
        expect(verdictOn(xml)).toMatch(/^(read|not-understood .* \(line \d+, column \d+\))$/);
      }),
      { numRuns: 500 },
    );
  });

  it('even if they are no text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(fromXml(bytes).ok).toBe(false);
      }),
    );
  });
});
