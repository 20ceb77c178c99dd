import { CONSENT } from '../../../lib/coordination/consent/machine.ts';
import { EPISODE } from '../../../lib/coordination/discharge/index.ts';
import type { Definition } from '../../../lib/coordination/machine.ts';
import { PPS } from '../../../lib/coordination/pps/machine.ts';
import { REFERRAL } from '../../../lib/coordination/referral/machine.ts';
import type { RelaisResource } from '../../../lib/fhir/types.ts';
import * as vocabulary from '../../../lib/fhir/vocabulary.ts';

/** All codes, systems, slugs and extensions (`npm run --silent demo -- --vocabulary`, contracts.md 1). */
export function words(): object {
  return { ...vocabulary, MACHINES: [slugsOf(REFERRAL), slugsOf(PPS), slugsOf(EPISODE), slugsOf(CONSENT)] };
}

function slugsOf<C extends RelaisResource>({ id, states, transitions }: Definition<C>) {
  return {
    id,
    states: states.map(({ code, display, status }) => ({ code, display, status })),
    events: [...new Set(transitions.map(({ event }) => event))],
  };
}
