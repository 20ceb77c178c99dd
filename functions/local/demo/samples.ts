import { timeStampOf } from '../../../lib/intake/hl7v2/datetime.ts';
import {
  addDays,
  epochMsOf,
  type Instant,
  instantOf,
  parisDay,
  parisOffsetMinutes,
  startOfParisDay,
} from '../../../lib/platform/instant.ts';
import { type DemoAlias, PEOPLE } from './people.ts';
import { STRUCTURES } from './roles.ts';
import { letterXml } from './stays.ts';

const HOUR_MS = 3_600_000;
const AUTHORITY = `CHE&${STRUCTURES['ch-des-essais'].finess}&M`;

/** A stay to try things with: in since yesterday at ten, out at the hour that has begun. Two samples of one hour speak of the same. */
function stayAt(now: Instant): { readonly start: Instant; readonly end: Instant; readonly visit: string } {
  const day = parisDay(now);
  return {
    start: instantOf(epochMsOf(startOfParisDay(addDays(day, -1))) + 10 * HOUR_MS),
    end: instantOf(Math.floor(epochMsOf(now) / HOUR_MS) * HOUR_MS),
    visit: `ESSAI-${day}`,
  };
}

/** An admission or a discharge as the demo hospital sends it (PAM France 2.11), segments ended by CR. */
export function sampleMessage(event: 'A01' | 'A03', alias: DemoAlias, now: Instant): string {
  const { start, end, visit } = stayAt(now);
  const { ins, family, given, birthDate, gender } = PEOPLE[alias];
  const moved = stamp(event === 'A03' ? end : start);
  const id = `${alias}-${visit}-${event}`;
  const segments: readonly string[] = [
    `MSH|^~\\&|SIH|CHE|RELAIS|CPTS|${moved}||ADT^${event}^ADT_${event}|${id}|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8`,
    `EVN||${moved}||||${moved}`,
    `PID|1||${ins}^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS~IPP-${alias}^^^${AUTHORITY}^PI||${family}^${given}^${given}^^^^L||${birthDate.replaceAll('-', '')}|${gender === 'female' ? 'F' : 'M'}${'|'.repeat(24)}VALI`,
    `PV1|1|I|MED^101^1^${AUTHORITY}${'|'.repeat(16)}${visit}^^^${AUTHORITY}^VN${'|'.repeat(25)}${stamp(start)}${event === 'A03' ? `|${stamp(end)}` : ''}`,
    `ZBE|${id}^CHE^${STRUCTURES['ch-des-essais'].finess}^M|${moved}||INSERT|N||MED^^^^^CHE^UF^^^4321||HMS`,
  ];
  return segments.map((segment) => `${segment}\r`).join('');
}

/** The lettre de liaison of that stay (CDA, LDL-SES). */
export function sampleLetter(alias: DemoAlias, now: Instant): string {
  const { start, end, visit } = stayAt(now);
  return letterXml(alias, { label: visit, start, end }, end);
}

function stamp(instant: Instant): string {
  const epochMs = epochMsOf(instant);
  return timeStampOf(epochMs, parisOffsetMinutes(epochMs));
}
