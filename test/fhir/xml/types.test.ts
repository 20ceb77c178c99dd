import { describe, expect, it } from 'vitest';
import { loadCore } from '../../../fhir-profiles/build/definitions.ts';
import { RESOURCE_TYPES } from '../../../lib/fhir/resource-types.ts';
import { type XmlType, xmlResourceType, xmlType } from '../../../lib/fhir/xml/types.ts';

const SERVED = [...Object.keys(RESOURCE_TYPES), 'Bundle', 'Parameters', 'OperationOutcome', 'CapabilityStatement'];
const DATA_TYPES = 'Extension Quantity Age Timing Dosage Signature HumanName Narrative ElementDefinition'.split(' ');

/** Names of the first level in order, a choice once, `*` after what repeats. */
function namesOf(type: XmlType | undefined): readonly string[] {
  const byOrder = Map.groupBy(type?.elements.values() ?? [], ({ order }) => order);
  return [...byOrder.values()].map(([first, ...others]) => {
    const choice = others.length > 0 || first?.name.startsWith('value') ? 'choice' : first?.name;
    return `${choice}${first?.many ? '*' : ''}`;
  });
}

describe('the generated table', () => {
  it.each([...SERVED, ...DATA_TYPES])('%s has the elements of R4 in their order', (name) => {
    const elements = loadCore().structures.get(`http://hl7.org/fhir/StructureDefinition/${name}`)?.snapshot?.element ?? [];
    const [root] = elements;
    const wanted = elements.flatMap(({ path, max }) => {
      const child = path.slice((root?.path.length ?? 0) + 1);
      if (child === '' || child.includes('.')) return [];
      const choice = child.endsWith('[x]') || child.startsWith('value') ? 'choice' : child;
      return [`${choice}${max === '1' ? '' : '*'}`];
    });
    expect(namesOf(xmlType(name))).toEqual(wanted);
  });

  it('knows a choice by each of its types, a backbone by its path, a reference to another element', () => {
    expect(xmlType('Patient')?.elements.get('deceasedDateTime')).toMatchObject({ kind: 'string', many: false });
    expect(xmlType('Extension')?.elements.get('valueQuantity')).toMatchObject({ kind: 'complex', type: 'Quantity' });
    expect(xmlType('CarePlan.activity')?.elements.get('detail')).toMatchObject({ type: 'CarePlan.activity.detail' });
    expect(xmlType('Bundle.entry')?.elements.get('link')).toMatchObject({ type: 'Bundle.link', many: true });
    expect(xmlType('Bundle.entry.response')?.elements.get('outcome')).toMatchObject({ kind: 'resource' });
  });

  it.each(['Resource', 'DomainResource', 'Element', 'HumanName', 'Patient.contact', 'Malade', ''])('%s is no resource', (name) =>
    expect(xmlResourceType(name)).toBeUndefined(),
  );
});
