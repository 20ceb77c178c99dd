import type { Goal } from '@medplum/fhirtypes';
import * as z from 'zod';
import { demoCalendar } from '../../functions/local/demo/calendar.ts';
import { PEOPLE } from '../../functions/local/demo/people.ts';
import { patientRef } from '../../functions/local/demo/references.ts';
import { storyOf } from '../../functions/local/demo/story.ts';
import { emptyFacts } from '../../lib/access/facts-of.ts';
import type { RelaisResource } from '../../lib/fhir/types.ts';
import { parseResource } from '../../lib/fhir/validate.ts';
import type { Instant } from '../../lib/platform/instant.ts';
import { KEY } from '../../lib/store/table.ts';
import { commitGroups } from '../../lib/usecases/commit.ts';
import { factsOf } from '../../lib/usecases/enter.ts';
import type { Ports } from '../../lib/usecases/ports.ts';

/** A person like the demo's `given`, under other ids and numbers. */
export type BenchPatient = {
  readonly reference: string;
  readonly ins: { readonly value: string; readonly oid: string };
  readonly family: string;
  readonly given: string;
  readonly birthDate: string;
  readonly gender: string;
  /** Id of the active plan. */
  readonly carePlan: string;
  readonly goal: Goal;
};

const step = z.object({
  at: z.string(),
  author: z.object({ reference: z.string(), structure: z.string().exactOptional() }),
  resources: z.array(z.unknown()),
});

/** Writes people with the whole story of `given` (circle, consent, plan, past discharge, letter). */
export async function writePatients(ports: Ports, count: number, at: Instant): Promise<readonly BenchPatient[]> {
  const story = storyOf('given', demoCalendar(at));
  const original = JSON.stringify(story);
  const ids = [...new Set(story.flatMap(({ resources }) => resources.flatMap(({ id }) => id ?? [])))];
  const made: BenchPatient[] = [];
  for (let index = 0; index < count; index += 1) {
    const key = (0xbe00_0000_0000_0000n + BigInt(index)).toString(16);
    const renamed = new Map(ids.map((id, place) => [id, ports.keys.encodeId(key, place.toString(16).padStart(16, '0'))]));
    const ins = insOf(index);
    const text = [...renamed].reduce((all, [id, next]) => all.replaceAll(id, next), original);
    const steps = z.array(step).parse(JSON.parse(renumbered(text, ins, index)));
    made.push(await writeSteps(ports, key, renamed.get(patientRef('given').replace('Patient/', '')) ?? '', ins, steps));
  }
  return made;
}

/** Another number of the test domain with its key: the order of birth differs. */
function insOf(index: number): string {
  const body = `${PEOPLE.given.ins.slice(0, 10)}${String(100 + index).padStart(3, '0')}`;
  return body + String(97 - (Number(body) % 97)).padStart(2, '0');
}

/** Numbers that must be unique in a network: INS, IPP and stay, document. */
function renumbered(text: string, ins: string, index: number): string {
  return text
    .replaceAll(PEOPLE.given.ins, ins)
    .replaceAll('DEMO-given', `BENCH-${index}`)
    .replace(/"value":"(urn:oid:[^"]+)"/g, (_, urn: string) => `"value":"${urn}.${index + 1}"`)
    .replace(/"value":"(urn:uuid:[^"]+)[^"]{4}"/g, (_, urn: string) => `"value":"${urn}${String(index + 1).padStart(4, '0')}"`);
}

async function writeSteps(
  ports: Ports,
  patient: string,
  id: string,
  ins: string,
  steps: readonly z.infer<typeof step>[],
): Promise<BenchPatient> {
  const all: RelaisResource[] = [];
  for (const { at, author, resources } of steps) {
    const writes = resources.map(parsed);
    const document = (await ports.store.load([KEY.facts(patient)])).document(KEY.facts(patient));
    const facts = (document && factsOf(document)) ?? emptyFacts('cpts', id);
    const committed = await commitGroups(ports, {
      network: 'cpts',
      at,
      groups: [{ patient, facts, writes, previous: () => undefined, author }],
    });
    if (!committed.ok) throw new Error(JSON.stringify(committed.refusals));
    all.push(...writes);
  }
  const person = all.find((one) => one.resourceType === 'Patient');
  const plan = all.find((one) => one.resourceType === 'CarePlan');
  const goal = all.find((one) => one.resourceType === 'Goal');
  const [name] = person?.name ?? [];
  if (!person || !plan?.id || !goal || !name?.family) throw new Error('the story of `given` has no person, plan or goal');
  return {
    reference: `Patient/${id}`,
    ins: { value: ins, oid: '1.2.250.1.213.1.4.10' },
    family: name.family,
    given: name.given?.[0] ?? '',
    birthDate: person.birthDate ?? '',
    gender: person.gender ?? '',
    carePlan: plan.id,
    goal,
  };
}

function parsed(json: unknown): RelaisResource {
  const result = parseResource(json);
  if (!result.ok) throw new Error(JSON.stringify(result.refusals));
  return result.value;
}
