import type { Condition } from '@medplum/fhirtypes';
import type { RelaisResource } from '../../fhir/types.ts';
import { SYSTEM } from '../../fhir/vocabulary.ts';
import type { Keeps, TypeFilter } from './filter.ts';

/** A problem's heading: what, since when, whether it lasts. */
const HEADING: Keeps = {
  clinicalStatus: 'codes',
  verificationStatus: 'codes',
  category: 'codes',
  severity: 'codes',
  code: 'codes',
  subject: 'reference',
  onsetDateTime: 'whole',
  abatementDateTime: 'whole',
  recordedDate: 'whole',
};

/** Beginnings of CIM-10 codes: wounds and ulcers, injuries, falls and gait, dependence, allergies and other risks. */
const FOR_NURSES = ['L89', 'L97', 'L984', 'S', 'T', 'R26', 'R296', 'Z736', 'Z74', 'Z88', 'Z91'] as const;
/** Functional limits and dependence; social circumstances (Z55–Z65). */
const FOR_SOCIAL = ['R26', 'Z736', 'Z74', 'Z55', 'Z56', 'Z57', 'Z58', 'Z59', 'Z60', 'Z61', 'Z62', 'Z63', 'Z64', 'Z65'] as const;

/** F6: allergies, wounds, autonomy, risks; never psy, sexual health, addiction, genetics, which these codes do not hold. */
export const F6: TypeFilter = {
  keep: { ...HEADING, bodySite: 'codes' },
  needs: ['code'],
  passes: (resource) => isTagged(resource, ['medical']) && begins(resource, FOR_NURSES),
};

/** F10: functional limits and social risks. */
export const F10: TypeFilter = {
  keep: HEADING,
  needs: ['code'],
  passes: (resource) => (isTagged(resource, ['medical', 'social']) && begins(resource, FOR_SOCIAL)) || isSocial(resource),
};

/** F11: headings of problems, without notes, evidence or stages. */
export const F11: TypeFilter = { keep: HEADING };

function isSocial(resource: RelaisResource): boolean {
  return categoriesOf(resource).length > 0 && isTagged(resource, ['social']);
}

/** Every category of it is one of these; an untagged one is medical (contracts.md 3). */
function isTagged(resource: RelaisResource, allowed: readonly string[]): boolean {
  const tagged = categoriesOf(resource);
  return (tagged.length > 0 ? tagged : ['medical']).every((code) => allowed.includes(code));
}

function categoriesOf({ meta }: RelaisResource): readonly string[] {
  return (meta?.security ?? []).flatMap(({ system, code }) => (system === SYSTEM.categorie && code ? [code] : []));
}

/** All its CIM-10 codes, and it has one, begin with one of these. */
function begins(resource: RelaisResource, beginnings: readonly string[]): boolean {
  const codes = resource.resourceType === 'Condition' ? cim10Of(resource) : [];
  return codes.length > 0 && codes.every((code) => beginnings.some((beginning) => code.startsWith(beginning)));
}

const CIM10: ReadonlySet<string> = new Set([
  'http://hl7.org/fhir/sid/icd-10',
  'http://hl7.org/fhir/sid/icd-10-fr',
  'urn:oid:2.16.840.1.113883.6.3',
]);

function cim10Of({ code }: Condition): readonly string[] {
  return (code?.coding ?? []).flatMap((coding) => (CIM10.has(coding.system ?? '') && coding.code ? [coding.code.replace('.', '')] : []));
}
