import type { Identifier } from '@medplum/fhirtypes';
import { RPPS } from '../../../fhir/vocabulary.ts';
import { luhnIsValid, rppsIn } from '../../../identity/directory-numbers.ts';
import type { Instant } from '../../../platform/instant.ts';
import { parseTimeStamp } from '../datetime.ts';
import { first, type Repetition, repetitions, type Segment, segmentsOf, text } from '../er7.ts';
import { became, doubt, type Reading } from '../reading.ts';

/** ROL-3 of the médecin traitant; FHCP, AT and RP are other doctors (interop.md 7.4). */
const MEDECIN_TRAITANT = 'ODRP';

/**
 * The médecin traitant that a message names, by RPPS. One doctor may be repeated under ADELI and RPPS (trap 25): he is
 * one. A role that ends (ROL-2 = DE, or ROL-6 before the movement) names nobody.
 */
export function namedMedecinTraitant(reading: Reading, at: Instant): Identifier | undefined {
  const roles = segmentsOf(reading.message, 'ROL').filter((rol) => text(first(rol, 3)) === MEDECIN_TRAITANT && isInForce(rol, at));
  const doctors = roles.flatMap((rol) => repetitions(rol, 4));
  const found = doctors.flatMap((xcn) => {
    const rpps = rppsOf(xcn);
    return rpps === undefined ? [] : [{ xcn, rpps }];
  })[0];
  if (found === undefined) {
    const [unknown] = doctors;
    if (unknown !== undefined) doubt(reading, { repetition: unknown }, WITHOUT_RPPS);
    return undefined;
  }
  if (!luhnIsValid(found.rpps)) doubt(reading, { repetition: found.xcn, component: 1 }, RPPS_KEY);
  became(reading, { repetition: found.xcn, component: 1 }, 'Movement.namedMedecinTraitant');
  return { system: RPPS, value: found.rpps };
}

function isInForce(rol: Segment, at: Instant): boolean {
  const end = parseTimeStamp(text(first(rol, 6)))?.instant;
  return text(first(rol, 2)) !== 'DE' && (end === undefined || at <= end);
}

/** XCN.13 says the kind of number; the three kinds share one OID (interop.md 1.4). */
function rppsOf(xcn: Repetition): string | undefined {
  return text(xcn, 13) === 'ADELI' ? undefined : rppsIn(text(xcn, 1));
}

const WITHOUT_RPPS = {
  code: 'medecin-traitant-without-rpps',
  diagnostics: 'The médecin traitant has no RPPS in ROL-4: he was not taken.',
  remedy: 'Transmettez le numéro RPPS du médecin traitant en ROL-4.',
};

const RPPS_KEY = {
  code: 'rpps-key-wrong',
  diagnostics: 'The last digit of the RPPS is not its Luhn key.',
  remedy: 'Vérifiez le numéro RPPS du médecin traitant dans l’Annuaire Santé.',
};
