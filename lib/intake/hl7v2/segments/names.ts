import type { HumanName } from '@medplum/fhirtypes';
import { FR_CORE_EXTENSION } from '../../../fhir/vocabulary.ts';
import { isDeleted, type Repetition, repetitions, type Segment, text } from '../er7.ts';
import { became, deletes, doubt, type Reading } from '../reading.ts';

/** XPN.7 (HL7 table 0200, as PAM France uses it): L nom de naissance, D nom utilisé, S pseudonym. */
const USES: ReadonlyMap<string, NonNullable<HumanName['use']>> = new Map(
  Object.entries({ L: 'official', D: 'usual', S: 'anonymous', N: 'nickname' } as const),
);

/** Civilities of JDV_J78; senders write `Mme`, `M.`. */
const CIVILITIES: readonly string[] = ['M', 'MME', 'MLLE'];

/**
 * Names of PID-5, the birth name first whatever the order of the message (trap 26). The list of birth given names is
 * kept whole: splitting it on spaces does not give names (interop.md 1.3).
 */
export function namesOf(reading: Reading, pid: Segment | undefined): HumanName[] {
  const said = repetitions(pid, 5);
  const hasOfficial = said.some((xpn) => text(xpn, 7) === 'L');
  const named = said.flatMap((xpn) => {
    const type = text(xpn, 7);
    const use = type === '' && !hasOfficial ? 'official' : USES.get(type);
    if (type === '' && !hasOfficial) doubt(reading, { repetition: xpn, component: 7 }, UNTYPED);
    return deletesName(reading, xpn, use) ? [] : [{ xpn, use }];
  });
  const ordered = [...named.filter(({ use }) => use === 'official'), ...named.filter(({ use }) => use !== 'official')];
  return ordered
    .map(({ xpn, use }, index) => nameOf(reading, xpn, use, `Patient.name[${index}]`))
    .filter(({ family, given }) => family !== undefined || given !== undefined);
}

const UNTYPED = {
  code: 'name-type-missing',
  diagnostics: 'A name has no type in XPN.7: it was taken as the birth name.',
  remedy: 'Indiquez L (nom de naissance) ou D (nom utilisé) en XPN.7.',
};

/** `""` as family: the name no longer exists (divorce), PAM France §6.6.2. */
function deletesName(reading: Reading, xpn: Repetition, use: HumanName['use']): boolean {
  if (!isDeleted(xpn, 1)) return false;
  deletes(reading, { repetition: xpn, component: 1 }, use === undefined ? 'Patient.name' : `Patient.name.where(use='${use}')`);
  return true;
}

/** One XPN, each part noted under `target`. */
export function nameOf(reading: Reading, xpn: Repetition, use: HumanName['use'], target: string): HumanName {
  const part = (component: number, element: string): string => {
    const value = text(xpn, component);
    if (value !== '') became(reading, { repetition: xpn, component }, `${target}.${element}`);
    return value;
  };
  const family = part(1, 'family');
  const given = part(2, 'given[0]');
  const list = use === 'official' ? part(3, 'extension(birth-list-given-name)') : '';
  const prefix = part(5, 'prefix[0]');
  return {
    ...(use === undefined ? {} : { use }),
    ...(family === '' ? {} : { family }),
    ...(given === '' ? {} : { given: [given] }),
    ...(prefix === '' ? {} : { prefix: [civility(prefix)] }),
    ...(list === '' ? {} : { extension: [{ url: FR_CORE_EXTENSION.birthListGivenName, valueString: list }] }),
  };
}

function civility(said: string): string {
  const code = said.toUpperCase().replace('.', '');
  return CIVILITIES.includes(code) ? code : said;
}
