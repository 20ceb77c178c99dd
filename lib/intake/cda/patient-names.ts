import type { HumanName } from '@medplum/fhirtypes';
import { FR_CORE_EXTENSION } from '../../fhir/vocabulary.ts';
import { became, doubt, type Trail } from './trail.ts';
import { attr, children, text, type XmlElement } from './xml.ts';

const PLACE = '/ClinicalDocument/recordTarget/patientRole/patient/name';

type Part = { readonly value: string; readonly qualifiers: readonly string[] };

function parts(names: readonly XmlElement[], element: string): readonly Part[] {
  return names
    .flatMap((name) => children(name, element))
    .flatMap((part) => {
      const value = text(part);
      return value === undefined ? [] : [{ value, qualifiers: attr(part, 'qualifier')?.split(/\s+/) ?? [] }];
    });
}

function qualified(all: readonly Part[], qualifier: string): string | undefined {
  return all.find(({ qualifiers }) => qualifiers.includes(qualifier))?.value;
}

function unqualified(all: readonly Part[]): readonly string[] {
  return all.filter(({ qualifiers }) => qualifiers.length === 0).map(({ value }) => value);
}

/**
 * Names of a patient: `BR` parts make the official name, `CL` parts the used one, and the `given` without qualifier is
 * the list of birth given names, which repeats the first: joining all of them would double it (interop.md 11, trap 34).
 * The list is kept as one text, because splitting it on spaces does not give names.
 * @see interop.md 1.3
 */
export function patientNames(names: readonly XmlElement[], trail: Trail): readonly HumanName[] {
  const families = parts(names, 'family');
  const givens = parts(names, 'given');
  const birthName = qualified(families, 'BR');
  const plainGivens = unqualified(givens);
  const firstGiven = qualified(givens, 'BR') ?? plainGivens[0];
  const list = plainGivens.length > 0 ? plainGivens.join(' ') : undefined;
  // An unqualified family is not said to be the birth name, and a spouse's name (SP) is never one.
  const usedFamily = qualified(families, 'CL') ?? (birthName ? undefined : (unqualified(families)[0] ?? qualified(families, 'SP')));
  const usedGiven = qualified(givens, 'CL');
  const official: HumanName | undefined =
    birthName === undefined
      ? undefined
      : {
          use: 'official',
          family: birthName,
          ...(firstGiven && { given: [firstGiven] }),
          ...(list && { extension: [{ url: FR_CORE_EXTENSION.birthListGivenName, valueString: list }] }),
        };
  const usedGivens = usedGiven ?? (official ? undefined : firstGiven);
  const usual: HumanName | undefined =
    usedFamily === undefined && usedGivens === undefined
      ? undefined
      : { use: 'usual', ...(usedFamily && { family: usedFamily }), ...(usedGivens && { given: [usedGivens] }) };
  noteNames(official, usual, trail);
  return [official, usual].filter((name) => name !== undefined);
}

function noteNames(official: HumanName | undefined, usual: HumanName | undefined, trail: Trail): void {
  if (official === undefined) {
    doubt(
      trail,
      'birth-name-not-said',
      `${PLACE}/family[@qualifier='BR']`,
      'No birth name.',
      'Indiquez le nom de naissance (family qualifier="BR").',
    );
  } else {
    became(trail, `${PLACE}/family[@qualifier='BR']`, 'Patient.name[0].family');
    if (official.given) became(trail, `${PLACE}/given[@qualifier='BR']`, 'Patient.name[0].given[0]');
    if (official.extension) became(trail, `${PLACE}/given[not(@qualifier)]`, 'Patient.name[0].extension[0].valueString');
  }
  const index = official === undefined ? 0 : 1;
  if (usual?.family) became(trail, `${PLACE}/family[@qualifier='CL']`, `Patient.name[${index}].family`);
  if (usual?.given) became(trail, `${PLACE}/given[@qualifier='CL']`, `Patient.name[${index}].given[0]`);
}
