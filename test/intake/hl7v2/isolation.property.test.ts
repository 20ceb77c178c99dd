import fc from 'fast-check';
import { expect, it } from 'vitest';
import { change, fixture, understood } from './messages.ts';

const A03 = fixture('adt-a03');

/** Every element as `path: value`, so that two results can be compared leaf by leaf. */
function leaves(value: unknown, path = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [`${path}: ${String(value)}`];
  return Object.entries(value).flatMap(([key, part]) => leaves(part, Array.isArray(value) ? `${path}[]` : `${path}.${key}`));
}

function resources(message: string): ReadonlySet<string> {
  const { patient, movement } = understood(message);
  return new Set(leaves({ patient, movement }));
}

/** What the second has and the first lacks. */
function missingFrom(first: ReadonlySet<string>, second: ReadonlySet<string>): readonly string[] {
  return [...second].filter((leaf) => !first.has(leaf));
}

const before = resources(A03);

/** One field at a time, another value of its kind, and the only elements that may change with it. */
const FIELDS: readonly (readonly [place: string, value: string, elements: RegExp])[] = [
  ['PID-3', '000043^^^CH-ESSAIS&750000010&M^PI~255067511203430^^^X&1.2.250.1.213.1.4.10&ISO^INS^^20240101', /^\.patient\.identifier/],
  ['PID-5', 'AUTRE^ALMA^^^Mme^^L', /^\.patient\.name/],
  ['PID-7', '19550616', /^\.patient\.birthDate/],
  ['PID-8', 'M', /^\.patient\.gender/],
  ['PID-11', '1 rue Neuve^^LYON^^69001^FRA^H~^^PARIS^^75112^FRA^BDL^^75113', /^\.patient\.(address|extension)/],
  ['PID-13', '^PRN^PH^^^^^^^^^0380000009', /^\.patient\.telecom/],
  ['PID-16', 'D', /^\.patient\.maritalStatus/],
  ['PID-18', 'D0043^^^CH-ESSAIS&750000010&M^AN', /^\.movement\.encounter\.identifier/],
  ['NK1-2', 'ESQUISSE^LOU', /^\.patient\.contact/],
  ['PV1-3', '3999^^^CH-ESSAIS&750000010&M', /^\.movement\.encounter\.location/],
  ['PV1-2', 'E', /^\.movement\.encounter\.class/],
  ['PV1-19', 'V0043^^^AUTRE&1.2.3&ISO^VN', /^\.movement\.encounter\.identifier/],
  ['PV1-36', '4', /dischargeDisposition/],
  ['PV1-37', '750000010', /destination/],
  ['PV1-44', '20250302', /^\.movement\.encounter\.period\.start/],
  ['PV1-45', '20250305', /^\.movement\.encounter\.period\.end/],
  ['PV2-9', '20250308', /^\.movement\.encounter\.extension/],
  ['ZBE-1', 'MVT4^AUTRE^1.2.3^ISO', /^\.movement\.movementId/],
  ['ZBE-2', '20250305', /^\.movement\.at/],
  ['ZBE-5', 'Y', /^\.movement\.historic/],
  ['ZFA-9', 'IO', /^\.movement\.dmpFeeding/],
  ['ZFM-4', '6', /dischargeDisposition/],
  ['ZFD-5', 'CV', /^\.patient\.extension/],
  ['ZFD-3', 'Y', /^$/],
  ['MSH-3', 'AUTRE', /^$/],
  ['EVN-2', '20250307', /^$/],
  ['ZBE-7', 'X^^^^^A&9&M^UF^^^9', /^$/],
  ['ZBE-9', 'HMS', /^$/],
];

it.each(FIELDS)('%s changes its own elements and no other (peers.md C 42)', (place, value, elements) => {
  const after = resources(change(A03, { [place]: value }));
  const changed = [...missingFrom(before, after), ...missingFrom(after, before)];
  expect(changed.filter((leaf) => !elements.test(leaf))).toEqual([]);
  expect(changed.length > 0).toBe(elements.source !== '^$');
});

it('a segment that nobody reads changes nothing, whatever it says', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('ZFS', 'ZFP', 'ZFV', 'IN1', 'DG1', 'OBX', 'ZZZ'),
      fc.string({ unit: fc.constantFrom('a', '|', '^', '~', '&', '"', '9') }),
      (name, said) => {
        expect(resources(`${A03}${name}|${said}\n`)).toEqual(before);
      },
    ),
  );
});

it('every element that a field became is told for the dry run', () => {
  const sources = understood(A03).mapping.map(({ source }) => source);
  for (const place of [
    'PID-3',
    'PID-3[2]',
    'PID-5[2].1',
    'PID-7',
    'PID-8',
    'PID-11',
    'PID-11[2]',
    'PID-32',
    'PV1-2',
    'PV1-3.1',
    'PV1-19',
    'NK1-2.1',
    'NK1-7',
    'ZFD-5',
    'PV1-44',
    'ZBE-1',
    'ZBE-2',
    'ZFM-2',
    'ZFA-9',
    'ROL-4[2].1',
  ]) {
    expect(sources).toContain(place);
  }
});
