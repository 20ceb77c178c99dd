import type { Author } from '../../../lib/access/traits.ts';
import type { RelaisResource } from '../../../lib/fhir/types.ts';
import { addDays, endOfParisDay, type Instant, startOfParisDay } from '../../../lib/platform/instant.ts';
import { type DemoCalendar, DISCHARGED_DAYS_AGO } from './calendar.ts';
import { carePlan, psychologicalRecords, referral, socialAssessment } from './care-records.ts';
import { consents } from './consents.ts';
import { externalRef } from './directory.ts';
import { circle, patient, representative } from './identity.ts';
import { type DemoAlias, PEOPLE } from './people.ts';
import { networkRef, roleRef, structureRef } from './references.ts';
import { maskedLetter, pastDischarge, secretStay } from './stays.ts';

/** What one author wrote at one moment. */
export type Step = { readonly at: Instant; readonly author: Author; readonly resources: readonly RelaisResource[] };

/** The past of a person of the demo, in the order in which it happened. */
export function storyOf(alias: DemoAlias, { at, day }: DemoCalendar): readonly Step[] {
  const person = PEOPLE[alias];
  const hospital: Author = { reference: structureRef('ch-des-essais'), structure: structureRef('ch-des-essais') };
  const coordinator: Author = {
    reference: roleRef(person.network === 'cpts' ? 'coordinator' : 'coordinator@dac'),
    structure: networkRef(person.network),
  };
  const planned = DISCHARGED_DAYS_AGO;
  const received = at(planned, '16:40');
  const stay = { label: 'passe', start: at(planned + 6, '10:15'), end: at(planned, '14:30') };
  const informed = at(40, '11:00');
  const closed = at(planned - 1, '09:00');
  const hasClosed = person.consent === 'refuse' || person.consent === 'retire';
  const decided = hasClosed ? closed : at(40, '11:20');
  const asked = at(planned + 2, '09:30');
  const agreed = at(planned + 1, '15:00');
  const steps: readonly Step[] = [
    { at: at(60, '09:00'), author: hospital, resources: [patient(alias), ...(person.represented ? [representative(alias)] : [])] },
    { at: at(59, '09:00'), author: coordinator, resources: [circle(alias, at(59, '09:00'))] },
    { at: at(50, '10:00'), author: { reference: externalRef('psychologist') }, resources: psychologicalRecords(alias, at(50, '10:00')) },
    { at: at(49, '10:00'), author: { reference: externalRef('socialWorker') }, resources: [socialAssessment(alias, at(49, '10:00'))] },
    {
      at: decided,
      author: coordinator,
      resources: consents(alias, { informed, decided, until: startOfParisDay(addDays(day(40), 365)) }),
    },
    ...(alias === 'given' ? [masked(at, hospital)] : []),
    ...(person.represented ? [secret(alias, at, hospital)] : []),
    {
      at: person.referral === 'closed' ? closed : asked,
      author: hospital,
      resources: referral(alias, asked, endOfParisDay(addDays(day(0), 20)), closed),
    },
    { at: agreed, author: coordinator, resources: carePlan(alias, agreed, day(planned + 1), addDays(day(planned), 150)) },
    { at: received, author: hospital, resources: pastDischarge(alias, stay, received) },
  ];
  return steps.filter(({ resources }) => resources.length > 0).toSorted((one, other) => (one.at < other.at ? -1 : 1));
}

function masked(at: DemoCalendar['at'], author: Author): Step {
  const received = at(38, '17:00');
  return {
    at: received,
    author,
    resources: maskedLetter('given', { label: 'masque', start: at(39, '08:00'), end: at(38, '12:00') }, received),
  };
}

function secret(alias: DemoAlias, at: DemoCalendar['at'], author: Author): Step {
  return { at: at(29, '18:00'), author, resources: secretStay(alias, { label: 'secret', start: at(30, '09:00'), end: at(29, '17:00') }) };
}
