import { accepted, type Result, refused } from '../../platform/refusal.ts';
import type { ResourceType } from '../types.ts';
import { type QueryPart, splitEscaped, unescaped } from './query-string.ts';
import { severalPatients, systemNeeded } from './refusals.ts';
import type { Criterion, PatientWanted } from './search.ts';
import { parameterOf } from './table.ts';

/** Parameters that name the patient of a compartment. */
const PATIENT_PARAMETERS: readonly string[] = ['patient', 'subject', 'for', 'beneficiary'];

const CHAIN = /^(\w+)(?::Patient)?\.identifier$/;

/** `patient.identifier`, `patient:Patient.identifier`, `subject:Patient.identifier`: the chains that name the compartment. */
export function isPatientChain(type: ResourceType, label: string): boolean {
  const base = CHAIN.exec(label)?.[1] ?? '';
  return PATIENT_PARAMETERS.includes(base) && (parameterOf(type, base)?.targets?.includes('Patient') ?? false);
}

/**
 * The one patient that a search is about, if it says so: the caller then reads one compartment. With no single patient
 * the search crosses patients and is bounded otherwise (contracts.md 3).
 *
 * @param chains parts for which `isPatientChain` holds
 */
export function patientOf(
  type: ResourceType,
  criteria: readonly Criterion[],
  chains: readonly QueryPart[],
): Result<PatientWanted | undefined> {
  const references = criteria.flatMap((criterion) => referenceIn(type, criterion));
  const [chain, ...more] = chains;
  if (chain) {
    const identifier = identifierIn(chain.value);
    if (!identifier || more.length > 0 || references.length > 0) return refused(severalPatients());
    return identifier.system === undefined ? refused(systemNeeded(chain.name)) : accepted({ identifier });
  }
  const [reference] = references;
  if (reference !== undefined) return accepted({ reference });
  const identifier = type === 'Patient' ? criteria.map(ownIdentifierIn).find(Boolean) : undefined;
  return accepted(identifier ? { identifier } : undefined);
}

function referenceIn(type: ResourceType, criterion: Criterion): readonly string[] {
  if (!('anyOf' in criterion) || criterion.not || criterion.anyOf.length !== 1) return [];
  const [test] = criterion.anyOf;
  if (type === 'Patient') {
    const id = criterion.name === '_id' && test?.kind === 'token' ? test.wanted.code : undefined;
    return id === undefined ? [] : [`Patient/${id}`];
  }
  if (!PATIENT_PARAMETERS.includes(criterion.name) || test?.kind !== 'reference' || 'url' in test.wanted) return [];
  // A bare id under `subject` may name any type: no compartment of ours is another's than a patient's.
  const { type: target = 'Patient', id } = test.wanted;
  return target === 'Patient' ? [`Patient/${id}`] : [];
}

/** `identifier=system|value` of a search of Patient itself; without system it is a criterion like others, for one's own patients. */
function ownIdentifierIn(criterion: Criterion): { system: string; value: string } | undefined {
  if (criterion.name !== 'identifier' || !('anyOf' in criterion) || criterion.not || criterion.anyOf.length !== 1) return undefined;
  const [test] = criterion.anyOf;
  if (test?.kind !== 'token' || test.wanted.code === undefined || !test.wanted.system) return undefined;
  return { system: test.wanted.system, value: test.wanted.code };
}

/** `system|value` or `value`; one only. */
function identifierIn(text: string): { system?: string; value: string } | undefined {
  if (splitEscaped(text, ',').length !== 1) return undefined;
  const [first = '', ...others] = splitEscaped(text, '|').map(unescaped);
  if (others.length === 0) return { value: first };
  const value = others.join('|');
  return value === '' ? undefined : { ...(first ? { system: first } : {}), value };
}
