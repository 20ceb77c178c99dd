import { demoCalendar } from '../../functions/local/demo/calendar.ts';
import { storyOf } from '../../functions/local/demo/story.ts';
import { parseBundle, parseResource } from '../../lib/fhir/validate.ts';
import { EXTENSION } from '../../lib/fhir/vocabulary.ts';
import { now } from '../../lib/platform/clock.ts';
import type { Result } from '../../lib/platform/refusal.ts';

/** Microseconds of one validation: median of nine rounds. */
export type ValidationRow = { readonly name: string; readonly bytes: number; readonly medianUs: number; readonly targetUs: number };

const WARM_UP = 3_000;
const ROUNDS = 9;
const REPETITIONS = 400;

/** The demo's active plan, the same with thirty activities, and a transaction of twenty resources of the demo. */
export function measureValidation(): readonly ValidationRow[] {
  const story = storyOf('given', demoCalendar(now())).flatMap(({ resources }) => resources);
  const plan = story.find(({ resourceType }) => resourceType === 'CarePlan');
  if (plan?.resourceType !== 'CarePlan') throw new Error('the demo has no plan');
  const activities = plan.activity ?? [];
  const thirty = {
    ...plan,
    activity: Array.from({ length: 30 }, (_, index) => {
      const activity = activities[index % activities.length];
      // Each has a number and a rank of its own.
      const extension = activity?.extension?.map((one) =>
        one.url === EXTENSION.rang ? { ...one, valuePositiveInt: index + 1 } : { ...one, valueId: `a${index}` },
      );
      return { ...activity, extension };
    }),
  };
  const entry = Array.from({ length: 20 }, (_, index) => {
    const resource = story[index % story.length];
    return { resource, request: { method: 'PUT', url: `${resource?.resourceType}/${resource?.id}` } };
  });
  return [
    rowOf('CarePlan of the demo', plan, 60),
    rowOf('CarePlan of 30 activities', thirty, 60),
    rowOf('Bundle of 20', { resourceType: 'Bundle', type: 'transaction', entry }, 1_000, parseBundle),
  ];
}

function rowOf(name: string, json: object, targetUs: number, parse: (json: unknown) => Result<unknown> = parseResource): ValidationRow {
  // A refusal is fast, and would be a lie.
  const parsed = parse(json);
  if (!parsed.ok) throw new Error(`${name} is not valid: ${JSON.stringify(parsed.refusals[0])}`);
  for (let index = 0; index < WARM_UP; index += 1) parse(json);
  const rounds = Array.from({ length: ROUNDS }, () => {
    const from = performance.now();
    for (let index = 0; index < REPETITIONS; index += 1) parse(json);
    return ((performance.now() - from) / REPETITIONS) * 1000;
  });
  const sorted = rounds.sort((a, b) => a - b);
  return { name, bytes: JSON.stringify(json).length, medianUs: Math.round((sorted[Math.floor(ROUNDS / 2)] ?? 0) * 10) / 10, targetUs };
}
