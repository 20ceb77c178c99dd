import type { Identifier } from '@medplum/fhirtypes';
import { FR_CORE_SYSTEM, HL7, OID_SYSTEM } from '../../../fhir/vocabulary.ts';
import { insKeyIsValid, isInsSystem, isNssType, isProductionIns } from '../../../identity/ins.ts';
import { systemOfCx } from '../authorities.ts';
import { parseTimeStamp } from '../datetime.ts';
import { first, isDeleted, type Repetition, repetitions, type Segment, text } from '../er7.ts';
import { periodFrom } from '../period.ts';
import { became, deletes, doubt, type Reading, refuse } from '../reading.ts';

/** FR Core slices of the INS by their domain (interop.md 1.1). The order is the strength of the key: NIR before NIA. */
const INS_SLICES: readonly { readonly system: string; readonly code: string; readonly use: 'official' | 'temp' }[] = [
  { system: OID_SYSTEM.insNir, code: 'INS-NIR', use: 'official' },
  { system: OID_SYSTEM.insTest, code: 'INS-NIR-TEST', use: 'official' },
  { system: OID_SYSTEM.insDemo, code: 'INS-NIR-DEMO', use: 'official' },
  { system: OID_SYSTEM.insNia, code: 'INS-NIA', use: 'temp' },
];

export type PatientIdentifiers = {
  readonly identifiers: readonly Identifier[];
  /** INS, then IPP (any other number when there is no IPP): what may find the patient. */
  readonly keys: readonly Identifier[];
  readonly hasIns: boolean;
};

/**
 * PID-3, every repetition with its authority and its type. An INS is known by the OID in CX.4.2, never by its text.
 * @param insMayTravel PID-32 says VALI; otherwise the message is taken without its INS (PAM France §6.6.1)
 */
export function patientIdentifiers(reading: Reading, pid: Segment | undefined, insMayTravel: boolean): PatientIdentifiers {
  const found = repetitions(pid, 3).flatMap((cx) => identifierOf(reading, cx, insMayTravel) ?? []);
  const identifiers = found.filter((one, index) => found.findIndex((other) => isSame(one, other)) === index);
  const ins = INS_SLICES.flatMap(({ system }) => identifiers.filter((identifier) => identifier.system === system));
  const others = identifiers.filter((identifier) => !isInsSystem(identifier.system));
  const ipp = others.filter(({ use }) => use === 'usual');
  refuseTwoIns(reading, pid, ins);
  return { identifiers, keys: [...ins, ...(ipp.length > 0 ? ipp : others)], hasIns: ins.length > 0 };
}

function isSame(one: Identifier, other: Identifier): boolean {
  return one.system === other.system && one.value === other.value && one.use === other.use;
}

function identifierOf(reading: Reading, cx: Repetition, insMayTravel: boolean): Identifier | undefined {
  const value = text(cx, 1);
  const type = text(cx, 5).toUpperCase();
  const system = systemOfCx(reading, cx);
  if (isDeleted(cx, 1)) deletes(reading, { repetition: cx, component: 1 }, `Patient.identifier.where(system='${system}')`);
  if (value === '') return undefined;
  if (isNssType(type)) {
    doubt(
      reading,
      { repetition: cx },
      {
        code: 'billing-number-dropped',
        diagnostics: 'The billing number of the insured (type NH or SS) is not kept.',
        remedy: 'N’envoyez pas le NIR de facturation.',
      },
    );
    return undefined;
  }
  if (isInsSystem(system) || type === 'INS') return insOf(reading, cx, { value: value.toUpperCase(), system }, insMayTravel);
  return localNumber(reading, cx, { value, system, type });
}

/** IPP or another local number; without a type it is an IPP, which is what PID-3 is for. */
function localNumber(
  reading: Reading,
  cx: Repetition,
  { value, system, type }: { value: string; system: string; type: string },
): Identifier {
  // U: unspecified, what table 0203 has for a type that is no code.
  const code = type === '' ? 'PI' : /^[A-Z0-9-]{1,20}$/.test(type) ? type : 'U';
  became(reading, { repetition: cx }, `Patient.identifier.where(type.coding.code = '${code}')`);
  const coded = { system: code === 'INS-C' ? FR_CORE_SYSTEM.identifierType : HL7.identifierType, code };
  return { use: coded.code === 'PI' ? 'usual' : 'secondary', type: { coding: [coded] }, system, value, ...periodOf(cx) };
}

