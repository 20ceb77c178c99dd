import type { Extension } from '@medplum/fhirtypes';
import { FR_CORE, FR_CORE_EXTENSION, FR_CORE_SYSTEM } from '../../../fhir/vocabulary.ts';
import type { PamIdentity } from '../../../identity/status.ts';
import { first, segmentOf, text } from '../er7.ts';
import { became, type Reading, timeStampIn } from '../reading.ts';

/** ZFD-5, how the identity was obtained. */
const METHODS: readonly string[] = ['SM', 'CV', 'INSI', 'CB', 'RFID'];
/** ZFD-7, the document that was seen: those codes that FR Core has too. */
const DOCUMENTS: readonly string[] = ['AN', 'CC', 'CN', 'CS', 'PA'];

const TARGET = 'Patient.extension(fr-core-identity-reliability)';

/**
 * How sure the identity is: status and attributes of PID-32, how and when it was obtained (ZFD-5 to ZFD-7), and whether
 * the birth date was corrected for INSi (ZFD-4).
 * @see IHE PAM France 2.11.1 §6.6.15, §6.18; interop.md 1.2, 7.6
 */
export function reliabilityOf(reading: Reading, { status, comments }: PamIdentity): readonly Extension[] {
  return [
    {
      url: FR_CORE_EXTENSION.identityReliability,
      extension: [
        { url: 'identityStatus', valueCoding: { system: FR_CORE_SYSTEM.identityStatus, code: status } },
        ...comments.map((code) => ({
          url: 'comment',
          valueCodeableConcept: { coding: [{ system: FR_CORE_SYSTEM.identityStatusComment, code }] },
        })),
        ...coded(reading, 5, 'methodCollection', 'fr-core-cs-method-collection', METHODS),
        ...asked(reading),
        ...coded(reading, 7, 'validationMode', 'fr-core-cs-mode-validation-identity', DOCUMENTS),
      ],
    },
    ...correctedBirthDate(reading),
  ];
}

/** A code that is not among `codes` says nothing: neither of the two decides anything here. */
function coded(reading: Reading, field: number, url: string, system: string, codes: readonly string[]): readonly Extension[] {
  const repetition = first(segmentOf(reading.message, 'ZFD'), field);
  const code = text(repetition).toUpperCase();
  if (repetition === undefined || !codes.includes(code)) return [];
  became(reading, { repetition }, `${TARGET}.${url}`);
  return [{ url, valueCoding: { system: `${FR_CORE}/CodeSystem/${system}`, code } }];
}

/** ZFD-6: when INSi was asked. */
function asked(reading: Reading): readonly Extension[] {
  const zfd = segmentOf(reading.message, 'ZFD');
  const repetition = first(zfd, 6);
  const stamp = timeStampIn(reading, zfd, 6);
  if (repetition === undefined || stamp === undefined) return [];
  became(reading, { repetition }, `${TARGET}.dateInterrogationINSi`);
  return [{ url: 'dateInterrogationINSi', valueDate: stamp.date }];
}

function correctedBirthDate(reading: Reading): readonly Extension[] {
  const repetition = first(segmentOf(reading.message, 'ZFD'), 4);
  if (repetition === undefined || text(repetition) !== 'Y') return [];
  became(reading, { repetition }, 'Patient.extension(fr-core-patient-birthdate-update-indicator)');
  return [{ url: `${FR_CORE}/StructureDefinition/fr-core-patient-birthdate-update-indicator`, valueBoolean: true }];
}
