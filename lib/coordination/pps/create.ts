import type { CarePlan } from '@medplum/fhirtypes';
import { accepted, type Refusal, type Result, refused } from '../../platform/refusal.ts';
import { unreachable } from '../machine-refusals.ts';
import type { Effects, Situation } from '../types.ts';
import { planStateOf, revisedBy, revisionOf, withActivityIds, withPlanState } from './plan.ts';

/**
 * POST of a CarePlan (contracts.md 4): a draft of its author. One that `replaces` an active plan is its revision, and
 * puts it in the state en révision.
 */
export function createPlan(plan: CarePlan, situation: Situation): Result<Effects> {
  if (plan.status !== 'draft') return refused(unreachable(plan, 'draft'));
  const carrier = withPlanState(
    withActivityIds({ ...plan, created: plan.created ?? situation.now, author: plan.author ?? { reference: situation.by.reference } }),
    'brouillon',
  );
  if (!plan.replaces) return accepted({ writes: [carrier], carrier });
  const former = revisedBy(plan, situation);
  if (!former) return refused(REPLACES_UNKNOWN);
  if (planStateOf(former) !== 'actif') return refused(revisionOf(former, situation) ? REVISED_ALREADY : NOT_ACTIVE);
  return accepted({ writes: [carrier, withPlanState(former, 'en-revision')], carrier });
}

const REPLACES_UNKNOWN: Refusal = {
  category: 'unprocessable',
  code: 'replaces-unknown',
  expression: 'CarePlan.replaces',
  diagnostics: 'replaces names no plan of this person.',
  remedy: 'Indiquez le PPS que cette révision remplace.',
};

const REVISED_ALREADY: Refusal = {
  category: 'conflict',
  code: 'revision-exists',
  expression: 'CarePlan.replaces',
  diagnostics: 'This plan is being revised already, by another draft.',
  remedy: 'Modifiez la révision en cours.',
};

const NOT_ACTIVE: Refusal = {
  category: 'conflict',
  code: 'replaces-not-active',
  expression: 'CarePlan.replaces',
  diagnostics: 'Only an active plan is revised.',
  remedy: 'Révisez le PPS actif, ou créez un PPS sans « replaces ».',
};