function insOf(
  reading: Reading,
  cx: Repetition,
  { value, system }: { value: string; system: string },
  insMayTravel: boolean,
): Identifier | undefined {
  const slice = INS_SLICES.find((row) => row.system === system);
  if (slice === undefined) {
    doubt(
      reading,
      { repetition: cx, component: 4 },
      {
        code: 'ins-without-oid',
        diagnostics: 'A number of type INS has no INS OID in CX.4.2: it was dropped.',
        remedy: 'Indiquez l’OID de l’INS en CX.4.2.',
      },
    );
    return undefined;
  }
  if (!insMayTravel) {
    doubt(
      reading,
      { repetition: cx },
      {
        code: 'ins-not-validated',
        diagnostics: 'An INS travels only with PID-32 = VALI: it was dropped, the message was taken without it.',
        remedy: 'Validez l’identité avant de transmettre l’INS.',
      },
    );
    return undefined;
  }
  if (!insKeyIsValid(value) && !keyMayBeWrong(reading, cx, system)) return undefined;
  became(reading, { repetition: cx }, `Patient.identifier.where(type.coding.code = '${slice.code}')`);
  return {
    use: slice.use,
    type: { coding: [{ system: FR_CORE_SYSTEM.identifierType, code: slice.code }] },
    system,
    value,
    ...periodOf(cx),
  };
}

/** Published examples of the test domain break the key: kept with a warning there, refused in production (trap 3). */
function keyMayBeWrong(reading: Reading, cx: Repetition, system: string): boolean {
  const at = { repetition: cx, component: 1 };
  const finding = {
    code: 'ins-key-wrong',
    err: '103',
    diagnostics: 'The INS is not 15 characters with the key 97 - (first 13 modulo 97).',
    remedy: 'Vérifiez l’INS auprès du téléservice INSi, puis renvoyez le message.',
  } as const;
  if (isProductionIns(system)) {
    refuse(reading, at, finding);
    return false;
  }
  doubt(reading, at, finding);
  return true;
}

/** Two INS of one domain are two people, or a change of INS, which is an A47: AE 198. */
function refuseTwoIns(reading: Reading, pid: Segment | undefined, ins: readonly Identifier[]): void {
  const repetition = first(pid, 3);
  if (repetition === undefined || new Set(ins.map(({ system }) => system)).size === ins.length) return;
  refuse(
    reading,
    { repetition },
    {
      code: 'several-ins',
      err: '198',
      diagnostics: 'PID-3 holds two INS of the same domain.',
      remedy: 'Envoyez un seul INS par domaine.',
    },
  );
}

function periodOf(cx: Repetition): Pick<Identifier, 'period'> {
  const start = parseTimeStamp(text(cx, 7))?.date;
  const end = parseTimeStamp(text(cx, 8))?.date;
  const period = periodFrom(start, end);
  return period === undefined ? {} : { period };
}

/**
 * MRG-1, numbers by which the person was known: an INS is taken as it was written, since a wrong one is what is withdrawn.
 * INS first, as in PID-3.
 */
export function formerNumbers(reading: Reading, mrg: Segment | undefined): readonly Identifier[] {
  const numbers = repetitions(mrg, 1).flatMap((cx): readonly Identifier[] => {
    const value = text(cx, 1);
    const system = systemOfCx(reading, cx);
    if (value === '' || isNssType(text(cx, 5).toUpperCase())) return [];
    became(reading, { repetition: cx }, 'Patient.identifier (former)');
    return [{ system, value: isInsSystem(system) ? value.toUpperCase() : value }];
  });
  return [...numbers.filter(({ system }) => isInsSystem(system)), ...numbers.filter(({ system }) => !isInsSystem(system))];
}

/** PID-3 deletes an INS: `""` with an INS authority, or with the type alone (PAM France §4.4). */
export function withdrawsIns(pid: Segment | undefined): boolean {
  return repetitions(pid, 3).some((cx) => isDeleted(cx, 1) && (isInsSystem(`urn:oid:${text(cx, 4, 2)}`) || text(cx, 5) === 'INS'));
}

/** Numbers of the stay: the venue (PV1-19, VN) and the dossier administratif (PID-18, AN). @see interop.md 1.5 */
export function stayIdentifiers(reading: Reading, pid: Segment | undefined, pv1: Segment | undefined): readonly Identifier[] {
  return [...stayNumber(reading, first(pv1, 19), 'VN'), ...stayNumber(reading, first(pid, 18), 'AN')];
}

export function stayNumber(reading: Reading, cx: Repetition | undefined, code: 'VN' | 'AN'): readonly Identifier[] {
  const value = text(cx, 1);
  if (cx === undefined || value === '') return [];
  became(reading, { repetition: cx }, `Encounter.identifier.where(type.coding.code = '${code}')`);
  return [{ type: { coding: [{ system: HL7.identifierType, code }] }, system: systemOfCx(reading, cx), value }];
}
