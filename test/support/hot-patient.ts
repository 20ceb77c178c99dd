import { patientRef, roleRef } from '../../functions/local/demo/references.ts';
import { MEMBERS } from '../../functions/local/demo/roles.ts';
import { seedDemo } from '../../functions/local/demo/seed.ts';
import { LOCAL_ID_KEY } from '../../functions/local/environment.ts';
import type { TableNames } from '../../functions/local/tables.ts';
import { now } from '../../lib/platform/clock.ts';
import { makeKeys, newOpaqueId, newPatientKey } from '../../lib/platform/ids.ts';
import type { Result } from '../../lib/platform/refusal.ts';
import { folderBlobs } from '../../lib/store/blobs.ts';
import type { Engine } from '../../lib/store/engine.ts';
import { makeStore } from '../../lib/store/store.ts';
import { makeTraceWriter } from '../../lib/store/trace.ts';
import type { Caller } from '../../lib/usecases/caller.ts';
import { create, type Written } from '../../lib/usecases/create.ts';
import type { Ports } from '../../lib/usecases/ports.ts';
import { update } from '../../lib/usecases/update.ts';
import { goal } from './rest.ts';

export type HotRun = {
  readonly name: string;
  readonly ended: number;
  /** Answered with a version of their own. */
  readonly made: number;
  /** Of those, not found afterwards. */
  readonly lost: number;
  /** Of the resource with the most: first and last. */
  readonly versions: string;
  readonly peakHeapMiB: number;
  readonly seconds: number;
};

export type HotPatient = {
  readonly run: (what: keyof typeof NAMES, writers: number) => Promise<HotRun>;
};

const NAMES = {
  create: 'creates of different resources',
  'update-different': 'updates of different resources',
  'update-one': 'updates of one resource',
} as const;

/** The demo network on an engine, and the record of `given` filled with goals. Tables are there and empty. */
export async function hotPatient(engine: Engine, tables: TableNames, folder: string, resources: number): Promise<HotPatient> {
  const keys = makeKeys(Buffer.from(LOCAL_ID_KEY, 'hex'));
  const store = makeStore(engine, tables.main, folderBlobs(folder), keys.hash);
  const trace = makeTraceWriter(engine, tables.trace, keys.sign);
  const ports: Ports = { store, trace, keys, now, newOpaqueId, newPatientKey, fhirBase: 'https://relais.test/fhir', loopbackAllowed: true };
  await seedDemo(ports, now());
  const subject = patientRef('given');
  const patient = keys.patientKeyOf(subject.slice('Patient/'.length)) ?? '';
  const { network } = MEMBERS.coordinator;
  const reference = roleRef('coordinator');
  const caller: Caller = { client: 'hot', reference, network, strong: true, purpose: 'COC' };
  const known: string[] = [];
  while (known.length < resources) {
    const ids = Array.from({ length: Math.min(100, resources - known.length) }, () => keys.newId(patient));
    const writes = ids.map((id) => ({ resource: { ...goal(subject), id }, patient, author: { reference } }));
    await store.commit({ network, at: now(), writes, documents: [], timerOf: () => undefined });
    known.push(...ids);
  }
  const rewrite = (id: string, index: number): Promise<Result<Written>> =>
    update(ports, caller, 'Goal', id, { ...goal(subject), id, description: { text: `Marcher ${index} pas` } }, {});

  return {
    run: async (what, writers) => {
      const [hottest = ''] = known;
      const write = (index: number): Promise<Result<Written>> => {
        if (what === 'create') return create(ports, caller, 'Goal', goal(subject));
        return rewrite(what === 'update-one' ? hottest : (known[1 + index] ?? ''), index);
      };
      const startMs = performance.now();
      const heap = watchHeap();
      const answers = await Promise.all(Array.from({ length: writers }, (_, index) => write(index)));
      const peakHeapMiB = heap.stop();
      const seconds = (performance.now() - startMs) / 1000;
      const made = answers.flatMap((answer) => (answer.ok ? [`${answer.value.ref}/_history/${answer.value.version}`] : []));
      const there = new Set<string>();
      let most = 0;
      for (const ref of new Set(made.map((one) => one.split('/_history/')[0] ?? ''))) {
        const versions = await store.history({ type: 'Goal', id: ref.slice('Goal/'.length), patient });
        for (const { version, resource } of versions) there.add(`Goal/${resource.id}/_history/${version}`);
        most = Math.max(most, versions.length);
      }
      const lost = new Set(made).size === made.length ? made.filter((one) => !there.has(one)).length : made.length - new Set(made).size;
      return { name: NAMES[what], ended: answers.length, made: made.length, lost, versions: `1…${most}`, peakHeapMiB, seconds };
    },
  };
}

/** The most that the heap held, looked at thirty times a second. */
function watchHeap(): { readonly stop: () => number } {
  let peak = 0;
  const look = (): void => {
    peak = Math.max(peak, process.memoryUsage().heapUsed);
  };
  const timer = setInterval(look, 33);
  return {
    stop: () => {
      look();
      clearInterval(timer);
      return peak / 1_048_576;
    },
  };
}
