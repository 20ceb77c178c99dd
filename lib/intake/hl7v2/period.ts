import type { Period } from '@medplum/fhirtypes';
import { isPeriodInOrder } from '../../fhir/validation/constraints.ts';

/**
 * A period of what was said; a start after the end is a slip of the sender, and the end is kept: it is what opens clocks
 * (L-08) and closes validities. Undefined when neither is said.
 */
export function periodFrom(start: string | undefined, end: string | undefined): Period | undefined {
  if (start === undefined && end === undefined) return undefined;
  const kept = isPeriodInOrder({ start, end }) ? start : undefined;
  return { ...(kept === undefined ? {} : { start: kept }), ...(end === undefined ? {} : { end }) };
}
