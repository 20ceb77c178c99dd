import type { Encounter } from '@medplum/fhirtypes';
import { systemOfPl, systemOfXon } from '../authorities.ts';
import { first, segmentOf, text } from '../er7.ts';
import { became, type Reading } from '../reading.ts';

/**
 * The unit (UF) of the stay: the hosting one (PV1-3.1), else the one that answers for it in ZBE-7, or in ZBE-8 where the
 * shifted ZBE of the national discharge template has it (traps 8, 9). The code alone: the label, the room and the bed
 * would tell the speciality (domain.md 4.6, F3) and nobody outside needs them.
 * @see IHE PAM France 2.11.1 §6.10, §6.13; interop.md 7.3
 */
export function unitOf(reading: Reading): Encounter['location'] {
  const [pv1, zbe] = [segmentOf(reading.message, 'PV1'), segmentOf(reading.message, 'ZBE')];
  const [pl, ...responsible] = [first(pv1, 3), first(zbe, 7), first(zbe, 8)];
  if (pl !== undefined && text(pl) !== '') {
    became(reading, { repetition: pl, component: 1 }, 'Encounter.location[0].location.identifier');
    return unit(systemOfPl(reading, pl), text(pl));
  }
  const xon = responsible.find((one) => text(one, 10) !== '');
  if (xon === undefined) return undefined;
  became(reading, { repetition: xon, component: 10 }, 'Encounter.location[0].location.identifier');
  return unit(systemOfXon(reading, xon), text(xon, 10));
}

function unit(system: string, value: string): Encounter['location'] {
  return [{ location: { type: 'Location', identifier: { system, value } } }];
}
