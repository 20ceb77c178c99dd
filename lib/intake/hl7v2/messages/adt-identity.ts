import type { Identifier } from '@medplum/fhirtypes';
import type { Instant } from '../../../platform/instant.ts';
import type { IdentityChange, Intake } from '../../intake.ts';
import { missingField } from '../envelope.ts';
import { first, type Message, segmentOf, segmentsOf } from '../er7.ts';
import type { Hl7Result } from '../hl7-refusal.ts';
import { beginReading, type Hl7Context, type Reading, timeStampIn } from '../reading.ts';
import { formerNumbers, stayNumber, withdrawsIns } from '../segments/identifiers.ts';
import { readPatient } from '../segments/pid.ts';
import { noteFacility, refuseRepeatedSegments } from './adt.ts';

/**
 * A message that changes who somebody is, or under which account: PID says the person as she is now, MRG what she was.
 * One person a message (PAM France sends one MRG).
 * @returns every refusal that the message earns, each with its place
 * @see IHE PAM France 2.11.1 §4.4; interop.md 7.2 (A40, A44, A47, A49)
 */
export function changeToIntake(message: Message, kind: IdentityChange['kind'], context: Hl7Context): Hl7Result<Intake> {
  const reading = beginReading(message, context);
  refuseRepeatedSegments(reading);
  refuseSeveralPeople(reading);
  noteFacility(reading);
  const { patient, keys } = readPatient(reading);
  const change = changeOf(reading, kind);
  const [refusal, ...others] = reading.refusals;
  if (refusal !== undefined || change === undefined) {
    return { ok: false, refusals: [refusal ?? missingField('MRG-1', 'MRG^1^1'), ...others] };
  }
  return {
    ok: true,
    value: {
      patient,
      identityKeys: keys,
      change,
      documents: [],
      warnings: reading.warnings,
      mapping: reading.mapping,
      ...(reading.deletions.length === 0 ? {} : { deletions: reading.deletions }),
    },
  };
}

/** Absent only when the message is refused. */
function changeOf(reading: Reading, kind: IdentityChange['kind']): IdentityChange | undefined {
  const at = timeOf(reading);
  const mrg = segmentOf(reading.message, 'MRG');
  const former = formerNumbers(reading, mrg);
  const isOfAccount = kind === 'account-move' || kind === 'account-number';
  // An account may be renumbered without saying the person twice (A49): she is the person of PID.
  if (mrg !== undefined && former.length === 0 && kind !== 'account-number') reading.refusals.push(missingField('MRG-1', 'MRG^1^1'));
  const [account] = isOfAccount ? stayNumber(reading, first(segmentOf(reading.message, 'PID'), 18), 'AN') : [];
  const [formerAccount] = isOfAccount ? stayNumber(reading, first(mrg, 3), 'AN') : [];
  if (isOfAccount && account === undefined) reading.refusals.push(missingField('PID-18', 'PID^1^18'));
  if (isOfAccount && formerAccount === undefined) reading.refusals.push(missingField('MRG-3', 'MRG^1^3'));
  if (at === undefined) return undefined;
  if (kind === 'merge') return { kind, at, former };
  if (kind === 'ins') return { kind, at, former, withdraws: withdrawsIns(segmentOf(reading.message, 'PID')) };
  return account && formerAccount ? { kind, at, former, account: bare(account), formerAccount: bare(formerAccount) } : undefined;
}

/** When it happened: EVN-6, else EVN-2, to the day at least. */
function timeOf(reading: Reading): Instant | undefined {
  const evn = segmentOf(reading.message, 'EVN');
  const at = (timeStampIn(reading, evn, 6) ?? timeStampIn(reading, evn, 2))?.instant;
  if (at === undefined) reading.refusals.push(missingField('EVN-2', 'EVN^1^2', 'Indiquez le jour et l’heure en EVN-2.'));
  return at;
}

/** A second MRG is a second person: which change concerned whom, nobody could tell. */
function refuseSeveralPeople({ message, refusals }: Reading): void {
  if (segmentsOf(message, 'MRG').length === 0) refusals.push(missingField('MRG', 'MRG^1'));
  if (segmentsOf(message, 'MRG').length < 2) return;
  refusals.push({
    category: 'unprocessable',
    code: 'segment-repeated',
    ack: 'AE',
    err: '198',
    expression: 'MRG',
    location: 'MRG^2',
    diagnostics: 'MRG may be there once: one message merges or changes one person.',
    remedy: 'Envoyez un message par personne.',
  });
}

function bare({ system, value, type }: Identifier): Identifier {
  return { ...(type ? { type } : {}), ...(system ? { system } : {}), ...(value ? { value } : {}) };
}
